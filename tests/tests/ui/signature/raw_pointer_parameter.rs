use autodiff_runtime::differentiate;

#[differentiate]
fn f(x: f64, out: *mut f64) -> f64 {
    if out.is_null() { x } else { x * x }
}

fn main() {
    let _ = f(1.0, std::ptr::null_mut());
}
