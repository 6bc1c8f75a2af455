//! Eccentric anomaly from Kepler's equation, with a break on convergence.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn kepler(mean_anomaly: f64, eccentricity: f64) -> f64 {
    let mut anomaly = mean_anomaly;
    for _ in 0..50 {
        let residual = anomaly - eccentricity * anomaly.sin() - mean_anomaly;
        let slope = 1.0 - eccentricity * anomaly.cos();
        let step = residual / slope;
        anomaly -= step;
        if step.abs() < 1e-13 {
            break;
        }
    }
    anomaly
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(1.0, 0.3), (2.5, 0.7), (0.4, 0.1)]
}
