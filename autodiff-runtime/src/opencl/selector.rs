//! Which device to compute on.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::error::NoDevice;
use super::info::{DeviceInfo, DeviceKind};

/// The environment variable that chooses a device where the program does not.
pub const DEVICE_VARIABLE: &str = "AUTODIFF_OPENCL_DEVICE";

/// A choice among devices, as text: `gpu`, `cpu` or `accelerator` for the first of a kind, `P:D` for device `D` of platform
/// `P`, anything else for the first whose platform and name contain it, upper or lower case.
///
/// ```
/// use autodiff_runtime::opencl::{DeviceKind, DeviceSelector};
///
/// assert_eq!("gpu".parse(), Ok(DeviceSelector::Kind(DeviceKind::Gpu)));
/// assert_eq!("1:0".parse(), Ok(DeviceSelector::Index(1, 0)));
/// assert_eq!("Portable".parse(), Ok(DeviceSelector::Name("Portable".to_owned())));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DeviceSelector {
    /// The first GPU, without one the first accelerator, without one the first processor.
    #[default]
    Best,
    /// The first of its kind.
    Kind(DeviceKind),
    /// Platform and device, counted from 0.
    Index(usize, usize),
    /// Part of a name.
    Name(String),
}

impl FromStr for DeviceSelector {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let text = text.trim();
        let index = || {
            let (platform, device) = text.split_once(':')?;
            Some(Self::Index(platform.parse().ok()?, device.parse().ok()?))
        };
        Ok(match text.to_lowercase().as_str() {
            "" => Self::Best,
            "gpu" => Self::Kind(DeviceKind::Gpu),
            "cpu" => Self::Kind(DeviceKind::Cpu),
            "accelerator" => Self::Kind(DeviceKind::Accelerator),
            _ => index().unwrap_or_else(|| Self::Name(text.to_owned())),
        })
    }
}

impl fmt::Display for DeviceSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Best => f.write_str("any device"),
            Self::Kind(kind) => kind.fmt(f),
            Self::Index(platform, device) => write!(f, "{platform}:{device}"),
            Self::Name(part) => f.write_str(part),
        }
    }
}

impl DeviceSelector {
    /// What the environment variable [`DEVICE_VARIABLE`] says, [`Best`](Self::Best) where it is not set.
    pub fn from_env() -> Self {
        let Ok(choice) = std::env::var(DEVICE_VARIABLE)
            .unwrap_or_default()
            .parse::<Self>();
        choice
    }

    /// The number of the chosen one.
    ///
    /// # Errors
    /// [`NoDevice::NoMatchingDevice`], or [`NoDevice::NoCompiler`] where the only ones that match have none.
    pub(super) fn choose(&self, devices: &[DeviceInfo]) -> Result<usize, NoDevice> {
        let matching = |device: &DeviceInfo| match self {
            Self::Best => true,
            Self::Kind(kind) => device.kind == *kind,
            Self::Index(platform, number) => device.index == (*platform, *number),
            Self::Name(part) => format!("{} / {}", device.platform, device.name)
                .to_lowercase()
                .contains(&part.to_lowercase()),
        };
        let candidates = || (0..devices.len()).filter(|&at| matching(&devices[at]));
        let usable = candidates().filter(|&at| devices[at].compiler);
        if let Some(best) = usable.min_by_key(|&at| preference(devices[at].kind)) {
            return Ok(best);
        }
        Err(match candidates().next() {
            Some(at) => NoDevice::NoCompiler {
                device: devices[at].to_string(),
            },
            None => NoDevice::NoMatchingDevice {
                wanted: self.to_string(),
                found: devices.iter().map(DeviceInfo::to_string).collect(),
            },
        })
    }
}

fn preference(kind: DeviceKind) -> usize {
    match kind {
        DeviceKind::Gpu => 0,
        DeviceKind::Accelerator => 1,
        DeviceKind::Cpu => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::super::info::Limits;
    use super::*;

    fn device(index: (usize, usize), kind: DeviceKind, name: &str, compiler: bool) -> DeviceInfo {
        DeviceInfo {
            platform: format!("Platform {}", index.0),
            name: name.to_owned(),
            kind,
            index,
            compute_units: 1,
            limits: Limits {
                work_group: 1,
                local_memory: 0,
                buffer: 1,
            },
            double_precision: false,
            register: 16,
            compiler,
        }
    }

    fn three() -> [DeviceInfo; 3] {
        [
            device((0, 0), DeviceKind::Cpu, "Zen", true),
            device((1, 0), DeviceKind::Gpu, "Broken", false),
            device((1, 1), DeviceKind::Gpu, "Hopper", true),
        ]
    }

    fn choose(text: &str) -> Result<usize, NoDevice> {
        let Ok(selector) = text.parse::<DeviceSelector>();
        selector.choose(&three())
    }

    #[test]
    fn a_gpu_that_works_comes_first() {
        assert_eq!(choose(""), Ok(2));
    }

    #[test]
    fn kind_index_and_part_of_a_name_choose() {
        assert_eq!(choose("cpu"), Ok(0));
        assert_eq!(choose("GPU"), Ok(2));
        assert_eq!(choose("1:1"), Ok(2));
        assert_eq!(choose("form 0 / z"), Ok(0));
    }

    #[test]
    fn nothing_is_chosen_in_place_of_what_was_asked_for() {
        let error = choose("radeon").unwrap_err();
        assert!(
            matches!(&error, NoDevice::NoMatchingDevice { wanted, found } if wanted == "radeon" && found.len() == 3)
        );
        assert!(error.to_string().contains("Hopper"), "{error}");
        assert!(matches!(
            choose("accelerator"),
            Err(NoDevice::NoMatchingDevice { .. })
        ));
        assert!(matches!(
            choose("7:0"),
            Err(NoDevice::NoMatchingDevice { .. })
        ));
    }

    #[test]
    fn a_device_without_a_compiler_is_named() {
        assert!(
            matches!(choose("broken"), Err(NoDevice::NoCompiler { device }) if device.contains("Broken"))
        );
    }

    #[test]
    fn no_devices_at_all_hint_at_the_cache() {
        let error = DeviceSelector::Best.choose(&[]).unwrap_err();
        assert!(error.to_string().contains("POCL_CACHE_DIR"), "{error}");
    }
}
