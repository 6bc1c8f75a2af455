//! What an aggregator has to see at once.

use super::psi;
use super::soft_truncation::{SoftTruncation, Truncation};
use crate::real::Real;

/// What an aggregator has to see at once; it decides how much memory a step over written-out gradients takes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Access {
    /// One sample at a time, in a sweep or two: O(D) numbers.
    Samples(Streaming),
    /// All samples of a coordinate, one coordinate after the other: the gradients of a block of coordinates.
    Coordinates,
    /// Everything: N·D numbers.
    Whole,
}

/// An estimate made from one sample after the other.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Streaming {
    /// The mean, in one sweep.
    Mean,
    /// Soft truncation: mean and variance in a first sweep, ψ in a second.
    SoftTruncation(SoftTruncation),
    /// Clipping of single gradients at this norm.
    NormClip(f64),
    /// Normalisation of single gradients with this γ.
    NormNormalize(f64),
}

/// An estimate under way, of coordinates whose values arrive sample by sample.
pub(super) struct Stream<T> {
    streaming: Streaming,
    seen: usize,
    mean: Vec<T>,
    /// Σ (x − m)² in the first sweep, then Σ ψ.
    sums: Vec<T>,
    /// s·σ, and 0 where the mean is the estimate.
    units: Vec<T>,
    truncation: Option<Truncation<T>>,
}

impl<T: Real> Stream<T> {
    pub fn new(streaming: Streaming, dimension: usize) -> Self {
        let second = match streaming {
            Streaming::SoftTruncation(_) => dimension,
            _ => 0,
        };
        Self {
            streaming,
            seen: 0,
            mean: vec![T::ZERO; dimension],
            sums: vec![T::ZERO; second],
            units: vec![T::ZERO; second],
            truncation: None,
        }
    }

    /// Takes a sample in the first sweep.
    pub fn add(&mut self, row: impl Iterator<Item = T> + Clone) {
        self.seen += 1;
        let count = T::of_count(self.seen);
        match self.streaming {
            Streaming::Mean => self.add_weighted(row, 1.0),
            Streaming::NormClip(max_norm) => {
                let norm = norm_of(row.clone());
                let shrink = if norm > max_norm {
                    max_norm / norm
                } else {
                    1.0
                };
                self.add_weighted(row, shrink);
            }
            Streaming::NormNormalize(gamma) => {
                let length = norm_of(row.clone()) + gamma;
                self.add_weighted(row, length.recip());
            }
            // Welford's update, which does not cancel.
            Streaming::SoftTruncation(_) => {
                for ((mean, squares), x) in self.mean.iter_mut().zip(&mut self.sums).zip(row) {
                    let before = x - *mean;
                    *mean += before / count;
                    *squares += before * (x - *mean);
                }
            }
        }
    }

    fn add_weighted(&mut self, row: impl Iterator<Item = T>, weight: f64) {
        let weight = T::of(weight);
        for (sum, x) in self.mean.iter_mut().zip(row) {
            *sum += weight * x;
        }
    }

    /// Ends the first sweep; `true` if a second is wanted.
    pub fn turn(&mut self) -> bool {
        let Streaming::SoftTruncation(soft) = self.streaming else {
            return false;
        };
        let truncation = soft.prepare::<T>(self.seen);
        for (unit, squares) in self.units.iter_mut().zip(&mut self.sums) {
            *unit = truncation.unit_of(*squares);
            *squares = T::ZERO;
        }
        self.truncation = Some(truncation);
        !truncation.is_plain()
    }

    /// Takes a sample in the second sweep.
    pub fn add_again(&mut self, row: impl Iterator<Item = T>) {
        let known = self.mean.iter().zip(&self.units);
        for ((sum, (&mean, &unit)), x) in self.sums.iter_mut().zip(known).zip(row) {
            if unit != T::ZERO {
                *sum += psi((x - mean) / unit);
            }
        }
    }

    /// The estimates.
    pub fn finish(mut self) -> Vec<T> {
        let count = T::of_count(self.seen);
        match self.truncation {
            None => self.mean.iter_mut().for_each(|sum| *sum /= count),
            Some(truncation) => {
                let rest = self.units.iter().zip(&self.sums);
                for (mean, (&unit, &sum)) in self.mean.iter_mut().zip(rest) {
                    *mean = truncation.scaled(*mean + unit * (sum / count));
                }
            }
        }
        self.mean
    }
}

/// ‖x‖ in double precision; squares are taken in units of the largest entry where they could leave its range.
pub(super) fn norm_of<T: Real>(row: impl Iterator<Item = T> + Clone) -> f64 {
    let square: f64 = row.clone().map(|x| x.as_f64() * x.as_f64()).sum();
    if (1e-280..1e280).contains(&square) || square.is_nan() {
        return square.sqrt();
    }
    let largest = row
        .clone()
        .fold(0.0_f64, |largest, x| largest.max(x.as_f64().abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    largest
        * row
            .map(|x| (x.as_f64() / largest).powi(2))
            .sum::<f64>()
            .sqrt()
}
