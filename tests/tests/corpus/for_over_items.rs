//! `for` over the items of sequences and chains, left by `break`, `continue` and `return`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn for_over_items(x: &[f64], rows: &[[f64; 3]]) -> f64 {
    let mut sum = 1.0;
    'rows: for (row, &weight) in rows.iter().zip(x) {
        for pair in row.windows(2) {
            if pair[0] > 5.0 {
                break 'rows;
            }
            sum += pair[0] * pair[1] * weight;
        }
        let [a, _, c] = row;
        if *a > 2.0 {
            continue;
        }
        sum *= 1.0 + 0.1 * c;
    }
    for (i, v) in x.iter().enumerate().rev() {
        sum += v * i as f64;
        if sum > 50.0 {
            return sum * v;
        }
    }
    for v in x.iter().chain(&rows[0]) {
        if *v > 1.0 {
            break;
        }
        sum += v.cos();
    }
    sum
}

pub fn points() -> Vec<(Vec<f64>, Vec<[f64; 3]>)> {
    vec![
        (
            vec![0.3, 1.2, -0.7],
            vec![[0.1, 0.2, 0.3], [3.0, 0.4, 0.5], [0.5, 0.6, 0.7]],
        ),
        (vec![0.3, 60.0], vec![[0.1, 0.2, 0.3], [6.0, 0.4, 0.5]]),
    ]
}
