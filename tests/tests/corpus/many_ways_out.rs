//! Break, continue and return in one nest of loops.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn many_ways_out(x: &[f64], limit: f64) -> f64 {
    let mut sum = limit;
    let mut i = 0;
    while i < x.len() {
        let mut j = i;
        while j < x.len() {
            j += 1;
            if x[j - 1] < 0.0 {
                sum *= 0.5;
                continue;
            }
            sum += x[i] * x[j - 1];
            if sum > 3.0 {
                break;
            }
            for k in 0..3 {
                sum *= 1.0 + 0.1 * x[i];
                if sum > 2.5 && k == 1 {
                    return sum * sum;
                }
                if sum < 0.2 {
                    break;
                }
            }
        }
        if sum > 2.9 {
            sum -= x[i];
        }
        i += 1;
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, f64)> {
    vec![
        (vec![0.5, -0.3, 0.8], 0.4),
        (vec![1.5, 0.7, 0.8], 0.4),
        (vec![2.5, 0.7, 0.8], 1.4),
        (vec![0.1, -0.3], 0.1),
        (vec![], 0.4),
    ]
}
