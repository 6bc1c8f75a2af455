//! Values and derivatives against reference values.

use super::error::Error;
use super::golden::Golden;
use super::instance;

/// How far numbers may lie apart, relative to the largest of them.
pub const TOLERANCE: f64 = 1e-12;

/// An array, and how far it is from its reference.
#[derive(Clone, Debug)]
pub struct Deviation {
    /// The name of the array in the file of reference values.
    pub array: String,
    /// Largest difference over largest reference; infinite if the lengths differ.
    pub deviation: f64,
}

impl Deviation {
    /// Whether it is small enough; NaN is not.
    pub fn is_fine(&self) -> bool {
        self.deviation <= TOLERANCE
    }
}

/// Computes all that the file has reference values for.
pub fn check(golden: &Golden) -> Result<Vec<Deviation>, Error> {
    let mut instance = instance::read(golden)?;
    let results = instance.results();
    let mut deviations = Vec::new();
    for name in golden.names() {
        let expected = golden.array(name).unwrap_or_default();
        let found = results.iter().find(|(own, _)| *own == name);
        let (_, found) = found.ok_or_else(|| {
            Error::format(
                &golden.path,
                format!("`{name}` is no result of this problem"),
            )
        })?;
        deviations.push(Deviation {
            array: name.to_string(),
            deviation: deviation(found, expected, golden.is_set("first")),
        });
    }
    if deviations.is_empty() {
        return Err(Error::format(&golden.path, "holds no reference values"));
    }
    Ok(deviations)
}

/// Largest difference over largest reference.
fn deviation(found: &[f64], expected: &[f64], first: bool) -> f64 {
    if found.len() < expected.len() || (!first && found.len() != expected.len()) {
        return f64::INFINITY;
    }
    // `max` would pass over a NaN.
    let worst = |worst: f64, x: f64| if x > worst || x.is_nan() { x } else { worst };
    let difference = found
        .iter()
        .zip(expected)
        .map(|(found, expected)| (found - expected).abs())
        .fold(0.0, worst);
    let largest = expected
        .iter()
        .fold(0.0, |largest, x| worst(largest, x.abs()));
    if difference == 0.0 {
        0.0
    } else {
        difference / largest
    }
}
