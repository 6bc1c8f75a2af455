use autodiff_runtime::differentiate;

#[differentiate]
const RATE: f64 = 0.5;

fn main() {
    let _ = RATE;
}
