//! Guards that compare active values, also those that the pattern binds.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn match_guards(x: &[f64], limit: f64) -> f64 {
    let mut energy = 0.0;
    for i in 1..x.len() {
        let pair = (x[i - 1], x[i]);
        energy += match pair {
            (a, b) if a > b && a > limit => (a - b) * limit,
            (a, _) if a < 0.0 => a * a * limit,
            (a, b) => a * b,
        };
    }
    match energy {
        e if e > 10.0 => e.sqrt(),
        e if x.len() > 4 => e * limit,
        e => e,
    }
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![1.0, 0.4, 2.0, -0.5, 0.7, 0.1], 0.6),
        (vec![5.0, 2.0, 4.0], 1.1),
        (vec![-1.0, 0.4], 0.3),
        (vec![], 0.3),
    ]
}
