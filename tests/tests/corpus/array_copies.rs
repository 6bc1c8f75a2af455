//! Arrays are copied by assignment: changes to one do not reach the other.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn array_copies(x: [f64; 3]) -> f64 {
    let mut a = x;
    let b = a;
    a[0] = b[1] * b[2];
    let mut c = a;
    c[1] *= a[0];
    a = b;
    a[2] += c[1] * c[0];
    a[0] * a[1] * a[2] + b[0] * c[2]
}

pub fn points() -> Vec<([f64; 3],)> {
    vec![([0.5, -0.3, 0.8],)]
}
