use autodiff_runtime::{Scalar, differentiate};

#[differentiate]
fn apply<F: Fn(f64) -> f64>(x: f64, f: &F) -> f64 {
    f(x)
}

#[differentiate]
fn two<S: Scalar, T: Scalar>(x: S, y: T) -> S {
    x
}

fn main() {
    apply_grad(1.0, &|x| x);
}
