//! The constructors of matrices, given active numbers, lists and closures.

use autodiff_runtime::differentiate;
use nalgebra::{DMatrix, DVector, Matrix2, Matrix3, SMatrix, SVector, Vector3};

#[differentiate]
pub fn matrix_constructors(x: f64, v: &[f64]) -> f64 {
    let n = v.len();
    let a = DVector::from_element(n, x);
    let b = DVector::from_vec(v.to_vec());
    let c = DVector::from_column_slice(v);
    let d = DMatrix::from_row_slice(1, n, v);
    let e = DMatrix::from_diagonal(&b);
    let f = Matrix2::from_row_slice(&[x, x * x, 1.0, 2.0 * x]);
    let g = Matrix3::from_diagonal(&Vector3::new(x, 1.0, x * x));
    let h = SVector::<f64, 3>::from_fn(|i, _| x * i as f64);
    let k =
        SMatrix::<f64, 2, 2>::from_columns(&[f.column(0).into_owned(), f.column(1).into_owned()]);
    let l = Matrix3::from_diagonal_element(x);
    let m = Matrix2::repeat(x);
    let o = DVector::from_iterator(n, v.iter().map(|t| t * t));
    let p = DVector::from_fn(n, |i, _| v[i] * x);
    a.dot(&b)
        + c.norm_squared()
        + (d * e * &c)[(0, 0)]
        + f.trace() * k.determinant()
        + (g * h).sum()
        + l.trace() * m.sum()
        + o.dot(&p)
}
pub fn points() -> Vec<(f64, Vec<f64>)> {
    vec![(0.3, vec![0.7, -0.2, 0.5])]
}
