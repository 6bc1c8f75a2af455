use autodiff_runtime::differentiate;

#[differentiate(jvp = tangent, vjp = pullback)]
fn f(x: f64) -> f64 {
    x * x
}

fn tangent(x: f64) -> (f64, f64) {
    (x * x, 2.0 * x)
}

fn pullback(x: f64) -> (f64, impl FnOnce(f64) -> f64) {
    (x * x, move |bar| 2.0 * x * bar)
}

fn main() {
    let _ = (f(1.0), tangent(1.0), pullback(1.0).0);
}
