//! Sarrus' rule on a nested array by value.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn determinant_3(m: [[f64; 3]; 3]) -> f64 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
        - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

pub fn points() -> Vec<([[f64; 3]; 3],)> {
    vec![([[1.0, 0.2, -0.3], [0.5, 1.5, 0.1], [-0.2, 0.4, 0.9]],)]
}
