use autodiff_runtime::differentiate;

#[differentiate]
fn f(n: usize, name: &str) -> f64 {
    n as f64 + name.len() as f64
}

fn main() {
    let _ = f(1, "x");
}
