//! Norms and distances of gradients in either form.

use super::pairs::{distances_of, lost_pairs};
use super::view::{Columns, View};
use crate::real::Real;
use crate::robust::product::gram;

/// What a [`Geometry`](super::Geometry) reads; its implementor knows the precision of the data.
pub(super) trait Measure {
    /// Adds ‖gᵢ‖² in units of `unit`.
    fn squared_norms(&self, unit: f64, norms: &mut [f64]);

    /// Adds ⟨gᵢ, gⱼ⟩ and ‖gᵢ − gⱼ‖² in units of `unit`.
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

/// The unit of length for all parts together.
pub(super) fn unit<T: Real>(views: &[View<'_, T>]) -> f64 {
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
        for view in self.0 {
            match view {
                View::Rows(rows) => add_rows(Columns::rows(*rows), unit, n, products, distances),
                View::Outer(outer) => add_outer(&Factors::of(*outer, unit), n, products, distances),
            }
        }
    }
}

fn add_squares<T: Real>(columns: Columns<'_, T>, unit: f64, norms: &mut [f64]) {
    let per_unit = unit.recip();
    for column in columns.iter() {
        for (norm, g) in norms.iter_mut().zip(column) {
            let g = g.as_f64() * per_unit;
            *norm += g * g;
        }
    }
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
        let (unit_x, unit_gy) = (safe_unit(x.largest()), safe_unit(gy.largest()));
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

fn add_rows<T: Real>(
    columns: Columns<'_, T>,
    unit: f64,
    n: usize,
    products: &mut [f64],
    distances: &mut [f64],
) {
    let mut k = vec![0.0; n * n];
    gram(columns.iter(), unit.recip(), n, &mut k);
    let lost = lost_pairs(&k, n);
    let exact = distances_of(columns, unit, &lost);
    add(&k, n, products, distances);
    correct(&k, n, lost.iter().zip(exact), distances);
}

/// ‖gᵢ − gⱼ‖² of outer products. Where Gram matrices have lost it, with ḡ and x̄ the midpoints and a, b the differences
/// of the factors, gyᵢ xᵢᵀ − gyⱼ xⱼᵀ = ḡ bᵀ + a x̄ᵀ, whose square ‖ḡ‖²‖b‖² + ‖a‖²‖x̄‖² + 2⟨ḡ, a⟩⟨b, x̄⟩ has no large
/// terms.
fn add_outer<T: Real>(
    factors: &Factors<'_, T>,
    n: usize,
    products: &mut [f64],
    distances: &mut [f64],
) {
    let (mut kx, mut kg) = (vec![0.0; n * n], vec![0.0; n * n]);
    gram(factors.x.iter(), factors.unit_x.recip(), n, &mut kx);
    gram(factors.gy.iter(), factors.unit_gy.recip(), n, &mut kg);
    let diagonal = |k: &[f64]| (0..n).map(|i| k[i * n + i]).collect::<Vec<_>>();
    let (x2, g2) = (diagonal(&kx), diagonal(&kg));
    let mut k = kx;
    for (k, kg) in k.iter_mut().zip(kg) {
        *k = kg * (*k + factors.bias) * factors.to_unit;
    }
    let lost = lost_pairs(&k, n);
    let a = distances_of(factors.gy, factors.unit_gy, &lost);
    let b = distances_of(factors.x, factors.unit_x, &lost);
    let exact = a.iter().zip(&b).zip(&lost).map(|((a2, b2), &(i, j))| {
        let g = (g2[i] + g2[j]) / 2.0 - a2 / 4.0;
        let x = (x2[i] + x2[j]) / 2.0 - b2 / 4.0 + factors.bias;
        let mixed = (g2[i] - g2[j]) * (x2[i] - x2[j]) / 2.0;
        ((g * b2 + a2 * x + mixed) * factors.to_unit).max(0.0)
    });
    add(&k, n, products, distances);
    correct(&k, n, lost.iter().zip(exact), distances);
}

/// The squared distance that a Gram matrix tells.
fn told(k: &[f64], n: usize, i: usize, j: usize) -> f64 {
    let squared = (k[i * n + i] - k[i * n + j]) + (k[j * n + j] - k[i * n + j]);
    // NaN is not hidden.
    if squared < 0.0 { 0.0 } else { squared }
}

fn add(k: &[f64], n: usize, products: &mut [f64], distances: &mut [f64]) {
    for (product, k) in products.iter_mut().zip(k) {
        *product += k;
    }
    for i in 0..n {
        for j in 0..i {
            let squared = told(k, n, i, j);
            distances[i * n + j] += squared;
            distances[j * n + i] += squared;
        }
    }
}

/// Replaces what a Gram matrix told of some pairs by the exact squares.
fn correct<'a>(
    k: &[f64],
    n: usize,
    exact: impl Iterator<Item = (&'a (usize, usize), f64)>,
    distances: &mut [f64],
) {
    for (&(i, j), exact) in exact {
        // Other parts of the model may have added to it before.
        let others = (distances[i * n + j] - told(k, n, i, j)).max(0.0);
        distances[i * n + j] = others + exact;
        distances[j * n + i] = others + exact;
    }
}
