//! An embedded Heun-Euler pair with step control: steps are tried until one is accepted.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn slope(y: f64, rate: f64) -> f64 {
    rate * y * (1.0 - y)
}

#[differentiate(scalar)]
pub fn step_control(y0: f64, rate: f64, tolerance: f64, end: f64) -> f64 {
    let (mut t, mut y, mut h) = (0.0, y0, 0.5);
    let mut rejected = 0;
    'steps: loop {
        let next = loop {
            let step = if t + h > end { end - t } else { h };
            let k1 = slope(y, rate);
            let k2 = slope(y + step * k1, rate);
            let error = 0.5 * step * (k2 - k1).abs();
            if error <= tolerance {
                t += step;
                break y + 0.5 * step * (k1 + k2);
            }
            rejected += 1;
            if rejected > 50 {
                break 'steps;
            }
            h = 0.5 * step;
        };
        y = next;
        if t >= end {
            break;
        }
    }
    y
}

pub fn points() -> Vec<(f64, f64, f64, f64)> {
    // Differences must not change which steps are accepted.
    vec![(0.2, 1.7, 0.02, 2.1)]
}
