use autodiff_runtime::differentiate;

macro_rules! twice {
    ($x:expr) => {
        $x + $x
    };
}

#[differentiate]
fn f(x: f64) -> f64 {
    twice!(x * x)
}

fn main() {
    let _ = (f(1.0), f_grad(1.0));
}
