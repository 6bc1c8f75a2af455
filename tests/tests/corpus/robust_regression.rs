//! Regression by reweighting: a few rounds of weighted least squares with Cauchy weights.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn robust_regression(x: &[f64], y: &[f64], scale: f64) -> [f64; 2] {
    let (mut a, mut b) = (0.0, 0.0);
    for _ in 0..4 {
        let (mut sw, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (&xi, &yi) in x.iter().zip(y) {
            let r = (yi - a - b * xi) / scale;
            let w = 1.0 / (1.0 + r * r);
            sw += w;
            sx += w * xi;
            sy += w * yi;
            sxx += w * xi * xi;
            sxy += w * xi * yi;
        }
        let det = sw * sxx - sx * sx;
        a = (sxx * sy - sx * sxy) / det;
        b = (sw * sxy - sx * sy) / det;
    }
    [a, b]
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>, f64)> {
    vec![(vec![0.0, 0.5, 1.0, 1.5], vec![0.1, 0.7, 0.9, 3.0], 0.5)]
}
