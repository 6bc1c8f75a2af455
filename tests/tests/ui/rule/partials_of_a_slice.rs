use autodiff_runtime::differentiate;

#[differentiate(partials(x = x[0]))]
fn f(x: &[f64]) -> f64 {
    x[0] * x[0]
}

fn main() {
    let _ = f(&[1.0]);
}
