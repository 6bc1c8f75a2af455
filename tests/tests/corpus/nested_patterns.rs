//! Tuples, arrays and slices taken apart by patterns, in one step.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn nested_patterns(x: f64, p: &[f64], q: [f64; 3]) -> f64 {
    let [a, b, mut c] = q;
    c *= a;
    let (d, (e, [f, g])) = (x * a, (b - x, [c, x]));
    let both = ((a, d), e * e);
    let ((h, _), i) = both;
    let [first, middle @ .., last] = p else {
        return a * b * c + d * e * f * g;
    };
    let mut sum = first * last;
    for k in 0..middle.len() {
        sum += middle[k] * h;
    }
    let &[j, ..] = p else {
        panic!("there is a first")
    };
    let (ref l, m) = (sum * j, i);
    let whole @ [n, _, _] = q;
    *l * m + whole[1] * n
}

pub fn points() -> Vec<(f64, Vec<f64>, [f64; 3])> {
    vec![
        (0.7, vec![0.3, 1.1, -0.4, 0.9], [1.2, 0.4, -0.6]),
        (0.7, vec![0.3, 1.1], [1.2, 0.4, -0.6]),
        (0.4, vec![0.3], [1.2, 0.4, -0.6]),
    ]
}
