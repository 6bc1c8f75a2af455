//! A double pendulum under the classical Runge-Kutta method; the right-hand side is a function of its own.

use autodiff_runtime::differentiate;

#[differentiate]
fn slope(s: [f64; 4], l1: f64, l2: f64) -> [f64; 4] {
    const G: f64 = 9.81;
    let [a, b, u, v] = s;
    let d = a - b;
    let den = 3.0 - (2.0 * d).cos();
    let du = (-3.0 * G * a.sin()
        - G * (a - 2.0 * b).sin()
        - 2.0 * d.sin() * (v * v * l2 + u * u * l1 * d.cos()))
        / (l1 * den);
    let dv =
        2.0 * d.sin() * (2.0 * u * u * l1 + 2.0 * G * a.cos() + v * v * l2 * d.cos()) / (l2 * den);
    [u, v, du, dv]
}

#[differentiate]
fn moved(s: [f64; 4], k: [f64; 4], h: f64) -> [f64; 4] {
    [
        s[0] + h * k[0],
        s[1] + h * k[1],
        s[2] + h * k[2],
        s[3] + h * k[3],
    ]
}

#[differentiate]
pub fn double_pendulum(start: [f64; 4], l1: f64, l2: f64, h: f64) -> [f64; 4] {
    let mut s = start;
    for _ in 0..5 {
        let k1 = slope(s, l1, l2);
        let k2 = slope(moved(s, k1, h / 2.0), l1, l2);
        let k3 = slope(moved(s, k2, h / 2.0), l1, l2);
        let k4 = slope(moved(s, k3, h), l1, l2);
        for i in 0..4 {
            s[i] += h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]);
        }
    }
    s
}

pub fn points() -> Vec<([f64; 4], f64, f64, f64)> {
    vec![([0.9, 0.4, 0.1, -0.2], 1.0, 0.8, 0.02)]
}
