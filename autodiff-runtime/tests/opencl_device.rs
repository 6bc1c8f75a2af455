//! OpenCL devices: choosing one, its limits, threads.
#![cfg(feature = "opencl")]

use autodiff_runtime::nn::{
    Activation, Backend, BackendError, Resident, Sequential, SoftmaxCrossEntropy, Uniform,
};
use autodiff_runtime::opencl::{
    Device, DeviceSelector, KernelShape, Limits, NoDevice, OpenCl, OpenClError, device_or_skip,
};
use autodiff_runtime::robust::{DenseGradient, Spec};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;
use std::time::Instant;

fn network(widths: &[usize]) -> Sequential<f32> {
    let mut network = Sequential::dense(widths, Activation::Tanh)
        .unwrap()
        .aggregated_by("soft-truncation".parse::<Spec>().unwrap());
    network.initialise(&Uniform::new(0.5).unwrap(), &mut Pcg64::seed_from_u64(3));
    network
}

fn batch(samples: usize, inputs: usize) -> (DMatrix<f32>, Vec<usize>) {
    let x = DMatrix::from_fn(samples, inputs, |i, j| ((i * 13 + j * 7) as f32).sin());
    (x, (0..samples).map(|i| i % 3).collect())
}

/// The gradients after some steps.
fn trained(device: &OpenCl) -> Result<Vec<DenseGradient<f32>>, BackendError> {
    let (x, labels) = batch(65, 9);
    let mut resident = Resident::new(device.clone(), &network(&[9, 34, 3]))?;
    for _ in 0..20 {
        resident.gradient(&x, &SoftmaxCrossEntropy, &labels)?;
        resident.descend(0.1)?;
    }
    resident.gradients()
}

fn limits_of(device: &OpenCl) -> Limits {
    device.limits()
}

#[test]
fn the_answer_is_a_device_or_a_reason_and_comes_at_once() {
    let start = Instant::now();
    match OpenCl::open() {
        Ok(device) => assert!(device.info().compiler),
        Err(OpenClError::NoDevice(reason)) => eprintln!("no device: {reason}"),
        Err(error) => panic!("{error}"),
    }
    assert!(start.elapsed().as_secs() < 5, "searching must not wait");
}

#[test]
fn a_wrong_name_is_an_error_that_lists_the_devices() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let selector = DeviceSelector::Name("no such device".to_owned());
    match Device::choose(&selector) {
        Err(OpenClError::NoDevice(NoDevice::NoMatchingDevice { wanted, found })) => {
            assert_eq!(wanted, "no such device");
            assert!(
                found
                    .iter()
                    .any(|found| found.contains(&device.info().name))
            );
        }
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn tighter_limits_change_the_tiles_not_the_results() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let expected = trained(&device).unwrap();
    let all = limits_of(&device);
    let tight = [
        Limits {
            work_group: 1,
            ..all
        },
        Limits {
            work_group: 64,
            ..all
        },
        Limits {
            local_memory: 16 << 10,
            ..all
        },
        Limits {
            local_memory: 600,
            work_group: 16,
            ..all
        },
    ];
    for limits in tight {
        let limited = device
            .limited(limits)
            .unwrap()
            .shaped(KernelShape::Gpu)
            .unwrap();
        let found = trained(&limited).unwrap();
        for (found, expected) in found.iter().zip(&expected) {
            let error = (&found.weight - &expected.weight).norm();
            assert!(
                error <= 1e-4 * expected.weight.norm(),
                "{limits:?}: off by {error}"
            );
        }
    }
}

#[test]
fn what_no_tile_fits_is_a_limit() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let none = Limits {
        local_memory: 16,
        ..limits_of(&device)
    };
    let limited = device
        .limited(none)
        .unwrap()
        .shaped(KernelShape::Gpu)
        .unwrap();
    assert!(matches!(
        trained(&limited),
        Err(BackendError::OpenCl(OpenClError::Limit { have: 16, .. }))
    ));
    let small = Limits {
        buffer: 100,
        ..limits_of(&device)
    };
    let limited = device.limited(small).unwrap();
    assert!(matches!(
        limited.upload(&DMatrix::<f32>::zeros(100, 100)),
        Err(BackendError::OpenCl(OpenClError::Limit {
            need: 10_000,
            have: 25,
            ..
        }))
    ));
}

#[test]
fn matrices_of_another_queue_are_refused() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let other = device.another_queue().unwrap();
    let matrix = other.upload(&DMatrix::<f32>::identity(2, 2)).unwrap();
    let outcome = device.read(&matrix, &mut DMatrix::zeros(2, 2));
    assert_eq!(
        outcome,
        Err(BackendError::OpenCl(OpenClError::ForeignMatrix))
    );
}

#[test]
fn eight_threads_get_the_bits_of_one() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let expected = trained(&device).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (device, expected) = (&device, &expected);
            scope.spawn(move || {
                // Half of them share the queue, the others have one of their own.
                let own = device.another_queue().unwrap();
                let device = if thread % 2 == 0 { device } else { &own };
                assert_eq!(&trained(device).unwrap(), expected);
            });
        }
    });
}
