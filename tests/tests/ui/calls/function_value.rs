use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let response = f64::sin;
    response(x)
}

fn main() {
    let _ = f(1.0);
}
