//! Polar to Cartesian coordinates: an array out of scalars.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn polar(radius: f64, angle: f64) -> [f64; 2] {
    [radius * angle.cos(), radius * angle.sin()]
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.5, 0.6), (-0.3, 2.0)]
}
