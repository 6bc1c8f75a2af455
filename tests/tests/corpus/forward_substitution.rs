//! L·x = b in place, with a fixed-size triangle.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn forward_substitution(l: &[[f64; 3]; 3], b: &mut [f64; 3]) {
    for i in 0..3 {
        for j in 0..i {
            b[i] -= l[i][j] * b[j];
        }
        b[i] /= l[i][i];
    }
}

pub fn points() -> Vec<([[f64; 3]; 3], [f64; 3])> {
    vec![(
        [[1.5, 0.0, 0.0], [0.3, 2.0, 0.0], [-0.7, 0.4, 0.8]],
        [1.0, -0.5, 0.25],
    )]
}
