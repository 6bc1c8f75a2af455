use autodiff_runtime::differentiate;

#[differentiate(scalar, partials(x = 2.0 * x))]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {
    let _ = f(1.0);
}
