//! The hinge loss.

use nalgebra::DMatrix;

use super::{Loss, check_batch, check_labels, mean_of};
use crate::nn::Real;
use crate::nn::error::LossError;

/// The hinge loss of several classes: ℓᵢ = max(0, 1 + max over c ≠ yᵢ of o_ic − o_i,yᵢ) for a label yᵢ (Crammer and Singer,
/// "On the algorithmic implementation of multiclass kernel-based vector machines", JMLR 2001).
///
/// Where it is positive, ∂ℓᵢ/∂oᵢ = e_c − e_yᵢ with the first c that attains the maximum; else it is zero, as it is at
/// the kink. With a single output o the labels are 0 and 1, the sides s = −1 and +1, and ℓᵢ = max(0, 1 − s·oᵢ).
///
/// ```
/// use autodiff_runtime::nn::{Hinge, Loss, LossError};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let outputs = dmatrix![2.0, 1.5, 0.0; 0.0, 3.0, 0.0];
/// let mut cotangent = DMatrix::zeros(2, 3);
/// let loss = Hinge.evaluate(&outputs, &[0, 1], &mut cotangent, &mut Vec::new())?;
/// assert_eq!(loss, 0.5 / 2.0);
/// assert_eq!(cotangent, dmatrix![-1.0, 1.0, 0.0; 0.0, 0.0, 0.0]);
/// # Ok::<(), LossError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hinge;

impl<T: Real> Loss<T> for Hinge {
    type Targets = [usize];

    fn evaluate(
        &self,
        outputs: &DMatrix<T>,
        labels: &[usize],
        cotangent: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> Result<T, LossError> {
        let samples = check_batch(outputs, labels.len(), cotangent)?;
        let binary = outputs.ncols() == 1;
        check_labels(labels, if binary { 2 } else { outputs.ncols() })?;
        scratch.clear();
        scratch.resize(samples, T::ZERO);
        cotangent.fill(T::ZERO);
        // 0·o is NaN for outputs that are not finite, which comparisons might pass over.
        for column in outputs.as_slice().chunks_exact(samples) {
            scratch
                .iter_mut()
                .zip(column)
                .for_each(|(loss, &o)| *loss += T::ZERO * o);
        }
        for (i, (&label, loss)) in labels.iter().zip(&mut *scratch).enumerate() {
            if binary {
                let side = if label == 1 { T::ONE } else { -T::ONE };
                *loss += hinge(side * outputs[(i, 0)]);
                if *loss > T::ZERO {
                    cotangent[(i, 0)] = -side;
                }
                continue;
            }
            let rival = strongest_rival(outputs, i, label);
            *loss += hinge(outputs[(i, label)] - outputs[(i, rival)]);
            if *loss > T::ZERO {
                cotangent[(i, rival)] = T::ONE;
                cotangent[(i, label)] = -T::ONE;
            }
        }
        mean_of(scratch)
    }
}

/// max(0, 1 − margin), and NaN of a NaN.
fn hinge<T: Real>(margin: T) -> T {
    if margin >= T::ONE {
        T::ZERO
    } else {
        T::ONE - margin
    }
}

/// The first class other than `label` of the largest output.
fn strongest_rival<T: Real>(outputs: &DMatrix<T>, sample: usize, label: usize) -> usize {
    let mut rival = usize::from(label == 0);
    for class in (0..outputs.ncols()).filter(|&class| class != label) {
        let (o, largest) = (outputs[(sample, class)], outputs[(sample, rival)]);
        if o > largest {
            rival = class;
        }
    }
    rival
}
