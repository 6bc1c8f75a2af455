//! No kernel writes anywhere but into its results: canaries before and after each, on all sizes that are special to some tile.

use std::fmt;

use nalgebra::DMatrix;

use super::super::driver::Fence;
use super::super::matrix::DeviceMatrix;
use super::super::open::{DeviceReal, OpenCl};
use super::super::{KernelShape, device_or_skip};
use crate::nn::{Activated, Activation, Backend, BackendError, Dense, Update};
use crate::robust::Spec;

const CANARY: f64 = -77.5;

/// Numbers before and after a result that no kernel may touch: more than any tile is wide, and a multiple of what devices want
/// parts of buffers to begin at.
const MARGIN: usize = 1 << 14;

/// N, P, Q. Tiles are 4 to 128 wide; 0 is empty or an error.
const SIZES: [[usize; 3]; 17] = [
    [1, 1, 1],
    [1, 2, 3],
    [2, 3, 1],
    [3, 1, 2],
    [5, 7, 3],
    [16, 15, 17],
    [17, 16, 15],
    [63, 65, 64],
    [64, 63, 65],
    [65, 64, 63],
    [127, 2, 129],
    [129, 2, 67],
    [17, 193, 130],
    [31, 128, 127],
    [0, 3, 2],
    [3, 0, 2],
    [3, 2, 0],
];

const AGGREGATORS: [&str; 3] = ["mean", "norm-clip:max-norm=0.5", "soft-truncation"];

/// Where a result goes, with canaries around it.
struct Fenced<T: DeviceReal> {
    matrix: DeviceMatrix<T>,
    fence: Fence<T>,
}

impl<T: DeviceReal> Fenced<T> {
    /// With NaN where nothing has been written.
    fn empty(device: &OpenCl, rows: usize, columns: usize) -> Self {
        Self::holding(device, &DMatrix::from_element(rows, columns, T::NAN))
    }

    fn holding(device: &OpenCl, contents: &DMatrix<T>) -> Self {
        let margin = vec![T::of(CANARY); MARGIN];
        let (memory, fence) = Fence::around(&device.queue, contents.as_slice(), &margin).unwrap();
        let (rows, columns) = contents.shape();
        let matrix = DeviceMatrix {
            memory,
            rows,
            columns,
        };
        Self { matrix, fence }
    }

    fn assert_intact(&self, device: &OpenCl, what: &str) {
        let all = self.fence.read(&device.queue).unwrap();
        let (before, rest) = all.split_at(MARGIN);
        let (inside, after) = rest.split_at(rest.len() - MARGIN);
        let intact = |margin: &[T]| margin.iter().all(|&number| number == T::of(CANARY));
        assert!(intact(before), "{what}: written before the beginning");
        assert!(intact(after), "{what}: written beyond the end");
        assert_eq!(inside.len(), self.matrix.count(), "{what}: moved elsewhere");
        let written = inside.iter().all(|number| number.is_finite());
        assert!(written, "{what}: an entry was not written");
    }

    /// After an operation that either fills the result or refuses it, the latter only for empty sizes.
    fn assert_outcome(&self, device: &OpenCl, outcome: &Result<(), BackendError>, what: &Case) {
        if outcome.is_ok() {
            return self.assert_intact(device, &what.to_string());
        }
        assert!(what.size.contains(&0), "{what}: {outcome:?}");
        let all = self.fence.read(&device.queue).unwrap();
        let canaries = all.iter().filter(|&&number| number == T::of(CANARY));
        assert_eq!(
            canaries.count(),
            2 * MARGIN,
            "{what}: refused, and yet written"
        );
    }
}

/// What runs, for messages.
struct Case {
    shape: KernelShape,
    size: [usize; 3],
    operation: String,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [n, p, q] = self.size;
        write!(
            f,
            "{} of {n} × {p} × {q}, {:?} kernels",
            self.operation, self.shape
        )
    }
}

fn numbers<T: DeviceReal>(rows: usize, columns: usize) -> DMatrix<T> {
    DMatrix::from_fn(rows, columns, |i, j| {
        T::of(((i * 37 + j * 101) as f64 * 0.7).sin())
    })
}

fn uploaded<T: DeviceReal>(device: &OpenCl, rows: usize, columns: usize) -> DeviceMatrix<T> {
    device.upload(&numbers(rows, columns)).unwrap()
}

fn case(device: &OpenCl, size: [usize; 3], operation: impl fmt::Display) -> Case {
    Case {
        shape: device.shape(),
        size,
        operation: operation.to_string(),
    }
}

/// y and z of a layer, and what its activation alone gives; GELU needs all that activations may need.
fn forward<T: DeviceReal>(device: &OpenCl, size: [usize; 3]) {
    let [n, p, q] = size;
    let layer = Dense {
        weight: uploaded::<T>(device, q, p),
        bias: uploaded(device, q, 1),
    };
    let (z, y) = (Fenced::empty(device, n, q), Fenced::empty(device, n, q));
    let fences = [z.fence, y.fence];
    let mut out = Activated {
        z: z.matrix,
        y: y.matrix,
    };
    let x = uploaded(device, n, p);
    let outcome = device.forward(&x, &layer, &Activation::Gelu, &mut out);
    let what = case(device, size, "forward");
    for (matrix, fence) in [out.z, out.y].into_iter().zip(fences) {
        Fenced { matrix, fence }.assert_outcome(device, &outcome, &what);
    }
    let mut y = Fenced::empty(device, n, p);
    let outcome = device.activate(&Activation::Gelu, &x, &mut y.matrix);
    y.assert_outcome(device, &outcome, &case(device, size, "activation"));
}

fn backward<T: DeviceReal>(device: &OpenCl, size: [usize; 3]) {
    let [n, p, q] = size;
    let (gy, weight) = (uploaded::<T>(device, n, q), uploaded(device, q, p));
    let mut gx = Fenced::empty(device, n, p);
    let outcome = device.pull_back(&gy, &weight, &mut gx.matrix);
    gx.assert_outcome(device, &outcome, &case(device, size, "gx"));
    let mut cotangent = Fenced::holding(device, &numbers(n, q));
    let outcome = device.pull_back_activation(&Activation::Gelu, &gy, &gy, &mut cotangent.matrix);
    cotangent.assert_outcome(device, &outcome, &case(device, size, "slopes"));
}

fn gradients<T: DeviceReal>(device: &OpenCl, size: [usize; 3]) {
    let [n, p, q] = size;
    let (x, gy) = (uploaded::<T>(device, n, p), uploaded(device, n, q));
    for aggregator in AGGREGATORS {
        let (weight, bias) = (Fenced::empty(device, q, p), Fenced::empty(device, q, 1));
        let fences = [weight.fence, bias.fence];
        let mut gradient = Dense {
            weight: weight.matrix,
            bias: bias.matrix,
        };
        let spec: Spec = aggregator.parse().unwrap();
        let outcome = device.aggregate(&x, &gy, &spec, &mut gradient);
        let what = case(device, size, aggregator);
        for (matrix, fence) in [gradient.weight, gradient.bias].into_iter().zip(fences) {
            Fenced { matrix, fence }.assert_outcome(device, &outcome, &what);
        }
    }
}

fn steps<T: DeviceReal>(device: &OpenCl, size: [usize; 3]) {
    let [_, p, q] = size;
    let half = T::of(0.5);
    let updates = [
        Update::Descent { step_size: half },
        Update::HeavyBall {
            step_size: half,
            momentum: half,
        },
        Update::Adam {
            step_size: half,
            decay: [half; 2],
            correction: [half; 2],
            epsilon: half,
        },
    ];
    let gradient = uploaded::<T>(device, q, p);
    for update in updates {
        let fenced = || Fenced::holding(device, &numbers(q, p).map(|x: T| x * x));
        let (w, memory) = (fenced(), [fenced(), fenced()]);
        let remembered: Vec<_> = memory.iter().map(|fenced| &fenced.matrix).collect();
        let remembered = &remembered[..update.memories()];
        device
            .step(update, &gradient, remembered, &w.matrix)
            .unwrap();
        for fenced in memory.iter().chain([&w]) {
            fenced.assert_intact(
                device,
                &case(device, size, format!("{update:?}")).to_string(),
            );
        }
    }
}

fn all_operations<T: DeviceReal>(device: &OpenCl) {
    for size in SIZES {
        forward::<T>(device, size);
        backward::<T>(device, size);
        gradients::<T>(device, size);
        steps::<T>(device, size);
    }
}

#[test]
fn no_kernel_writes_outside_its_result() {
    let Some(device) = device_or_skip() else {
        return;
    };
    for shape in [KernelShape::Cpu, KernelShape::Gpu] {
        let device = device.shaped(shape).unwrap();
        all_operations::<f32>(&device);
        if device.info().double_precision {
            all_operations::<f64>(&device);
        }
    }
}
