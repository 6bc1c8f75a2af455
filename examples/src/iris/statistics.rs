//! Averages over trials.
//!
//! Misclassified samples are counted, and counts are summed as integers, so that the result does not depend on the
//! order in which the trials finish.

use serde::Serialize;

/// A trial that misclassifies at least this share of the test set has not learnt to tell two of three classes apart.
pub const STUCK_FROM: f64 = 0.55;

/// A trial has learnt once it misclassifies less than this share of the test set.
pub const LEARNT_BELOW: f64 = 0.10;

/// Mean and sample standard deviation (n − 1) over trials.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct MeanSd {
    /// The mean over trials.
    pub mean: f64,
    /// The standard deviation over trials; none for a single one.
    pub sd: Option<f64>,
}

/// Sum and sum of squares of a count over trials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CountSum {
    trials: u64,
    sum: u64,
    sum_of_squares: u64,
}

impl CountSum {
    /// Takes in the count of one trial.
    pub fn add(&mut self, count: u32) {
        let count = u64::from(count);
        self.trials += 1;
        self.sum += count;
        self.sum_of_squares += count * count;
    }

    /// Takes in all the trials of another sum.
    pub fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.sum += other.sum;
        self.sum_of_squares += other.sum_of_squares;
    }

    /// Mean and standard deviation of the counts as shares of `whole`. There must be a trial.
    pub fn share_of(&self, whole: usize) -> MeanSd {
        let (n, whole) = (self.trials as f64, whole as f64);
        // n·Σx² − (Σx)² is a whole number: no cancellation, and exactly zero for equal counts.
        let scatter =
            u128::from(self.trials) * u128::from(self.sum_of_squares) - u128::from(self.sum).pow(2);
        let variance = scatter as f64 / (n * (n - 1.0));
        MeanSd {
            mean: self.sum as f64 / (n * whole),
            sd: (self.trials > 1).then(|| variance.sqrt() / whole),
        }
    }
}

/// Misclassification on the training and the test set after 0, 1, … iterations, summed over trials.
#[derive(Clone, Debug, Default)]
pub struct CurveSums {
    /// Counts on the training set, by iteration.
    pub train: Vec<CountSum>,
    /// Counts on the test set, by iteration.
    pub test: Vec<CountSum>,
}

impl CurveSums {
    /// Takes in the curves of one trial.
    pub fn add(&mut self, train: &[u32], test: &[u32]) {
        add_counts(&mut self.train, train);
        add_counts(&mut self.test, test);
    }

    /// Takes in all the trials of other curves.
    pub fn merge(&mut self, other: &Self) {
        merge_counts(&mut self.train, &other.train);
        merge_counts(&mut self.test, &other.test);
    }
}

fn add_counts(sums: &mut Vec<CountSum>, counts: &[u32]) {
    sums.resize(counts.len(), CountSum::default());
    sums.iter_mut()
        .zip(counts)
        .for_each(|(sum, count)| sum.add(*count));
}

fn merge_counts(sums: &mut Vec<CountSum>, others: &[CountSum]) {
    sums.resize(sums.len().max(others.len()), CountSum::default());
    sums.iter_mut()
        .zip(others)
        .for_each(|(sum, other)| sum.merge(other));
}

/// The share of the values for which the predicate holds.
pub fn share<T>(values: &[T], holds: impl Fn(&T) -> bool) -> f64 {
    values.iter().filter(|value| holds(value)).count() as f64 / values.len() as f64
}

/// The lower median of the times at which something happened, where it never happened in some trials (`None`, later
/// than any time). `None` if it did not happen in at least half of the trials.
pub fn median_time(times: impl IntoIterator<Item = Option<usize>>) -> Option<usize> {
    let mut sorted: Vec<usize> = times
        .into_iter()
        .map(|time| time.unwrap_or(usize::MAX))
        .collect();
    sorted.sort_unstable();
    let median = *sorted.get(sorted.len().saturating_sub(1) / 2)?;
    (median < usize::MAX).then_some(median)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_of(counts: &[u32]) -> CountSum {
        let mut sum = CountSum::default();
        counts.iter().for_each(|count| sum.add(*count));
        sum
    }

    #[test]
    fn mean_and_deviation_are_those_of_the_shares() {
        // 1, 3, 5 of 10: mean 0.3, deviations ∓0.2, sample variance 0.08 / 2.
        let MeanSd { mean, sd } = sum_of(&[1, 3, 5]).share_of(10);
        assert!((mean - 0.3).abs() < 1e-15 && (sd.unwrap() - 0.2).abs() < 1e-15);
        assert_eq!(sum_of(&[7, 7, 7]).share_of(10).sd, Some(0.0));
        assert_eq!(
            sum_of(&[5]).share_of(10),
            MeanSd {
                mean: 0.5,
                sd: None
            }
        );
    }

    #[test]
    fn merging_equals_adding_in_any_order() {
        let mut parts = sum_of(&[4, 1]);
        parts.merge(&sum_of(&[9]));
        assert_eq!(parts, sum_of(&[9, 1, 4]));

        let (mut whole, mut left, mut right) = (
            CurveSums::default(),
            CurveSums::default(),
            CurveSums::default(),
        );
        whole.add(&[3, 2], &[1, 0]);
        whole.add(&[5, 4], &[2, 2]);
        left.add(&[3, 2], &[1, 0]);
        right.add(&[5, 4], &[2, 2]);
        right.merge(&CurveSums::default());
        left.merge(&right);
        assert_eq!((left.train, left.test), (whole.train, whole.test));
    }

    #[test]
    fn never_is_later_than_any_time() {
        assert_eq!(median_time([Some(5), None, Some(2)]), Some(5));
        assert_eq!(median_time([Some(5), None, None]), None);
        assert_eq!(median_time([Some(5), None]), Some(5));
        assert_eq!(median_time([]), None);
    }
}
