//! `loop` and labelled blocks whose value comes from a `break`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn loop_break_values(x: f64, n: usize) -> f64 {
    let mut guess = x;
    let mut k = 0;
    let root = loop {
        let next = 0.5 * (guess + x / guess);
        if (next - guess).abs() < 1e-12 {
            break next;
        }
        k += 1;
        if k > n {
            break next * 1.0625;
        }
        guess = next;
    };
    let damped = 'found: {
        for i in 0..n {
            for j in 0..n {
                if root * (i * j) as f64 > 2.5 {
                    break 'found root * i as f64 + x * j as f64;
                }
            }
        }
        if n == 2 {
            break 'found 0.5;
        }
        root.ln()
    };
    damped * root
}

pub fn points() -> Vec<(f64, usize)> {
    vec![(2.0, 7), (3.0, 2), (0.25, 1), (1.7, 0)]
}
