//! `return` in the middle of values: of a `let`, of an operand, of an argument, of a `match` arm.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn shifted(x: f64, by: f64) -> f64 {
    x.exp() + by
}

#[differentiate(scalar)]
pub fn return_from_value_blocks(x: f64, y: f64, n: usize) -> f64 {
    let a = {
        if n == 0 {
            return x;
        }
        x * y
    };
    let b = a + match n {
        1 => return a * a,
        2 => x,
        _ => y,
    };
    let mut c = b;
    for k in 0..n {
        c += shifted(
            c * 0.125,
            if k > 4 {
                return c * y;
            } else {
                x
            },
        );
        c = if c > 20.0 { return c.ln() } else { c * 0.5 };
    }
    if c > 3.0 {
        return c - {
            let d = c * x;
            if d > 4.0 {
                return d;
            }
            d
        };
    }
    c
}

pub fn points() -> Vec<(f64, f64, usize)> {
    (0..8)
        .map(|n| (0.7 + 0.1 * n as f64, 1.3, n))
        .chain([(6.0, 9.0, 3), (2.1, 1.9, 2)])
        .collect()
}
