//! Finding devices.
//!
//! `ocl` is asked only for what exists: without a platform its own search waits ten seconds and panics.

use std::sync::{Mutex, PoisonError};

use ocl::enums::{DeviceInfo as Query, DeviceInfoResult as Answer};
use ocl::ffi;
use ocl::flags::DeviceType;

use super::error::{NoDevice, OpenClError};
use super::info::{DeviceInfo, DeviceKind, Limits};

/// What the driver calls a device.
#[derive(Clone, Copy, Debug)]
pub struct Handle {
    pub platform: ocl::Platform,
    pub device: ocl::Device,
}

/// The code for a loader that knows no platform, of the extension `cl_khr_icd`.
const PLATFORM_NOT_FOUND: i32 = -1001;

/// Held while a driver is asked for devices or for a context. PoCL sets its devices up at the first question, and two
/// threads that ask it at once find none, or crash.
pub static SETUP: Mutex<()> = Mutex::new(());

/// All devices, of all platforms.
pub fn devices() -> Result<Vec<(DeviceInfo, Handle)>, OpenClError> {
    let _alone = SETUP.lock().unwrap_or_else(PoisonError::into_inner);
    make_sure_of_a_platform()?;
    let ids = ocl::core::get_platform_ids()
        .map_err(|error| api("clGetPlatformIDs", &ocl::Error::from(error)))?;
    let mut devices = Vec::new();
    for (at, platform) in ocl::Platform::list_from_core(ids).into_iter().enumerate() {
        let name = platform
            .name()
            .map_err(|error| api("clGetPlatformInfo", &error))?;
        // A platform whose driver does not work counts as one without devices.
        let own = ocl::Device::list_all(platform).unwrap_or_default();
        for (number, device) in own.into_iter().enumerate() {
            let info = describe(name.clone(), (at, number), &device)?;
            devices.push((info, Handle { platform, device }));
        }
    }
    Ok(devices)
}

fn make_sure_of_a_platform() -> Result<(), OpenClError> {
    let mut platforms = 0;
    // SAFETY: with room for no platform the function only writes their number, to a place that is ours.
    let code = unsafe { ffi::clGetPlatformIDs(0, std::ptr::null_mut(), &mut platforms) };
    match code {
        PLATFORM_NOT_FOUND => Err(NoDevice::NoPlatform.into()),
        0 if platforms == 0 => Err(NoDevice::NoPlatform.into()),
        0 => Ok(()),
        code => Err(OpenClError::Api {
            call: "clGetPlatformIDs",
            code: Some(code),
            reason: format!("code {code}"),
        }),
    }
}

fn describe(
    platform: String,
    index: (usize, usize),
    device: &ocl::Device,
) -> Result<DeviceInfo, OpenClError> {
    let ask = |query| {
        device
            .info(query)
            .map_err(|error| api("clGetDeviceInfo", &error))
    };
    let number = |query| ask(query).map(|answer| as_number(&answer));
    let kind = match ask(Query::Type)? {
        Answer::Type(kind) if kind.contains(DeviceType::GPU) => DeviceKind::Gpu,
        Answer::Type(kind) if kind.contains(DeviceType::CPU) => DeviceKind::Cpu,
        _ => DeviceKind::Accelerator,
    };
    // Devices before OpenCL 1.2 may not know the question.
    let double_precision = matches!(device.info(Query::DoubleFpConfig),
        Ok(Answer::DoubleFpConfig(config)) if !config.is_empty());
    Ok(DeviceInfo {
        platform,
        name: device
            .name()
            .map_err(|error| api("clGetDeviceInfo", &error))?
            .trim()
            .to_owned(),
        kind,
        index,
        compute_units: number(Query::MaxComputeUnits)?.max(1),
        limits: Limits {
            work_group: number(Query::MaxWorkGroupSize)?,
            local_memory: number(Query::LocalMemSize)?,
            buffer: number(Query::MaxMemAllocSize)?,
        },
        double_precision,
        register: 4 * number(Query::NativeVectorWidthFloat)?,
        compiler: matches!(ask(Query::Available)?, Answer::Available(true))
            && matches!(
                ask(Query::CompilerAvailable)?,
                Answer::CompilerAvailable(true)
            ),
    })
}

fn as_number(answer: &Answer) -> usize {
    match answer {
        Answer::MaxComputeUnits(number) | Answer::NativeVectorWidthFloat(number) => {
            *number as usize
        }
        Answer::MaxWorkGroupSize(number) => *number,
        Answer::LocalMemSize(number) | Answer::MaxMemAllocSize(number) => *number as usize,
        _ => 0,
    }
}

/// The error of a call.
pub fn api(call: &'static str, error: &ocl::Error) -> OpenClError {
    let (code, reason) = match error.api_status() {
        Some(status) => {
            let code = status as i32;
            (Some(code), format!("{status:?} ({code})"))
        }
        // Its message is a banner of several lines.
        None => {
            let text = error.to_string();
            let words: Vec<_> = text.split_whitespace().collect();
            (None, words.join(" "))
        }
    };
    OpenClError::Api { call, code, reason }
}
