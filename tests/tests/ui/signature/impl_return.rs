use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: &[f64]) -> impl Iterator<Item = f64> {
    x.iter().map(|x| x * x)
}

fn main() {
    let _ = f(&[1.0]).count();
}
