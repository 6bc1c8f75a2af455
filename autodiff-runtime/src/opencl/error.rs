//! What can go wrong on the way to a device and back.

use thiserror::Error;

use crate::robust::ShapeError;

/// Why there is no device to compute on. A caller may want to go on without one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoDevice {
    /// The program was built on a machine without an OpenCL loader.
    #[error(
        "this program was built without an OpenCL loader (libOpenCL.so); install one, such as `ocl-icd-libopencl1`, and \
         build again"
    )]
    NoLoader,
    /// The loader knows no platform.
    #[error(
        "the OpenCL loader knows no platform; install a driver, such as `pocl-opencl-icd`, and see that \
         /etc/OpenCL/vendors names it"
    )]
    NoPlatform,
    /// No device is the one asked for.
    #[error("no OpenCL device matches `{wanted}`; there {}", listed(found))]
    NoMatchingDevice {
        /// What was asked for.
        wanted: String,
        /// The devices that there are.
        found: Vec<String>,
    },
    /// The device comes without a compiler for kernels.
    #[error("the OpenCL device `{device}` has no compiler, so that no kernel can be built for it")]
    NoCompiler {
        /// The device.
        device: String,
    },
}

fn listed(found: &[String]) -> String {
    if found.is_empty() {
        // PoCL hides its devices, without a word, when it cannot write its cache.
        "are none; for PoCL, is POCL_CACHE_DIR writable?".to_owned()
    } else {
        format!("are: {}", found.join(", "))
    }
}

/// Why an operation on a device failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenClError {
    /// There is no device.
    #[error(transparent)]
    NoDevice(#[from] NoDevice),
    /// A kernel does not compile.
    #[error("the kernels `{program}` do not build: {log}")]
    Build {
        /// The program, a file of kernels.
        program: &'static str,
        /// What the device's compiler says.
        log: String,
    },
    /// A call of the OpenCL interface failed.
    #[error("{call} failed: {reason}")]
    Api {
        /// The call.
        call: &'static str,
        /// The code of the OpenCL specification, where there is one.
        code: Option<i32>,
        /// Code or cause in words.
        reason: String,
    },
    /// More of something is needed than the device has.
    #[error("{what}: {need} needed, {have} allowed on this device")]
    Limit {
        /// What is short, for example `"bytes of a buffer"`.
        what: &'static str,
        /// How much is needed.
        need: usize,
        /// How much there may be.
        have: usize,
    },
    /// Numbers of double precision on a device that has none.
    #[error("the device `{device}` has no double precision; compute in f32")]
    NoDoublePrecision {
        /// The device.
        device: String,
    },
    /// A matrix that lives on another device, or in another queue.
    #[error("a matrix belongs to another OpenCL queue than the one that computes")]
    ForeignMatrix,
    /// Sizes that do not fit together.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}
