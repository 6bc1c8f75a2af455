//! `cargo run --release -p autodiff-tests --features opencl --bin opencl_bench`: dense layers on an OpenCL device beside this
//! processor, in one run. A table to read on standard error, a JSON line for each row on standard output.
//!
//! Times are the best of some repetitions that take turns. With `--cpu-time` they are seconds that the process had a core,
//! which other programs disturb less; that means something for a device that is this processor, with one thread
//! (`POCL_MAX_PTHREAD_COUNT=1 RAYON_NUM_THREADS=1`).

mod scaling;
mod timing;

use std::error::Error;

use autodiff_runtime::nn::{Activation, Backend, Cpu, Dense};
use autodiff_runtime::opencl::{Device, DeviceReal, DeviceSelector, KernelShape, OpenCl};
use autodiff_runtime::robust::{Aggregator, Mean, SoftTruncation};
use clap::Parser;
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use timing::best_of;

/// Dense layers on an OpenCL device, beside this processor.
#[derive(Parser)]
struct Args {
    /// The device: gpu, cpu, P:D or part of a name [default: that of AUTODIFF_OPENCL_DEVICE, or the best].
    #[arg(long)]
    device: Option<DeviceSelector>,
    /// Run the kernels for graphics processors, whatever the device.
    #[arg(long)]
    gpu_kernels: bool,
    /// Double precision.
    #[arg(long)]
    double: bool,
    /// Measure seconds that the process had a core.
    #[arg(long)]
    cpu_time: bool,
    /// Repetitions.
    #[arg(long, default_value_t = 15)]
    repetitions: usize,
    /// Samples, inputs and outputs of the layers.
    #[arg(long = "size", value_name = "N,P,Q", value_parser = size)]
    sizes: Vec<[usize; 3]>,
    /// No times of this processor, which large layers keep busy for long.
    #[arg(long)]
    device_only: bool,
    /// One thread against two in place of all that: this program is started again, in turns, with PoCL limited to either.
    #[arg(long)]
    scaling: bool,
}

/// A cube, and the three layers that the estimators are measured on.
const SIZES: [[usize; 3]; 4] = [
    [512, 512, 512],
    [256, 784, 128],
    [1024, 784, 256],
    [512, 1024, 1024],
];

fn size(text: &str) -> Result<[usize; 3], String> {
    let numbers: Result<Vec<usize>, _> = text.split(',').map(str::parse).collect();
    let numbers = numbers.map_err(|error| error.to_string())?;
    numbers
        .try_into()
        .map_err(|_| "expected three numbers".to_owned())
}

fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    if args.scaling {
        return scaling::measure(&args);
    }
    let selector = args.device.clone().unwrap_or_else(DeviceSelector::from_env);
    let mut device = OpenCl::on(&Device::choose(&selector)?)?;
    if args.gpu_kernels {
        device = device.shaped(KernelShape::Gpu)?;
    }
    if args.double {
        measure::<f64>(&args, &device)
    } else {
        measure::<f32>(&args, &device)
    }
}

/// One operation at one size.
#[derive(Serialize, Deserialize)]
struct Line {
    device: String,
    precision: String,
    /// N, P, Q.
    size: [usize; 3],
    operation: String,
    device_ms: f64,
    /// 2·N·P·Q flops a run, whatever the operation really does.
    device_gflops: f64,
    /// Of the fused multiply-adds that the device does in registers.
    of_peak: f64,
    /// Times the best plain gW of this run, device and processor.
    of_plain_gradient: f64,
    cpu_ms: Option<f64>,
    cpu_gflops: Option<f64>,
}

fn measure<T: DeviceReal>(args: &Args, device: &OpenCl) -> Result<(), Box<dyn Error>> {
    let precision = if args.double { "f64" } else { "f32" };
    let name = Backend::<T>::describe(device);
    let peak = peak::<T>(args, device)?;
    eprintln!("{name}, {precision}, {:?} kernels", device.shape());
    eprintln!("fused multiply-adds in registers: {peak:.0} GFLOP/s");
    eprintln!(
        "   N    P    Q  operation    ms  GFLOP/s  of peak  of plain gW   this processor ms  GFLOP/s"
    );
    let sizes = if args.sizes.is_empty() {
        &SIZES[..]
    } else {
        &args.sizes
    };
    for &size in sizes {
        let on_device = times::<T, _>(args, device, size, || Ok(device.finish()?))?;
        let on_cpu = if args.device_only {
            None
        } else {
            Some(times::<T, _>(args, &Cpu, size, || Ok(()))?)
        };
        let plain = on_cpu
            .map_or(f64::INFINITY, |times| times[2])
            .min(on_device[2]);
        for (at, operation) in ["forward", "gx", "gW", "robust gW"].into_iter().enumerate() {
            let flops = 2.0 * size.map(|n| n as f64).iter().product::<f64>();
            let gflops = |seconds: f64| flops / seconds * 1e-9;
            let line = Line {
                device: name.clone(),
                precision: precision.to_owned(),
                size,
                operation: operation.to_owned(),
                device_ms: on_device[at] * 1e3,
                device_gflops: gflops(on_device[at]),
                of_peak: gflops(on_device[at]) / peak,
                of_plain_gradient: on_device[at] / plain,
                cpu_ms: on_cpu.map(|times| times[at] * 1e3),
                cpu_gflops: on_cpu.map(|times| gflops(times[at])),
            };
            eprintln!("{}", row(&line));
            println!("{}", serde_json::to_string(&line)?);
        }
    }
    Ok(())
}

fn row(line: &Line) -> String {
    let [n, p, q] = line.size;
    let cpu = match (line.cpu_ms, line.cpu_gflops) {
        (Some(ms), Some(gflops)) => format!("{ms:20.3} {gflops:8.1}"),
        _ => String::new(),
    };
    format!(
        "{n:4} {p:4} {q:4}  {:<9} {:8.3} {:8.1} {:8.2} {:12.2}{cpu}",
        line.operation, line.device_ms, line.device_gflops, line.of_peak, line.of_plain_gradient
    )
}

/// The peak, by the clock of the other measurements.
fn peak<T: DeviceReal>(args: &Args, device: &OpenCl) -> Result<f64, Box<dyn Error>> {
    let flops = device.fma_flops::<T>();
    let run = || Ok(device.fma_run::<T>()?);
    let [seconds] = best_of(args.repetitions, args.cpu_time, [&run])?;
    Ok(flops / seconds * 1e-9)
}

/// Seconds of forward, gx, gW and robust gW.
fn times<T: DeviceReal, B: Backend<T>>(
    args: &Args,
    backend: &B,
    [n, p, q]: [usize; 3],
    finish: impl Fn() -> Result<(), Box<dyn Error>>,
) -> Result<[f64; 4], Box<dyn Error>> {
    let layer = Dense {
        weight: backend.upload(&filled(q, p, 1))?,
        bias: backend.upload(&filled(q, 1, 2))?,
    };
    let (x, gy) = (
        backend.upload(&filled(n, p, 3))?,
        backend.upload(&filled(n, q, 4))?,
    );
    let out = std::cell::RefCell::new(backend.activated()?);
    let gx = std::cell::RefCell::new(backend.empty()?);
    let gradient = std::cell::RefCell::new(backend.gradient()?);
    let aggregate = |aggregator: &dyn Aggregator<T>| {
        backend.aggregate(&x, &gy, aggregator, &mut gradient.borrow_mut())?;
        finish()
    };
    let truncation = SoftTruncation::default();
    let forward = || {
        backend.forward(&x, &layer, &Activation::Relu, &mut out.borrow_mut())?;
        finish()
    };
    let pull_back = || {
        backend.pull_back(&gy, &layer.weight, &mut gx.borrow_mut())?;
        finish()
    };
    let plain = || aggregate(&Mean);
    let robust = || aggregate(&truncation);
    best_of(
        args.repetitions,
        args.cpu_time,
        [&forward, &pull_back, &plain, &robust],
    )
}

/// Numbers between −1 and 1 without a pattern that matters.
fn filled<T: DeviceReal>(rows: usize, columns: usize, seed: u32) -> DMatrix<T> {
    let mut state = seed;
    DMatrix::from_fn(rows, columns, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        T::of(f64::from(state >> 8) / f64::from(1 << 23) - 1.0)
    })
}
