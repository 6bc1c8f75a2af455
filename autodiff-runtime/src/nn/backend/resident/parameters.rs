//! Parameters and gradients of a resident network: steps, and copies to and from the host.

use nalgebra::{DMatrix, DVector};

use super::super::super::error::ShapeError;
use super::super::super::{Linear, Real, Sequential, Update};
use super::super::{Backend, BackendError, Dense};
use super::{DenseStage, Resident, Stage, column};
use crate::robust::DenseGradient;

impl<T: Real, B: Backend<T>> Resident<T, B> {
    /// Takes the step W ← W − α·gW, b ← b − α·gb in every dense layer, along the gradients of the last
    /// [`gradient`](Self::gradient).
    ///
    /// # Errors
    /// [`BackendError`]: there are none, or the device's.
    pub fn descend(&mut self, step_size: T) -> Result<(), BackendError> {
        self.check_complete()?;
        self.update(Update::Descent { step_size }, &mut [])
    }

    /// Takes the step of an optimiser in every layer that learns, each with its part of the memory, if there is one.
    pub(super) fn update(
        &mut self,
        update: Update<T>,
        memory: &mut [Vec<Dense<B::Matrix>>],
    ) -> Result<(), BackendError> {
        let mut memory = memory.iter_mut();
        for (dense, gradient) in dense_stages(&mut self.stages).zip(&self.gradients) {
            let memory = memory.next().map(Vec::as_mut_slice).unwrap_or_default();
            if !dense.frozen {
                let parameters = &mut dense.parameters;
                self.backend.update(update, gradient, memory, parameters)?;
            }
        }
        Ok(())
    }

    pub(super) fn check_complete(&self) -> Result<(), ShapeError> {
        let layers = self.gradients.len();
        let found = if self.complete { layers } else { 0 };
        ShapeError::check("gradient step", "gradients of dense layers", layers, found)
    }

    /// Copies of the gradients of the dense layers, in order, from the last [`gradient`](Self::gradient); empty for frozen
    /// ones.
    ///
    /// # Errors
    /// [`BackendError`]: there are none, or the device's.
    pub fn gradients(&self) -> Result<Vec<DenseGradient<T>>, BackendError> {
        self.check_complete()?;
        self.gradients
            .iter()
            .map(|gradient| self.fetch(gradient))
            .collect()
    }

    /// Takes the parameters of a network of the same layers.
    ///
    /// # Errors
    /// [`BackendError`]: a network of other sizes, or the device's.
    pub fn read_from(&mut self, network: &Sequential<T>) -> Result<(), BackendError> {
        let layers = self.gradients.len();
        ShapeError::check("network", "dense layers", layers, network.linears().count())?;
        let backend = &self.backend;
        for (dense, linear) in dense_stages(&mut self.stages).zip(network.linears()) {
            check_sizes(backend.shape(&dense.parameters.weight), linear)?;
            backend.write(linear.weight(), &mut dense.parameters.weight)?;
            backend.write(&column(linear.bias()), &mut dense.parameters.bias)?;
        }
        Ok(())
    }

    /// Copies the parameters to a network of the same layers.
    ///
    /// # Errors
    /// [`BackendError`]: a network of other sizes, or the device's.
    pub fn write_to(&self, network: &mut Sequential<T>) -> Result<(), BackendError> {
        let layers = self.gradients.len();
        ShapeError::check("network", "dense layers", layers, network.linears().count())?;
        let dense = self.stages.iter().filter_map(|stage| stage.dense.as_ref());
        for (dense, linear) in dense.zip(network.linears_mut()) {
            check_sizes(self.backend.shape(&dense.parameters.weight), linear)?;
            let fetched = self.fetch(&dense.parameters)?;
            let (weight, bias) = linear.parameters_mut();
            weight.copy_from_slice(fetched.weight.as_slice());
            bias.copy_from_slice(fetched.bias.as_slice());
        }
        Ok(())
    }

    fn fetch(&self, dense: &Dense<B::Matrix>) -> Result<DenseGradient<T>, BackendError> {
        let (mut weight, mut bias) = (DMatrix::zeros(0, 0), DMatrix::zeros(0, 0));
        self.backend.read(&dense.weight, &mut weight)?;
        self.backend.read(&dense.bias, &mut bias)?;
        Ok(DenseGradient {
            weight,
            bias: DVector::from_column_slice(bias.as_slice()),
        })
    }
}

fn dense_stages<T: Real, M>(
    stages: &mut [Stage<T, M>],
) -> impl Iterator<Item = &mut DenseStage<T, M>> {
    stages.iter_mut().filter_map(|stage| stage.dense.as_mut())
}

fn check_sizes<T: Real>(
    (outputs, inputs): (usize, usize),
    linear: &Linear<T>,
) -> Result<(), ShapeError> {
    ShapeError::check("network", "outputs of a layer", outputs, linear.outputs())?;
    ShapeError::check("network", "inputs of a layer", inputs, linear.inputs())
}
