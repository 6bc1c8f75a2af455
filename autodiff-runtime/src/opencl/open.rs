//! From a choice to a device with a queue.

use std::sync::{Arc, Mutex, PoisonError};

use super::call::{Call, Element, int};
use super::driver::{self, Context, Memory, Queue};
use super::error::{NoDevice, OpenClError};
use super::info::{DeviceInfo, Limits};
use super::matrix::DeviceMatrix;
use super::plan::{KernelShape, Plan};
use super::selector::DeviceSelector;
use crate::real::Real;

/// A device that was found.
///
/// ```
/// use autodiff_runtime::opencl::Device;
///
/// match Device::list() {
///     Ok(devices) => devices.iter().for_each(|device| println!("{}", device.info())),
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Device {
    info: DeviceInfo,
    handle: driver::Handle,
}

impl Device {
    /// All devices.
    ///
    /// # Errors
    /// [`NoDevice::NoLoader`], [`NoDevice::NoPlatform`], or a failing call. It never waits.
    pub fn list() -> Result<Vec<Self>, OpenClError> {
        let devices = driver::devices()?.into_iter();
        Ok(devices
            .map(|(info, handle)| Self { info, handle })
            .collect())
    }

    /// The device of a choice.
    ///
    /// # Errors
    /// Those of [`list`](Self::list), [`NoDevice::NoMatchingDevice`], [`NoDevice::NoCompiler`].
    pub fn choose(selector: &DeviceSelector) -> Result<Self, OpenClError> {
        let devices = Self::list()?;
        let infos: Vec<_> = devices.iter().map(|device| device.info.clone()).collect();
        let at = selector.choose(&infos)?;
        let chosen = devices.into_iter().nth(at);
        chosen.ok_or_else(|| {
            OpenClError::from(NoDevice::NoMatchingDevice {
                wanted: selector.to_string(),
                found: Vec::new(),
            })
        })
    }

    /// What is known of it.
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }
}

/// A device that computes: an in-order queue, the programs built for it, and memory to reuse.
///
/// It is a [`Backend`](crate::nn::Backend) of networks. Operations are enqueued and return at once; reading waits for them.
/// Clones share the queue. Threads may share one too, but their kernels then run one after the other; see
/// [`another_queue`](Self::another_queue).
///
/// ```
/// use autodiff_runtime::nn::Backend;
/// use autodiff_runtime::opencl::OpenCl;
/// use nalgebra::{DMatrix, dmatrix};
///
/// match OpenCl::open() {
///     Ok(device) => {
///         let there = device.upload(&dmatrix![1.0_f32, 2.0; 3.0, 4.0])?;
///         let mut back = DMatrix::zeros(0, 0);
///         device.read(&there, &mut back)?;
///         assert_eq!(back, dmatrix![1.0, 2.0; 3.0, 4.0]);
///     }
///     Err(error) => println!("{error}"),
/// }
/// # Ok::<(), autodiff_runtime::nn::BackendError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenCl {
    pub(super) queue: Arc<Queue>,
    pub(super) plan: Plan,
    info: Arc<DeviceInfo>,
    ones: Arc<Ones>,
}

/// The input of the bias, as long as the longest batch so far.
#[derive(Debug, Default)]
pub struct Ones {
    singles: Mutex<Option<Arc<Memory<f32>>>>,
    doubles: Mutex<Option<Arc<Memory<f64>>>>,
}

/// A precision that devices compute in, `f32` or `f64`. Sealed.
pub trait DeviceReal: Real + Element {
    #[doc(hidden)]
    fn ones(ones: &Ones) -> &Mutex<Option<Arc<Memory<Self>>>>;
}

impl DeviceReal for f32 {
    fn ones(ones: &Ones) -> &Mutex<Option<Arc<Memory<Self>>>> {
        &ones.singles
    }
}

impl DeviceReal for f64 {
    fn ones(ones: &Ones) -> &Mutex<Option<Arc<Memory<Self>>>> {
        &ones.doubles
    }
}

/// Fused multiply-adds of each chain.
const FMA_STEPS: usize = 200_000;

impl OpenCl {
    /// The device that `AUTODIFF_OPENCL_DEVICE` chooses, or the best there is.
    ///
    /// # Errors
    /// As [`Device::choose`], or a failing call.
    pub fn open() -> Result<Self, OpenClError> {
        Self::on(&Device::choose(&DeviceSelector::from_env())?)
    }

    /// A queue of this device.
    ///
    /// # Errors
    /// A failing call.
    pub fn on(device: &Device) -> Result<Self, OpenClError> {
        let info = device.info.clone();
        let context = Arc::new(Context::new(device.handle)?);
        let queue = Arc::new(Queue::new(&context, info.limits)?);
        Ok(Self {
            queue,
            plan: Plan::new(&info, KernelShape::of(info.kind), info.limits),
            info: Arc::new(info),
            ones: Arc::default(),
        })
    }

    /// Another queue of the same device, with the same programs. Matrices of one are refused by the other.
    ///
    /// # Errors
    /// A failing call.
    pub fn another_queue(&self) -> Result<Self, OpenClError> {
        self.with_plan(self.plan)
    }

    /// A queue that runs the kernels of the given shape, whatever the kind of device. Both shapes give right results
    /// everywhere; the other one is slow.
    ///
    /// # Errors
    /// A failing call.
    pub fn shaped(&self, shape: KernelShape) -> Result<Self, OpenClError> {
        let mut plan = self.plan;
        plan.shape = shape;
        self.with_plan(plan)
    }

    /// A queue that keeps tighter limits than the device's.
    ///
    /// # Errors
    /// A failing call.
    pub fn limited(&self, limits: Limits) -> Result<Self, OpenClError> {
        let mut plan = self.plan;
        plan.limits = plan.limits.and(limits);
        self.with_plan(plan)
    }

    fn with_plan(&self, plan: Plan) -> Result<Self, OpenClError> {
        Ok(Self {
            queue: Arc::new(Queue::new(self.queue.context(), plan.limits)?),
            plan,
            info: Arc::clone(&self.info),
            ones: Arc::default(),
        })
    }

    /// The device.
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// The limits that are kept.
    pub fn limits(&self) -> Limits {
        self.plan.limits
    }

    /// The shape of the kernels.
    pub fn shape(&self) -> KernelShape {
        self.plan.shape
    }

    /// Waits until everything enqueued is done.
    ///
    /// # Errors
    /// A failing call; faults of kernels may show only here or when reading.
    pub fn finish(&self) -> Result<(), OpenClError> {
        self.queue.finish()
    }

    /// Bytes of all device memory of this queue, in use or waiting to be used again.
    pub fn allocated_bytes(&self) -> usize {
        self.queue.allocated_bytes()
    }

    /// Bytes of device memory that wait to be used again.
    pub fn pooled_bytes(&self) -> usize {
        self.queue.pooled_bytes()
    }

    /// Does [`fma_flops`](Self::fma_flops) with all operands in registers, and waits: what kernels are measured against.
    ///
    /// # Errors
    /// [`OpenClError`], as of any operation.
    pub fn fma_run<T: DeviceReal>(&self) -> Result<(), OpenClError> {
        let (tiled, _) = self.plan.peak::<T>();
        let items = tiled.groups[0] * tiled.items[0];
        let out = self.allocate::<T>(items, 1)?;
        self.queue.run(&Call {
            program: &tiled.program,
            kernel: "fma_peak",
            groups: tiled.groups,
            items: tiled.items,
            local_memory: 0,
            arguments: vec![
                int(FMA_STEPS)?,
                T::of(0.5).number(),
                T::memory(&out.memory, items),
            ],
        })?;
        self.finish()
    }

    /// Additions and multiplications of [`fma_run`](Self::fma_run).
    pub fn fma_flops<T: DeviceReal>(&self) -> f64 {
        let (_, flops) = self.plan.peak::<T>();
        flops as f64 * FMA_STEPS as f64
    }

    /// A matrix of unspecified contents.
    pub(super) fn allocate<T: DeviceReal>(
        &self,
        rows: usize,
        columns: usize,
    ) -> Result<DeviceMatrix<T>, OpenClError> {
        self.check_precision::<T>()?;
        Ok(DeviceMatrix {
            memory: self.queue.allocate(rows * columns)?,
            rows,
            columns,
        })
    }

    fn check_precision<T: DeviceReal>(&self) -> Result<(), OpenClError> {
        if T::NAME == "double" && !self.info.double_precision {
            let device = self.info.to_string();
            return Err(OpenClError::NoDoublePrecision { device });
        }
        Ok(())
    }

    /// At least `count` ones.
    pub(super) fn ones<T: DeviceReal>(&self, count: usize) -> Result<Arc<Memory<T>>, OpenClError> {
        let mut ones = T::ones(&self.ones)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(memory) = ones.as_ref().filter(|memory| memory.len() >= count) {
            return Ok(Arc::clone(memory));
        }
        let memory = self.queue.allocate(count)?;
        self.queue.write(&memory, &vec![T::ONE; count])?;
        let memory = Arc::new(memory);
        *ones = Some(Arc::clone(&memory));
        Ok(memory)
    }
}
