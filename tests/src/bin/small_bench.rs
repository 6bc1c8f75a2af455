//! `cargo run --release --bin small_bench [CASE…]`: the macro's gradients against the hand-written
//! ones, one JSON line a case: `{"case","hand_ns","grad_ns","ratio"}`.
//!
//! The two take turns in short batches, and the ratio is the median over the turns: on a machine
//! with other work a turn is disturbed as a whole or not at all.

use std::hint::black_box;
use std::time::Duration;

use autodiff_tests::small::{self, inputs};
use autodiff_tests::{hand, median};
use cpu_time::ThreadTime;
use serde::Serialize;

const TURNS: usize = 301;
const BATCH: Duration = Duration::from_micros(500);

#[derive(Serialize)]
struct Line {
    case: &'static str,
    hand_ns: f64,
    grad_ns: f64,
    ratio: f64,
}

fn main() -> serde_json::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (case, compare) in CASES {
        if wanted.is_empty() || wanted.iter().any(|name| case.contains(name.as_str())) {
            let [hand_ns, grad_ns, ratio] = compare();
            println!(
                "{}",
                serde_json::to_string(&Line {
                    case,
                    hand_ns,
                    grad_ns,
                    ratio
                })?
            );
        }
    }
    Ok(())
}

type Case = (&'static str, fn() -> [f64; 3]);

const CASES: [Case; 7] = [
    ("scalar2", || {
        let (mut hand, mut grad) = ([0.0; 2], [0.0; 2]);
        let ([h1, h2], [g1, g2]) = (&mut hand, &mut grad);
        compare(
            || hand::scalar2(black_box(1.5), h1, black_box(3.0), h2),
            || small::scalar2_grad_into(black_box(1.5), g1, black_box(3.0), g2),
        )
    }),
    ("rosen10", || rosenbrock(10)),
    ("rosen1000", || rosenbrock(1000)),
    ("mlp", || {
        let (w, x, y) = inputs::mlp();
        let (mut hand, mut grad) = (vec![0.0; w.len()], vec![0.0; w.len()]);
        compare(
            || hand::mlp(black_box(&w), &mut hand, black_box(&x), black_box(&y)),
            || small::mlp_grad_into(black_box(&w), &mut grad, black_box(&x), black_box(&y)),
        )
    }),
    ("branchy", || {
        let x = inputs::branchy();
        let (mut hand, mut grad) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        compare(
            || hand::branchy(black_box(&x), &mut hand),
            || small::branchy_grad_into(black_box(&x), &mut grad),
        )
    }),
    ("lotka", || {
        let (p, observed) = inputs::lotka_volterra();
        let (mut hand, mut grad) = ([0.0; 4], [0.0; 4]);
        compare(
            || hand::lotka_volterra(black_box(&p), &mut hand, black_box(&observed)),
            || small::lotka_volterra_grad_into(black_box(&p), &mut grad, black_box(&observed)),
        )
    }),
    ("rigid", || {
        let (pose, p, q) = inputs::rigid();
        let (mut hand, mut grad) = ([0.0; 6], [0.0; 6]);
        compare(
            || hand::rigid(black_box(&pose), &mut hand, black_box(&p), black_box(&q)),
            || small::rigid_grad_into(black_box(&pose), &mut grad, black_box(&p), black_box(&q)),
        )
    }),
];

fn rosenbrock(n: usize) -> [f64; 3] {
    let x = inputs::rosenbrock(n);
    let (mut hand, mut grad) = (vec![0.0; n], vec![0.0; n]);
    compare(
        || hand::rosenbrock(black_box(&x), &mut hand),
        || small::rosenbrock_grad_into(black_box(&x), &mut grad),
    )
}

/// Median nanoseconds of either, and the median of their ratio.
fn compare(mut hand: impl FnMut() -> f64, mut grad: impl FnMut() -> f64) -> [f64; 3] {
    let calls = calls_per_batch(&mut hand);
    let turns: Vec<[f64; 2]> = (0..TURNS)
        .map(|_| [time(calls, &mut hand), time(calls, &mut grad)])
        .collect();
    [
        median(turns.iter().map(|t| t[0])),
        median(turns.iter().map(|t| t[1])),
        median(turns.iter().map(|t| t[1] / t[0])),
    ]
}

/// How many calls fill a batch; finding out also warms the caches.
fn calls_per_batch(f: &mut impl FnMut() -> f64) -> u32 {
    let mut calls = 1;
    while time(calls, f) * f64::from(calls) < BATCH.as_nanos() as f64 {
        calls *= 2;
    }
    calls
}

/// Nanoseconds a call.
fn time(calls: u32, f: &mut impl FnMut() -> f64) -> f64 {
    let start = ThreadTime::now();
    for _ in 0..calls {
        black_box(f());
    }
    start.elapsed().as_nanos() as f64 / f64::from(calls)
}
