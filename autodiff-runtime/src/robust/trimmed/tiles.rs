//! Order statistics of many weights at once, by counting; those where it does not come to an end are selected one by one.

use pulp::Simd;

use super::{Median, NearMedian, trimmed_mean, winsorized_mean};
use crate::real::Real;
use crate::robust::coordinatewise::Location;
use crate::robust::data::OuterProducts;
use crate::robust::kernel::{self, INPUTS, Tile, medians, scratch, write_out};
use crate::robust::order::{ByValues, median};

impl<T: Real> Tile<T> for Median {
    type Scratch = Vec<T>;

    fn scratch<S: Simd>(&self, samples: usize) -> Vec<T> {
        scratch::<S, T>(samples)
    }

    #[inline(always)]
    fn estimate<S: Simd>(
        &self,
        simd: S,
        gy: &[T::Vector<S>],
        x: &[[T; INPUTS]],
        scratch: &mut Vec<T>,
    ) -> [T::Vector<S>; INPUTS] {
        medians::<S, T>(simd, gy, x, scratch)
    }

    fn alone(&self, outer: OuterProducts<'_, T>, q: usize, p: usize) -> T {
        ByValues::new(median).locate(outer.weight(q, p))
    }
}

/// What becomes of the values of a weight.
#[derive(Clone, Copy, Debug)]
pub(super) enum Trimming {
    /// Without the b smallest and largest.
    Trimmed(usize),
    /// With these moved inwards.
    Winsorized(usize),
    /// The nearest to the median.
    NearMedian { kept: usize },
}

impl<T: Real> Tile<T> for Trimming {
    /// Products, and their distances from the median.
    type Scratch = [Vec<T>; 2];

    fn scratch<S: Simd>(&self, samples: usize) -> Self::Scratch {
        let distances = match self {
            Self::NearMedian { .. } => samples,
            _ => 0,
        };
        [samples, distances].map(scratch::<S, T>)
    }

    #[inline(always)]
    fn estimate<S: Simd>(
        &self,
        simd: S,
        gy: &[T::Vector<S>],
        x: &[[T; INPUTS]],
        [products, distances]: &mut Self::Scratch,
    ) -> [T::Vector<S>; INPUTS] {
        let mut estimates = [T::v_splat(simd, T::NAN); INPUTS];
        for (p, estimate) in estimates.iter_mut().enumerate() {
            let values = write_out::<S, T>(simd, gy, x, p, products);
            *estimate = match *self {
                Self::Trimmed(b) => kernel::trimmed_mean::<S, T>(simd, values, b),
                Self::Winsorized(b) => kernel::winsorized_mean::<S, T>(simd, values, b),
                Self::NearMedian { kept } => {
                    kernel::mean_near_median::<S, T>(simd, values, kept, distances)
                }
            };
        }
        estimates
    }

    fn alone(&self, outer: OuterProducts<'_, T>, q: usize, p: usize) -> T {
        let values = outer.weight(q, p);
        match *self {
            Self::Trimmed(b) => {
                ByValues::new(|values: &mut [f64]| trimmed_mean(values, b)).locate(values)
            }
            Self::Winsorized(b) => {
                ByValues::new(|values: &mut [f64]| winsorized_mean(values, b)).locate(values)
            }
            Self::NearMedian { kept } => {
                let mut nearest = NearMedian::default();
                ByValues::new(|values: &mut [f64]| nearest.mean(values, kept)).locate(values)
            }
        }
    }
}
