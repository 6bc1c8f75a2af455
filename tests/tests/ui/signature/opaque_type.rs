use autodiff_runtime::differentiate;

struct Model {
    weight: f64,
}

#[differentiate]
fn f(model: &Model, x: f64) -> f64 {
    model.weight * x
}

fn main() {
    let _ = f(&Model { weight: 2.0 }, 1.0);
}
