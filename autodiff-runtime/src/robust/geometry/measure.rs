//! Norms and distances of gradients in either form.

use super::pairs::distances_of;
use super::view::{Columns, View};
use crate::real::Real;
use crate::robust::product::gram;

/// What a [`Geometry`](super::Geometry) reads; its implementor knows the precision of the data.
pub(super) trait Measure {
    /// Adds ‖gᵢ‖² in units of `unit`.
    fn squared_norms(&self, unit: f64, norms: &mut [f64]);

    /// Writes ⟨gᵢ, gⱼ⟩ and ‖gᵢ − gⱼ‖² in units of `unit` over zeros.
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
                for view in views {
                    k.fill(0.0);
                    d.fill(0.0);
                    measure_pairs(view, unit, n, &mut k, &mut d);
                    products.iter_mut().zip(&k).for_each(|(sum, k)| *sum += k);
                    distances.iter_mut().zip(&d).for_each(|(sum, d)| *sum += d);
                }
            }
        }
    }
}

/// Writes ⟨gᵢ, gⱼ⟩ and ‖gᵢ − gⱼ‖² of one part over zeros.
fn measure_pairs<T: Real>(
    view: &View<'_, T>,
    unit: f64,
    n: usize,
    products: &mut [f64],
    distances: &mut [f64],
) {
    match view {
        View::Rows(rows) => of_rows(Columns::rows(*rows), unit, n, products, distances),
        View::Outer(outer) => of_outer(&Factors::of(*outer, unit), n, products, distances),
    }
    mirror(products, n);
    mirror(distances, n);
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

/// The lower triangles for rows.
fn of_rows<T: Real>(
    columns: Columns<'_, T>,
    unit: f64,
    n: usize,
    products: &mut [f64],
    distances: &mut [f64],
) {
    gram(columns.iter(), unit.recip(), n, products);
    let lost = tell(products, n, distances);
    let exact = distances_of(columns, unit, &lost);
    for (&(i, j), exact) in lost.iter().zip(exact) {
        distances[i * n + j] = exact;
    }
}

/// The lower triangles for outer products. Where Gram matrices have lost a distance, with ḡ and x̄ the midpoints and a, b
/// the differences of the factors, gyᵢ xᵢᵀ − gyⱼ xⱼᵀ = ḡ bᵀ + a x̄ᵀ, whose square
/// ‖ḡ‖²‖b‖² + ‖a‖²‖x̄‖² + 2⟨ḡ, a⟩⟨b, x̄⟩ has no large terms.
fn of_outer<T: Real>(
    factors: &Factors<'_, T>,
    n: usize,
    products: &mut [f64],
    distances: &mut [f64],
) {
    let diagonal = |k: &[f64]| (0..n).map(|i| k[i * n + i]).collect::<Vec<_>>();
    gram(factors.x.iter(), factors.unit_x.recip(), n, products);
    gram(factors.gy.iter(), factors.unit_gy.recip(), n, distances);
    let (x2, g2) = (diagonal(products), diagonal(distances));
    for (i, (k, kg)) in products
        .chunks_exact_mut(n)
        .zip(distances.chunks_exact(n))
        .enumerate()
    {
        for (k, kg) in k[..=i].iter_mut().zip(kg) {
            *k = kg * (*k + factors.bias) * factors.to_unit;
        }
    }
    let lost = tell(products, n, distances);
    let a = distances_of(factors.gy, factors.unit_gy, &lost);
    let b = distances_of(factors.x, factors.unit_x, &lost);
    for ((&(i, j), a2), b2) in lost.iter().zip(a).zip(b) {
        let g = (g2[i] + g2[j]) / 2.0 - a2 / 4.0;
        let x = (x2[i] + x2[j]) / 2.0 - b2 / 4.0 + factors.bias;
        let mixed = (g2[i] - g2[j]) * (x2[i] - x2[j]) / 2.0;
        distances[i * n + j] = ((g * b2 + a2 * x + mixed) * factors.to_unit).max(0.0);
    }
}

/// Where ‖gᵢ − gⱼ‖² is less than this share of ‖gᵢ‖² + ‖gⱼ‖², the Gram matrix has lost more than ten bits of it.
const RESOLVED: f64 = 1e-3;

/// Writes the squared distances that a Gram matrix tells, both in lower triangles, and returns the pairs that it does not
/// resolve.
fn tell(k: &[f64], n: usize, distances: &mut [f64]) -> Vec<(usize, usize)> {
    let diagonal: Vec<f64> = (0..n).map(|i| k[i * n + i]).collect();
    let mut lost = Vec::new();
    for (i, (row, distances)) in k
        .chunks_exact(n)
        .zip(distances.chunks_exact_mut(n))
        .enumerate()
    {
        let mut unresolved = 0;
        for ((distance, &product), &square) in distances[..i].iter_mut().zip(row).zip(&diagonal) {
            *distance = (square - product) + (diagonal[i] - product);
            unresolved += u32::from(*distance < RESOLVED * (square + diagonal[i]));
        }
        distances[i] = 0.0;
        if unresolved > 0 {
            let is_lost = |&j: &usize| distances[j] < RESOLVED * (diagonal[j] + diagonal[i]);
            lost.extend((0..i).filter(is_lost).map(|j| (i, j)));
        }
    }
    lost
}

/// Rows and columns that are mirrored at a time, so that both fit the first-level cache.
const BLOCK: usize = 32;

/// Copies the lower triangle to the upper one.
fn mirror(matrix: &mut [f64], n: usize) {
    for row in (0..n).step_by(BLOCK) {
        for column in (0..=row).step_by(BLOCK) {
            for i in row..n.min(row + BLOCK) {
                for j in column..i.min(column + BLOCK) {
                    matrix[j * n + i] = matrix[i * n + j];
                }
            }
        }
    }
}
