//! Memory over many steps on an OpenCL device. A process of its own, because it is the memory of the process that counts.
#![cfg(feature = "opencl")]

use autodiff_runtime::nn::{
    Activation, Adam, Resident, ResidentOptimiser, Sequential, SoftmaxCrossEntropy, Uniform,
};
use autodiff_runtime::opencl::device_or_skip;
use autodiff_runtime::robust::Spec;
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;

/// Resident memory of this process in bytes, where the system tells.
fn resident_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = status.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

#[test]
fn ten_thousand_steps_take_no_more_memory_than_a_thousand() {
    let Some(device) = device_or_skip() else {
        return;
    };
    let x = DMatrix::from_fn(8, 4, |i, j| ((i * 13 + j * 7) as f32).sin());
    let labels: Vec<usize> = (0..8).map(|i| i % 3).collect();
    // One layer by soft truncation, one by clipping, which needs memory in between.
    let mut network = Sequential::dense(&[4, 6, 3], Activation::Tanh)
        .unwrap()
        .aggregated_by("soft-truncation".parse::<Spec>().unwrap());
    let clip: Spec = "norm-clip:max-norm=1".parse().unwrap();
    network.linear_mut(1).unwrap().set_aggregator(clip);
    network.initialise(&Uniform::new(0.5).unwrap(), &mut Pcg64::seed_from_u64(3));
    let mut resident = Resident::new(device.clone(), &network).unwrap();
    let mut adam = ResidentOptimiser::new(Adam::new(0.01).unwrap());
    let mut steps = |count: usize| {
        for step in 0..count {
            // Batches of changing size, as at the end of an epoch.
            let rows = if step % 5 == 0 { 5 } else { 8 };
            let part = x.rows(0, rows).into_owned();
            let labels = &labels[..rows];
            resident
                .gradient(&part, &SoftmaxCrossEntropy, labels)
                .unwrap();
            adam.step(&mut resident).unwrap();
        }
        (device.allocated_bytes(), resident_bytes())
    };
    let (allocated_early, early) = steps(1000);
    let (allocated_late, late) = steps(9000);
    assert_eq!(allocated_early, allocated_late);
    if let (Some(early), Some(late)) = (early, late) {
        // Kernels, events and the like: a hundred bytes for each of some twenty calls a step would be 18 MB.
        let grown = late.saturating_sub(early);
        println!("grew by {grown} bytes");
        assert!(grown < 8 << 20, "grew by {grown} bytes");
    }
}
