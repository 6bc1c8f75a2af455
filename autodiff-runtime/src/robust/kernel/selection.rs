//! The value of a rank among those of every weight of a tile, by counting.

use pulp::Simd;

use super::tiles::INPUTS;
use crate::real::Real;

/// Products of a tile's input `p`, written out: N rows. `scratch` has room for them.
#[inline(always)]
pub(in crate::robust) fn write_out<'a, S: Simd, T: Real>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    p: usize,
    scratch: &'a mut [T],
) -> &'a mut [T::Vector<S>] {
    let products = &mut T::vectors_mut::<S>(scratch)[..gy.len()];
    for ((product, &gy), x) in products.iter_mut().zip(gy).zip(x) {
        *product = T::v_mul(simd, gy, T::v_splat(simd, x[p]));
    }
    products
}

/// Room for N rows of a register.
pub(in crate::robust) fn scratch<S: Simd, T: Real>(samples: usize) -> Vec<T> {
    vec![T::ZERO; samples * T::width::<S>()]
}

/// The least and the greatest value, both NaN if one value is.
#[derive(Clone, Copy)]
pub(super) struct Range<V> {
    pub least: V,
    pub greatest: V,
}

#[inline(always)]
pub(super) fn range<S: Simd, T: Real>(simd: S, values: &[T::Vector<S>]) -> Range<T::Vector<S>> {
    let splat = |x| T::v_splat(simd, x);
    let (mut least, mut greatest) = (splat(T::INFINITY), splat(-T::INFINITY));
    // 0·x is 0, or NaN where x is not finite.
    let (zero, mut nan) = (splat(T::ZERO), splat(T::ZERO));
    for &value in values {
        least = T::v_min(simd, least, value);
        greatest = T::v_max(simd, greatest, value);
        nan = T::v_mul_add(simd, value, zero, nan);
    }
    Range {
        least: T::v_add(simd, least, nan),
        greatest: T::v_add(simd, greatest, nan),
    }
}

/// What a sweep tells about a threshold t: how many values are at most t, the largest of these, and the least above.
struct Told<V> {
    count: V,
    at_most: V,
    above: V,
}

#[inline(always)]
fn count<S: Simd, T: Real>(
    simd: S,
    values: &[T::Vector<S>],
    t: T::Vector<S>,
) -> Told<T::Vector<S>> {
    let splat = |x| T::v_splat(simd, x);
    let (one, least, greatest) = (splat(T::ONE), splat(-T::INFINITY), splat(T::INFINITY));
    // Two of each, for the latency of additions.
    let mut told = [(); 2].map(|()| (splat(T::ZERO), least, greatest));
    let mut take = |at: usize, value: T::Vector<S>| {
        let (count, at_most, above) = &mut told[at];
        let low = T::v_at_most(simd, value, t);
        *count = T::v_select(simd, low, T::v_add(simd, *count, one), *count);
        *at_most = T::v_select(simd, low, T::v_max(simd, *at_most, value), *at_most);
        *above = T::v_select(simd, low, *above, T::v_min(simd, *above, value));
    };
    let (pairs, rest) = values.as_chunks::<2>();
    for &[a, b] in pairs {
        take(0, a);
        take(1, b);
    }
    rest.iter().for_each(|&a| take(0, a));
    let [a, b] = told;
    Told {
        count: T::v_add(simd, a.0, b.0),
        at_most: T::v_max(simd, a.1, b.1),
        above: T::v_min(simd, a.2, b.2),
    }
}

/// Sweeps over a tile after which it is given up. A good threshold halves what is left and more.
const MOST_SWEEPS: usize = 64;

/// The value of rank `rank`, counted from 1; NaN where one value is or it is not found.
///
/// It lies between two of the values: `low`, the least that is still possible, and `high`, the greatest. A threshold
/// between them is counted against all values and brings one of them closer, to a value that occurs. Thresholds are
/// interpolated in ranks, by turns with the midpoint.
#[inline(always)]
pub(super) fn of_rank<S: Simd, T: Real>(
    simd: S,
    values: &[T::Vector<S>],
    range: Range<T::Vector<S>>,
    rank: usize,
) -> T::Vector<S> {
    let splat = |x| T::v_splat(simd, x);
    let (mut low, mut high) = (range.least, range.greatest);
    let rank = splat(T::of_count(rank));
    // Values below `low`, and at most `high`.
    let (mut below, mut within) = (splat(T::ZERO), splat(T::of_count(values.len())));
    let half = splat(T::of(0.5));
    for sweep in 0..MOST_SWEEPS {
        if !T::any_below(simd, low, high) {
            return low;
        }
        let share = if sweep % 3 == 2 {
            half
        } else {
            let wanted = T::v_sub(simd, T::v_sub(simd, rank, half), below);
            T::v_div(simd, wanted, T::v_sub(simd, within, below))
        };
        let t = T::v_mul_add(simd, T::v_sub(simd, high, low), share, low);
        // Rounding may put it at the upper end, or an overflow beyond: the lower end always tells something.
        let inside = T::v_at_most(simd, high, t);
        let t = T::v_select(simd, inside, low, T::v_max(simd, t, low));
        let told = count::<S, T>(simd, values, t);
        let enough = T::v_at_most(simd, rank, told.count);
        high = T::v_select(simd, enough, told.at_most, high);
        within = T::v_select(simd, enough, told.count, within);
        low = T::v_select(simd, enough, low, told.above);
        below = T::v_select(simd, enough, below, told.count);
        // Every value between the two has been told apart.
        let low_reached = T::v_at_most(simd, high, low);
        low = T::v_select(simd, low_reached, high, low);
    }
    splat(T::NAN)
}

/// The median of every weight of a tile; between two middle values, their mean. NaN where it is not found.
#[inline(always)]
pub(in crate::robust) fn medians<S: Simd, T: Real>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    scratch: &mut [T],
) -> [T::Vector<S>; INPUTS] {
    let mut medians = [T::v_splat(simd, T::NAN); INPUTS];
    for (p, median) in medians.iter_mut().enumerate() {
        let products = write_out::<S, T>(simd, gy, x, p, scratch);
        *median = median_of::<S, T>(simd, products);
    }
    medians
}

/// The median of N rows of a register.
#[inline(always)]
pub(in crate::robust) fn median_of<S: Simd, T: Real>(
    simd: S,
    values: &[T::Vector<S>],
) -> T::Vector<S> {
    let n = values.len();
    let lower = of_rank::<S, T>(simd, values, range::<S, T>(simd, values), n.div_ceil(2));
    if n % 2 == 1 {
        return lower;
    }
    let told = count::<S, T>(simd, values, lower);
    let next_rank = T::v_splat(simd, T::of_count(n / 2 + 1));
    let repeated = T::v_at_most(simd, next_rank, told.count);
    let upper = T::v_select(simd, repeated, lower, told.above);
    let half = T::v_splat(simd, T::of(0.5));
    // Halves first: the sum might overflow.
    T::v_add(
        simd,
        T::v_mul(simd, lower, half),
        T::v_mul(simd, upper, half),
    )
}
