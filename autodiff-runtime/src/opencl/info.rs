//! What there is to know of a device.

use std::fmt;

/// The kind of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DeviceKind {
    /// A graphics processor.
    Gpu,
    /// Another accelerator.
    Accelerator,
    /// A processor.
    Cpu,
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gpu => "gpu",
            Self::Accelerator => "accelerator",
            Self::Cpu => "cpu",
        })
    }
}

/// The limits of a device that kernels have to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Work items in a group.
    pub work_group: usize,
    /// Bytes of local memory of a group.
    pub local_memory: usize,
    /// Bytes of one buffer.
    pub buffer: usize,
}

impl Limits {
    /// The smaller of each.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            work_group: self.work_group.min(other.work_group),
            local_memory: self.local_memory.min(other.local_memory),
            buffer: self.buffer.min(other.buffer),
        }
    }
}

/// A device, as its platform describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// The name of its platform.
    pub platform: String,
    /// Its own name.
    pub name: String,
    /// Its kind.
    pub kind: DeviceKind,
    /// The number of its platform, and its own number there: `P:D`.
    pub index: (usize, usize),
    /// Compute units: cores, or multiprocessors.
    pub compute_units: usize,
    /// Its limits.
    pub limits: Limits,
    /// Whether it computes in double precision.
    pub double_precision: bool,
    /// Bytes of a vector register.
    pub register: usize,
    /// Whether it can be used, and has a compiler for kernels.
    pub compiler: bool,
}

impl fmt::Display for DeviceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (platform, device) = self.index;
        write!(
            f,
            "{platform}:{device} {} / {} ({})",
            self.platform, self.name, self.kind
        )
    }
}
