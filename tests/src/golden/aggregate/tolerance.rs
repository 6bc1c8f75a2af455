//! How far from a reference value a correct estimate may be.

use autodiff_runtime::nn::Real;
use autodiff_runtime::robust::{Method, Spec};
use nalgebra::DMatrix;

/// Estimators that look at every coordinate alone are as precise as its largest value allows, the others as the largest
/// of all gradients.
fn is_coordinatewise(spec: &Spec) -> bool {
    matches!(
        spec.method,
        Method::Mean(_)
            | Method::SoftTruncation(_)
            | Method::MLocation(_)
            | Method::MFixedPoint(_)
            | Method::Catoni(_)
            | Method::SmoothedNoise(_)
            | Method::TrimmedMean(_)
            | Method::WinsorizedMean(_)
            | Method::Median(_)
            | Method::MeaMed(_)
    )
}

/// The relative tolerance in a precision.
pub(super) fn relative<T: Real>(spec: &Spec) -> f64 {
    if T::EPSILON.as_f64() > 1e-10 {
        return 2e-6;
    }
    match spec.method {
        Method::GeometricMedian(_) | Method::MedianOfMeans(_) => 1e-9,
        _ => 1e-12,
    }
}

/// What the tolerance of every coordinate is relative to, never 0.
pub(super) fn magnitudes(spec: &Spec, gradients: &DMatrix<f64>) -> Vec<f64> {
    let largest = |column: &[f64]| {
        let largest = column
            .iter()
            .fold(0.0_f64, |largest, g| largest.max(g.abs()));
        if largest > 0.0 { largest } else { 1.0 }
    };
    if is_coordinatewise(spec) {
        gradients
            .column_iter()
            .map(|column| largest(column.as_slice()))
            .collect()
    } else {
        vec![largest(gradients.as_slice()); gradients.ncols()]
    }
}
