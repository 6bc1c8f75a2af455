use autodiff_runtime::differentiate;

macro_rules! bump {
    ($x:ident) => {
        $x += 1.0;
    };
}

#[differentiate]
fn f(x: f64) -> f64 {
    let mut y = x;
    bump!(y);
    y * x
}

fn main() {
    let _ = (f(1.0), f_grad(1.0));
}
