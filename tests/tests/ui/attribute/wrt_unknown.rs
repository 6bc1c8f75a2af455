use autodiff_runtime::differentiate;

#[differentiate(wrt(w, b))]
fn f(w: f64, x: f64) -> f64 {
    w * x
}

fn main() {
    let _ = f(1.0, 2.0);
}
