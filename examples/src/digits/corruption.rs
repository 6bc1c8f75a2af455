//! The ways in which training data, or the senders of gradients, are wrong.

use std::fmt;
use std::str::FromStr;

use nalgebra::DMatrix;
use rand::seq::index::sample;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StudentT};
use serde::Serialize;

use crate::iris::contamination::Contamination;

/// What is wrong with the training set. The test set is always clean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Corruption {
    /// Nothing.
    Clean,
    /// The tutorial's noise: 2 % of the samples are thrown to 10⁴ standard deviations on the far side of the centre.
    Moved,
    /// A tenth of the samples is multiplied by −100.
    Scaled,
    /// Noise on every feature, of Student's t distribution with 1.5 degrees of freedom: no variance.
    HeavyTails,
    /// A fifth of the labels is another class, each as likely.
    Labels20,
    /// Two fifths of the labels are.
    Labels40,
    /// A tenth of the samples sends −10 times the cotangent of its output, in every step.
    Hostile,
}

/// What spoils a training set.
pub struct Spoiled {
    /// The samples, N × P.
    pub inputs: DMatrix<f64>,
    /// Their labels.
    pub labels: Vec<usize>,
    /// The samples that send wrong cotangents.
    pub hostile: Vec<bool>,
}

impl Corruption {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Clean,
        Self::Moved,
        Self::Scaled,
        Self::HeavyTails,
        Self::Labels20,
        Self::Labels40,
        Self::Hostile,
    ];

    /// The name on the command line and in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Moved => "paper1e4",
            Self::Scaled => "rows10x100",
            Self::HeavyTails => "t1.5",
            Self::Labels20 => "label20",
            Self::Labels40 => "label40",
            Self::Hostile => "byz10",
        }
    }

    /// What it does, for a legend.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Clean => "nothing wrong",
            Self::Moved => "2 % of the samples thrown to 10000σ on the far side",
            Self::Scaled => "10 % of the samples multiplied by -100",
            Self::HeavyTails => "t noise with 1.5 degrees of freedom on every feature",
            Self::Labels20 => "20 % of the labels wrong",
            Self::Labels40 => "40 % of the labels wrong",
            Self::Hostile => "10 % of the samples send -10 times their output gradient",
        }
    }

    /// Spoils a clean training set.
    pub fn apply(
        self,
        inputs: DMatrix<f64>,
        labels: Vec<usize>,
        classes: usize,
        rng: &mut impl Rng,
    ) -> Spoiled {
        let n = labels.len();
        let mut spoiled = Spoiled {
            inputs,
            labels,
            hostile: vec![false; n],
        };
        match self {
            Self::Clean => {}
            Self::Moved => {
                let noise = Contamination {
                    share: 0.02,
                    factor: 1e4,
                };
                let moved = noise.choose(n, rng);
                spoiled.inputs = noise.apply(&spoiled.inputs, &moved);
            }
            Self::Scaled => {
                for row in chosen(n, 0.1, rng) {
                    spoiled.inputs.row_mut(row).scale_mut(-100.0);
                }
            }
            Self::HeavyTails => {
                let noise = StudentT::new(1.5).expect("the degrees of freedom are positive");
                spoiled
                    .inputs
                    .iter_mut()
                    .for_each(|x| *x += noise.sample(rng));
            }
            Self::Labels20 => flip(&mut spoiled.labels, 0.2, classes, rng),
            Self::Labels40 => flip(&mut spoiled.labels, 0.4, classes, rng),
            Self::Hostile => {
                chosen(n, 0.1, rng).for_each(|row| spoiled.hostile[row] = true);
            }
        }
        spoiled
    }
}

/// A share of `n` samples, without repetition.
fn chosen<R: Rng>(n: usize, share: f64, rng: &mut R) -> impl Iterator<Item = usize> + use<R> {
    sample(rng, n, (share * n as f64).round() as usize).into_iter()
}

/// Gives a share of the samples another class.
fn flip(labels: &mut [usize], share: f64, classes: usize, rng: &mut impl Rng) {
    for row in chosen(labels.len(), share, rng) {
        let further = rng.random_range(1..classes.max(2));
        labels[row] = (labels[row] + further) % classes;
    }
}

impl fmt::Display for Corruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl From<Corruption> for String {
    fn from(corruption: Corruption) -> Self {
        corruption.name().to_owned()
    }
}

impl FromStr for Corruption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::ALL.into_iter().find(|known| known.name() == text);
        named.ok_or_else(|| format!("expected one of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_pcg::Pcg64;

    fn spoiled(corruption: Corruption) -> (DMatrix<f64>, Vec<usize>, Spoiled) {
        let inputs = DMatrix::from_fn(200, 3, |i, j| ((i * 7 + j * 13) % 29) as f64 - 14.0);
        let labels: Vec<usize> = (0..200).map(|i| i % 4).collect();
        let rng = &mut Pcg64::seed_from_u64(1);
        let spoiled = corruption.apply(inputs.clone(), labels.clone(), 4, rng);
        (inputs, labels, spoiled)
    }

    #[test]
    fn each_spoils_what_it_says() {
        for (corruption, rows, wrong_labels, hostile) in [
            (Corruption::Clean, 0, 0, 0),
            (Corruption::Moved, 4, 0, 0),
            (Corruption::Scaled, 20, 0, 0),
            (Corruption::HeavyTails, 200, 0, 0),
            (Corruption::Labels20, 0, 40, 0),
            (Corruption::Labels40, 0, 80, 0),
            (Corruption::Hostile, 0, 0, 20),
        ] {
            let (inputs, labels, found) = spoiled(corruption);
            let moved = (0..200)
                .filter(|&i| inputs.row(i) != found.inputs.row(i))
                .count();
            let flipped = labels
                .iter()
                .zip(&found.labels)
                .filter(|(a, b)| a != b)
                .count();
            let bad = found.hostile.iter().filter(|bad| **bad).count();
            assert_eq!(
                (moved, flipped, bad),
                (rows, wrong_labels, hostile),
                "{corruption}"
            );
            assert!(found.labels.iter().all(|&label| label < 4));
        }
    }

    #[test]
    fn names_are_read_back() {
        for corruption in Corruption::ALL {
            assert_eq!(corruption.name().parse(), Ok(corruption));
        }
        assert!(
            "noise"
                .parse::<Corruption>()
                .unwrap_err()
                .contains("paper1e4")
        );
    }
}
