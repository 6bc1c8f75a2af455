//! GMM: log likelihood of a Gaussian mixture with a Wishart prior on its precisions.
//!
//! Component j has weight αⱼ, mean μⱼ and a lower triangular matrix Lⱼ, the square root of its
//! precision, packed in d(d+1)/2 numbers: first the logarithms of the diagonal, then the strictly
//! lower part column after column.

use autodiff_runtime::differentiate;

/// The π of ADBench's reference values, which has eleven decimals.
#[allow(clippy::approx_constant, reason = "the definition says so")]
const PI: f64 = 3.14159265359;

/// ln Σ exp(xᵢ), without overflow.
#[differentiate]
pub fn log_sum_exp(x: &[f64]) -> f64 {
    let mut largest = f64::NEG_INFINITY;
    for i in 0..x.len() {
        largest = largest.max(x[i]);
    }
    let mut sum = 0.0;
    for i in 0..x.len() {
        sum += (x[i] - largest).exp();
    }
    largest + sum.ln()
}

/// ln Σⱼ exp(αⱼ + ln det Lⱼ − ½·|Lⱼ(x − μⱼ)|²): one point's share of the log likelihood.
///
/// `log_scales` are the diagonals' logarithms summed up for each component, `scales` the
/// diagonals themselves.
#[differentiate(wrt(alphas, means, packed, log_scales, scales))]
pub fn point_likelihood(
    alphas: &[f64],
    means: &[f64],
    packed: &[f64],
    log_scales: &[f64],
    scales: &[f64],
    x: &[f64],
) -> f64 {
    let k = alphas.len();
    let d = x.len();
    let size = d * (d + 1) / 2;
    let mut whitened = vec![0.0; k * d];
    let mut exponents = vec![0.0; k];
    for j in 0..k {
        for i in 0..d {
            whitened[j * d + i] = scales[j * d + i] * (x[i] - means[j * d + i]);
        }
        for c in 0..d - 1 {
            let away = x[c] - means[j * d + c];
            let start = j * size + d + c * (2 * d - c - 1) / 2;
            for i in 0..d - 1 - c {
                whitened[j * d + c + 1 + i] += packed[start + i] * away;
            }
        }
        let mut distance = 0.0;
        for i in 0..d {
            distance += whitened[j * d + i] * whitened[j * d + i];
        }
        exponents[j] = alphas[j] + log_scales[j] - 0.5 * distance;
    }
    log_sum_exp(&exponents)
}

/// The log likelihood of the rows of `x`, with the prior's parameters γ = `gamma` and `m`.
///
/// `alphas` has k numbers, `means` k rows of d, `packed` k rows of d(d+1)/2, `x` n rows of d ≥ 2.
#[differentiate(wrt(alphas, means, packed))]
pub fn log_likelihood(
    alphas: &[f64],
    means: &[f64],
    packed: &[f64],
    #[constant] x: &[f64],
    #[constant] gamma: f64,
    m: i32,
) -> f64 {
    let k = alphas.len();
    let d = means.len() / k;
    let n = x.len() / d;
    let size = d * (d + 1) / 2;
    let mut log_scales = vec![0.0; k];
    let mut scales = vec![0.0; k * d];
    let mut prior = 0.0;
    for j in 0..k {
        let mut frobenius = 0.0;
        for i in 0..d {
            let log_scale = packed[j * size + i];
            let scale = log_scale.exp();
            log_scales[j] += log_scale;
            scales[j * d + i] = scale;
            frobenius += scale * scale;
        }
        for i in d..size {
            frobenius += packed[j * size + i] * packed[j * size + i];
        }
        prior += 0.5 * gamma * gamma * frobenius - m as f64 * log_scales[j];
    }
    let mut likelihood = 0.0;
    for p in 0..n {
        let point = &x[p * d..(p + 1) * d];
        likelihood += point_likelihood(alphas, means, packed, &log_scales, &scales, point);
    }
    let constant =
        -0.5 * (n * d) as f64 * (2.0 * PI).ln() - k as f64 * wishart_constant(d, gamma, m);
    constant + likelihood - n as f64 * log_sum_exp(alphas) + prior
}

/// What normalises the Wishart prior: N·d·(ln γ − ½ ln 2) − ln Γ_d(N/2), N = d + m + 1.
fn wishart_constant(d: usize, gamma: f64, m: i32) -> f64 {
    let degrees = d as f64 + f64::from(m) + 1.0;
    let dimension = d as f64;
    let log_gamma: f64 = (1..=d)
        .map(|j| libm::lgamma(0.5 * degrees + 0.5 * (1.0 - j as f64)))
        .sum();
    let multivariate = 0.25 * dimension * (dimension - 1.0) * PI.ln() + log_gamma;
    degrees * dimension * (gamma.ln() - 0.5 * std::f64::consts::LN_2) - multivariate
}
