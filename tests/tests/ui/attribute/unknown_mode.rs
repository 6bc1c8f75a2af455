use autodiff_runtime::differentiate;

#[differentiate(mode = sideways)]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {
    let _ = (f(1.0), f_grad(1.0));
}
