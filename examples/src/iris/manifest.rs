//! What was run, and what came out, for programs to read.

use std::time::Duration;

use serde::Serialize;

use super::cli::{Args, Backend, Widths};
use super::comparison::{Achievement, Comparison, Summary};
use super::method::Method;

/// The manifest of a run. All of it but `run` is the same whenever the same parameters are given.
#[derive(Debug, Serialize)]
pub struct Manifest<'a> {
    program: &'static str,
    version: &'static str,
    parameters: Parameters<'a>,
    data: Data<'a>,
    methods: Vec<MethodResult<'a>>,
    run: Run<'a>,
}

#[derive(Debug, Serialize)]
struct Parameters<'a> {
    trials: u32,
    iterations: u32,
    seed: u64,
    step_size: f64,
    hidden: &'a Widths,
    noise_factor: f64,
    contaminated: f64,
    backend: Backend,
}

#[derive(Debug, Serialize)]
struct Data<'a> {
    name: &'a str,
    samples: usize,
    features: usize,
    classes: &'a [String],
    training_samples: usize,
    test_samples: usize,
    moved_samples: usize,
}

#[derive(Debug, Serialize)]
struct MethodResult<'a> {
    #[serde(flatten)]
    method: &'a Method,
    #[serde(flatten)]
    summary: Summary,
}

/// What differs from run to run: the machine and the time it took.
#[derive(Debug, Serialize)]
struct Run<'a> {
    threads: usize,
    compiler: &'static str,
    os: &'static str,
    architecture: &'static str,
    training_seconds: f64,
    milliseconds_per_trial: Vec<MethodTime<'a>>,
}

#[derive(Debug, Serialize)]
struct MethodTime<'a> {
    name: &'a str,
    milliseconds: f64,
}

impl<'a> Manifest<'a> {
    /// The manifest of a comparison that took `training` of time on the clock.
    pub fn new(
        args: &'a Args,
        comparison: &'a Comparison<'_>,
        achievements: &[Achievement],
        training: Duration,
    ) -> Self {
        let data = comparison.data;
        let (train, test) = (comparison.training_size(), comparison.test_size());
        let achieved = || comparison.methods.iter().zip(achievements);
        Self {
            program: "iris",
            version: env!("CARGO_PKG_VERSION"),
            parameters: Parameters::of(args),
            data: Data {
                name: &data.name,
                samples: data.len(),
                features: data.features.ncols(),
                classes: &data.classes,
                training_samples: train,
                test_samples: test,
                moved_samples: comparison.moved(),
            },
            methods: achieved()
                .map(|(method, achieved)| MethodResult {
                    method,
                    summary: achieved.summary(train, test),
                })
                .collect(),
            run: Run {
                threads: rayon::current_num_threads(),
                compiler: env!("COMPILER"),
                os: std::env::consts::OS,
                architecture: std::env::consts::ARCH,
                training_seconds: training.as_secs_f64(),
                milliseconds_per_trial: achieved()
                    .map(|(method, achieved)| MethodTime {
                        name: &method.name,
                        milliseconds: 1e3 * achieved.time.as_secs_f64()
                            / achieved.endings.len() as f64,
                    })
                    .collect(),
            },
        }
    }

    /// The manifest as indented JSON.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self)
            .expect("string keys and plain values always have a JSON form");
        json.push('\n');
        json
    }
}

impl<'a> Parameters<'a> {
    fn of(args: &'a Args) -> Self {
        Self {
            trials: args.trials,
            iterations: args.iterations,
            seed: args.seed,
            step_size: args.step_size,
            hidden: &args.hidden,
            noise_factor: args.noise_factor,
            contaminated: args.contaminated,
            backend: args.backend,
        }
    }
}
