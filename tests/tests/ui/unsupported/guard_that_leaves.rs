use autodiff_runtime::differentiate;

#[differentiate]
fn piece(x: f64, table: &[f64]) -> Option<f64> {
    match x {
        x if x > *table.first()? => Some(x * x),
        x if (if x > 3.0 { return Some(x) } else { true }) => Some(x),
        _ => None,
    }
}

fn main() {
    let _ = piece_grad(1.0, &[1.0]);
}
