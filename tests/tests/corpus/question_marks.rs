//! `?` on calls that return `Option` and `Result`, and on local values; failures come back as they are.

use autodiff_runtime::differentiate;

#[differentiate]
pub fn safe_sqrt(x: f64) -> Option<f64> {
    if x < 0.0 {
        return None;
    }
    Some(x.sqrt())
}

#[differentiate]
pub fn pivot(a: &[f64], n: usize, column: usize) -> Result<f64, String> {
    let value = a[column * n + column];
    match value.abs() {
        p if p > 1e-2 => Ok(value),
        _ => Err(format!("column {column} is singular")),
    }
}

#[differentiate]
pub fn solve(a: &mut [f64], b: &mut [f64]) -> Result<(), String> {
    let n = b.len();
    for k in 0..n {
        let p = pivot(a, n, k)?;
        for i in k + 1..n {
            let factor = a[i * n + k] / p;
            for j in k..n {
                a[i * n + j] -= factor * a[k * n + j];
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        for j in k + 1..n {
            b[k] -= a[k * n + j] * b[j];
        }
        b[k] /= a[k * n + k];
    }
    Ok(())
}

#[differentiate]
pub fn norm_of_solution(a: &[f64], b: &[f64]) -> Result<f64, String> {
    let (mut m, mut y) = (a.to_vec(), b.to_vec());
    solve(&mut m, &mut y)?;
    let mut sum = 0.0;
    for i in 0..y.len() {
        sum += y[i] * y[i];
    }
    let root = safe_sqrt(sum).ok_or("negative")?;
    if root > 1e6 {
        return Err("too large".to_string());
    }
    Ok(root * safe_sqrt(a[0]).unwrap_or(0.5))
}

#[differentiate]
pub fn question_marks(a: &[f64], b: &[f64]) -> f64 {
    match norm_of_solution(a, b) {
        Ok(norm) => norm * b[0],
        Err(reason) => b[0] * b[0] * reason.len() as f64,
    }
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![2.0, 0.5, -0.3, 1.5], vec![0.7, -0.4]),
        (vec![-2.0, 0.5, -0.3, 1.5], vec![0.7, -0.4]),
        (vec![1.0, 2.0, 2.0, 4.001], vec![0.7, -0.4]),
        (vec![0.7], vec![0.3]),
    ]
}
