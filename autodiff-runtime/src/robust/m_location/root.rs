//! The root of a falling function for every weight of a tile.

use pulp::Simd;

use crate::real::Real;
use crate::robust::kernel::INPUTS;

/// Sweeps after which a tile is given up.
const MOST_SWEEPS: usize = 24;

/// The least slope, in size, at which rounding of the function does not show in the root.
const LEAST_SLOPE: f64 = 0.02;

/// The root of a function of slope between −1 and 0, from a start, to some digits less than the precision of `unit`; NaN
/// where it is not found or not well determined.
///
/// By secants, within the bracket of the signs seen so far, and its midpoint where a secant leaves it. Without a secant
/// the step is the function itself, which never goes too far.
#[inline(always)]
pub(super) fn root<S: Simd, T: Real>(
    simd: S,
    start: [T::Vector<S>; INPUTS],
    unit: [T::Vector<S>; INPUTS],
    function: &impl Falling<S, T>,
) -> [T::Vector<S>; INPUTS] {
    let nan = T::v_splat(simd, T::NAN);
    let mut search = [Search::from(nan); INPUTS];
    let mut here = start;
    for sweep in 0..MOST_SWEEPS {
        let value = function.at(simd, here);
        let mut moving = sweep == 0;
        for p in 0..INPUTS {
            if sweep == 0 {
                search[p] = Search::new::<S, T>(simd, start[p], unit[p], value[p]);
            } else {
                moving |= search[p].go::<S, T>(simd, value[p]);
            }
            here[p] = search[p].here;
        }
        if !moving {
            for p in 0..INPUTS {
                here[p] = search[p].result::<S, T>(simd);
            }
            return here;
        }
    }
    [nan; INPUTS]
}

/// A falling function of every weight of a tile.
pub(super) trait Falling<S: Simd, T: Real> {
    fn at(&self, simd: S, theta: [T::Vector<S>; INPUTS]) -> [T::Vector<S>; INPUTS];
}

#[derive(Clone, Copy)]
struct Search<V> {
    here: V,
    /// Where it was, and the function there.
    last: V,
    value: V,
    slope: V,
    low: V,
    high: V,
    /// Secants of points nearer than this tell nothing.
    apart: V,
    /// A step that counts as none.
    least_step: V,
}

impl<V: Copy> From<V> for Search<V> {
    fn from(all: V) -> Self {
        Self {
            here: all,
            last: all,
            value: all,
            slope: all,
            low: all,
            high: all,
            apart: all,
            least_step: all,
        }
    }
}

impl<V: Copy> Search<V> {
    /// Goes from the start by the value there, and far enough for a secant.
    #[inline(always)]
    fn new<S: Simd, T>(simd: S, start: V, unit: V, value: V) -> Self
    where
        T: Real<Vector<S> = V>,
    {
        let splat = |x: f64| T::v_splat(simd, T::of(x));
        let epsilon = T::EPSILON.as_f64();
        let of_start = T::v_mul(simd, T::v_abs(simd, start), splat(4.0 * epsilon));
        let least_step = T::v_mul_add(simd, unit, splat(64.0 * epsilon), of_start);
        let apart = T::v_mul(simd, least_step, splat(8.0));
        let positive = T::v_at_most(simd, splat(0.0), value);
        let far = T::v_max(simd, apart, T::v_mul(simd, unit, splat(0.01)));
        let step = T::v_max(simd, T::v_abs(simd, value), far);
        let step = T::v_select(simd, positive, step, T::v_sub(simd, splat(0.0), step));
        Self {
            here: T::v_add(simd, start, step),
            last: start,
            value,
            slope: splat(-1.0),
            low: T::v_select(simd, positive, start, splat(f64::NEG_INFINITY)),
            high: T::v_select(simd, positive, splat(f64::INFINITY), start),
            apart,
            least_step,
        }
    }

    /// Goes on, from the function's value here; whether any of the weights still moves.
    #[inline(always)]
    fn go<S: Simd, T>(&mut self, simd: S, value: V) -> bool
    where
        T: Real<Vector<S> = V>,
    {
        let splat = |x: f64| T::v_splat(simd, T::of(x));
        let zero = splat(0.0);
        let positive = T::v_at_most(simd, zero, value);
        self.low = T::v_select(simd, positive, self.here, self.low);
        self.high = T::v_select(simd, positive, self.high, self.here);
        let moved = T::v_sub(simd, self.here, self.last);
        let secant = T::v_div(simd, T::v_sub(simd, value, self.value), moved);
        let secant = T::v_max(
            simd,
            splat(-1.0),
            T::v_min(simd, splat(-LEAST_SLOPE), secant),
        );
        let near = T::v_at_most(simd, T::v_abs(simd, moved), self.apart);
        self.slope = T::v_select(simd, near, self.slope, secant);
        let newton = T::v_sub(simd, self.here, T::v_div(simd, value, self.slope));
        let half = splat(0.5);
        let middle = T::v_add(
            simd,
            T::v_mul(simd, self.low, half),
            T::v_mul(simd, self.high, half),
        );
        let above = T::v_at_most(simd, self.low, newton);
        let next = T::v_select(simd, above, newton, middle);
        let below = T::v_at_most(simd, newton, self.high);
        let next = T::v_select(simd, below, next, middle);
        self.last = self.here;
        self.value = value;
        self.here = next;
        let step = T::v_abs(simd, T::v_sub(simd, next, self.last));
        T::any_below(simd, self.least_step, step)
    }

    #[inline(always)]
    fn result<S: Simd, T>(self, simd: S) -> V
    where
        T: Real<Vector<S> = V>,
    {
        let limit = T::v_splat(simd, T::of(-1.01 * LEAST_SLOPE));
        let steep = T::v_at_most(simd, self.slope, limit);
        T::v_select(simd, steep, self.here, T::v_splat(simd, T::NAN))
    }
}
