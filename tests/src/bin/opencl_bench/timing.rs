//! The best of some repetitions.

use std::error::Error;
use std::time::Instant;

use cpu_time::ProcessTime;

pub type Run<'a> = &'a dyn Fn() -> Result<(), Box<dyn Error>>;

/// The least seconds of each, in turns; the first turn, in which kernels are compiled, does not count.
pub fn best_of<const R: usize>(
    repetitions: usize,
    cpu_time: bool,
    runs: [Run<'_>; R],
) -> Result<[f64; R], Box<dyn Error>> {
    let mut best = [f64::INFINITY; R];
    for run in runs {
        run()?;
    }
    for _ in 0..repetitions {
        for (best, run) in best.iter_mut().zip(runs) {
            let start = Clock::start(cpu_time);
            run()?;
            *best = best.min(start.seconds());
        }
    }
    Ok(best)
}

enum Clock {
    Wall(Instant),
    Cores(ProcessTime),
}

impl Clock {
    fn start(cpu_time: bool) -> Self {
        if cpu_time {
            Self::Cores(ProcessTime::now())
        } else {
            Self::Wall(Instant::now())
        }
    }

    fn seconds(&self) -> f64 {
        match self {
            Self::Wall(start) => start.elapsed().as_secs_f64(),
            Self::Cores(start) => start.elapsed().as_secs_f64(),
        }
    }
}
