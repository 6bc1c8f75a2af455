//! Distance on a sphere.

use autodiff_runtime::differentiate;

const EARTH_RADIUS: f64 = 6.371;

#[differentiate(scalar)]
pub fn haversine(from: [f64; 2], to: [f64; 2]) -> f64 {
    let half_latitude = (0.5 * (to[0] - from[0]).to_radians()).sin();
    let half_longitude = (0.5 * (to[1] - from[1]).to_radians()).sin();
    let h = half_latitude * half_latitude
        + from[0].to_radians().cos() * to[0].to_radians().cos() * half_longitude * half_longitude;
    2.0 * EARTH_RADIUS * h.sqrt().asin()
}

pub fn points() -> Vec<([f64; 2], [f64; 2])> {
    vec![([48.1, 11.6], [35.7, 139.7]), ([-33.0, 151.0], [51.5, 0.0])]
}
