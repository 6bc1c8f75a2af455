//! A scalar Kalman filter forwards and the Rauch-Tung-Striebel smoother backwards over its records.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn kalman_smoother(observed: &[f64], process: f64, noise: f64) -> f64 {
    let n = observed.len();
    let mut means = Vec::with_capacity(n);
    let mut variances = Vec::with_capacity(n);
    let (mut m, mut p) = (0.0, 1.0);
    for z in observed {
        let predicted = p + process;
        let gain = predicted / (predicted + noise);
        m += gain * (z - m);
        p = (1.0 - gain) * predicted;
        means.push(m);
        variances.push(p);
    }
    let mut smoothed = means[n - 1];
    let mut sum = smoothed * smoothed;
    for i in (0..n - 1).rev() {
        let c = variances[i] / (variances[i] + process);
        smoothed = means[i] + c * (smoothed - means[i]);
        sum += smoothed * smoothed;
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64, f64)> {
    vec![(vec![0.3, 0.8, 0.5, 1.2], 0.2, 0.4)]
}
