//! An early return inside of a block that yields a value.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn return_from_a_block(x: f64) -> f64 {
    let y = {
        let t = -x;
        if t > 2.0 {
            return t * 3.0;
        }
        t * t
    };
    y + x.sin()
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.4,), (-3.0,), (-1.0,)]
}
