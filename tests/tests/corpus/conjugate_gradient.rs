//! Two steps of conjugate gradients for a symmetric matrix, through dot-product calls.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sum = 0.0;
    for i in 0..a.len() {
        sum += a[i] * b[i];
    }
    sum
}

#[differentiate(scalar)]
pub fn conjugate_gradient(matrix: &[[f64; 3]; 3], b: &[f64; 3], steps: usize) -> [f64; 3] {
    let mut x = [0.0; 3];
    let mut r = *b;
    let mut p = r;
    let mut rho = dot(&r, &r);
    for _ in 0..steps {
        let mut q = [0.0; 3];
        for i in 0..3 {
            q[i] = dot(&matrix[i], &p);
        }
        let alpha = rho / dot(&p, &q);
        for i in 0..3 {
            x[i] += alpha * p[i];
            r[i] -= alpha * q[i];
        }
        let next = dot(&r, &r);
        for i in 0..3 {
            p[i] = r[i] + next / rho * p[i];
        }
        rho = next;
    }
    x
}

pub fn points() -> Vec<([[f64; 3]; 3], [f64; 3], usize)> {
    let matrix = [[4.0, 1.0, 0.5], [1.0, 3.0, -0.2], [0.5, -0.2, 2.0]];
    vec![(matrix, [1.0, -0.5, 0.3], 2), (matrix, [1.0, -0.5, 0.3], 0)]
}
