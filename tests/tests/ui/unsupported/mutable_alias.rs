use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let mut y = x;
    let alias = &mut y;
    *alias = *alias * x;
    y
}

fn main() {
    let _ = (f(1.0), f_grad(1.0));
}
