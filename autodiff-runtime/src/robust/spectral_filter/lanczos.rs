//! The top eigenpair of a symmetric matrix, by Lanczos' method with full reorthogonalisation.

use nalgebra::{DMatrix, SymmetricEigen};

use crate::robust::affine::dot;

/// A symmetric matrix.
pub(super) trait Symmetric {
    /// Its rows.
    fn size(&self) -> usize;

    /// Its product with a vector.
    fn times(&self, vector: &[f64]) -> Vec<f64>;
}

/// Lanczos steps between two looks at the eigenvalues so far.
const LOOK_EVERY: usize = 8;

/// The residual, relative to the eigenvalue, at which the pair is as good as rounding allows.
const CONVERGED: f64 = 1e-15;

/// The largest eigenvalue and a unit eigenvector. (G. H. Golub, C. F. Van Loan, *Matrix Computations*, section 10.1.)
pub(super) fn top_eigenpair(matrix: &impl Symmetric) -> (f64, Vec<f64>) {
    let n = matrix.size();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    // In no particular direction, so that no eigenvector is orthogonal to it.
    let mut next: Vec<f64> = (0..n).map(|i| 1.0 + ((i * i) as f64 + 0.5).sin()).collect();
    // The image of a vector has no part in the null space.
    next = matrix.times(&next);
    let mut norm = dot(&next, &next).sqrt();
    loop {
        if basis.len() == n || !(norm > 0.0 && norm.is_finite()) {
            return ritz(&diagonal, &beside, &basis, n).unwrap_or((norm, vec![0.0; n]));
        }
        next.iter_mut().for_each(|entry| *entry /= norm);
        let mut image = matrix.times(&next);
        diagonal.push(dot(&image, &next));
        basis.push(next);
        // Twice is enough (Kahan, Parlett).
        for _ in 0..2 {
            for vector in &basis {
                let along = dot(&image, vector);
                for (image, vector) in image.iter_mut().zip(vector) {
                    *image -= along * vector;
                }
            }
        }
        norm = dot(&image, &image).sqrt();
        let scale = diagonal
            .iter()
            .fold(0.0, |scale: f64, d: &f64| scale.max(d.abs()));
        let exhausted = norm <= f64::EPSILON * scale;
        if exhausted || diagonal.len() % LOOK_EVERY == 0 {
            let (value, last) = tridiagonal_top(&diagonal, &beside);
            if exhausted || norm * last <= CONVERGED * value {
                return ritz(&diagonal, &beside, &basis, n).unwrap_or((value, vec![0.0; n]));
            }
        }
        beside.push(norm);
        next = image;
    }
}

fn tridiagonal(diagonal: &[f64], beside: &[f64]) -> SymmetricEigen<f64, nalgebra::Dyn> {
    let m = diagonal.len();
    let matrix = DMatrix::from_fn(m, m, |i, j| match i.abs_diff(j) {
        0 => diagonal[i],
        1 => beside[i.min(j)],
        _ => 0.0,
    });
    SymmetricEigen::new(matrix)
}

/// The largest eigenvalue of the tridiagonal matrix and the size of its eigenvector's last entry.
fn tridiagonal_top(diagonal: &[f64], beside: &[f64]) -> (f64, f64) {
    let eigen = tridiagonal(diagonal, beside);
    let top = eigen.eigenvalues.imax();
    (
        eigen.eigenvalues[top],
        eigen.eigenvectors[(diagonal.len() - 1, top)].abs(),
    )
}

/// The best pair in the span of the basis; `None` if that is empty.
fn ritz(diagonal: &[f64], beside: &[f64], basis: &[Vec<f64>], n: usize) -> Option<(f64, Vec<f64>)> {
    if basis.is_empty() {
        return None;
    }
    let eigen = tridiagonal(diagonal, beside);
    let top = eigen.eigenvalues.imax();
    let mut vector = vec![0.0; n];
    for (weight, basis) in eigen.eigenvectors.column(top).iter().zip(basis) {
        for (vector, basis) in vector.iter_mut().zip(basis) {
            *vector += weight * basis;
        }
    }
    Some((eigen.eigenvalues[top], vector))
}
