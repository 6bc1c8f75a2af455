//! Sweeps of Gauss-Seidel for the tridiagonal system of −u″ = f, in place.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn gauss_seidel(f: &[f64], sweeps: usize) -> f64 {
    let n = f.len();
    let mut u = vec![0.0; n];
    for _ in 0..sweeps {
        for i in 0..n {
            let left = if i > 0 { u[i - 1] } else { 0.0 };
            let right = if i + 1 < n { u[i + 1] } else { 0.0 };
            u[i] = 0.5 * (f[i] + left + right);
        }
    }
    let mut energy = 0.0;
    for i in 0..n {
        energy += u[i] * u[i];
    }
    energy
}

pub fn points() -> Vec<(Vec<f64>, usize)> {
    vec![
        (vec![1.0, -0.5, 0.3, 0.8], 5),
        (vec![0.4], 2),
        (vec![1.0, 2.0], 0),
    ]
}
