//! `cargo run --release --bin robust_bench`: what aggregation of a dense layer costs, in plain products gyᵀx, one JSON
//! line for each estimator, shape and number of threads:
//! `{"estimator","n","p","q","threads","ms","gemm_ms","ratio","peak_extra_bytes"}`.
//!
//! Product and estimate take turns, and the ratio is the median over the turns. On one thread the clock is the time of that
//! thread alone, so that other work on the machine disturbs little; on more it is the wall's. The product is the fastest at
//! hand, that of [`Mean`].

use std::hint::black_box;
use std::time::{Duration, Instant};

use autodiff_runtime::nalgebra::DMatrix;
use autodiff_runtime::robust::{
    Aggregator, DenseGradient, Mean, OuterProducts, Spec, SpecError, Workspace,
};
use autodiff_tests::median;
use clap::Parser;
use cpu_time::ThreadTime;
use serde::Serialize;

const ESTIMATORS: [&str; 13] = [
    "mean",
    "soft-truncation",
    "norm-clip",
    "geometric-median",
    "median-of-means",
    "krum",
    "multi-krum",
    "centered-clipping:iterations=5",
    "caf",
    "median",
    "trimmed-mean",
    "m-fixed-point:psi=gudermann",
    "m-fixed-point:psi=gudermann,iterations=3",
];

const SHAPES: [Shape; 3] = [
    Shape(256, 784, 128),
    Shape(1024, 784, 256),
    Shape(512, 1024, 1024),
];

/// Times the aggregation of a dense layer in f32 against the plain product of its factors.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Estimators, as `norm-clip:max-norm=0.1`; a choice of them all by default.
    estimators: Vec<String>,
    /// Shapes N,P,Q.
    #[arg(long = "shape", value_parser = Shape::parse)]
    shapes: Vec<Shape>,
    /// Numbers of threads.
    #[arg(long = "threads", default_values_t = [1, 2])]
    threads: Vec<usize>,
    /// Seconds for each line.
    #[arg(long, default_value_t = 1.0)]
    seconds: f64,
}

/// N, P, Q.
#[derive(Clone, Copy)]
struct Shape(usize, usize, usize);

impl Shape {
    fn parse(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<usize>, _> = text.split(',').map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[n, p, q]) if n * p * q > 0 => Ok(Self(n, p, q)),
            _ => Err("expected three positive numbers N,P,Q".to_owned()),
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    estimator: &'a str,
    n: usize,
    p: usize,
    q: usize,
    threads: usize,
    ms: f64,
    gemm_ms: f64,
    ratio: f64,
    peak_extra_bytes: u64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let named: Vec<&str> = match arguments.estimators.as_slice() {
        [] => ESTIMATORS.to_vec(),
        given => given.iter().map(String::as_str).collect(),
    };
    let parse = |name: &&str| Ok::<_, SpecError>((name.to_string(), name.parse()?));
    let specs: Vec<(String, Spec)> = named.iter().map(parse).collect::<Result<_, _>>()?;
    let shapes = match arguments.shapes.as_slice() {
        [] => SHAPES.to_vec(),
        given => given.to_vec(),
    };
    for &Shape(n, p, q) in &shapes {
        let (x, gy) = (normal(n, p, 1), normal(n, q, 2));
        for &threads in &arguments.threads {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()?;
            for (estimator, spec) in &specs {
                let outer = OuterProducts::new(&x, &gy)?;
                let measured = pool.install(|| measure(spec, outer, arguments.seconds));
                let [ms, gemm_ms, ratio] = measured?;
                let peak_extra_bytes = peak(spec, outer)?;
                let line = Line {
                    estimator,
                    n,
                    p,
                    q,
                    threads,
                    ms,
                    gemm_ms,
                    ratio,
                    peak_extra_bytes,
                };
                println!("{}", serde_json::to_string(&line)?);
            }
        }
    }
    Ok(())
}

type Failure = autodiff_runtime::robust::AggregateError;

/// Median milliseconds of the estimate and of the product, and the median of their ratio.
fn measure(spec: &Spec, outer: OuterProducts<'_, f32>, seconds: f64) -> Result<[f64; 3], Failure> {
    let mut timed = (Timed::new(spec), Timed::new(&Mean));
    // The first calls warm caches and buffers.
    timed.0.time(outer)?;
    timed.1.time(outer)?;
    let start = Instant::now();
    let mut turns = Vec::new();
    while turns.len() < 5 || start.elapsed() < Duration::from_secs_f64(seconds) {
        turns.push([timed.0.time(outer)?, timed.1.time(outer)?]);
    }
    Ok([
        median(turns.iter().map(|t| t[0])),
        median(turns.iter().map(|t| t[1])),
        median(turns.iter().map(|t| t[0] / t[1])),
    ])
}

struct Timed<'a> {
    aggregator: &'a dyn Aggregator<f32>,
    estimate: DenseGradient<f32>,
    work: Workspace<f32>,
}

impl<'a> Timed<'a> {
    fn new(aggregator: &'a dyn Aggregator<f32>) -> Self {
        Self {
            aggregator,
            estimate: DenseGradient::default(),
            work: Workspace::new(),
        }
    }

    /// Milliseconds of one call.
    fn time(&mut self, outer: OuterProducts<'_, f32>) -> Result<f64, Failure> {
        let (wall, own) = (Instant::now(), ThreadTime::now());
        let (estimate, work) = (&mut self.estimate, &mut self.work);
        self.aggregator
            .aggregate_outer(black_box(outer), estimate, work)?;
        black_box(&self.estimate);
        let elapsed = if rayon::current_num_threads() == 1 {
            own.elapsed()
        } else {
            wall.elapsed()
        };
        Ok(elapsed.as_secs_f64() * 1e3)
    }
}

/// The most bytes that a first call on one thread has allocated at any time, less those of the estimate itself.
fn peak(spec: &Spec, outer: OuterProducts<'_, f32>) -> Result<u64, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let run = || {
        let mut estimate = DenseGradient::default();
        let mut result = Ok(());
        let allocated = allocation_counter::measure(|| {
            result = spec.aggregate_outer(outer, &mut estimate, &mut Workspace::new());
        });
        let own = (estimate.weight.len() + estimate.bias.len()) * size_of::<f32>();
        result.map(|()| allocated.bytes_max.saturating_sub(own as u64))
    };
    match pool {
        Ok(pool) => pool.install(run),
        Err(_) => run(),
    }
}

/// Standard normal numbers by Box and Muller's method from a linear congruential generator.
fn normal(rows: usize, columns: usize, seed: u64) -> DMatrix<f32> {
    let mut state = seed;
    let mut uniform = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    DMatrix::from_fn(rows, columns, |_, _| {
        let (radius, angle) = (
            (-2.0 * uniform().ln()).sqrt(),
            std::f64::consts::TAU * uniform(),
        );
        (radius * angle.cos()) as f32
    })
}
