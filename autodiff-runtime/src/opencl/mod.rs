//! Dense layers on OpenCL devices (feature `opencl`).
//!
//! [`OpenCl`] is a [`Backend`](crate::nn::Backend): [`nn::Resident`](crate::nn::Resident) trains a network on it, with
//! parameters, activations and gradients in the memory of the device.
//!
//! | operation | on the device |
//! |---|---|
//! | y = f(x Wᵀ + b) | one kernel; all named activations |
//! | gx = gy W | one kernel |
//! | gW, gb by [`Mean`](crate::robust::Mean) | one kernel |
//! | gW, gb by [`SoftTruncation`](crate::robust::SoftTruncation) | one kernel: two sweeps, nothing of size N·P·Q is stored |
//! | gW, gb by norm clipping | weights from factored norms, then the mean |
//! | steps of [`Sgd`](crate::nn::Sgd), [`Momentum`](crate::nn::Momentum), [`Adam`](crate::nn::Adam) | one kernel each |
//! | other activations and aggregators | on the host, on copies |
//!
//! Each has a kernel for processors and one for graphics processors ([`KernelShape`]). Sums run in a fixed order: on one
//! device the same numbers come out every time.
//!
//! [`Device::choose`] and the environment variable [`DEVICE_VARIABLE`] choose a device. Where there is none the answer is
//! [`OpenClError::NoDevice`], also in programs built on a machine without an OpenCL loader. `docs/opencl.md` says how to set
//! up a machine.

mod backend;
mod call;
mod dense;
mod elementwise;
mod error;
mod info;
mod matrix;
mod open;
mod plan;
mod selector;
mod testing;
#[cfg(test)]
mod tests;

#[cfg(not(opencl_loader))]
mod absent;
#[cfg(opencl_loader)]
mod device;
#[cfg(opencl_loader)]
mod engine;

/// The only modules that know the driver, or what stands in for it.
mod driver {
    #[cfg(all(test, not(opencl_loader)))]
    pub use super::absent::Fence;
    #[cfg(not(opencl_loader))]
    pub use super::absent::{Context, Driven, Handle, Memory, Queue, devices};
    #[cfg(opencl_loader)]
    pub use super::device::{Handle, devices};
    #[cfg(all(test, opencl_loader))]
    pub use super::engine::Fence;
    #[cfg(opencl_loader)]
    pub use super::engine::{Context, Driven, Memory, Queue};
}

pub use error::{NoDevice, OpenClError};
pub use info::{DeviceInfo, DeviceKind, Limits};
pub use matrix::DeviceMatrix;
pub use open::{Device, DeviceReal, OpenCl};
pub use plan::KernelShape;
pub use selector::{DEVICE_VARIABLE, DeviceSelector};
pub use testing::device_or_skip;
