//! What computes the networks.

#[cfg(feature = "opencl")]
use autodiff_runtime::opencl::OpenCl;

use super::cli::Backend;
use super::error::IrisError;

/// What computes the networks.
#[derive(Clone, Debug)]
pub enum Compute {
    /// This program, on the processor.
    Cpu,
    /// A device.
    #[cfg(feature = "opencl")]
    OpenCl(OpenCl),
}

impl Compute {
    /// What the command line asks for.
    ///
    /// # Errors
    ///
    /// There is no such device, or no support for any in this build.
    pub fn open(backend: Backend) -> Result<Self, IrisError> {
        match backend {
            Backend::Cpu => Ok(Self::Cpu),
            #[cfg(feature = "opencl")]
            Backend::Opencl => Ok(Self::OpenCl(OpenCl::open()?)),
            #[cfg(not(feature = "opencl"))]
            Backend::Opencl => Err(IrisError::NoOpenCl),
        }
    }
}
