//! Linear interpolation in a constant table; clamped at both ends.

use autodiff_runtime::differentiate;

const TABLE: [f64; 6] = [0.0, 0.8, 1.1, 0.9, 0.2, -0.6];

#[differentiate]
pub fn table_lookup(x: f64) -> f64 {
    if x <= 0.0 {
        return TABLE[0];
    }
    let cell = x as usize;
    if cell + 1 >= TABLE.len() {
        return TABLE[TABLE.len() - 1];
    }
    let t = x - cell as f64;
    (1.0 - t) * TABLE[cell] + t * TABLE[cell + 1]
}

pub fn points() -> Vec<(f64,)> {
    vec![(-1.0,), (0.4,), (2.7,), (4.5,), (9.0,)]
}
