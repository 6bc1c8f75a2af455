//! Closures: captured values and accumulators, closures in closures, early returns, shadowed names.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn closures(x: f64, y: f64) -> f64 {
    let mut total = 0.0;
    let line = |t: f64| t * x + y;
    let at_two = line(2.0);
    let x = y * 3.0;
    let at_x = line(x) * at_two;
    let leaky = |t: f64| {
        if t < 0.0 {
            return 0.1 * t;
        }
        t * t
    };
    let twice = |t| leaky(leaky(t)) + x;
    let mut add = |v: f64| {
        total += v * v;
        total
    };
    add(at_two);
    let sum = add(at_x);
    total * sum.sqrt() + twice(x - 0.5) + [x, y].iter().map(|v| leaky(*v)).sum::<f64>()
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.3, 0.7), (-0.4, 0.2), (0.5, -0.8)]
}
