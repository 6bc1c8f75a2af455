//! One trial: a split of the data and everything random in it, the same for every method.

use nalgebra::DMatrix;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::contamination::Contamination;
use super::dataset::Dataset;
use super::principal::{PrincipalPlane, UnitScale};

/// Inputs with their labels: N × D and N.
#[derive(Clone, Debug)]
pub struct Samples {
    /// N × D: a row a sample.
    pub inputs: DMatrix<f64>,
    /// N class numbers.
    pub labels: Vec<usize>,
}

/// The training and test sets of one trial, projected, scaled and contaminated.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The training set before points were moved, in the unit square.
    pub clean: Samples,
    /// The training set with its moved points.
    pub contaminated: Samples,
    /// The rows of the training set that were moved.
    pub moved: Vec<usize>,
    /// The test set, on the scale of the training set; no point of it is moved.
    pub test: Samples,
    /// The share of the training set's variance along the two principal components.
    pub explained: [f64; 2],
    /// What the initial weights are drawn from.
    pub weights_seed: u64,
}

/// The independent random streams of a trial. Each purpose has its own, so that another number of moved points or
/// another network leaves the rest of a trial as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialSeeds {
    split: u64,
    moved: u64,
    weights: u64,
}

/// The seeds of `trials` trials. The seeds of the first trials do not depend on how many follow.
pub fn trial_seeds(seed: u64, trials: usize) -> Vec<TrialSeeds> {
    let mut master = Pcg64::seed_from_u64(seed);
    let draw = |_| TrialSeeds {
        split: master.random(),
        moved: master.random(),
        weights: master.random(),
    };
    (0..trials).map(draw).collect()
}

/// How many of `n` samples are trained on: two thirds, which is 100 of the 150 of Iris. At least two, and one is left.
pub fn training_size(n: usize) -> usize {
    ((2 * n + 1) / 3).clamp(2, n - 1)
}

impl Trial {
    /// Splits the data, projects both parts to the principal plane of the training part, scales them by it to the
    /// unit square, and moves a share of the training points.
    pub fn new(data: &Dataset, contamination: &Contamination, seeds: &TrialSeeds) -> Self {
        let mut order: Vec<usize> = (0..data.len()).collect();
        order.shuffle(&mut Pcg64::seed_from_u64(seeds.split));
        let (train, test) = order.split_at(training_size(data.len()));

        let plane = PrincipalPlane::fit(&data.features.select_rows(train));
        let scale = UnitScale::fit(&plane.project(&data.features.select_rows(train)));
        let samples = |rows: &[usize]| Samples {
            inputs: scale.apply(&plane.project(&data.features.select_rows(rows))),
            labels: rows.iter().map(|row| data.labels[*row]).collect(),
        };

        let clean = samples(train);
        let moved = contamination.choose(train.len(), &mut Pcg64::seed_from_u64(seeds.moved));
        let contaminated = Samples {
            inputs: contamination.apply(&clean.inputs, &moved),
            labels: clean.labels.clone(),
        };
        Self {
            clean,
            contaminated,
            moved,
            test: samples(test),
            explained: plane.explained,
            weights_seed: seeds.weights,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISE: Contamination = Contamination {
        share: 0.02,
        factor: 1e4,
    };

    #[test]
    fn iris_is_split_into_100_and_50_with_two_moved_points() {
        let seeds = trial_seeds(0, 1)[0];
        let trial = Trial::new(&Dataset::iris(), &NOISE, &seeds);
        assert_eq!(trial.clean.inputs.shape(), (100, 2));
        assert_eq!(trial.test.inputs.shape(), (50, 2));
        assert_eq!(trial.moved.len(), 2);
        for row in 0..100 {
            let stayed = trial.clean.inputs.row(row) == trial.contaminated.inputs.row(row);
            assert_eq!(stayed, !trial.moved.contains(&row));
        }
        for column in trial.clean.inputs.column_iter() {
            assert_eq!((column.min(), column.max()), (0.0, 1.0));
        }
    }

    #[test]
    fn a_split_uses_every_sample_once() {
        let mut data = Dataset::iris();
        data.labels = (0..data.len()).collect();
        let trial = Trial::new(&data, &NOISE, &trial_seeds(7, 1)[0]);
        let mut seen = [trial.clean.labels, trial.test.labels].concat();
        seen.sort_unstable();
        assert_eq!(seen, data.labels);
    }

    #[test]
    fn the_noise_leaves_the_split_and_the_weights_alone() {
        let seeds = trial_seeds(3, 4)[3];
        let (data, none) = (
            Dataset::iris(),
            Contamination {
                share: 0.0,
                factor: 1e4,
            },
        );
        let (noisy, quiet) = (
            Trial::new(&data, &NOISE, &seeds),
            Trial::new(&data, &none, &seeds),
        );
        assert_eq!(noisy.clean.inputs, quiet.contaminated.inputs);
        assert_eq!(noisy.weights_seed, quiet.weights_seed);
    }

    #[test]
    fn more_trials_keep_the_first_ones() {
        assert_eq!(trial_seeds(5, 3)[..], trial_seeds(5, 10)[..3]);
        assert_ne!(trial_seeds(5, 1), trial_seeds(6, 1));
    }

    #[test]
    fn both_parts_of_the_split_have_samples() {
        assert_eq!([3, 4, 5, 6, 150].map(training_size), [2, 3, 3, 4, 100]);
    }
}
