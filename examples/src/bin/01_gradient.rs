//! A function of two numbers: its gradient, and how it comes about.

use autodiff_runtime::differentiate;

#[differentiate]
fn f(x1: f64, x2: f64) -> f64 {
    x1.powi(3) / x2 + (x1 * x2).sin()
}

fn main() {
    println!("gradient {:.4?}\n", f_grad(1.5, 3.0));
    println!("{}", f_trace(1.5, 3.0));
}
