//! List 1 of the tutorial: values, tangents and adjoints of u₅ = x₁³/x₂ + sin(x₁x₂).

use std::collections::BTreeMap;

use autodiff_runtime::{Dual, Scalar, Tape, differentiate};
use serde::Deserialize;

use crate::golden::{Number, Report};

#[derive(Deserialize)]
pub(super) struct File {
    points: Vec<Point>,
}

#[derive(Deserialize)]
struct Point {
    float32: Expected,
    float64: Expected,
}

type Named = BTreeMap<String, Number>;

#[derive(Deserialize)]
struct Expected {
    x1: Number,
    x2: Number,
    u: Named,
    tangent_x1: Named,
    tangent_x2: Named,
    adjoint_by_hand: Named,
    adjoint_chainer: Named,
}

#[differentiate]
fn list1(x1: f64, x2: f64) -> f64 {
    x1.powi(3) / x2 + (x1 * x2).sin()
}

#[differentiate]
fn list1_single(x1: f32, x2: f32) -> f32 {
    x1.powi(3) / x2 + (x1 * x2).sin()
}

pub(super) fn compare(name: &str, file: &File, report: &mut Report) {
    for (at, point) in file.points.iter().enumerate() {
        let (x1, x2) = (point.float64.x1.0, point.float64.x2.0);
        let found = Found::new(x1, x2, list1(x1, x2), list1_grad(x1, x2));
        found.compare(
            &format!("{name} point {at} f64"),
            &point.float64,
            1e-14,
            report,
        );
        let (x1, x2) = (point.float32.x1.0 as f32, point.float32.x2.0 as f32);
        let found = Found::new(x1, x2, list1_single(x1, x2), list1_single_grad(x1, x2));
        found.compare(
            &format!("{name} point {at} f32"),
            &point.float32,
            1e-6,
            report,
        );
    }
}

/// The equations of the list, u₁ to u₅.
fn equations<T: Scalar>(x1: T, x2: T) -> [T; 5] {
    let u1 = x1.powi(3);
    let u2 = x1 * x2;
    let u3 = u1 / x2;
    let u4 = u2.sin();
    [u1, u2, u3, u4, u3 + u4]
}

const NAMES: [&str; 5] = ["u1", "u2", "u3", "u4", "u5"];

/// What forward mode, the tape and the macro find, by the names of the reference.
struct Found {
    u: Vec<(&'static str, f64)>,
    tangent_x1: Vec<(&'static str, f64)>,
    tangent_x2: Vec<(&'static str, f64)>,
    adjoint: Vec<(&'static str, f64)>,
    value: Vec<(&'static str, f64)>,
    gradient: Vec<(&'static str, f64)>,
}

impl Found {
    fn new<T: Scalar + Into<f64>>(x1: T, x2: T, value: T, gradient: (T, T)) -> Self {
        let tangents = |x1_dot: T, x2_dot: T| {
            let u = equations(Dual::new(x1, x1_dot), Dual::new(x2, x2_dot));
            NAMES.into_iter().zip(u.map(|u| u.tangent.into())).collect()
        };
        let tape = Tape::new();
        let (x1_var, x2_var) = (tape.var(x1), tape.var(x2));
        let u = equations(x1_var, x2_var);
        let adjoints = u[4].adjoints();
        let inputs = [
            ("x1", adjoints[x1_var].into()),
            ("x2", adjoints[x2_var].into()),
        ];
        let intermediate = u.map(|u| adjoints[u].into());
        Self {
            u: NAMES.into_iter().zip(u.map(|u| u.value().into())).collect(),
            tangent_x1: tangents(T::one(), T::zero()),
            tangent_x2: tangents(T::zero(), T::one()),
            adjoint: NAMES.into_iter().zip(intermediate).chain(inputs).collect(),
            value: vec![("u5", value.into())],
            gradient: vec![("x1", gradient.0.into()), ("x2", gradient.1.into())],
        }
    }

    fn compare(&self, what: &str, expected: &Expected, relative: f64, report: &mut Report) {
        let inputs = expected
            .adjoint_by_hand
            .iter()
            .filter(|(name, _)| name.starts_with('x'));
        let gradient = inputs.map(|(name, value)| (name.clone(), *value)).collect();
        let last = expected.u.iter().filter(|(name, _)| *name == "u5");
        let value = last.map(|(name, value)| (name.clone(), *value)).collect();
        for (group, found, expected) in [
            ("u", &self.u, &expected.u),
            ("tangent_x1", &self.tangent_x1, &expected.tangent_x1),
            ("tangent_x2", &self.tangent_x2, &expected.tangent_x2),
            ("adjoint_by_hand", &self.adjoint, &expected.adjoint_by_hand),
            ("adjoint_chainer", &self.adjoint, &expected.adjoint_chainer),
            ("value", &self.value, &value),
            ("gradient by the macro", &self.gradient, &gradient),
        ] {
            for (name, Number(expected)) in expected {
                let what = format!("{what} {group} {name}");
                let tolerance = relative * expected.abs().max(1.0);
                match found.iter().find(|(known, _)| known == name) {
                    Some(&(_, found)) => report.compare(what, [found], [*expected], tolerance),
                    None => report.fail(format!("{what}: no such quantity")),
                }
            }
        }
    }
}
