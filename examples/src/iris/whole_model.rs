//! A step from per-sample gradients of the whole network, each one vector.
//!
//! The layers of a network aggregate on their own: a sample that is far out in one layer may pass in another. Here a
//! sample is judged by all its gradient at once, and its weight is the same in every layer.

use std::sync::{Arc, Mutex, PoisonError};

use autodiff_runtime::nn::Sequential;
use autodiff_runtime::robust::{
    AggregateError, Aggregator, NonFinite, OuterProducts, Part, Spec, Workspace,
};
use nalgebra::DMatrix;

/// N × D: a row for each sample, a column for each weight and bias.
type Gradients = Arc<Mutex<DMatrix<f64>>>;

/// Gradient descent on a network whose layers report their per-sample gradients instead of aggregating them.
pub struct WholeModelDescent {
    gradients: Gradients,
    aggregator: Spec,
    step_size: f64,
    estimate: Vec<f64>,
    work: Workspace<f64>,
}

impl WholeModelDescent {
    /// Makes every layer of the network report the gradients of `samples` samples.
    pub fn new(
        network: &mut Sequential<f64>,
        samples: usize,
        aggregator: Spec,
        step_size: f64,
    ) -> Self {
        let gradients = Gradients::default();
        let mut columns = 0;
        for linear in network.linears_mut() {
            linear.set_aggregator(Reporter {
                gradients: Arc::clone(&gradients),
                first_column: columns,
            });
            columns += (linear.inputs() + 1) * linear.outputs();
        }
        with(&gradients, |matrix| {
            *matrix = DMatrix::zeros(samples, columns)
        });
        Self {
            gradients,
            aggregator,
            step_size,
            estimate: vec![0.0; columns],
            work: Workspace::new(),
        }
    }

    /// Takes a step along the estimate from the gradients last reported.
    ///
    /// # Errors
    ///
    /// What the aggregator says.
    pub fn step(&mut self, network: &mut Sequential<f64>) -> Result<(), AggregateError> {
        with(&self.gradients, |gradients| {
            self.aggregator
                .aggregate_rows((&*gradients).into(), &mut self.estimate, &mut self.work)
        })?;
        let mut estimate = self.estimate.iter();
        for linear in network.linears_mut() {
            let (weights, bias) = linear.parameters_mut();
            for (parameter, slope) in weights.iter_mut().chain(bias).zip(&mut estimate) {
                *parameter -= self.step_size * slope;
            }
        }
        Ok(())
    }
}

/// Stands in a layer as its aggregator and writes down what it is given.
#[derive(Debug)]
struct Reporter {
    gradients: Gradients,
    first_column: usize,
}

impl Aggregator<f64> for Reporter {
    /// Reports the weights column by column and then the bias, which is the order of a layer's parameters. The estimate,
    /// of which nobody makes use, is zero.
    fn estimate(
        &self,
        parts: &mut [Part<'_, f64>],
        _: &mut Workspace<f64>,
    ) -> Result<(), AggregateError> {
        let mut first_column = self.first_column;
        for part in parts {
            if let Part::Dense { gradients, .. } = part {
                self.report(*gradients, first_column);
            }
            first_column += part.dimension();
            part.estimates_mut()
                .into_iter()
                .for_each(|estimate| estimate.fill(0.0));
        }
        Ok(())
    }

    /// The aggregator that reads the report has a policy of its own.
    fn non_finite(&self) -> NonFinite {
        NonFinite::Propagate
    }
}

impl Reporter {
    fn report(&self, outer: OuterProducts<'_, f64>, first_column: usize) {
        with(&self.gradients, |gradients| {
            let mut columns = gradients
                .as_mut_slice()
                .chunks_exact_mut(outer.samples())
                .skip(first_column);
            for input in (0..outer.inputs()).map(|p| outer.input(p)) {
                for (q, column) in (0..outer.outputs()).zip(&mut columns) {
                    for ((gradient, x), gy) in column.iter_mut().zip(input).zip(outer.cotangent(q))
                    {
                        *gradient = x * gy;
                    }
                }
            }
            for (q, column) in (0..outer.outputs()).zip(&mut columns) {
                column.copy_from_slice(outer.cotangent(q));
            }
        });
    }
}

/// The gradients are written and read by turns on one thread; a panic in between leaves nothing half done that matters.
fn with<R>(gradients: &Gradients, use_them: impl FnOnce(&mut DMatrix<f64>) -> R) -> R {
    use_them(&mut gradients.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use autodiff_runtime::nn::{Activation, Pass, Sgd, SoftmaxCrossEntropy, Uniform};
    use nalgebra::dmatrix;
    use rand::SeedableRng;
    use rand_pcg::Pcg64;

    fn network() -> Sequential<f64> {
        let mut network = Sequential::dense(&[2, 4, 3], Activation::Tanh).unwrap();
        network.initialise(&Uniform::new(0.5).unwrap(), &mut Pcg64::seed_from_u64(1));
        network
    }

    fn parameters(network: &Sequential<f64>) -> Vec<f64> {
        let layer = |linear: &autodiff_runtime::nn::Linear<f64>| {
            linear
                .weight()
                .iter()
                .chain(linear.bias())
                .copied()
                .collect::<Vec<_>>()
        };
        network.linears().flat_map(layer).collect()
    }

    #[test]
    fn the_mean_of_whole_gradients_is_the_mean_in_every_layer() {
        let x = dmatrix![0.1, -1.0; 0.7, 0.3; -0.4, 2.0; 1.5, 0.0];
        let labels = [0, 2, 1, 2];
        let (mut by_layer, mut whole) = (network(), network());
        let mut descent = WholeModelDescent::new(&mut whole, 4, "mean".parse().unwrap(), 0.5);
        let (sgd, mut pass) = (Sgd::new(0.5).unwrap(), Pass::new());
        for _ in 0..3 {
            by_layer
                .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
                .unwrap();
            sgd.step(&mut by_layer, &pass).unwrap();
            whole
                .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)
                .unwrap();
            descent.step(&mut whole).unwrap();
        }
        for (left, right) in parameters(&by_layer).into_iter().zip(parameters(&whole)) {
            assert!((left - right).abs() < 1e-14, "{left} is not {right}");
        }
    }
}
