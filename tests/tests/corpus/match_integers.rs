//! `match` on an integer as a value: ranges, alternatives, a name for what matched.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn match_integers(x: f64, y: f64, steps: usize) -> f64 {
    let mut sum = 0.0;
    for k in 0..steps {
        sum += match k {
            0 => x * y,
            1 | 3 => x.sin() - y,
            n @ 4..=6 => x * n as f64 + y * y,
            n if n % 2 == 0 => (x - y).powi(n as i32 % 5),
            _ => {
                let both = x * y;
                both * both
            }
        };
    }
    sum
}

pub fn points() -> Vec<(f64, f64, usize)> {
    vec![(0.7, -0.3, 12), (1.3, 0.4, 3), (0.2, 0.9, 0)]
}
