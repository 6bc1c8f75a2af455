//! Where a network computes: the operations of its layers, as one trait.

mod cpu;
mod resident;

use nalgebra::DMatrix;
use thiserror::Error;

use super::error::{NetworkError, ShapeError};
use super::{Activation, Real, Update};
use crate::robust::Aggregator;

pub use cpu::Cpu;
pub use resident::{Resident, ResidentOptimiser};

/// Why a backend could not compute.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum BackendError {
    /// What the network, the loss or an aggregator says.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A layer that backends do not have.
    #[error(
        "layer {layer} is an operation of the user's; backends have dense layers and activations"
    )]
    Layer {
        /// The layer, counted from 0.
        layer: usize,
    },
    /// What the OpenCL device says.
    #[cfg(feature = "opencl")]
    #[error(transparent)]
    OpenCl(#[from] crate::opencl::OpenClError),
}

impl From<ShapeError> for BackendError {
    fn from(error: ShapeError) -> Self {
        Self::Network(error.into())
    }
}

/// W (Q × P) and b (Q × 1) of a dense layer, or their gradient, in a backend's memory.
#[derive(Clone, Debug)]
pub struct Dense<M> {
    /// W, or gW.
    pub weight: M,
    /// b, or gb.
    pub bias: M,
}

/// What a dense layer gives, N × Q, in a backend's memory.
#[derive(Clone, Debug)]
pub struct Activated<M> {
    /// z = x Wᵀ + b; only filled where the slope of the activation cannot be told from y.
    pub z: M,
    /// y = f(z).
    pub y: M,
}

/// The operations of feed-forward networks, on matrices in the backend's own memory.
///
/// A batch is N × P, a row a sample. The operations may only be enqueued when a call returns; [`read`](Self::read) waits for
/// them. Results take the shape they need. [`Cpu`] computes with the layers of this crate,
/// `opencl::OpenCl`, with the feature `opencl`, on a device; [`Resident`] trains a network on either.
///
/// ```
/// use autodiff_runtime::nn::{Activation, Backend, BackendError, Cpu, Dense};
/// use nalgebra::{DMatrix, dmatrix};
///
/// fn layer<B: Backend<f64>>(backend: &B) -> Result<DMatrix<f64>, BackendError> {
///     let dense = Dense {
///         weight: backend.upload(&dmatrix![1.0, 2.0])?,
///         bias: backend.upload(&dmatrix![-4.0])?,
///     };
///     let x = backend.upload(&dmatrix![1.0, 1.0; 0.0, 3.0])?;
///     let mut out = backend.activated()?;
///     backend.forward(&x, &dense, &Activation::Relu, &mut out)?;
///     let mut y = DMatrix::zeros(0, 0);
///     backend.read(&out.y, &mut y)?;
///     Ok(y)
/// }
///
/// assert_eq!(layer(&Cpu)?, dmatrix![0.0; 2.0]);
/// # Ok::<(), BackendError>(())
/// ```
pub trait Backend<T: Real> {
    /// A matrix in the backend's memory.
    type Matrix;

    /// What computes, in words.
    fn describe(&self) -> String;

    /// A matrix without rows and columns, to be filled by an operation.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn empty(&self) -> Result<Self::Matrix, BackendError>;

    /// Rows and columns.
    fn shape(&self, matrix: &Self::Matrix) -> (usize, usize);

    /// Copies from the host.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn write(&self, from: &DMatrix<T>, to: &mut Self::Matrix) -> Result<(), BackendError>;

    /// Copies to the host, after all operations before.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn read(&self, from: &Self::Matrix, to: &mut DMatrix<T>) -> Result<(), BackendError>;

    /// z = x Wᵀ + b and y = f(z), for x (N × P).
    ///
    /// # Errors
    /// [`BackendError`]: shapes, or the device's.
    fn forward(
        &self,
        x: &Self::Matrix,
        layer: &Dense<Self::Matrix>,
        activation: &Activation<T>,
        out: &mut Activated<Self::Matrix>,
    ) -> Result<(), BackendError>;

    /// y = f(x), entry by entry.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn activate(
        &self,
        activation: &Activation<T>,
        x: &Self::Matrix,
        y: &mut Self::Matrix,
    ) -> Result<(), BackendError>;

    /// Multiplies the cotangent of y = f(z) by f'(z): it becomes that of z. `z` and `y` are as
    /// [`forward`](Self::forward) left them.
    ///
    /// # Errors
    /// [`BackendError`]: shapes, or the device's.
    fn pull_back_activation(
        &self,
        activation: &Activation<T>,
        z: &Self::Matrix,
        y: &Self::Matrix,
        cotangent: &mut Self::Matrix,
    ) -> Result<(), BackendError>;

    /// gx = gy W, for gy (N × Q).
    ///
    /// # Errors
    /// [`BackendError`]: shapes, or the device's.
    fn pull_back(
        &self,
        gy: &Self::Matrix,
        weight: &Self::Matrix,
        gx: &mut Self::Matrix,
    ) -> Result<(), BackendError>;

    /// The aggregate of the per-sample gradients gyᵢ xᵢᵀ and gyᵢ, for x (N × P) and gy (N × Q).
    ///
    /// A backend may leave it to [`non_finite`](Self::non_finite) to find that samples were not finite.
    ///
    /// # Errors
    /// [`BackendError`]: shapes, no samples, what the aggregator says, or the device's.
    fn aggregate(
        &self,
        x: &Self::Matrix,
        gy: &Self::Matrix,
        aggregator: &dyn Aggregator<T>,
        gradient: &mut Dense<Self::Matrix>,
    ) -> Result<(), BackendError>;

    /// The numbers of those gradients, as [`aggregate`](Self::aggregate) left them, that hold NaN or infinities which it did
    /// not report. None, where it reports them itself.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn non_finite(&self, gradients: &[Dense<Self::Matrix>]) -> Result<Vec<usize>, BackendError> {
        let _ = gradients;
        Ok(Vec::new())
    }

    /// Takes the step of an optimiser with W and b along gW and gb, each parameter by itself. `memory` holds
    /// [`Update::memories`] entries in the shape of the layer, zeros before the first step.
    ///
    /// # Errors
    /// [`BackendError`]: shapes, or the device's.
    fn update(
        &self,
        update: Update<T>,
        gradient: &Dense<Self::Matrix>,
        memory: &mut [Dense<Self::Matrix>],
        layer: &mut Dense<Self::Matrix>,
    ) -> Result<(), BackendError>;

    /// A copy of a host matrix.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn upload(&self, from: &DMatrix<T>) -> Result<Self::Matrix, BackendError> {
        let mut to = self.empty()?;
        self.write(from, &mut to)?;
        Ok(to)
    }

    /// Room for what [`forward`](Self::forward) gives.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn activated(&self) -> Result<Activated<Self::Matrix>, BackendError> {
        Ok(Activated {
            z: self.empty()?,
            y: self.empty()?,
        })
    }

    /// Room for what [`aggregate`](Self::aggregate) gives.
    ///
    /// # Errors
    /// [`BackendError`]: the device's.
    fn gradient(&self) -> Result<Dense<Self::Matrix>, BackendError> {
        Ok(Dense {
            weight: self.empty()?,
            bias: self.empty()?,
        })
    }
}
