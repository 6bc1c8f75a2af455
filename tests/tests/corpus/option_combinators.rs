//! `and_then`, `filter`, `map_or`, `or_else`, `take` on an `Option` that holds an active value.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn option_combinators(x: f64, y: f64) -> f64 {
    let positive = if x > 0.0 { Some(x * y) } else { None };
    let root = positive.and_then(|v| if v > 0.5 { Some(v.sqrt()) } else { None });
    let small = root.filter(|v| *v < 10.0);
    let either = small.or_else(|| Some(y * y));
    let mut left = either.map(|v| v * x);
    let taken = left.take();
    let rest = left.map_or(1.0, |v| v.exp());
    taken.map_or(y, |v| v.sin()) * rest + root.unwrap_or(x)
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.9, 1.3), (0.2, 0.4), (-0.5, 0.7)]
}
