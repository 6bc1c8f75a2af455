//! An early return out of three nested loops.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn return_from_third_loop(x: &[f64], limit: f64) -> f64 {
    let n = x.len();
    let mut sum = 0.0;
    for i in 0..n {
        for j in 0..n {
            sum *= 0.9;
            for k in j..n {
                sum += x[i] * x[j] * x[k];
                if sum > limit {
                    return sum * x[k] + limit;
                }
            }
        }
        sum += x[i].sin();
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.5, 1.2, 0.8], 2.0),
        (vec![0.5, 1.2, 0.8], 100.0),
        (vec![2.0], 1.0),
        (vec![], 1.0),
    ]
}
