//! What derivatives cost, in objectives.
//!
//! Times are of this thread alone. Objective and derivative take turns in short batches, and a ratio
//! is the median over the turns: on a machine with other work a turn is disturbed as a whole or not
//! at all.

use std::time::Duration;

use cpu_time::ThreadTime;
use serde::Serialize;

use super::instance::Instance;

/// A row of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Which of the problems.
    pub problem: String,
    /// The file of reference values that names the instance.
    pub file: String,
    /// Microseconds of one evaluation, median.
    pub objective_us: f64,
    /// Microseconds of the gradient or the whole Jacobian, median.
    pub gradient_us: f64,
    /// The median ratio of the two.
    pub ratio: f64,
    /// The most memory that the derivative has in use at once beyond what is there before.
    pub peak_extra_bytes: u64,
}

/// Costs of products with a vector.
#[derive(Clone, Debug, Serialize)]
pub struct Products {
    /// Which of the problems.
    pub problem: String,
    /// The file of reference values that names the instance.
    pub file: String,
    /// A tangent, in objectives.
    pub jvp_ratio: f64,
    /// A Hessian-vector product, in gradients; none for vector-valued problems.
    pub hvp_ratio: Option<f64>,
}

const TURNS: usize = 41;
const BATCH: Duration = Duration::from_millis(5);

/// Median times of two ways to use an instance, and the median of their ratio (second to first).
fn compare(
    instance: &mut dyn Instance,
    first: fn(&mut dyn Instance),
    second: fn(&mut dyn Instance),
) -> [f64; 3] {
    let calls = [calls(instance, first), calls(instance, second)];
    let turns: Vec<[f64; 2]> = (0..TURNS)
        .map(|_| {
            [
                time(instance, first, calls[0]),
                time(instance, second, calls[1]),
            ]
        })
        .collect();
    [
        median(turns.iter().map(|turn| turn[0])),
        median(turns.iter().map(|turn| turn[1])),
        median(turns.iter().map(|turn| turn[1] / turn[0])),
    ]
}

/// Times objective and derivative; `peak` measures the memory that a call takes.
pub fn derivative(
    instance: &mut dyn Instance,
    (problem, file): (&str, &str),
    peak: impl FnOnce(&mut dyn FnMut()) -> u64,
) -> Row {
    let [objective_us, gradient_us, ratio] =
        compare(instance, |i| i.objective(), |i| i.derivative());
    Row {
        problem: problem.to_string(),
        file: file.to_string(),
        objective_us,
        gradient_us,
        ratio,
        peak_extra_bytes: peak(&mut || instance.derivative()),
    }
}

/// Times a tangent against the objective, and a Hessian-vector product against the gradient.
pub fn products(instance: &mut dyn Instance, (problem, file): (&str, &str)) -> Products {
    let [_, _, jvp_ratio] = compare(instance, |i| i.objective(), |i| i.tangent());
    let hvp_ratio = instance.second().then(|| {
        let second = |i: &mut dyn Instance| {
            i.second();
        };
        compare(instance, |i| i.derivative(), second)[2]
    });
    Products {
        problem: problem.to_string(),
        file: file.to_string(),
        jvp_ratio,
        hvp_ratio,
    }
}

/// How many calls fill a batch; finding out also warms the caches.
fn calls(instance: &mut dyn Instance, run: fn(&mut dyn Instance)) -> u32 {
    let mut calls = 1;
    while time(instance, run, calls) * f64::from(calls) < BATCH.as_secs_f64() * 1e6 {
        calls *= 2;
    }
    calls
}

/// Microseconds a call.
fn time(instance: &mut dyn Instance, run: fn(&mut dyn Instance), calls: u32) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..calls {
        run(instance);
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}
