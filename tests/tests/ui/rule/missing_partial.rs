use autodiff_runtime::differentiate;

#[differentiate(partials(x = 2.0 * x * y))]
fn f(x: f64, y: f64) -> f64 {
    x * x * y
}

fn main() {
    let _ = f(1.0, 2.0);
}
