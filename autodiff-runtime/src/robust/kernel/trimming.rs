//! Means without the extreme values, for N rows of a register.

use pulp::Simd;

use super::selection::{median_of, of_rank, range};
use crate::real::Real;

/// The mean without the b smallest and the b largest values, of more than 2b.
///
/// With `low` the value of rank b + 1 and d its distance from that of rank n − b, values cut off at both count as one of
/// them b times: Σ clamp(x − low, 0, d) − b·d is the sum of the others' differences to `low`, without large terms.
#[inline(always)]
pub(in crate::robust) fn trimmed_mean<S: Simd, T: Real>(
    simd: S,
    values: &[T::Vector<S>],
    b: usize,
) -> T::Vector<S> {
    let cut = cut::<S, T>(simd, values, b);
    let high_ones = T::v_mul(simd, cut.distance, T::v_splat(simd, T::of_count(b)));
    let kept = T::v_splat(simd, T::of_count(values.len() - 2 * b));
    let middle = T::v_sub(simd, cut.sum, high_ones);
    T::v_add(simd, cut.low, T::v_div(simd, middle, kept))
}

/// The mean with values cut off at those of ranks b + 1 and n − b, of more than 2b.
#[inline(always)]
pub(in crate::robust) fn winsorized_mean<S: Simd, T: Real>(
    simd: S,
    values: &[T::Vector<S>],
    b: usize,
) -> T::Vector<S> {
    let cut = cut::<S, T>(simd, values, b);
    let n = T::v_splat(simd, T::of_count(values.len()));
    T::v_add(simd, cut.low, T::v_div(simd, cut.sum, n))
}

/// Values cut off at ranks b + 1 and n − b.
struct Cut<V> {
    /// The value of rank b + 1.
    low: V,
    /// How far that of rank n − b is above it.
    distance: V,
    /// Σ clamp(x − low, 0, distance).
    sum: V,
}

#[inline(always)]
fn cut<S: Simd, T: Real>(simd: S, values: &[T::Vector<S>], b: usize) -> Cut<T::Vector<S>> {
    let range = range::<S, T>(simd, values);
    let mut ends = [range.least, range.greatest];
    if b > 0 {
        for (end, rank) in ends.iter_mut().zip([b + 1, values.len() - b]) {
            *end = of_rank::<S, T>(simd, values, range, rank);
        }
    }
    let [low, high] = ends;
    let zero = T::v_splat(simd, T::ZERO);
    let distance = T::v_sub(simd, high, low);
    let mut sum = zero;
    for &value in values {
        let above = T::v_max(simd, zero, T::v_sub(simd, value, low));
        sum = T::v_add(simd, sum, T::v_min(simd, distance, above));
    }
    Cut { low, distance, sum }
}

/// The mean of the `kept` values nearest the median; NaN where that depends on the order of values that are as near as
/// each other, or nearly so. `distances` has room for as many registers as there are values.
#[inline(always)]
pub(in crate::robust) fn mean_near_median<S: Simd, T: Real>(
    simd: S,
    values: &[T::Vector<S>],
    kept: usize,
    distances: &mut [T],
) -> T::Vector<S> {
    let splat = |x| T::v_splat(simd, x);
    let centre = median_of::<S, T>(simd, values);
    let distances = &mut T::vectors_mut::<S>(distances)[..values.len()];
    for (distance, &value) in distances.iter_mut().zip(values) {
        *distance = T::v_abs(simd, T::v_sub(simd, value, centre));
    }
    let range = range::<S, T>(simd, distances);
    let radius = of_rank::<S, T>(simd, distances, range, kept);
    // Distances are rounded: those that differ by less may be equal, or the other way round.
    let size = T::v_add(simd, T::v_abs(simd, centre), radius);
    let doubt = T::v_mul(simd, size, splat(T::of(4.0) * T::EPSILON));
    let (inner, outer) = (T::v_sub(simd, radius, doubt), T::v_add(simd, radius, doubt));
    let (zero, one) = (splat(T::ZERO), splat(T::ONE));
    // Differences of the values within, their number, the least and the greatest difference in doubt.
    let (mut sum, mut within) = (zero, zero);
    let (mut least, mut greatest) = (splat(T::INFINITY), splat(-T::INFINITY));
    for (&value, &distance) in values.iter().zip(&*distances) {
        let difference = T::v_sub(simd, value, centre);
        let beyond_inner = T::v_at_most(simd, inner, distance);
        let inside = T::v_select(simd, beyond_inner, zero, one);
        sum = T::v_mul_add(simd, difference, inside, sum);
        within = T::v_add(simd, within, inside);
        let in_doubt = T::v_select(simd, beyond_inner, difference, splat(T::NAN));
        let beyond_outer = T::v_at_most(simd, distance, outer);
        // A comparison with NaN keeps what was.
        let in_doubt = T::v_select(simd, beyond_outer, in_doubt, splat(T::NAN));
        let lower = T::v_at_most(simd, in_doubt, least);
        least = T::v_select(simd, lower, in_doubt, least);
        let higher = T::v_at_most(simd, greatest, in_doubt);
        greatest = T::v_select(simd, higher, in_doubt, greatest);
    }
    let kept = splat(T::of_count(kept));
    let at_radius = T::v_mul(simd, T::v_sub(simd, kept, within), greatest);
    let mean = T::v_div(simd, T::v_add(simd, sum, at_radius), kept);
    // On one side they are the same value but for rounding.
    let spread = T::v_sub(simd, greatest, least);
    let one_sided = T::v_at_most(simd, spread, T::v_add(simd, doubt, doubt));
    let offset = T::v_select(simd, one_sided, mean, splat(T::NAN));
    T::v_add(simd, centre, offset)
}
