//! Influence functions on registers: Σ ψ of a tile in one sweep.
//!
//! Most functions are fractions of polynomials, and a division costs as much as a dozen multiplications. The fractions of
//! two samples are brought to a common denominator first, which halves the divisions.
//!
//! There are no closures here: one that is not inlined has lost the instruction set it was to be compiled for.

use pulp::Simd;

use super::tiles::INPUTS;
use crate::real::Real;
use crate::robust::influence::Influence;

/// Σ ψ((g − θ)/s) of a tile, from θ and 1/s.
#[inline(always)]
pub(in crate::robust) fn pull<S: Simd, T: Real>(
    simd: S,
    influence: Influence,
    gy: &[T::Vector<S>],
    x: &[[T; INPUTS]],
    theta: [T::Vector<S>; INPUTS],
    per_scale: [T::Vector<S>; INPUTS],
) -> [T::Vector<S>; INPUTS] {
    let sweep = Sweep {
        simd,
        gy,
        x,
        theta,
        per_scale,
    };
    match influence {
        Influence::Tanh => sweep.sum(TANH),
        Influence::PseudoHuber { c } => sweep.sum(PseudoHuber { c }),
        Influence::Gudermann => sweep.sum(GUDERMANN),
        Influence::Atan => sweep.sum(Atan),
        Influence::Fair { c } => sweep.sum(Fair { c }),
        Influence::Huber { c } => sweep.sum(Huber { c }),
        Influence::Logistic => sweep.sum(Logistic),
        Influence::CatoniWide => sweep.sum(CatoniWide),
        Influence::CatoniNarrow => sweep.sum(CATONI_NARROW),
        Influence::CatoniGiulini => sweep.sum(CatoniGiulini),
    }
}

/// Whether [`pull`] is as precise as the numbers: in double precision the fractions that approximate are not.
pub(in crate::robust) fn is_precise<T: Real>(influence: Influence) -> bool {
    let exact = matches!(
        influence,
        Influence::PseudoHuber { .. }
            | Influence::Fair { .. }
            | Influence::Huber { .. }
            | Influence::CatoniGiulini
    );
    exact || T::EPSILON > T::of(1e-8)
}

struct Sweep<'a, S: Simd, T: Real> {
    simd: S,
    gy: &'a [T::Vector<S>],
    x: &'a [[T; INPUTS]],
    theta: [T::Vector<S>; INPUTS],
    per_scale: [T::Vector<S>; INPUTS],
}

impl<S: Simd, T: Real> Sweep<'_, S, T> {
    #[inline(always)]
    fn sum(self, psi: impl Psi) -> [T::Vector<S>; INPUTS] {
        let simd = self.simd;
        let zero = T::v_splat(simd, T::ZERO);
        let mut minus = self.theta;
        for minus in &mut minus {
            *minus = T::v_sub(simd, zero, *minus);
        }
        let mut sums = [zero; INPUTS];
        let (gy, last_gy) = self.gy.as_chunks::<2>();
        let (x, last_x) = self.x.as_chunks::<2>();
        for (gy, x) in gy.iter().zip(x) {
            for p in 0..INPUTS {
                let first = self.residual(gy[0], x[0][p], minus[p], p);
                let second = self.residual(gy[1], x[1][p], minus[p], p);
                let pair = psi.of_two::<S, T>(simd, first, second);
                sums[p] = T::v_add(simd, sums[p], pair);
            }
        }
        for (&gy, x) in last_gy.iter().zip(last_x) {
            for p in 0..INPUTS {
                let u = self.residual(gy, x[p], minus[p], p);
                let alone = psi.of_two::<S, T>(simd, u, zero);
                sums[p] = T::v_add(simd, sums[p], alone);
            }
        }
        let unit = T::v_splat(simd, T::of(psi.unit()));
        for sum in &mut sums {
            *sum = T::v_mul(simd, *sum, unit);
        }
        sums
    }

    /// (gy · x − θ)/s.
    #[inline(always)]
    fn residual(
        &self,
        gy: T::Vector<S>,
        x: T,
        minus_theta: T::Vector<S>,
        p: usize,
    ) -> T::Vector<S> {
        let x = T::v_splat(self.simd, x);
        let difference = T::v_mul_add(self.simd, gy, x, minus_theta);
        T::v_mul(self.simd, difference, self.per_scale[p])
    }
}

/// An influence function, ψ(0) = 0.
trait Psi: Copy {
    /// (ψ(u₁) + ψ(u₂))/unit.
    fn of_two<S: Simd, T: Real>(
        self,
        simd: S,
        first: T::Vector<S>,
        second: T::Vector<S>,
    ) -> T::Vector<S>;

    fn unit(self) -> f64 {
        1.0
    }
}

/// An influence function that is a fraction: two of them take one division.
trait Ratio: Copy {
    /// ψ(u)/unit.
    fn fraction<S: Simd, T: Real>(self, simd: S, u: T::Vector<S>) -> Fraction<T::Vector<S>>;

    fn unit(self) -> f64;
}

impl<R: Ratio> Psi for R {
    #[inline(always)]
    fn of_two<S: Simd, T: Real>(
        self,
        simd: S,
        first: T::Vector<S>,
        second: T::Vector<S>,
    ) -> T::Vector<S> {
        quotients::<S, T>(
            simd,
            self.fraction::<S, T>(simd, first),
            self.fraction::<S, T>(simd, second),
        )
    }

    #[inline(always)]
    fn unit(self) -> f64 {
        Ratio::unit(self)
    }
}

/// n₁/d₁ + n₂/d₂.
#[inline(always)]
fn quotients<S: Simd, T: Real>(
    simd: S,
    a: Fraction<T::Vector<S>>,
    b: Fraction<T::Vector<S>>,
) -> T::Vector<S> {
    let of_a = T::v_mul(simd, a.numerator, b.denominator);
    let numerator = T::v_mul_add(simd, b.numerator, a.denominator, of_a);
    T::v_div(
        simd,
        numerator,
        T::v_mul(simd, a.denominator, b.denominator),
    )
}

#[derive(Clone, Copy)]
struct Fraction<V> {
    numerator: V,
    denominator: V,
}

#[inline(always)]
fn clamp<S: Simd, T: Real>(simd: S, u: T::Vector<S>, bound: f64) -> T::Vector<S> {
    let (low, high) = (
        T::v_splat(simd, T::of(-bound)),
        T::v_splat(simd, T::of(bound)),
    );
    T::v_max(simd, low, T::v_min(simd, high, u))
}

/// vᵏ + cₖ₋₁ vᵏ⁻¹ + … + c₀ for k > 0 coefficients from c₀ on.
#[inline(always)]
fn monic<S: Simd, T: Real, const K: usize>(
    simd: S,
    coefficients: &[f64; K],
    v: T::Vector<S>,
) -> T::Vector<S> {
    let last = coefficients.len() - 1;
    let mut sum = T::v_add(simd, v, T::v_splat(simd, T::of(coefficients[last])));
    for k in (0..last).rev() {
        sum = T::v_mul_add(simd, sum, v, T::v_splat(simd, T::of(coefficients[k])));
    }
    sum
}

/// A clamped odd function as unit · c A(v)/B(v), with c = clamp(u, ± bound) and v = c², or |c|: for A and B of leading
/// coefficient 1 that minimise the largest relative error. (Of the weighted linear fits whose weights grow where the error
/// is large, after Lawson, the best.)
#[derive(Clone, Copy)]
struct Rational<const A: usize, const B: usize> {
    bound: f64,
    of_square: bool,
    unit: f64,
    numerator: [f64; A],
    denominator: [f64; B],
}

impl<const A: usize, const B: usize> Ratio for Rational<A, B> {
    #[inline(always)]
    fn fraction<S: Simd, T: Real>(self, simd: S, u: T::Vector<S>) -> Fraction<T::Vector<S>> {
        let c = clamp::<S, T>(simd, u, self.bound);
        let v = if self.of_square {
            T::v_mul(simd, c, c)
        } else {
            T::v_abs(simd, c)
        };
        Fraction {
            numerator: T::v_mul(simd, c, monic::<S, T, _>(simd, &self.numerator, v)),
            denominator: monic::<S, T, _>(simd, &self.denominator, v),
        }
    }

    #[inline(always)]
    fn unit(self) -> f64 {
        self.unit
    }
}

/// Relative error 2·10⁻⁸; at the bound tanh is 1 − 3·10⁻⁸.
const TANH: Rational<4, 4> = Rational {
    bound: 9.0,
    of_square: true,
    unit: 0.017172996893369676,
    numerator: [
        74879824.10750674,
        10019690.80269502,
        261749.28010143904,
        1543.2084852551977,
    ],
    denominator: [
        1285911.0131792857,
        600704.8953274144,
        33275.51290100218,
        422.50409429805853,
    ],
};

/// Relative error 3.5·10⁻⁷; the Gudermannian is within 2·10⁻⁷ of π/2 at the bound.
const GUDERMANN: Rational<5, 6> = Rational {
    bound: 16.0,
    of_square: true,
    unit: 131.76559056966656,
    numerator: [
        86256827.32764511,
        38283249.243682474,
        4259143.380454757,
        118773.81551422113,
        816.1474167997594,
    ],
    denominator: [
        11365685714.90167,
        6938616118.595678,
        1244331279.4826417,
        71149781.7526576,
        989879.1079457495,
        3122.113526609457,
    ],
};

/// log(1 − |u| + u²/2) up to |u| = 1, relative error 8·10⁻⁷.
const CATONI_NARROW: Rational<4, 2> = Rational {
    bound: 1.0,
    of_square: false,
    unit: -0.04663547925515851,
    numerator: [
        -58.59812766549887,
        47.31463951995538,
        -11.632489760115913,
        -0.7658667958047901,
    ],
    denominator: [2.732753897608639, -2.206703005367189],
};

/// The arctangent up to 1, relative error 2·10⁻⁸.
const ATAN: Rational<2, 3> = Rational {
    bound: 1.0,
    of_square: true,
    unit: 11.117723818376499,
    numerator: [7.266733480012489, 6.5284177456176264],
    denominator: [80.78953752660003, 99.51082576757327, 28.132783067496757],
};

/// 2 tanh(u/2).
#[derive(Clone, Copy)]
struct Logistic;

impl Psi for Logistic {
    #[inline(always)]
    fn of_two<S: Simd, T: Real>(
        self,
        simd: S,
        first: T::Vector<S>,
        second: T::Vector<S>,
    ) -> T::Vector<S> {
        let half = T::v_splat(simd, T::of(0.5));
        TANH.of_two::<S, T>(
            simd,
            T::v_mul(simd, first, half),
            T::v_mul(simd, second, half),
        )
    }

    #[inline(always)]
    fn unit(self) -> f64 {
        2.0 * TANH.unit
    }
}

/// Beyond 1, π/2 − atan(1/|u|).
#[derive(Clone, Copy)]
struct Atan;

impl Ratio for Atan {
    #[inline(always)]
    fn fraction<S: Simd, T: Real>(self, simd: S, u: T::Vector<S>) -> Fraction<T::Vector<S>> {
        let splat = |x: f64| T::v_splat(simd, T::of(x));
        let (one, zero) = (splat(1.0), splat(0.0));
        let size = T::v_abs(simd, u);
        let slope = T::v_div(simd, T::v_min(simd, one, size), T::v_max(simd, one, size));
        let Fraction {
            numerator,
            denominator,
        } = ATAN.fraction::<S, T>(simd, slope);
        let right_angle = splat(std::f64::consts::FRAC_PI_2 / ATAN.unit);
        let complement = T::v_sub(simd, T::v_mul(simd, right_angle, denominator), numerator);
        let near = T::v_at_most(simd, size, one);
        let positive = T::v_select(simd, near, numerator, complement);
        let negative = T::v_sub(simd, zero, positive);
        Fraction {
            numerator: T::v_select(simd, T::v_at_most(simd, zero, u), positive, negative),
            denominator,
        }
    }

    #[inline(always)]
    fn unit(self) -> f64 {
        ATAN.unit
    }
}

#[derive(Clone, Copy)]
struct PseudoHuber {
    c: f64,
}

impl Ratio for PseudoHuber {
    #[inline(always)]
    fn fraction<S: Simd, T: Real>(self, simd: S, u: T::Vector<S>) -> Fraction<T::Vector<S>> {
        let one = T::v_splat(simd, T::ONE);
        let per_c = T::v_splat(simd, T::of(self.c.recip()));
        // Farther out the quotient is 1 in double precision, and the square might overflow.
        let v = clamp::<S, T>(simd, T::v_mul(simd, u, per_c), 1e9);
        Fraction {
            numerator: v,
            denominator: T::v_sqrt(simd, T::v_mul_add(simd, v, v, one)),
        }
    }

    #[inline(always)]
    fn unit(self) -> f64 {
        self.c
    }
}

#[derive(Clone, Copy)]
struct Fair {
    c: f64,
}

impl Ratio for Fair {
    #[inline(always)]
    fn fraction<S: Simd, T: Real>(self, simd: S, u: T::Vector<S>) -> Fraction<T::Vector<S>> {
        let per_c = T::v_splat(simd, T::of(self.c.recip()));
        // Farther out the quotient is 1, and products of denominators might overflow.
        let v = clamp::<S, T>(simd, T::v_mul(simd, u, per_c), 1e16);
        Fraction {
            numerator: v,
            denominator: T::v_add(simd, T::v_abs(simd, v), T::v_splat(simd, T::ONE)),
        }
    }

    #[inline(always)]
    fn unit(self) -> f64 {
        self.c
    }
}

#[derive(Clone, Copy)]
struct Huber {
    c: f64,
}

impl Psi for Huber {
    #[inline(always)]
    fn of_two<S: Simd, T: Real>(
        self,
        simd: S,
        first: T::Vector<S>,
        second: T::Vector<S>,
    ) -> T::Vector<S> {
        T::v_add(
            simd,
            clamp::<S, T>(simd, first, self.c),
            clamp::<S, T>(simd, second, self.c),
        )
    }
}

#[derive(Clone, Copy)]
struct CatoniGiulini;

impl CatoniGiulini {
    #[inline(always)]
    fn value<S: Simd, T: Real>(self, simd: S, u: T::Vector<S>) -> T::Vector<S> {
        let c = clamp::<S, T>(simd, u, std::f64::consts::SQRT_2);
        let cube = T::v_mul(simd, T::v_mul(simd, c, c), c);
        T::v_mul_add(simd, cube, T::v_splat(simd, T::of(-1.0 / 6.0)), c)
    }
}

impl Psi for CatoniGiulini {
    #[inline(always)]
    fn of_two<S: Simd, T: Real>(
        self,
        simd: S,
        first: T::Vector<S>,
        second: T::Vector<S>,
    ) -> T::Vector<S> {
        T::v_add(
            simd,
            self.value::<S, T>(simd, first),
            self.value::<S, T>(simd, second),
        )
    }
}

/// ± log w for w = 1 + |u| + u²/2. With w = m·2ᵉ and m between √½ and √2, log w = e log 2 + 2 artanh((m − 1)/(m + 1)).
#[derive(Clone, Copy)]
struct CatoniWide;

impl CatoniWide {
    #[inline(always)]
    fn value<S: Simd, T: Real>(self, simd: S, u: T::Vector<S>) -> T::Vector<S> {
        let splat = |x: f64| T::v_splat(simd, T::of(x));
        let (zero, one, half) = (splat(0.0), splat(1.0), splat(0.5));
        let size = T::v_abs(simd, u);
        let beyond_one = T::v_mul_add(simd, T::v_mul(simd, size, half), size, size);
        let [m, e] = T::v_split(simd, T::v_add(simd, one, beyond_one));
        let low = T::v_at_most(simd, m, splat(std::f64::consts::SQRT_2));
        let m = T::v_select(simd, low, m, T::v_mul(simd, m, half));
        let e = T::v_select(simd, low, e, T::v_add(simd, e, one));
        // Near 0 the digits of w − 1 are those of |u| + u²/2 before the 1 was added.
        let near = T::v_at_most(simd, e, zero);
        let above = T::v_select(simd, near, beyond_one, T::v_sub(simd, m, one));
        let t = T::v_div(simd, above, T::v_add(simd, above, splat(2.0)));
        let v = T::v_mul(simd, t, t);
        // The next term, v⁴/9, is below 10⁻⁷.
        let mut series = splat(2.0 / 7.0);
        for c in [2.0 / 5.0, 2.0 / 3.0, 2.0] {
            series = T::v_mul_add(simd, series, v, splat(c));
        }
        let log = T::v_mul_add(
            simd,
            e,
            splat(std::f64::consts::LN_2),
            T::v_mul(simd, t, series),
        );
        // The square must not have overflowed.
        let in_range = T::v_at_most(simd, size, splat(1e18));
        let log = T::v_select(simd, in_range, log, splat(f64::NAN));
        let negative = T::v_sub(simd, zero, log);
        T::v_select(simd, T::v_at_most(simd, zero, u), log, negative)
    }
}

impl Psi for CatoniWide {
    #[inline(always)]
    fn of_two<S: Simd, T: Real>(
        self,
        simd: S,
        first: T::Vector<S>,
        second: T::Vector<S>,
    ) -> T::Vector<S> {
        T::v_add(
            simd,
            self.value::<S, T>(simd, first),
            self.value::<S, T>(simd, second),
        )
    }
}
