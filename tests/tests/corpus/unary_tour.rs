//! Every smooth method of one float.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn unary_tour(x: f64) -> f64 {
    let circular = x.sin() * x.cos() + x.tan() * x.asin() + x.acos() * x.atan();
    let hyperbolic = x.sinh() * x.cosh() + x.tanh() * x.asinh() + (x + 1.5).acosh() * x.atanh();
    let roots = x.sqrt() * x.cbrt() + x.recip();
    let exponentials = x.exp() * x.exp2() + x.exp_m1();
    let logarithms = x.ln() * x.ln_1p() + x.log2() * x.log10() + x.log(3.0);
    let angles = x.to_degrees() * 0.01 + x.to_radians();
    circular + hyperbolic * roots + exponentials * logarithms - angles
}

pub fn points() -> Vec<(f64,)> {
    vec![(0.3,), (0.7,), (0.9,)]
}
