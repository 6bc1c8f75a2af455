use autodiff_runtime::differentiate;

#[differentiate(partials(x = 1.0))]
fn f(x: f64) -> [f64; 2] {
    [x, x]
}

fn main() {
    let _ = f(1.0);
}
