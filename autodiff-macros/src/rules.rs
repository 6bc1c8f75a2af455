//! The rule table, and nothing else: see `rule.rs` for how a row reads.
//!
//! A partial is written in the row's own parameters, the result `y`, float literals, `+ - * /`,
//! methods of this table, `if` on comparisons joined by `&&` and `||` or on `.is_nan()`, and
//! `real(n)`, which takes an integer parameter to the reals. It reads the result wherever that
//! saves a transcendental function, and it is finite wherever the true partial is.

rules! {
    // Operators.

    /// Sum.
    add(a, b) -> y = a + b, d[1.0, 1.0], on[-3.0..3.0, -3.0..3.0];
    /// Difference.
    sub(a, b) -> y = a - b, d[1.0, -1.0], on[-3.0..3.0, -3.0..3.0];
    /// Product.
    mul(a, b) -> y = a * b, d[b, a], on[-3.0..3.0, -3.0..3.0];
    /// Quotient.
    div(a, b) -> y = a / b, d[1.0 / b, -y / b], on[-3.0..3.0, 0.5..3.0];
    // `(a - y) / b` is the integer `std` divided by, up to rounding; `(a / b).trunc()` may be its neighbour.
    /// Remainder with the sign of the dividend.
    rem(a, b) -> y = a % b, d[1.0, -((a - y) / b).round()], on[2.2..2.8, 1.0..1.1],
        kink "where a / b is an integer, the slopes of the side on which the value lies";
    /// Negation.
    neg(x) -> y = -x, d[-1.0], on[-3.0..3.0];
    /// Multiplication and addition with one rounding.
    mul_add(x, a, b) -> y = x.mul_add(a, b), d[a, x, 1.0], on[-3.0..3.0, -3.0..3.0, -3.0..3.0];
    /// Reciprocal.
    recip(x) -> y = x.recip(), d[-y * y], on[0.3..3.0];
    /// Mean of two numbers, without overflow.
    midpoint(a, b) -> y = a.midpoint(b), d[0.5, 0.5], on[-3.0..3.0, -3.0..3.0];

    // Powers and roots.

    // The quotient serves negative exponents: it needs no second power, and no exponent below `i32::MIN`.
    /// Integer power.
    powi(x, n: i32) -> y = x.powi(n),
        d[if n == 0 { 0.0 } else if n < 0 { real(n) * y / x } else { real(n) * x.powi(n - 1) }],
        on[0.2..3.0], kink "the zeroth power has slope 0 everywhere, at 0 too";
    // `p * y / x` spares the second power, but not where `y` has left the range of an f32.
    /// Real power.
    powf(x, p) -> y = x.powf(p),
        d[
            if p == 0.0 {
                0.0
            } else if y.abs() > 1e-30 && y.abs() < 1e30 {
                p * y / x
            } else {
                p * x.powf(p - 1.0)
            },
            if x > 0.0 && y > 0.0 { y * x.ln() } else if y.is_nan() { y } else { 0.0 }
        ],
        on[0.2..3.0, -2.0..2.0],
        kink "slope 0 in x for exponent 0; slope 0 in the exponent for x <= 0, where a real power exists at isolated exponents only";
    /// Square root.
    sqrt(x) -> y = x.sqrt(), d[0.5 / y], on[0.1..9.0], kink "+inf at 0";
    /// Cube root.
    cbrt(x) -> y = x.cbrt(), d[1.0 / (3.0 * y * y)], on[0.1..9.0], kink "+inf at 0";
    // Dividing by `y` neither overflows nor underflows.
    /// Length of the hypotenuse.
    hypot(a, b) -> y = a.hypot(b),
        d[if y == 0.0 { 0.0 } else { a / y }, if y == 0.0 { 0.0 } else { b / y }],
        on[0.2..3.0, -3.0..3.0], kink "(0, 0) at the origin, the subgradient of least norm";

    // Exponentials and logarithms.

    /// Exponential.
    exp(x) -> y = x.exp(), d[y], on[-3.0..3.0];
    /// Power of two.
    exp2(x) -> y = x.exp2(), d[0.6931471805599453 * y], on[-3.0..3.0];
    // `y + 1` cancels once `y` is near -1.
    /// Exponential less one.
    exp_m1(x) -> y = x.exp_m1(), d[if y > -0.5 { y + 1.0 } else { x.exp() }], on[-3.0..3.0];
    /// Natural logarithm.
    ln(x) -> y = x.ln(), d[1.0 / x], on[0.2..9.0], kink "+inf at 0";
    /// Natural logarithm of one more.
    ln_1p(x) -> y = x.ln_1p(), d[1.0 / (1.0 + x)], on[-0.7..5.0], kink "+inf at -1";
    /// Logarithm to a base.
    log(x, b) -> y = x.log(b), d[1.0 / (x * b.ln()), -y / (b * b.ln())], on[0.2..9.0, 1.5..9.0], kink "+inf at 0";
    /// Logarithm to base 2.
    log2(x) -> y = x.log2(), d[1.4426950408889634 / x], on[0.2..9.0], kink "+inf at 0";
    /// Logarithm to base 10.
    log10(x) -> y = x.log10(), d[0.4342944819032518 / x], on[0.2..9.0], kink "+inf at 0";

    // Trigonometric functions.

    /// Sine.
    sin(x) -> y = x.sin(), d[x.cos()], on[-3.0..3.0];
    /// Cosine.
    cos(x) -> y = x.cos(), d[-x.sin()], on[-3.0..3.0];
    /// Tangent.
    tan(x) -> y = x.tan(), d[1.0 + y * y], on[-1.2..1.2];
    /// Inverse sine.
    asin(x) -> y = x.asin(), d[1.0 / ((1.0 - x) * (1.0 + x)).sqrt()], on[-0.9..0.9], kink "+inf at -1 and 1";
    /// Inverse cosine.
    acos(x) -> y = x.acos(), d[-1.0 / ((1.0 - x) * (1.0 + x)).sqrt()], on[-0.9..0.9], kink "-inf at -1 and 1";
    /// Inverse tangent.
    atan(x) -> y = x.atan(), d[1.0 / (1.0 + x * x)], on[-3.0..3.0];
    // Smith's division: `a * a + b * b` overflows and underflows where the partials do not.
    /// Angle of the point (b, a) to the positive b axis.
    atan2(a, b) -> y = a.atan2(b),
        d[
            if a.abs() > b.abs() {
                (b / a) / (a + b * (b / a))
            } else if b == 0.0 {
                0.0
            } else {
                1.0 / (b + a * (a / b))
            },
            if a.abs() > b.abs() {
                -1.0 / (a + b * (b / a))
            } else if b == 0.0 {
                0.0
            } else {
                -(a / b) / (b + a * (a / b))
            }
        ],
        on[0.2..3.0, -3.0..3.0],
        kink "(0, 0) at the origin; on the cut (a = 0, b < 0) the slopes of either side, which agree";
    /// Radians to degrees.
    to_degrees(x) -> y = x.to_degrees(), d[57.29577951308232], on[-3.0..3.0];
    /// Degrees to radians.
    to_radians(x) -> y = x.to_radians(), d[0.017453292519943295], on[-3.0..3.0];

    // Hyperbolic functions.

    // The hyperbolic cosine is the root; from 1e15 on it equals `|y|`, whose square would overflow.
    /// Hyperbolic sine.
    sinh(x) -> y = x.sinh(), d[if y.abs() < 1e15 { (1.0 + y * y).sqrt() } else { y.abs() }], on[-3.0..3.0];
    /// Hyperbolic cosine.
    cosh(x) -> y = x.cosh(), d[x.sinh()], on[-3.0..3.0];
    // Near 1 the factors are exact in `y`; `1 - y * y` rounds the square first and then cancels.
    /// Hyperbolic tangent.
    tanh(x) -> y = x.tanh(), d[(1.0 - y) * (1.0 + y)], on[-3.0..3.0];
    /// Inverse hyperbolic sine.
    asinh(x) -> y = x.asinh(), d[1.0 / (1.0 + x * x).sqrt()], on[-3.0..3.0];
    // Two roots, so that the slope is not a number wherever the value is not.
    /// Inverse hyperbolic cosine.
    acosh(x) -> y = x.acosh(), d[1.0 / ((x - 1.0).sqrt() * (x + 1.0).sqrt())], on[1.2..9.0], kink "+inf at 1";
    /// Inverse hyperbolic tangent.
    atanh(x) -> y = x.atanh(), d[1.0 / ((1.0 - x) * (1.0 + x))], on[-0.9..0.9], kink "+inf at -1 and 1";

    // Selection.

    /// Absolute value.
    abs(x) -> y = x.abs(), d[if x == 0.0 { 0.0 } else { x.signum() }], on[0.1..3.0],
        kink "0 at 0, the subgradient of least norm";
    // `std` takes the sign bit, so `-0.0` and NaN have signs too; `y` carries the one it took.
    /// Magnitude of the first with the sign of the second.
    copysign(a, b) -> y = a.copysign(b), d[if a == 0.0 { 0.0 } else { a.signum() * y.signum() }, 0.0],
        on[0.1..3.0, -3.0..-0.1], kink "0 where a is 0; the jump at b = 0 counts for nothing";
    /// Larger of two; a NaN yields to a number.
    max(a, b) -> y = a.max(b),
        d[if a > b || b.is_nan() { 1.0 } else { 0.0 }, if a > b || b.is_nan() { 0.0 } else { 1.0 }],
        on[-3.0..3.0, 3.5..6.0],
        kink "a tie counts as the second argument, so x.max(0.0) has slope 0 at 0; next to a NaN, the number";
    /// Smaller of two; a NaN yields to a number.
    min(a, b) -> y = a.min(b),
        d[if a < b || b.is_nan() { 1.0 } else { 0.0 }, if a < b || b.is_nan() { 0.0 } else { 1.0 }],
        on[-3.0..3.0, 3.5..6.0],
        kink "a tie counts as the second argument, so x.min(1.0) has slope 0 at 1; next to a NaN, the number";
    /// Restriction to an interval.
    clamp(x, lo, hi) -> y = x.clamp(lo, hi),
        d[
            if x <= lo || x >= hi { 0.0 } else { 1.0 },
            if x <= lo { 1.0 } else { 0.0 },
            if x >= hi && x > lo { 1.0 } else { 0.0 }
        ],
        on[-1.0..1.0, -3.0..-1.5, 1.5..3.0],
        kink "an edge counts as the bound, as in x.max(lo).min(hi); where both bounds meet in x, as the lower";

    // Steps: flat pieces, and jumps that count for nothing.

    /// Sign, of zeros too.
    signum(x) -> y = x.signum(), d[0.0], on[0.1..3.0], kink "0 at the jump";
    /// Largest integer not above.
    floor(x) -> y = x.floor(), d[0.0], on[1.1..1.9], kink "0 at the jumps";
    /// Smallest integer not below.
    ceil(x) -> y = x.ceil(), d[0.0], on[1.1..1.9], kink "0 at the jumps";
    /// Nearest integer, halves away from zero.
    round(x) -> y = x.round(), d[0.0], on[0.6..1.4], kink "0 at the jumps";
    /// Nearest integer, halves to the even one.
    round_ties_even(x) -> y = x.round_ties_even(), d[0.0], on[0.6..1.4], kink "0 at the jumps";
    /// Integer part.
    trunc(x) -> y = x.trunc(), d[0.0], on[1.1..1.9], kink "0 at the jumps";
    /// Fractional part.
    fract(x) -> y = x.fract(), d[1.0], on[1.1..1.9], kink "1 at the jumps";
    /// Integer part of the quotient whose remainder is not negative.
    div_euclid(a, b) -> y = a.div_euclid(b), d[0.0, 0.0], on[2.2..2.8, 1.0..1.1], kink "0 at the jumps";
    /// Remainder that is not negative.
    rem_euclid(a, b) -> y = a.rem_euclid(b), d[1.0, -((a - y) / b).round()], on[-2.8..-2.2, 1.0..1.1],
        kink "where a / b is an integer, the slopes of the side on which the value lies";
}
