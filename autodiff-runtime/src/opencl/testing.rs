//! A device for tests.

use std::io::Write as _;

use super::OpenCl;

/// For tests: what [`OpenCl::open`] gives, or `None` where there is no device, after a line on standard error that starts with
/// `SKIPPED`. The line is not captured, so that a skipped test is seen to be one.
///
/// # Panics
/// Where there is no device although the environment variable `REQUIRE_OPENCL` is `1`.
///
/// ```
/// use autodiff_runtime::opencl::device_or_skip;
///
/// # fn test() {
/// let Some(device) = device_or_skip() else {
///     return;
/// };
/// assert!(device.info().compiler);
/// # }
/// # test();
/// ```
pub fn device_or_skip() -> Option<OpenCl> {
    match OpenCl::open() {
        Ok(device) => Some(device),
        Err(error) if std::env::var("REQUIRE_OPENCL").is_ok_and(|value| value == "1") => {
            panic!("REQUIRE_OPENCL=1, and yet: {error}")
        }
        Err(error) => {
            // Only macros are captured. Without a standard error there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {error}");
            None
        }
    }
}
