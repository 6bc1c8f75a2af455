//! Orthonormalisation of rows in place.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn gram_schmidt(rows: &mut [[f64; 3]]) {
    for i in 0..rows.len() {
        for j in 0..i {
            let mut projection = 0.0;
            for k in 0..3 {
                projection += rows[i][k] * rows[j][k];
            }
            for k in 0..3 {
                rows[i][k] -= projection * rows[j][k];
            }
        }
        let mut norm = 0.0;
        for k in 0..3 {
            norm += rows[i][k] * rows[i][k];
        }
        norm = norm.sqrt();
        for k in 0..3 {
            rows[i][k] /= norm;
        }
    }
}

pub fn points() -> Vec<(Vec<[f64; 3]>,)> {
    vec![
        (vec![[1.0, 0.2, -0.3], [0.5, 1.5, 0.1], [-0.2, 0.4, 0.9]],),
        (vec![[2.0, 1.0, 0.5]],),
        (vec![],),
    ]
}
