use autodiff_runtime::differentiate;

#[differentiate(jvp = tangent)]
fn f(x: f64) -> f64 {
    x * x
}

fn tangent(x: f64, dot: f64) -> (f64, f64) {
    (x * x, 2.0 * x * dot)
}

fn main() {
    let _ = (f(1.0), tangent(1.0, 1.0));
}
