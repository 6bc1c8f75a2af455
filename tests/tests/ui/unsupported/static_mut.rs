use autodiff_runtime::differentiate;

static mut CALLS: f64 = 0.0;

#[differentiate]
fn f(x: f64) -> f64 {
    unsafe { CALLS += x };
    x * x
}

fn main() {
    let _ = (f(1.0), f_grad(1.0));
}
