use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> usize {
    x as usize
}

fn main() {
    let _ = f(1.0);
}
