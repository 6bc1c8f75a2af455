//! What an optimiser does to one parameter, apart from where the parameters are.

use crate::nn::{Real, ShapeError};

/// A step of an optimiser that treats every parameter by itself: from its gradient g and a number or two that are remembered of
/// earlier ones to the new parameter w.
///
/// [`Backend`](crate::nn::Backend)s take it where their parameters are; `Graph`s have it taken by their optimiser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Update<T> {
    /// w ← w − α·g; see [`Sgd`](crate::nn::Sgd).
    Descent {
        /// α
        step_size: T,
    },
    /// v ← μ·v + g, w ← w − α·v; see [`Momentum`](crate::nn::Momentum).
    HeavyBall {
        /// α
        step_size: T,
        /// μ
        momentum: T,
    },
    /// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², w ← w − α·m̂/(√v̂ + ε); see [`Adam`](crate::nn::Adam).
    Adam {
        /// α
        step_size: T,
        /// β₁ and β₂
        decay: [T; 2],
        /// 1/(1 − β₁ᵗ) and 1/(1 − β₂ᵗ) at step t, for m̂ and v̂
        correction: [T; 2],
        /// ε
        epsilon: T,
    },
}

impl<T: Real> Update<T> {
    /// How many numbers are remembered of each parameter: 0, 1 or 2. They start at 0.
    pub fn memories(&self) -> usize {
        match self {
            Self::Descent { .. } => 0,
            Self::HeavyBall { .. } => 1,
            Self::Adam { .. } => 2,
        }
    }

    /// Makes sure that a memory has a place for each number.
    pub(crate) fn check_memory(&self, found: usize) -> Result<(), ShapeError> {
        let what = "numbers in memory for a parameter";
        ShapeError::check("optimiser", what, self.memories(), found)
    }

    /// Moves parameters. What is not remembered may be empty.
    pub(crate) fn apply(self, parameters: &mut [T], gradient: &[T], memory: [&mut [T]; 2]) {
        let [first, second] = memory;
        let pairs = parameters.iter_mut().zip(gradient);
        match self {
            Self::Descent { step_size } => {
                for (w, &g) in pairs {
                    *w -= step_size * g;
                }
            }
            Self::HeavyBall {
                step_size,
                momentum,
            } => {
                for ((w, &g), v) in pairs.zip(first) {
                    *v = momentum * *v + g;
                    *w -= step_size * *v;
                }
            }
            Self::Adam {
                step_size,
                decay: [b1, b2],
                correction: [by_m, by_v],
                epsilon,
            } => {
                for ((w, &g), (m, v)) in pairs.zip(first.iter_mut().zip(second)) {
                    *m = b1 * *m + (T::ONE - b1) * g;
                    *v = b2 * *v + (T::ONE - b2) * g * g;
                    *w -= step_size * *m * by_m / ((*v * by_v).sqrt() + epsilon);
                }
            }
        }
    }
}

/// An optimiser whose steps are [`Update`]s: [`ResidentOptimiser`](crate::nn::ResidentOptimiser) takes them on any backend.
///
/// ```
/// use autodiff_runtime::nn::{Coordinatewise, Sgd, Update};
///
/// let sgd = Sgd::new(0.5)?;
/// assert_eq!(sgd.update(), Update::Descent { step_size: 0.5 });
/// # Ok::<(), autodiff_runtime::nn::ParameterError>(())
/// ```
pub trait Coordinatewise<T: Real> {
    /// The step that comes next.
    fn update(&self) -> Update<T>;

    /// Notes that it has been taken. Nothing to do, unless steps depend on their number.
    fn advance(&mut self) {}
}
