//! GMM.

use std::path::Path;

use super::{Instance, direction};
use crate::adbench::error::{Error, read_text};
use crate::adbench::fields::Fields;
use crate::adbench::gmm::{
    log_likelihood, log_likelihood_grad_into, log_likelihood_hvp, log_likelihood_jvp,
};

/// A mixture and the points it is to explain.
#[derive(Debug)]
pub struct Gmm {
    alphas: Vec<f64>,
    means: Vec<f64>,
    packed: Vec<f64>,
    x: Vec<f64>,
    gamma: f64,
    m: i32,
    value: f64,
    /// Adjoints of `alphas`, `means` and `packed`.
    bars: [Vec<f64>; 3],
    dots: [Vec<f64>; 3],
}

impl Gmm {
    /// Reads d k n, α, μ, the packed matrices, n points (or one, for all of them), γ and m.
    pub fn read(path: &Path, replicate: bool) -> Result<Self, Error> {
        let text = read_text(path)?;
        let mut fields = Fields::of(path, &text);
        let (d, k, n): (usize, usize, usize) = (fields.parse()?, fields.parse()?, fields.parse()?);
        if d < 2 || k == 0 {
            return Err(fields.error("at least two dimensions and one component are needed"));
        }
        let alphas = fields.numbers(k)?;
        let means = fields.numbers(k * d)?;
        let packed = fields.numbers(k * d * (d + 1) / 2)?;
        let x = if replicate {
            fields.numbers(d)?.repeat(n)
        } else {
            fields.numbers(n * d)?
        };
        let zeros = |of: &[Vec<f64>; 3]| of.each_ref().map(|part| vec![0.0; part.len()]);
        let parameters = [alphas, means, packed];
        let (bars, dots) = (
            zeros(&parameters),
            parameters.each_ref().map(|part| direction(part.len())),
        );
        let [alphas, means, packed] = parameters;
        let (gamma, m) = (fields.parse()?, fields.parse()?);
        Ok(Gmm {
            alphas,
            means,
            packed,
            x,
            gamma,
            m,
            value: 0.0,
            bars,
            dots,
        })
    }
}

impl Instance for Gmm {
    fn objective(&mut self) {
        let (a, mu, q) = (&self.alphas, &self.means, &self.packed);
        self.value = log_likelihood(a, mu, q, &self.x, self.gamma, self.m);
    }

    fn derivative(&mut self) {
        self.bars.iter_mut().for_each(|bar| bar.fill(0.0));
        let [a, mu, q] = &mut self.bars;
        let parameters = (&self.alphas, &self.means, &self.packed);
        self.value = log_likelihood_grad_into(
            parameters.0,
            a,
            parameters.1,
            mu,
            parameters.2,
            q,
            &self.x,
            self.gamma,
            self.m,
        );
    }

    fn tangent(&mut self) {
        let [a, mu, q] = &self.dots;
        let parameters = (&self.alphas, &self.means, &self.packed);
        let (value, _) = std::hint::black_box(log_likelihood_jvp(
            parameters.0,
            a,
            parameters.1,
            mu,
            parameters.2,
            q,
            &self.x,
            self.gamma,
            self.m,
        ));
        self.value = value;
    }

    fn second(&mut self) -> bool {
        let [a, mu, q] = &self.dots;
        let parameters = (&self.alphas, &self.means, &self.packed);
        std::hint::black_box(log_likelihood_hvp(
            parameters.0,
            a,
            parameters.1,
            mu,
            parameters.2,
            q,
            &self.x,
            self.gamma,
            self.m,
        ));
        true
    }

    fn results(&mut self) -> Vec<(&'static str, Vec<f64>)> {
        self.derivative();
        vec![
            ("objective", vec![self.value]),
            ("gradient", self.bars.concat()),
        ]
    }
}
