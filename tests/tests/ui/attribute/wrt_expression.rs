use autodiff_runtime::differentiate;

#[differentiate(wrt(x[0]))]
fn f(x: &[f64]) -> f64 {
    x[0] * x[1]
}

fn main() {
    let _ = f(&[1.0, 2.0]);
}
