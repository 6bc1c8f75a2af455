//! The rule table, and nothing else: see `rule.rs` for how a row reads.

rules! {
    /// Sum.
    add(a, b) -> y = a + b, d[1.0, 1.0], on[-3.0..3.0, -3.0..3.0];
    /// Difference.
    sub(a, b) -> y = a - b, d[1.0, -1.0], on[-3.0..3.0, -3.0..3.0];
    /// Product.
    mul(a, b) -> y = a * b, d[b, a], on[-3.0..3.0, -3.0..3.0];
    /// Quotient.
    div(a, b) -> y = a / b, d[1.0 / b, -y / b], on[-3.0..3.0, 0.5..3.0];
    /// Negation.
    neg(x) -> y = -x, d[-1.0], on[-3.0..3.0];
    /// Square root. Infinite slope at 0.
    sqrt(x) -> y = x.sqrt(), d[0.5 / y], on[0.1..9.0], kink "+inf at 0";
    /// Integer power.
    powi(x, n: i32) -> y = x.powi(n), d[if n == 0 { 0.0 } else { real(n) * x.powi(n - 1) }], on[0.2..3.0];
    /// Sine.
    sin(x) -> y = x.sin(), d[x.cos()], on[-3.0..3.0];
    /// Cosine.
    cos(x) -> y = x.cos(), d[-x.sin()], on[-3.0..3.0];
    /// Larger of two. At a tie the second argument takes the slope.
    max(a, b) -> y = a.max(b), d[if a > b { 1.0 } else { 0.0 }, if a > b { 0.0 } else { 1.0 }],
        on[-3.0..3.0, 4.0..6.0], kink "a tie counts as the second argument, so x.max(0.0) has slope 0 at 0";
}
