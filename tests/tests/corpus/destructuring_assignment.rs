//! Assignment to patterns: nested, with `_` and `..`, to elements and fields.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn pair_of(x: f64) -> (f64, (f64, f64)) {
    (x.sin(), (x.cos(), x))
}

#[differentiate(scalar)]
pub fn destructuring_assignment(x: f64, n: usize) -> f64 {
    let (mut a, mut b, mut c) = (x, 1.0, 0.5);
    let mut v = [0.0; 4];
    let mut t = (x, x * x);
    for k in 0..n {
        (a, (b, _)) = (a * b + c, (a, c));
        [v[k % 4], c] = [b * c, v[(k + 1) % 4] + a * 0.25];
        (t.0, ..) = (t.1, a, b);
        (t.1, (v[3], b)) = pair_of(c);
        _ = v[2];
    }
    (a, b) = if a > 2.0 { (b, a) } else { (a, b) };
    a - b * c + v[0] + v[1] * v[3] + t.0 * t.1
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(0.7, 5), (0.3, 1), (1.1, 0)]
}
