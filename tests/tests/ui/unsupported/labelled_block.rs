use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64) -> f64 {
    let y = 'found: {
        if x > 1.0 {
            break 'found x * x;
        }
        x
    };
    y * x
}

fn main() {
    let _ = (f(1.0), f_grad(1.0));
}
