//! M-estimates of many weights at once; those whose numbers are out of range, or that do not converge, are located one by
//! one in double precision.

use pulp::Simd;

use super::Init;
use super::root::{Falling, root};
use super::spread::{self, Moments};
use crate::real::Real;
use crate::robust::coordinatewise::Location;
use crate::robust::data::OuterProducts;
use crate::robust::influence::Influence;
use crate::robust::kernel::{self, INPUTS, Tile, is_precise, pull};
use crate::robust::order::ByValues;
use crate::robust::scale::Spread;

/// What is done from the start on.
#[derive(Clone, Copy, Debug)]
pub(in crate::robust) enum Plan {
    /// Steps θ ← θ + s · mean ψ((x − θ)/s).
    Steps(usize),
    /// The root of mean ψ((x − θ)/s).
    Root,
}

/// An M-estimator for N samples; `alone` is the same for the values of one weight.
#[derive(Clone, Copy, Debug)]
pub(in crate::robust) struct MTile<F> {
    pub influence: Influence,
    pub spread: Spread,
    /// s in units of the spread.
    pub factor: f64,
    pub start: Init,
    pub plan: Plan,
    pub alone: F,
}

impl<F> MTile<F> {
    /// Whether tiles are as precise as the numbers.
    pub fn is_precise<T: Real>(&self) -> bool {
        is_precise::<T>(self.influence)
    }

    fn needs_median(&self) -> bool {
        let robust = matches!(self.spread, Spread::Mad | Spread::MadNormal);
        robust || self.start == Init::Median
    }

    /// The spread, the estimate to start from, and the unit of its error: the smaller of s and the standard deviation.
    #[inline(always)]
    fn begin<S: Simd, T: Real>(
        &self,
        simd: S,
        gy: &[T::Vector<S>],
        x: &[[T; INPUTS]],
        scratch: &mut [T],
    ) -> Begin<T::Vector<S>> {
        let moments = Moments::of::<S, T>(simd, gy, x);
        let mut start = moments.mean;
        let mut sigma = moments.deviation;
        if self.needs_median() {
            for p in 0..INPUTS {
                let values = kernel::write_out::<S, T>(simd, gy, x, p, scratch);
                let median = kernel::median_of::<S, T>(simd, values);
                if matches!(self.spread, Spread::Mad | Spread::MadNormal) {
                    for value in values.iter_mut() {
                        *value = T::v_abs(simd, T::v_sub(simd, *value, median));
                    }
                    sigma[p] = kernel::median_of::<S, T>(simd, values);
                }
                if self.start == Init::Median {
                    start[p] = median;
                }
            }
        }
        let factor = match self.spread {
            Spread::MadNormal => 1.4826 * self.factor,
            Spread::Fixed(value) => value * self.factor,
            _ => self.factor,
        };
        match self.spread {
            Spread::Fixed(_) => sigma = [T::v_splat(simd, T::ONE); INPUTS],
            Spread::GemanQuad => sigma = spread::geman::<S, T, true>(simd, gy, x, &moments),
            Spread::GemanAbs => sigma = spread::geman::<S, T, false>(simd, gy, x, &moments),
            Spread::Std | Spread::Mad | Spread::MadNormal => {}
        }
        let factor = T::v_splat(simd, T::of(factor));
        let (mut scale, mut unit) = (sigma, sigma);
        for p in 0..INPUTS {
            scale[p] = in_range::<S, T>(simd, T::v_mul(simd, sigma[p], factor));
            unit[p] = T::v_min(simd, scale[p], moments.deviation[p]);
        }
        Begin { scale, start, unit }
    }
}

struct Begin<V> {
    scale: [V; INPUTS],
    start: [V; INPUTS],
    unit: [V; INPUTS],
}

/// A scale whose reciprocal and whose products with residuals are numbers; NaN in place of others.
#[inline(always)]
fn in_range<S: Simd, T: Real>(simd: S, scale: T::Vector<S>) -> T::Vector<S> {
    let splat = |x: f64| T::v_splat(simd, T::of(x));
    let large = T::v_at_most(simd, splat(1e-16), scale);
    let scale = T::v_select(simd, large, scale, splat(f64::NAN));
    let small = T::v_at_most(simd, scale, splat(1e16));
    T::v_select(simd, small, scale, splat(f64::NAN))
}

impl<T: Real, F: Fn(&mut [f64]) -> f64 + Sync> Tile<T> for MTile<F> {
    type Scratch = Vec<T>;

    fn scratch<S: Simd>(&self, samples: usize) -> Vec<T> {
        kernel::scratch::<S, T>(if self.needs_median() { samples } else { 0 })
    }

    #[inline(always)]
    fn estimate<S: Simd>(
        &self,
        simd: S,
        gy: &[T::Vector<S>],
        x: &[[T; INPUTS]],
        scratch: &mut Vec<T>,
    ) -> [T::Vector<S>; INPUTS] {
        let Begin { scale, start, unit } = self.begin::<S, T>(simd, gy, x, scratch);
        let one = T::v_splat(simd, T::ONE);
        let mut per_scale = scale;
        for per_scale in &mut per_scale {
            *per_scale = T::v_div(simd, one, *per_scale);
        }
        let step = MeanPull {
            influence: self.influence,
            gy,
            x,
            scale,
            per_scale,
            per_sample: T::v_splat(simd, T::of_count(x.len()).recip()),
        };
        match self.plan {
            Plan::Root => root::<S, T>(simd, start, unit, &step),
            Plan::Steps(steps) => {
                let mut theta = start;
                for _ in 0..steps {
                    let step = step.at(simd, theta);
                    for p in 0..INPUTS {
                        theta[p] = T::v_add(simd, theta[p], step[p]);
                    }
                }
                theta
            }
        }
    }

    fn alone(&self, outer: OuterProducts<'_, T>, q: usize, p: usize) -> T {
        ByValues::new(&self.alone).locate(outer.weight(q, p))
    }
}

/// s · mean ψ((x − θ)/s).
struct MeanPull<'a, S: Simd, T: Real> {
    influence: Influence,
    gy: &'a [T::Vector<S>],
    x: &'a [[T; INPUTS]],
    scale: [T::Vector<S>; INPUTS],
    per_scale: [T::Vector<S>; INPUTS],
    per_sample: T::Vector<S>,
}

impl<S: Simd, T: Real> Falling<S, T> for MeanPull<'_, S, T> {
    #[inline(always)]
    fn at(&self, simd: S, theta: [T::Vector<S>; INPUTS]) -> [T::Vector<S>; INPUTS] {
        let Self {
            influence, gy, x, ..
        } = *self;
        let mut step = pull::<S, T>(simd, influence, gy, x, theta, self.per_scale);
        for (step, &scale) in step.iter_mut().zip(&self.scale) {
            *step = T::v_mul(simd, *step, T::v_mul(simd, scale, self.per_sample));
        }
        step
    }
}
