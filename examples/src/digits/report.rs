//! The table on standard output.

use std::fmt::Write as _;
use std::time::Duration;

use super::benchmark::{Benchmark, Score};
use super::cli::Args;
use super::task::training_size;
use crate::iris::compute::Compute;
use crate::table::align;

/// What was compared, and the results.
pub fn report(args: &Args, benchmark: &Benchmark, scores: &[Vec<Score>]) -> String {
    let rows = rows(benchmark, scores);
    let mut text = heading(args, benchmark);
    if args.markdown {
        for (number, row) in rows.iter().enumerate() {
            let _ = writeln!(text, "| {} |", row.join(" | "));
            if number == 0 {
                let _ = writeln!(text, "|---|{}", "---:|".repeat(row.len() - 1));
            }
        }
        return text;
    }
    text.push_str(&align(&rows));
    text.push('\n');
    for corruption in &benchmark.corruptions {
        let _ = writeln!(text, "{corruption:<10}  {}", corruption.about());
    }
    let diverged: usize = scores.iter().flatten().map(|score| score.diverged).sum();
    if diverged > 0 {
        let _ = writeln!(
            text,
            "{diverged} training(s) ended at numbers that were not finite"
        );
    }
    text
}

fn heading(args: &Args, benchmark: &Benchmark) -> String {
    let (data, recipe) = (&benchmark.data, &benchmark.recipe);
    let widths: Vec<String> = recipe.widths.iter().map(usize::to_string).collect();
    let device = match benchmark.compute {
        Compute::Cpu => String::new(),
        #[cfg(feature = "opencl")]
        _ => format!("computed by {}\n", benchmark.compute),
    };
    format!(
        "{}: {} samples, {} features, {} classes; {} to train on, {} to test on\n\
         {} network, {} steps on batches of {}, step size {}, seeds {} to {}\n\
         {device}\
         test accuracy in %, mean ± s.d. over seeds\n\n",
        data.name,
        data.len(),
        data.features.ncols(),
        data.classes.len(),
        training_size(data.len()),
        benchmark.test_size(),
        widths.join("-"),
        recipe.steps,
        recipe.batch_size,
        args.step_size,
        args.seed,
        benchmark.seeds.last().copied().unwrap_or(args.seed),
    )
}

fn rows(benchmark: &Benchmark, scores: &[Vec<Score>]) -> Vec<Vec<String>> {
    let names = benchmark.corruptions.iter().map(ToString::to_string);
    let head = ["rule".to_owned()]
        .into_iter()
        .chain(names)
        .chain(["ms/step".to_owned()]);
    let mut rows = vec![head.collect::<Vec<_>>()];
    for (rule, scores) in benchmark.rules.iter().zip(scores) {
        let mut row = vec![rule.to_string()];
        row.extend(scores.iter().map(accuracy));
        row.push(format!("{:.2}", 1e3 * mean_step_time(scores).as_secs_f64()));
        rows.push(row);
    }
    rows
}

fn accuracy(score: &Score) -> String {
    let percent = |share: f64| format!("{:.1}", 100.0 * share);
    let mean = percent(score.accuracy.mean);
    score
        .accuracy
        .sd
        .map_or(mean.clone(), |sd| format!("{mean} ± {}", percent(sd)))
}

fn mean_step_time(scores: &[Score]) -> Duration {
    let total: Duration = scores.iter().map(|score| score.step_time).sum();
    total / scores.len().max(1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iris::statistics::MeanSd;

    #[test]
    fn accuracies_are_percentages() {
        let score = |sd| Score {
            accuracy: MeanSd { mean: 0.962, sd },
            diverged: 0,
            step_time: Duration::ZERO,
        };
        assert_eq!(accuracy(&score(Some(0.002))), "96.2 ± 0.2");
        assert_eq!(accuracy(&score(None)), "96.2");
    }
}
