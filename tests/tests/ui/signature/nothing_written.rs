use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: &[f64]) {
    println!("{}", x.len());
}

fn main() {
    f(&[1.0]);
}
