use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: &[f64]) -> f64 {
    unsafe { *x.get_unchecked(0) }
}

fn main() {
    let _ = (f(&[1.0]), f_grad(&[1.0]));
}
