//! Symmetrisation by writing to one triangle what is read from the other.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn transpose_in_place(a: &mut [[f64; 3]; 3]) {
    for i in 0..3 {
        for j in 0..3 {
            a[i][j] = a[j][i] * a[i][j];
        }
    }
}

pub fn points() -> Vec<([[f64; 3]; 3],)> {
    vec![([[1.0, 0.2, -0.3], [0.5, 1.5, 0.1], [-0.2, 0.4, 0.9]],)]
}
