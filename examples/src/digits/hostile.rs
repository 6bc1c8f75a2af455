//! A loss whose cotangents some samples falsify: senders of gradients that are not to be trusted.

use autodiff_runtime::nn::{Loss, LossError, Real, SoftmaxCrossEntropy};
use nalgebra::DMatrix;

/// What a hostile sample multiplies its cotangent by.
const FACTOR: f64 = -10.0;

/// A label, and whether its sample sends −10 times the cotangent of its loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// The class.
    pub label: usize,
    /// Whether the cotangent is falsified.
    pub hostile: bool,
}

/// Softmax cross-entropy, with the cotangents of hostile samples falsified.
#[derive(Clone, Copy, Debug, Default)]
pub struct Falsified;

impl<T: Real> Loss<T> for Falsified {
    type Targets = [Target];

    fn evaluate(
        &self,
        outputs: &DMatrix<T>,
        targets: &[Target],
        cotangent: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> Result<T, LossError> {
        let labels: Vec<usize> = targets.iter().map(|target| target.label).collect();
        let mean = SoftmaxCrossEntropy.evaluate(outputs, &labels, cotangent, scratch)?;
        let hostile = targets
            .iter()
            .enumerate()
            .filter(|(_, target)| target.hostile);
        hostile.for_each(|(row, _)| cotangent.row_mut(row).scale_mut(T::of(FACTOR)));
        Ok(mean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::dmatrix;

    #[test]
    fn hostile_samples_alone_are_falsified() {
        let outputs = dmatrix![0.0_f64, 0.0; 0.0, 0.0];
        let targets = [false, true].map(|hostile| Target { label: 0, hostile });
        let mut cotangent = DMatrix::zeros(2, 2);
        let mean = Falsified.evaluate(&outputs, &targets, &mut cotangent, &mut Vec::new());
        assert_eq!(mean, Ok(2.0_f64.ln()));
        assert_eq!(cotangent, dmatrix![-0.5, 0.5; 5.0, -5.0]);
    }
}
