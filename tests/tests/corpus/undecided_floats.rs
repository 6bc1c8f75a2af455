//! Literals whose type comes from elsewhere: tables, precision of other data, constants in tuples
//! that become active, integers from active values.

use autodiff_runtime::differentiate;

pub struct Settings {
    pub rate: f64,
    pub step: f32,
}

#[differentiate]
pub fn undecided_floats(x: f64, #[constant] c: &Settings, table: &[usize]) -> f64 {
    let weights = [0.25, 0.5, 1.5];
    let grid = [[0.125; 3]; 2];
    let shift = 0.5;
    let single = c.step * shift;
    let mut t = (c.rate, x);
    t.0 *= x;
    t.1 -= t.0 * weights[2] + f64::from(single);
    let (at, n) = ((x.abs() * 2.0) as usize, table.len());
    let mut sum = t.0 + t.1 * grid[1][at % 3];
    for k in 0..n {
        sum += x * table[k] as f64 * weights[table[k] % 3];
    }
    sum * n as f64 + weights[at % 3] * x
}

pub fn points() -> Vec<(f64, Settings, Vec<usize>)> {
    let settings = || Settings {
        rate: 0.3,
        step: 0.25,
    };
    vec![
        (0.7, settings(), vec![1, 2, 5]),
        (-1.6, settings(), vec![4, 0]),
    ]
}
