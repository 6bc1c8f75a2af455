//! List 1 of the tutorial: values, tangents and adjoints of u₅ = x₁³/x₂ + sin(x₁x₂).

use std::collections::BTreeMap;

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

pub(super) fn compare(name: &str, file: &File, report: &mut Report) {
    for (at, point) in file.points.iter().enumerate() {
        let x = |expected: &Expected| (expected.x1.0, expected.x2.0);
        let (x1, x2) = x(&point.float64);
        compare_point(
            &format!("{name} point {at} f64"),
            &differentiate_f64(x1, x2),
            &point.float64,
            1e-14,
            report,
        );
        let (x1, x2) = x(&point.float32);
        let found = differentiate_f32(x1 as f32, x2 as f32);
        compare_point(
            &format!("{name} point {at} f32"),
            &found,
            &point.float32,
            1e-6,
            report,
        );
    }
}

/// What forward and reverse mode find, by the names of the reference.
struct Found {
    u: Vec<(&'static str, f64)>,
    tangent_x1: Vec<(&'static str, f64)>,
    tangent_x2: Vec<(&'static str, f64)>,
    adjoint: Vec<(&'static str, f64)>,
}

macro_rules! differentiate_by_hand {
    ($name:ident, $t:ty) => {
        fn $name(x1: $t, x2: $t) -> Found {
            let u1 = x1 * x1 * x1;
            let u2 = x1 * x2;
            let u3 = u1 / x2;
            let u4 = u2.sin();
            let u5 = u3 + u4;
            let forward = |x1_dot: $t, x2_dot: $t| {
                let u1_dot = 3.0 * x1 * x1 * x1_dot;
                let u2_dot = x1_dot * x2 + x1 * x2_dot;
                let u3_dot = (u1_dot - u3 * x2_dot) / x2;
                let u4_dot = u2.cos() * u2_dot;
                named([
                    ("u1", u1_dot),
                    ("u2", u2_dot),
                    ("u3", u3_dot),
                    ("u4", u4_dot),
                    ("u5", u3_dot + u4_dot),
                ])
            };
            let u2_bar = u2.cos();
            let u1_bar = 1.0 / x2;
            let x2_bar = u2_bar * x1 - u3 / x2;
            let x1_bar = u2_bar * x2 + u1_bar * 3.0 * x1 * x1;
            Found {
                u: named([("u1", u1), ("u2", u2), ("u3", u3), ("u4", u4), ("u5", u5)]),
                tangent_x1: forward(1.0, 0.0),
                tangent_x2: forward(0.0, 1.0),
                adjoint: named([
                    ("u5", 1.0),
                    ("u4", 1.0),
                    ("u3", 1.0),
                    ("u2", u2_bar),
                    ("u1", u1_bar),
                    ("x2", x2_bar),
                    ("x1", x1_bar),
                ]),
            }
        }
    };
}

differentiate_by_hand!(differentiate_f64, f64);
differentiate_by_hand!(differentiate_f32, f32);

fn named<T: Into<f64>, const K: usize>(values: [(&'static str, T); K]) -> Vec<(&'static str, f64)> {
    values
        .into_iter()
        .map(|(name, value)| (name, value.into()))
        .collect()
}

fn compare_point(
    what: &str,
    found: &Found,
    expected: &Expected,
    relative: f64,
    report: &mut Report,
) {
    let groups = [
        ("u", &found.u, &expected.u),
        ("tangent_x1", &found.tangent_x1, &expected.tangent_x1),
        ("tangent_x2", &found.tangent_x2, &expected.tangent_x2),
        ("adjoint_by_hand", &found.adjoint, &expected.adjoint_by_hand),
        ("adjoint_chainer", &found.adjoint, &expected.adjoint_chainer),
    ];
    for (group, found, expected) in groups {
        for (name, Number(expected)) in expected {
            let what = format!("{what} {group} {name}");
            match found.iter().find(|(known, _)| known == name) {
                Some(&(_, found)) => report.compare(
                    what,
                    [found],
                    [*expected],
                    relative * expected.abs().max(1.0),
                ),
                None => report.fail(format!("{what}: no such quantity")),
            }
        }
    }
}
