use autodiff_runtime::differentiate;

#[differentiate(wrt(weight))]
fn model(weight: f64, input: f64) -> f64 {
    weight * input
}

#[differentiate]
fn f(x: f64) -> f64 {
    model(2.0, 1.0) + model(x, x)
}

fn main() {
    let _ = f(1.0);
}
