//! The median of every weight of a tile, by counting.

use pulp::Simd;

use super::tiles::INPUTS;
use crate::real::Real;

/// Products of a tile, written out: N rows for each input.
#[inline(always)]
fn write_out<S: Simd, T: Real>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    p: usize,
    products: &mut [T::Vector<S>],
) {
    for ((product, &gy), x) in products.iter_mut().zip(gy).zip(x) {
        *product = T::v_mul(simd, gy, T::v_splat(simd, x[p]));
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

/// The medians of a tile's weights, between two middle values their mean; NaN where they are not found.
///
/// The value of a rank lies between two of the values: `low`, the least that is still possible, and `high`, the greatest.
/// A threshold between them is counted against all values and brings one of them closer, to a value that occurs. Thresholds
/// are interpolated in ranks, by turns with the midpoint. `scratch` has room for the products.
#[inline(always)]
pub(in crate::robust) fn medians<S: Simd, T: Real>(
    simd: S,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    scratch: &mut [T],
) -> [T::Vector<S>; INPUTS] {
    let mut medians = [T::v_splat(simd, T::NAN); INPUTS];
    let products = &mut T::vectors_mut::<S>(scratch)[..gy.len()];
    for (p, median) in medians.iter_mut().enumerate() {
        write_out::<S, T>(simd, gy, x, p, products);
        *median = median_of::<S, T>(simd, products);
    }
    medians
}

#[inline(always)]
fn median_of<S: Simd, T: Real>(simd: S, values: &[T::Vector<S>]) -> T::Vector<S> {
    let splat = |x| T::v_splat(simd, x);
    let n = values.len();
    // The rank of the lower middle value, counted from 1.
    let rank = splat(T::of_count(n.div_ceil(2)));
    let (mut low, mut high) = (splat(T::INFINITY), splat(-T::INFINITY));
    // 0·x is 0, or NaN where x is not finite.
    let (zero, mut nan) = (splat(T::ZERO), splat(T::ZERO));
    for &value in values {
        low = T::v_min(simd, low, value);
        high = T::v_max(simd, high, value);
        nan = T::v_mul_add(simd, value, zero, nan);
    }
    // Values below `low`, and at most `high`.
    let (mut below, mut within) = (zero, splat(T::of_count(n)));
    let half = splat(T::of(0.5));
    for sweep in 0..MOST_SWEEPS {
        if !T::any_below(simd, low, high) {
            return T::v_add(simd, finish::<S, T>(simd, values, low), nan);
        }
        let share = if sweep % 3 == 2 {
            half
        } else {
            let wanted = T::v_sub(simd, T::v_sub(simd, rank, half), below);
            T::v_div(simd, wanted, T::v_sub(simd, within, below))
        };
        let range = T::v_sub(simd, high, low);
        let t = T::v_mul_add(simd, range, share, low);
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

/// The median from the lower middle value.
#[inline(always)]
fn finish<S: Simd, T: Real>(simd: S, values: &[T::Vector<S>], lower: T::Vector<S>) -> T::Vector<S> {
    let n = values.len();
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
