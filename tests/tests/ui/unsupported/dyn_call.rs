use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64, #[constant] response: &dyn Fn(f64) -> f64) -> f64 {
    x + response(x)
}

fn main() {
    let _ = (f(1.0, &|x| x), f_grad(1.0, &|x| x));
}
