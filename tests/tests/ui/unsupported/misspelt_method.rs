use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    x.sine() + x.pow(2.0)
}

fn main() {
    let _ = f_grad(1.0);
}
