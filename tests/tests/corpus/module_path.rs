//! Calls through a module path, `self::` and `super::`.

use autodiff_runtime::differentiate;

mod pieces {
    use super::differentiate;

    #[differentiate(scalar)]
    pub fn softplus(x: f64) -> f64 {
        x.exp().ln_1p()
    }
}

#[differentiate(scalar)]
fn half(x: f64) -> f64 {
    0.5 * x
}

#[differentiate(scalar)]
pub fn module_path(x: f64, y: f64) -> f64 {
    pieces::softplus(x * y)
        + self::half(x) * super::huber::huber(y, 1.0)
        + self::pieces::softplus(y)
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.4, -0.9), (1.5, 2.0)]
}
