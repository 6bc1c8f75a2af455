use autodiff_runtime::differentiate;

macro_rules! twice {
    ($x:expr) => {
        $x + $x
    };
}

#[differentiate]
fn f(x: f64, y: &[f64]) -> f64 {
    let a = twice!(x);
    let b = unsafe { *y.get_unchecked(0) };
    a * b + x.next_up()
}

fn main() {
    let _ = (f(1.0, &[2.0]), f_grad(1.0, &[2.0]));
}
