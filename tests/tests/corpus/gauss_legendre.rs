//! A five-point Gauss-Legendre rule on pieces of an interval whose ends are active.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn gauss_legendre(from: f64, to: f64, k: f64, #[constant] pieces: usize) -> f64 {
    let nodes: [(f64, f64); 5] = [
        (0.0, 0.5688888888888889),
        (0.5384693101056831, 0.4786286704993665),
        (-0.5384693101056831, 0.4786286704993665),
        (0.906179845938664, 0.2369268850561891),
        (-0.906179845938664, 0.2369268850561891),
    ];
    let h = (to - from) / pieces as f64;
    let mut sum = 0.0;
    for p in 0..pieces {
        let middle = from + (p as f64 + 0.5) * h;
        for (node, weight) in nodes {
            let x = middle + 0.5 * h * node;
            sum += weight * 0.5 * h * (k * x).sin() / (1.0 + x * x);
        }
    }
    sum
}

pub fn points() -> Vec<(f64, f64, f64, usize)> {
    vec![(0.1, 1.7, 2.0, 2)]
}
