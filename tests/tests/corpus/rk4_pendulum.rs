//! Angle of a damped pendulum after some steps of the classical Runge-Kutta method.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn acceleration(angle: f64, speed: f64, damping: f64) -> f64 {
    -9.81 * angle.sin() - damping * speed
}

#[differentiate(scalar)]
pub fn rk4_pendulum(angle: f64, speed: f64, damping: f64, steps: usize) -> f64 {
    let h = 0.05;
    let mut q = angle;
    let mut p = speed;
    for _ in 0..steps {
        let q1 = p;
        let p1 = acceleration(q, p, damping);
        let q2 = p + 0.5 * h * p1;
        let p2 = acceleration(q + 0.5 * h * q1, p + 0.5 * h * p1, damping);
        let q3 = p + 0.5 * h * p2;
        let p3 = acceleration(q + 0.5 * h * q2, p + 0.5 * h * p2, damping);
        let q4 = p + h * p3;
        let p4 = acceleration(q + h * q3, p + h * p3, damping);
        q += h / 6.0 * (q1 + 2.0 * q2 + 2.0 * q3 + q4);
        p += h / 6.0 * (p1 + 2.0 * p2 + 2.0 * p3 + p4);
    }
    q
}

pub fn points() -> Vec<(f64, f64, f64, usize)> {
    vec![(0.5, 0.0, 0.1, 10), (1.0, -0.3, 0.5, 3), (0.2, 0.1, 0.0, 0)]
}
