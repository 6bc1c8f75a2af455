use autodiff_runtime::differentiate;
use autodiff_runtime::nalgebra::Matrix2;

#[differentiate]
fn largest_singular_value(m: Matrix2<f64>) -> f64 {
    m.singular_values().max()
}

fn main() {}
