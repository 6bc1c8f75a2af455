use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64, #[constant] response: fn(f64) -> f64) -> f64 {
    x * response(x)
}

fn main() {
    let _ = (f(1.0, f64::sin), f_grad(1.0, f64::sin));
}
