use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    x.sine() + x.exponent()
}

fn main() {
    let _ = f_grad(1.0);
}
