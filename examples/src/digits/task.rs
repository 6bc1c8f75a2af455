//! One split of a table: standardised, and its training part spoiled.

use nalgebra::DMatrix;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;

use super::corruption::{Corruption, Spoiled};
use super::hostile::Target;
use crate::iris::dataset::Dataset;

/// A training set, spoiled or not, and a clean test set, in the precision of the training.
pub struct Task {
    /// Training samples, N × P.
    pub inputs: DMatrix<f32>,
    /// Their labels, and who is hostile.
    pub targets: Vec<Target>,
    /// Test samples.
    pub test_inputs: DMatrix<f32>,
    /// Their labels.
    pub test_labels: Vec<usize>,
}

/// How many of the samples are trained on: seven tenths.
pub fn training_size(samples: usize) -> usize {
    (0.7 * samples as f64).round() as usize
}

impl Task {
    /// The split of this seed. The same seed gives the same split for every corruption.
    pub fn new(data: &Dataset, corruption: Corruption, seed: u64) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let mut order: Vec<usize> = (0..data.len()).collect();
        order.shuffle(&mut rng);
        let (train, test) = order.split_at(training_size(data.len()));
        let inputs = data.features.select_rows(train);
        let scale = Scale::of(&inputs);
        let labels = |rows: &[usize]| rows.iter().map(|&row| data.labels[row]).collect();
        let Spoiled {
            inputs,
            labels: train_labels,
            hostile,
        } = corruption.apply(
            scale.apply(inputs),
            labels(train),
            data.classes.len(),
            &mut rng,
        );
        let target = |(label, hostile)| Target { label, hostile };
        let single = |matrix: DMatrix<f64>| matrix.map(|x| x as f32);
        Self {
            inputs: single(inputs),
            targets: train_labels.into_iter().zip(hostile).map(target).collect(),
            test_inputs: single(scale.apply(data.features.select_rows(test))),
            test_labels: labels(test),
        }
    }
}

/// Mean and population standard deviation of each feature.
struct Scale {
    means: Vec<f64>,
    deviations: Vec<f64>,
}

impl Scale {
    fn of(inputs: &DMatrix<f64>) -> Self {
        let deviation = |variance: f64| if variance > 0.0 { variance.sqrt() } else { 1.0 };
        Self {
            means: inputs.column_iter().map(|column| column.mean()).collect(),
            deviations: inputs
                .column_iter()
                .map(|column| deviation(column.variance()))
                .collect(),
        }
    }

    /// Features of mean 0 and variance 1; one that never changes becomes 0.
    fn apply(&self, mut inputs: DMatrix<f64>) -> DMatrix<f64> {
        for ((mut column, mean), deviation) in inputs
            .column_iter_mut()
            .zip(&self.means)
            .zip(&self.deviations)
        {
            column.iter_mut().for_each(|x| *x = (*x - mean) / deviation);
        }
        inputs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_training_part_is_standardised_and_the_test_part_with_it() {
        let data = Dataset::digits();
        let task = Task::new(&data, Corruption::Clean, 3);
        assert_eq!(
            (task.inputs.shape(), task.test_inputs.shape()),
            ((1258, 64), (539, 64))
        );
        for column in task.inputs.column_iter() {
            let (mean, variance) = (column.mean(), column.variance());
            let constant = column.iter().all(|x| *x == 0.0);
            assert!(mean.abs() < 1e-4 && (constant || (variance - 1.0).abs() < 1e-3));
        }
        // The same samples whatever is wrong with them.
        let spoiled = Task::new(&data, Corruption::Moved, 3);
        assert_eq!(task.test_inputs, spoiled.test_inputs);
        assert_eq!(task.targets, spoiled.targets);
    }
}
