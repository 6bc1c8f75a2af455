use autodiff_runtime::differentiate;

#[differentiate(wrt(x, y))]
fn f(x: f64, #[constant] y: f64) -> f64 {
    x * y
}

fn main() {
    let _ = f(1.0, 2.0);
}
