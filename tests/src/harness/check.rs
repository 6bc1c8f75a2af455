//! The checks, one function each.

use super::compare::{Report, direction, dot, magnitude};
use super::{GenericModes, ScalarModes, Subject, VectorModes};

/// Random directions tried beside the unit vectors.
const DIRECTIONS: u64 = 3;

/// Unit vectors are tried up to this many inputs; beyond it random directions must do.
const UNIT_VECTORS: usize = 12;

pub(super) fn run(subject: &Subject<'_>) -> Report {
    let mut report = Report::new(&subject.name);
    check_same_value(subject, &mut report);
    check_transposed(subject, &mut report);
    check_directional(subject, &mut report);
    if let Some(scalar) = &subject.scalar {
        check_gradients(subject, scalar, &mut report);
        check_grad_into(subject, scalar, &mut report);
        check_second_order(subject, scalar, &mut report);
    }
    if let Some(vector) = &subject.vector {
        check_jacobian(subject, vector, &mut report);
    }
    if let Some(generic) = &subject.generic {
        check_generic(subject, generic, &mut report);
    }
    report
}

impl Subject<'_> {
    /// Bound between two exact computations: 1e-9 relative in f64, 1e-4 in f32.
    fn exact_bound(&self, scale: f64) -> f64 {
        let relative = if self.epsilon < 1e-10 { 1e-9 } else { 1e-4 };
        relative * scale + 450.0 * self.epsilon
    }

    /// Bound between an exact derivative and a difference quotient. The quotient of fourth order
    /// with step h errs by h⁴/30·F⁽⁵⁾ and by ε/h·|F|: 1e-6 relative in f64, 5e-3 in f32.
    fn difference_bound(&self, scale: f64) -> f64 {
        let relative = if self.epsilon < 1e-10 { 1e-6 } else { 5e-3 };
        relative * (1.0 + scale)
    }

    fn step(&self) -> f64 {
        if self.epsilon < 1e-10 { 1e-3 } else { 3e-2 }
    }

    fn directions(&self) -> Vec<Vec<f64>> {
        let n = self.inputs.len();
        let unit = |i: usize| (0..n).map(|j| f64::from(u8::from(i == j))).collect();
        // At a pole the zeros of a unit vector meet infinite partials: modes may call that 0 or NaN.
        let units = if self.smooth && n <= UNIT_VECTORS {
            n
        } else {
            0
        };
        (0..units)
            .map(unit)
            .chain((0..DIRECTIONS).map(|k| self.direction(k, n)))
            .collect()
    }

    /// A direction that the function's own floats can hold.
    fn direction(&self, index: u64, len: usize) -> Vec<f64> {
        let round = |x: f64| {
            if self.epsilon < 1e-10 {
                x
            } else {
                f64::from(x as f32)
            }
        };
        direction(index, len).into_iter().map(round).collect()
    }

    /// d/dt G(x + t·v) at 0 by a central difference of fourth order.
    fn difference(&self, map: &dyn Fn(&[f64]) -> Vec<f64>, v: &[f64]) -> Vec<f64> {
        let at = |t: f64| {
            let moved: Vec<f64> = self.inputs.iter().zip(v).map(|(x, v)| x + t * v).collect();
            map(&moved)
        };
        let h = self.step();
        let [far_left, left, right, far_right] = [at(-2.0 * h), at(-h), at(h), at(2.0 * h)];
        (0..right.len())
            .map(|i| (8.0 * (right[i] - left[i]) - (far_right[i] - far_left[i])) / (12.0 * h))
            .collect()
    }
}

/// Every mode returns the value of the function itself, bit for bit.
fn check_same_value(subject: &Subject<'_>, report: &mut Report) {
    let x = &subject.inputs;
    let value = (subject.value)(x);
    report.same_bits(
        "value of _jvp",
        &(subject.jvp)(x, &subject.direction(0, x.len())).0,
        &value,
    );
    report.same_bits(
        "value of _vjp",
        &(subject.vjp)(x, &subject.direction(0, value.len())).0,
        &value,
    );
    if let Some(scalar) = &subject.scalar {
        report.same_bits(
            "value of _value_and_grad",
            &[(scalar.value_and_grad)(x).0],
            &value[..1],
        );
        report.same_bits(
            "value of _grad_into",
            &(scalar.grad_into)(x, &vec![0.0; x.len()]).0,
            &value,
        );
    }
}

/// ⟨F′ᵀw, v⟩ = ⟨w, F′v⟩, and both products are linear.
fn check_transposed(subject: &Subject<'_>, report: &mut Report) {
    let x = &subject.inputs;
    let rows = (subject.value)(x).len();
    for (k, v) in (0..).zip(subject.directions()) {
        let w = subject.direction(100 + k, rows);
        let (forward, reverse) = ((subject.jvp)(x, &v).1, (subject.vjp)(x, &w).1);
        let (left, right) = (dot(&reverse, &v), dot(&w, &forward));
        let bound =
            subject.exact_bound(magnitude(&forward).max(magnitude(&reverse)) * x.len() as f64);
        report.within("<vjp(w), v> = <w, jvp(v)>", &[left], &[right], bound);
    }
    // At a pole 0 · ∞ is no number.
    if !subject.smooth {
        return;
    }
    report.within(
        "_vjp of 0",
        &(subject.vjp)(x, &vec![0.0; rows]).1,
        &vec![0.0; x.len()],
        0.0,
    );
    report.within(
        "_jvp of 0",
        &(subject.jvp)(x, &vec![0.0; x.len()]).1,
        &vec![0.0; rows],
        0.0,
    );
}

/// `_jvp` against finite differences of the value.
fn check_directional(subject: &Subject<'_>, report: &mut Report) {
    if !subject.smooth {
        return;
    }
    let scale = magnitude(&(subject.value)(&subject.inputs));
    for v in subject.directions() {
        let exact = (subject.jvp)(&subject.inputs, &v).1;
        let quotient = subject.difference(&*subject.value, &v);
        let bound = subject.difference_bound(scale.max(magnitude(&exact)));
        report.within("_jvp and finite differences", &exact, &quotient, bound);
    }
}

/// All gradients are one gradient.
fn check_gradients(subject: &Subject<'_>, scalar: &ScalarModes<'_>, report: &mut Report) {
    let x = &subject.inputs;
    let mut cotangent = vec![0.0; (subject.value)(x).len()];
    cotangent[0] = 1.0;
    let expected = (subject.vjp)(x, &cotangent).1;
    let bound = subject.exact_bound(magnitude(&expected));
    report.within("_grad and _vjp", &(scalar.grad)(x), &expected, bound);
    report.within(
        "_value_and_grad and _vjp",
        &(scalar.value_and_grad)(x).1,
        &expected,
        bound,
    );
    report.within("_trace and _vjp", &(scalar.trace)(x), &expected, bound);
    let zeros = vec![0.0; x.len()];
    report.within(
        "_grad_into and _vjp",
        &(scalar.grad_into)(x, &zeros).1,
        &expected,
        bound,
    );
}

/// `_grad_into` adds the gradient to the shadows of what it reads, and turns the adjoint of the
/// final value of a `&mut` parameter into that of the initial one.
fn check_grad_into(subject: &Subject<'_>, scalar: &ScalarModes<'_>, report: &mut Report) {
    let x = &subject.inputs;
    let before = subject.direction(7, x.len());
    let finals = before
        .iter()
        .zip(&subject.replaced)
        .filter_map(|(s, r)| r.then_some(*s));
    let cotangent: Vec<f64> = [1.0].into_iter().chain(finals).collect();
    let gradient = (subject.vjp)(x, &cotangent).1;
    let added = |i: usize| if subject.replaced[i] { 0.0 } else { before[i] };
    let expected: Vec<f64> = (0..x.len()).map(|i| added(i) + gradient[i]).collect();
    let bound = subject.exact_bound(magnitude(&expected).max(magnitude(&gradient)));
    report.within(
        "_grad_into adds",
        &(scalar.grad_into)(x, &before).1,
        &expected,
        bound,
    );
}

/// `_hvp` is the derivative of `_grad`, symmetric, and a product with `_hessian`.
fn check_second_order(subject: &Subject<'_>, scalar: &ScalarModes<'_>, report: &mut Report) {
    let x = &subject.inputs;
    let n = x.len();
    let hessian = (scalar.hessian)(x);
    report.within(
        "length of _hessian",
        &[hessian.len() as f64],
        &[(n * n) as f64],
        0.0,
    );
    // Second derivatives at a pole need not agree on what kind of no number they are.
    if !subject.smooth && hessian.iter().any(|entry| !entry.is_finite()) {
        return;
    }
    for (k, v) in (0..).zip(subject.directions()) {
        let w = subject.direction(200 + k, n);
        let (along_v, along_w) = ((scalar.hvp)(x, &v), (scalar.hvp)(x, &w));
        let bound = subject.exact_bound(magnitude(&along_v).max(magnitude(&along_w)) * n as f64);
        let product: Vec<f64> = hessian.chunks(n.max(1)).map(|row| dot(row, &v)).collect();
        report.within("_hvp and _hessian", &along_v, &product, bound);
        // At a kink the two choices need not come from one function.
        if subject.smooth {
            report.within(
                "w'Hv = v'Hw",
                &[dot(&w, &along_v)],
                &[dot(&v, &along_w)],
                bound,
            );
            let quotient = subject.difference(&*scalar.grad, &v);
            let scale = magnitude(&along_v).max(magnitude(&(scalar.grad)(x)));
            report.within(
                "_hvp and differences of _grad",
                &along_v,
                &quotient,
                subject.difference_bound(scale),
            );
        }
    }
}

/// The rows of the Jacobian are pullbacks of unit cotangents.
fn check_jacobian(subject: &Subject<'_>, vector: &VectorModes<'_>, report: &mut Report) {
    let x = &subject.inputs;
    let outputs = (subject.value)(x).len();
    let row = |i: usize| {
        let unit: Vec<f64> = (0..outputs).map(|j| f64::from(u8::from(i == j))).collect();
        (subject.vjp)(x, &unit).1
    };
    let expected: Vec<f64> = (0..vector.rows).flat_map(row).collect();
    let bound = subject.exact_bound(magnitude(&expected));
    report.within(
        "_jacobian and _vjp",
        &(vector.jacobian)(x),
        &expected,
        bound,
    );
    report.within(
        "_jacobian_into and _vjp",
        &(vector.jacobian_into)(x),
        &expected,
        bound,
    );
}

/// Dual numbers give `_jvp`, the tape gives `_vjp`.
fn check_generic(subject: &Subject<'_>, generic: &GenericModes<'_>, report: &mut Report) {
    let x = &subject.inputs;
    let value = (subject.value)(x);
    for (k, v) in (0..).zip(subject.directions()) {
        let w = subject.direction(300 + k, value.len());
        let (tangent, adjoint) = ((subject.jvp)(x, &v).1, (subject.vjp)(x, &w).1);
        let (dual, tape) = ((generic.dual)(x, &v), (generic.tape)(x, &w));
        report.same_bits("value on dual numbers", &dual.0, &value);
        report.same_bits("value on the tape", &tape.0, &value);
        report.within(
            "dual and _jvp",
            &dual.1,
            &tangent,
            subject.exact_bound(magnitude(&tangent)),
        );
        report.within(
            "tape and _vjp",
            &tape.1,
            &adjoint,
            subject.exact_bound(magnitude(&adjoint)),
        );
    }
}
