//! Arithmetic-geometric mean: two variables updated from each other's old value.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn agm(x: f64, y: f64) -> f64 {
    let mut a = x;
    let mut g = y;
    while (a - g).abs() > 1e-14 * a {
        let mean = 0.5 * (a + g);
        g = (a * g).sqrt();
        a = mean;
    }
    a
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.0, 2.0), (24.0, 6.0)]
}

pub fn kinks() -> Vec<(f64, f64)> {
    vec![(1.0, 1.0)]
}
