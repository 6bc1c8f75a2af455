use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64, response: &dyn Fn(f64) -> f64) -> f64 {
    x + response(1.0)
}

fn main() {
    let _ = f(1.0, &|x| x);
}
