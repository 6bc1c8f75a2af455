//! Range of a shot with drag: the loop ends when an active height crosses zero.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn projectile(speed: f64, angle: f64, drag: f64) -> f64 {
    let h = 0.05;
    let mut x = 0.0;
    let mut y = 0.0;
    let mut vx = speed * angle.cos();
    let mut vy = speed * angle.sin();
    while y >= 0.0 {
        let v = vx.hypot(vy);
        vx -= h * drag * v * vx;
        vy -= h * (9.81 + drag * v * vy);
        let next = y + h * vy;
        if next < 0.0 {
            x += h * vx * y / (y - next);
            break;
        }
        x += h * vx;
        y = next;
    }
    x
}

pub fn points() -> Vec<(f64, f64, f64)> {
    vec![(8.0, 0.7, 0.02), (3.0, 1.1, 0.0)]
}
