use autodiff_runtime::differentiate;

struct Model;

#[differentiate(wrt(weight))]
async fn f(model: &Model, x: f64) -> f64 {
    let _ = model;
    x
}

fn main() {
    drop(f(&Model, 1.0));
}
