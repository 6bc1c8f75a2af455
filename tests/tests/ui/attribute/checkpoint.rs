use autodiff_runtime::differentiate;

#[differentiate(checkpoint = 0)]
fn zero(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[differentiate(checkpoint = "many")]
fn text(x: &[f64]) -> f64 {
    x.iter().sum()
}

#[differentiate(checkpoint = 10)]
fn no_loop(x: f64) -> f64 {
    x * x
}

#[differentiate(checkpoint = 10, mode = forward)]
fn forwards(x: &[f64]) -> f64 {
    x.iter().sum()
}

fn main() {}
