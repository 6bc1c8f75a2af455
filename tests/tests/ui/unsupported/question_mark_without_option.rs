use autodiff_runtime::differentiate;

#[differentiate]
fn first(x: f64, table: &[usize]) -> f64 {
    let at = *table.first()?;
    x * at as f64
}

fn main() {
    first_grad(1.0, &[1]);
}
