use autodiff_runtime::differentiate;
use autodiff_runtime::nalgebra::Matrix2;

#[differentiate]
fn scaled_rows(m: Matrix2<f64>, s: f64) -> f64 {
    let mut scaled = m * s;
    for mut row in scaled.row_iter_mut() {
        row *= s;
    }
    scaled.sum()
}

fn main() {}
