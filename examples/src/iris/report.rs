//! The table on standard output.

use std::fmt::Write as _;
use std::time::Duration;

use super::cli::Args;
use super::comparison::{Achievement, Comparison, Summary};
use super::statistics::MeanSd;
use crate::table::align;

const HEADINGS: [&str; 7] = [
    "method",
    "train error",
    "test error",
    "stuck",
    "< 0.10",
    "first < 0.10",
    "ms/trial",
];

/// What was compared, the results, and what the methods are.
pub fn report(args: &Args, comparison: &Comparison<'_>, achievements: &[Achievement]) -> String {
    let mut text = heading(args, comparison);
    let (train, test) = (comparison.training_size(), comparison.test_size());
    let mut rows = vec![HEADINGS.map(str::to_owned)];
    for (method, achieved) in comparison.methods.iter().zip(achievements) {
        rows.push(row(&method.name, &achieved.summary(train, test), achieved));
    }
    text.push_str(&align(&rows));
    let width = rows
        .iter()
        .map(|row| row[0].chars().count())
        .max()
        .unwrap_or_default();
    text.push('\n');
    for (method, achieved) in comparison.methods.iter().zip(achievements) {
        let _ = write!(text, "{:<width$}  {method}", method.name);
        text.push_str(&divergence(achieved));
        text.push('\n');
    }
    text
}

fn heading(args: &Args, comparison: &Comparison<'_>) -> String {
    let data = comparison.data;
    let (train, test) = (comparison.training_size(), comparison.test_size());
    let widths: Vec<String> = comparison
        .recipe
        .widths
        .iter()
        .map(usize::to_string)
        .collect();
    format!(
        "{}: {} samples, {} features, {} classes; {train} to train on, {}; {test} to test on\n\
         {} network, {} of {}, step {}, seed {}\n\n",
        data.name,
        data.len(),
        data.features.ncols(),
        data.classes.len(),
        moved(comparison.moved(), args.noise_factor),
        widths.join("-"),
        plural(comparison.seeds.len(), "trial"),
        plural(comparison.recipe.iterations, "iteration"),
        args.step_size,
        args.seed,
    )
}

fn row(name: &str, summary: &Summary, achieved: &Achievement) -> [String; 7] {
    let first = summary
        .median_learnt_at
        .map_or("never".to_owned(), |iteration| iteration.to_string());
    [
        name.to_owned(),
        mean_sd(summary.train_error),
        mean_sd(summary.test_error),
        percent(summary.stuck),
        percent(summary.learnt),
        first,
        milliseconds(achieved.time, achieved.endings.len()),
    ]
}

/// A word on trials that ended early, if there are any.
fn divergence(achieved: &Achievement) -> String {
    let diverged = achieved
        .endings
        .iter()
        .filter(|ending| ending.diverged_at.is_some())
        .count();
    if diverged == 0 {
        String::new()
    } else {
        format!(" ({diverged} trial(s) ended at a gradient that was not finite)")
    }
}

/// How far the moved points go, without a row of zeros.
fn moved(moved: usize, factor: f64) -> String {
    match moved {
        0 => "none moved".to_owned(),
        _ if factor < 1e6 => format!("{moved} of them moved to {factor}σ"),
        _ => format!("{moved} of them moved to {factor:e}σ"),
    }
}

fn plural(count: usize, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

fn mean_sd(MeanSd { mean, sd }: MeanSd) -> String {
    sd.map_or_else(|| format!("{mean:.3}"), |sd| format!("{mean:.3} ± {sd:.3}"))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn milliseconds(time: Duration, trials: usize) -> String {
    format!("{:.1}", 1e3 * time.as_secs_f64() / trials as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_distances_read_well() {
        assert_eq!(
            [plural(1, "trial"), plural(20, "trial")],
            ["1 trial", "20 trials"]
        );
        assert_eq!(moved(0, 1e4), "none moved");
        assert_eq!(moved(2, 1e4), "2 of them moved to 10000σ");
        assert_eq!(moved(2, 1e100), "2 of them moved to 1e100σ");
    }

    #[test]
    fn a_single_trial_has_no_deviation() {
        assert_eq!(
            mean_sd(MeanSd {
                mean: 0.25,
                sd: None
            }),
            "0.250"
        );
        assert_eq!(
            mean_sd(MeanSd {
                mean: 0.25,
                sd: Some(0.5)
            }),
            "0.250 ± 0.500"
        );
    }
}
