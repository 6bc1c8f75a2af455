use autodiff_runtime::differentiate;

#[differentiate(partials(x))]
fn f(x: f64) -> f64 {
    x * x
}

fn main() {
    let _ = f(1.0);
}
