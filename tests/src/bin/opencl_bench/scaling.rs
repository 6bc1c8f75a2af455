//! What a second thread of a processor gains.

use std::env;
use std::error::Error;
use std::process::{Command, Stdio};

use serde::Serialize;

use super::{Args, Line};

/// Processes for each number of threads, in turns: other programs seldom disturb all of them.
const ROUNDS: usize = 5;

/// What limits the threads of PoCL, by its older and its newer name.
const LIMITS: [&str; 2] = ["POCL_MAX_PTHREAD_COUNT", "POCL_CPU_MAX_CU_COUNT"];

/// One operation at one size, on one thread and on two.
#[derive(Serialize)]
struct Scaling {
    device: String,
    precision: String,
    /// N, P, Q.
    size: [usize; 3],
    operation: String,
    one_thread_ms: f64,
    two_threads_ms: f64,
    speedup: f64,
}

/// Prints a row for each operation and size to standard error, and as JSON to standard output.
pub fn measure(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut best: [Vec<Line>; 2] = Default::default();
    for _ in 0..ROUNDS {
        for (threads, best) in [1, 2].into_iter().zip(&mut best) {
            let lines = lines(args, threads)?;
            if best.is_empty() {
                *best = lines;
            } else {
                for (best, line) in best.iter_mut().zip(lines) {
                    best.device_ms = best.device_ms.min(line.device_ms);
                }
            }
        }
    }
    eprintln!("   N    P    Q  operation  one thread, ms  two threads, ms  speed-up");
    let [one, two] = best;
    for (one, two) in one.into_iter().zip(two) {
        let scaling = Scaling {
            speedup: one.device_ms / two.device_ms,
            one_thread_ms: one.device_ms,
            two_threads_ms: two.device_ms,
            device: one.device,
            precision: one.precision,
            size: one.size,
            operation: one.operation,
        };
        eprintln!("{}", row(&scaling));
        println!("{}", serde_json::to_string(&scaling)?);
    }
    Ok(())
}

/// What a process limited to so many threads measures.
fn lines(args: &Args, threads: usize) -> Result<Vec<Line>, Box<dyn Error>> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args(["--device-only", "--repetitions"])
        .arg(args.repetitions.to_string())
        .stderr(Stdio::null());
    for [n, p, q] in &args.sizes {
        command.arg("--size").arg(format!("{n},{p},{q}"));
    }
    for (flag, given) in [
        ("--gpu-kernels", args.gpu_kernels),
        ("--double", args.double),
    ] {
        if given {
            command.arg(flag);
        }
    }
    if let Some(device) = &args.device {
        command.arg("--device").arg(device.to_string());
    }
    for limit in LIMITS {
        command.env(limit, threads.to_string());
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("on {threads} thread(s): {}", output.status).into());
    }
    let lines = String::from_utf8(output.stdout)?;
    let lines = lines.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

fn row(line: &Scaling) -> String {
    let [n, p, q] = line.size;
    format!(
        "{n:4} {p:4} {q:4}  {:<9} {:15.3} {:16.3} {:9.2}",
        line.operation, line.one_thread_ms, line.two_threads_ms, line.speedup
    )
}
