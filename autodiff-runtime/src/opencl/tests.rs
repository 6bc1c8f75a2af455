//! What only shows from inside: memory around the results, programs that do not build, calls beyond the limits.

mod canaries;

use nalgebra::DMatrix;

use super::call::{Call, Program};
use super::dense::activation_options;
use super::{KernelShape, OpenClError, device_or_skip};
use crate::nn::{Activation, Backend};
use crate::robust::DenseRule;

/// gᵢ min(1, C/‖gᵢ‖), written out.
#[test]
fn clipping_by_factored_norms_is_clipping() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let (n, p, q, bound) = (23, 5, 4, 1.5);
    let x = DMatrix::from_fn(n, p, |i, j| ((i * 7 + j * 3) as f32 * 0.9).cos());
    let gy = DMatrix::from_fn(n, q, |i, j| {
        let large = if i == 3 { 1e25 } else { 1.0 };
        large * ((i * 5 + j * 11) as f32 * 0.4).sin()
    });
    let mut expected = DMatrix::<f64>::zeros(q, p);
    for i in 0..n {
        let (x, gy) = (x.row(i).map(f64::from), gy.row(i).map(f64::from));
        let norm = gy.norm() * (x.norm_squared() + 1.0).sqrt();
        expected += gy.transpose() * x * ((bound / norm).min(1.0) / n as f64);
    }
    for shape in [KernelShape::Cpu, KernelShape::Gpu] {
        let device = device.shaped(shape).unwrap();
        let (x, gy) = (device.upload(&x).unwrap(), device.upload(&gy).unwrap());
        let mut gradient = device.gradient().unwrap();
        let rule = DenseRule::NormClip { bound, factor: 1.0 };
        device
            .dense_gradient(&x, &gy, &rule, &mut gradient)
            .unwrap();
        let mut found = DMatrix::<f32>::zeros(0, 0);
        device.read(&gradient.weight, &mut found).unwrap();
        let error = (found.map(f64::from) - &expected).norm();
        assert!(error <= 1e-5 * expected.norm(), "{shape:?}: off by {error}");
    }
}

#[test]
fn a_program_that_does_not_build_brings_the_compilers_log() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let program = Program {
        name: "broken",
        sources: &["__kernel void broken(__global float *x) { x[0] = no_such_name; }"],
        options: String::new(),
    };
    let outcome = device.queue.run(&Call {
        program: &program,
        kernel: "broken",
        groups: [1, 1],
        items: [1, 1],
        local_memory: 0,
        arguments: Vec::new(),
    });
    match outcome {
        Err(OpenClError::Build { program, log }) => {
            assert_eq!(program, "broken");
            assert!(log.contains("no_such_name"), "{log}");
        }
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn calls_beyond_the_limits_are_refused_before_the_driver_sees_them() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let identity = activation_options(&Activation::<f32>::Identity).unwrap();
    let tiled = device.plan.elementwise::<f32>(&identity, 1);
    let limits = device.limits();
    let call = |items, local_memory| Call {
        program: &tiled.program,
        kernel: "activate",
        groups: [1, 1],
        items: [items, 1],
        local_memory,
        arguments: Vec::new(),
    };
    let outcomes = [
        device.queue.run(&call(limits.work_group + 1, 0)),
        device.queue.run(&call(1, limits.local_memory + 1)),
        device.allocate::<f32>(limits.buffer / 4 + 1, 1).map(drop),
        device.allocate::<f32>(usize::MAX / 2, 1).map(drop),
    ];
    for outcome in outcomes {
        assert!(matches!(outcome, Err(OpenClError::Limit { need, have, .. }) if need > have));
    }
}
