//! Norms and distances of gradients in either form.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::gram::{Factor, ROWS, Summation};
use super::pairs::distances_of;
use super::view::{Columns, View};
use crate::real::Real;
use crate::robust::kernel::{self, vectorised};

/// What a [`Geometry`](super::Geometry) reads; its implementor knows the precision of the data.
pub(super) trait Measure {
    /// Adds ‖gᵢ‖² in units of `unit`.
    fn squared_norms(&self, unit: f64, norms: &mut [f64]);

    /// Writes ⟨gᵢ, gⱼ⟩ and ‖gᵢ − gⱼ‖² in units of `unit`.
    fn pairs(&self, unit: f64, products: &mut [f64], distances: &mut [f64]);
}

/// Numbers between these bounds may be multiplied in pairs, squared and summed in double precision.
const SAFE: std::ops::RangeInclusive<f64> = 1e-70..=1e70;

/// 1 if squares of lengths like `largest` are safe, otherwise a power of two near it.
fn safe_unit(largest: f64) -> f64 {
    if largest == 0.0 || !largest.is_finite() || SAFE.contains(&largest) {
        1.0
    } else {
        largest
            .log2()
            .floor()
            .exp2()
            .clamp(f64::MIN_POSITIVE, 1e300)
    }
}

/// Whether no product of two numbers of this precision is unsafe: squares of those of single precision are in the range
/// of double precision, and there is no need to look at the data.
fn always_safe<T: Real>() -> bool {
    T::EPSILON.as_f64() > 1e-10
}

/// The unit of length for all parts together.
pub(super) fn unit<T: Real>(views: &[View<'_, T>]) -> f64 {
    if always_safe::<T>() {
        return 1.0;
    }
    let largest = views.iter().map(|view| match view {
        View::Rows(rows) => Columns::rows(*rows).largest(),
        View::Outer(outer) => {
            let x = Columns::inputs(*outer).largest();
            let x = if outer.has_bias() { x.max(1.0) } else { x };
            x * Columns::cotangents(*outer).largest()
        }
    });
    safe_unit(largest.fold(0.0, f64::max))
}

/// The parts that make one vector a sample.
pub(super) struct Views<'v, 'a, T>(pub &'v [View<'a, T>]);

impl<T: Real> Measure for Views<'_, '_, T> {
    fn squared_norms(&self, unit: f64, norms: &mut [f64]) {
        for view in self.0 {
            match view {
                View::Rows(rows) => add_squares(Columns::rows(*rows), unit, norms),
                View::Outer(outer) => {
                    let factors = Factors::of(*outer, unit);
                    let (mut x, mut gy) = (vec![0.0; norms.len()], vec![0.0; norms.len()]);
                    add_squares(factors.x, factors.unit_x, &mut x);
                    add_squares(factors.gy, factors.unit_gy, &mut gy);
                    for ((norm, x), gy) in norms.iter_mut().zip(x).zip(gy) {
                        *norm += gy * (x + factors.bias) * factors.to_unit;
                    }
                }
            }
        }
    }

    fn pairs(&self, unit: f64, products: &mut [f64], distances: &mut [f64]) {
        let n = distances.len().isqrt();
        match self.0 {
            [view] => measure_pairs(view, unit, n, products, distances),
            views => {
                let (mut k, mut d) = (vec![0.0; n * n], vec![0.0; n * n]);
                products.fill(0.0);
                distances.fill(0.0);
                for view in views {
                    measure_pairs(view, unit, n, &mut k, &mut d);
                    products.iter_mut().zip(&k).for_each(|(sum, k)| *sum += k);
                    distances.iter_mut().zip(&d).for_each(|(sum, d)| *sum += d);
                }
            }
        }
    }
}

/// Writes ⟨gᵢ, gⱼ⟩ and ‖gᵢ − gⱼ‖² of one part.
fn measure_pairs<T: Real>(
    view: &View<'_, T>,
    unit: f64,
    n: usize,
    products: &mut [f64],
    distances: &mut [f64],
) {
    let summation = Summation::of::<T>(n, view.factored_len().checked_div(n).unwrap_or(0));
    let lost = measure_by(summation, view, unit, n, products, distances);
    // A few pairs may be near each other; where many are, all products are to be exact.
    let lost = if summation == Summation::Coarse && lost.len() > n {
        measure_by(Summation::Fine, view, unit, n, products, distances)
    } else {
        lost
    };
    let exact = match view {
        View::Rows(rows) => distances_of(Columns::rows(*rows), unit, &lost),
        View::Outer(outer) => Factors::of(*outer, unit).distances(&lost),
    };
    for (&(i, j), exact) in lost.iter().zip(exact) {
        distances[i * n + j] = exact;
        distances[j * n + i] = exact;
    }
}

/// The same from Gram matrices; returns the pairs whose distance these have lost to cancellation.
fn measure_by<T: Real>(
    summation: Summation,
    view: &View<'_, T>,
    unit: f64,
    n: usize,
    products: &mut [f64],
    distances: &mut [f64],
) -> Vec<(usize, usize)> {
    match view {
        View::Rows(rows) => {
            let factor = Factor::new(Columns::rows(*rows), unit, summation);
            for_rows(
                n,
                rows.dimension(),
                products,
                |from, to, products, scratch| {
                    factor.products(from, to, n, products, &mut scratch.0);
                },
            );
        }
        View::Outer(outer) => {
            let factors = Factors::of(*outer, unit);
            let x = Factor::new(factors.x, factors.unit_x, summation);
            let gy = Factor::new(factors.gy, factors.unit_gy, summation);
            let (bias, to_unit) = (factors.bias, factors.to_unit);
            let numbers = outer.inputs() + outer.outputs();
            for_rows(n, numbers, products, |from, to, products, scratch| {
                x.products(from, to, n, products, &mut scratch.0);
                scratch.1.resize(products.len(), 0.0);
                gy.products(from, to, n, &mut scratch.1, &mut scratch.0);
                vectorised(|| {
                    let rows = products.chunks_mut(n).zip(scratch.1.chunks(n));
                    for (k, kg) in rows {
                        for (k, kg) in k[..to].iter_mut().zip(kg) {
                            *k = kg * (*k + bias) * to_unit;
                        }
                    }
                });
            });
        }
    }
    tell(products, n, distances, summation.resolved())
}

/// Calls `make` with ranges of rows and what is stored of these, from several threads if there is much to do.
fn for_rows<T: Real>(
    n: usize,
    numbers: usize,
    matrix: &mut [f64],
    make: impl Fn(usize, usize, &mut [f64], &mut (Vec<T>, Vec<f64>)) + Sync,
) {
    let range = |at: usize| (at * ROWS, n.min((at + 1) * ROWS));
    if kernel::parallel(n * n * numbers) && n > ROWS {
        let chunks = matrix.par_chunks_mut(ROWS * n).enumerate();
        chunks.for_each_init(Default::default, |scratch, (at, rows)| {
            let (from, to) = range(at);
            make(from, to, rows, scratch);
        });
    } else {
        let mut scratch = Default::default();
        for (at, rows) in matrix.chunks_mut(ROWS * n).enumerate() {
            let (from, to) = range(at);
            make(from, to, rows, &mut scratch);
        }
    }
}

fn add_squares<T: Real>(columns: Columns<'_, T>, unit: f64, norms: &mut [f64]) {
    let per_unit = unit.recip();
    vectorised(|| {
        for column in columns.iter() {
            for (norm, g) in norms.iter_mut().zip(column) {
                let g = g.as_f64() * per_unit;
                *norm += g * g;
            }
        }
    });
}

/// The factors of a layer's gradients, each in a unit of its own.
struct Factors<'a, T> {
    x: Columns<'a, T>,
    gy: Columns<'a, T>,
    unit_x: f64,
    unit_gy: f64,
    /// The square of the input 1 that a bias adds to every sample.
    bias: f64,
    /// Converts squares of products to the common unit.
    to_unit: f64,
}

impl<'a, T: Real> Factors<'a, T> {
    fn of(outer: crate::robust::OuterProducts<'a, T>, unit: f64) -> Self {
        let (x, gy) = (Columns::inputs(outer), Columns::cotangents(outer));
        let unit_of = |columns: Columns<'_, T>| {
            if always_safe::<T>() {
                1.0
            } else {
                safe_unit(columns.largest())
            }
        };
        let (unit_x, unit_gy) = (unit_of(x), unit_of(gy));
        let bias = if outer.has_bias() {
            unit_x.recip()
        } else {
            0.0
        };
        let to_unit = unit_x * (unit_gy / unit);
        Self {
            x,
            gy,
            unit_x,
            unit_gy,
            bias: bias * bias,
            to_unit: to_unit * to_unit,
        }
    }
}

impl<T: Real> Factors<'_, T> {
    /// ‖gᵢ − gⱼ‖² of single pairs. With ḡ and x̄ the midpoints and a, b the differences of the factors,
    /// gyᵢ xᵢᵀ − gyⱼ xⱼᵀ = ḡ bᵀ + a x̄ᵀ, whose square ‖ḡ‖²‖b‖² + ‖a‖²‖x̄‖² + 2⟨ḡ, a⟩⟨b, x̄⟩ has no large terms.
    fn distances(&self, pairs: &[(usize, usize)]) -> Vec<f64> {
        if pairs.is_empty() {
            return Vec::new();
        }
        let a = distances_of(self.gy, self.unit_gy, pairs);
        let b = distances_of(self.x, self.unit_x, pairs);
        let samples = self.x.matrix().rows;
        let (mut x2, mut g2) = (vec![0.0; samples], vec![0.0; samples]);
        add_squares(self.x, self.unit_x, &mut x2);
        add_squares(self.gy, self.unit_gy, &mut g2);
        let distance = |((&(i, j), a2), b2): ((&(usize, usize), f64), f64)| {
            let g = (g2[i] + g2[j]) / 2.0 - a2 / 4.0;
            let x = (x2[i] + x2[j]) / 2.0 - b2 / 4.0 + self.bias;
            let mixed = (g2[i] - g2[j]) * (x2[i] - x2[j]) / 2.0;
            ((g * b2 + a2 * x + mixed) * self.to_unit).max(0.0)
        };
        pairs.iter().zip(a).zip(b).map(distance).collect()
    }
}

/// Rows and columns that are mirrored at a time, so that both fit the first-level cache.
const TILE: usize = 32;

/// From the lower triangle of a Gram matrix, writes the squared distances that it tells, and the upper triangles of both.
/// Returns the pairs whose distance is less than the share `resolved` of the sum of their squares.
fn tell(k: &mut [f64], n: usize, distances: &mut [f64], resolved: f64) -> Vec<(usize, usize)> {
    let diagonal: Vec<f64> = (0..n).map(|i| k[i * n + i]).collect();
    let mut lost = Vec::new();
    vectorised(|| {
        for (i, (row, distances)) in (k.chunks_exact(n))
            .zip(distances.chunks_exact_mut(n))
            .enumerate()
        {
            let mut unresolved = 0;
            let told = distances[..i].iter_mut().zip(row).zip(&diagonal);
            for ((distance, &product), &square) in told {
                *distance = (square - product) + (diagonal[i] - product);
                unresolved += u32::from(*distance < resolved * (square + diagonal[i]));
            }
            distances[i] = 0.0;
            if unresolved > 0 {
                let is_lost = |&j: &usize| distances[j] < resolved * (diagonal[j] + diagonal[i]);
                lost.extend((0..i).filter(is_lost).map(|j| (i, j)));
            }
        }
    });
    mirror(k, n);
    mirror(distances, n);
    lost
}

/// Copies the lower triangle to the upper one.
fn mirror(matrix: &mut [f64], n: usize) {
    for row in (0..n).step_by(TILE) {
        for column in (0..=row).step_by(TILE) {
            for i in row..n.min(row + TILE) {
                for j in column..i.min(column + TILE) {
                    matrix[j * n + i] = matrix[i * n + j];
                }
            }
        }
    }
}
