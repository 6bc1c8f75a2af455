use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    f64::from_bits(x.to_bits() ^ 1) * x
}

fn main() {
    let _ = (f(1.0), f_grad(1.0));
}
