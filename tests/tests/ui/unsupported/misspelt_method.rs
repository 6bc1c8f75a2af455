use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    x.sine() + x.exponentiate()
}

fn main() {
    let _ = f_grad(1.0);
}
