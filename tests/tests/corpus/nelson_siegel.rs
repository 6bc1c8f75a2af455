//! The yield curve of Nelson and Siegel, against observed yields.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn nelson_siegel(
    beta: [f64; 3],
    tau: f64,
    #[constant] maturities: &[f64],
    yields: &[f64],
) -> f64 {
    let mut error = 0.0;
    for (m, y) in maturities.iter().zip(yields) {
        let x = *m / tau;
        let loading = (1.0 - (-x).exp()) / x;
        let rate = beta[0] + beta[1] * loading + beta[2] * (loading - (-x).exp());
        error += (rate - y).powi(2);
    }
    error.sqrt()
}

pub fn points() -> Vec<([f64; 3], f64, Vec<f64>, Vec<f64>)> {
    vec![(
        [0.04, -0.02, 0.01],
        1.5,
        vec![0.5, 1.0, 5.0],
        vec![0.1, 0.2, 0.15],
    )]
}
