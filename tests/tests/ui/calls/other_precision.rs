use autodiff_runtime::differentiate;

#[differentiate]
fn single(x: f32) -> f32 {
    x.sin()
}

#[differentiate]
fn double(x: f64) -> f64 {
    f64::from(single(x as f32))
}

fn main() {
    double_grad(1.0);
}
