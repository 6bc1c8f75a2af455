use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    std::hint::black_box(x[0]) * x[0]
}

fn main() {
    let _ = f(&[1.0]);
}
