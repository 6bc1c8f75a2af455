//! The command line.

use std::path::PathBuf;

use autodiff_runtime::robust;
use clap::{Parser, value_parser};

use super::corruption::Corruption;
use super::rule::Rule;
use crate::iris::cli::{Backend, Widths, step_size};

/// Bounds that keep a slip of the finger from asking for more memory or time than there is.
const MOST_SEEDS: i64 = 10_000;
const MOST_STEPS: i64 = 1_000_000;
const LARGEST_BATCH: i64 = 65_536;
const MOST_THREADS: i64 = 1024;

const LONG_ABOUT: &str = "\
Trains a small network on handwritten digits that are wrong in one of several
ways, once with each way to aggregate per-sample gradients, and prints the test
accuracy of all of them: which aggregator to choose.

For each seed the samples are split into a training and a test set (seven and
three tenths) and standardised by the training set, which is then spoiled. Every
rule trains the same network from the same weights on the same minibatches, each
layer aggregated on its own unless the rule says otherwise. The test set is clean.

The table goes to standard output; a figure, the table as CSV and a manifest go to
the directory given by --out.";

/// What follows the options in `--help`.
fn after_help() -> String {
    let contaminations = Corruption::ALL
        .map(|c| format!("  {c:<12} {}", c.about()))
        .join("\n");
    format!(
        "\
Contaminations (--contamination):

{contaminations}

Methods (--method), with options after a colon, and where they work after @:

  {aggregators}

  mean:clip=1@model          the mean, the whole step shortened to norm 1
  soft-truncation@first      in the first layer alone
  median-of-means@model      all layers' gradients as one vector a sample

Examples:

  digits
  digits --contamination label40 --seeds 10
  digits --method mean --method norm-clip:max-norm=0.5 --contamination byz10
  digits --data my.csv --hidden 16",
        aggregators = robust::Method::NAMES.join("\n  ")
    )
}

/// The options of the program.
#[derive(Clone, Debug, Parser)]
#[command(name = "digits", version, about = "Which aggregator to choose, on handwritten digits", long_about = LONG_ABOUT)]
#[command(after_long_help = after_help())]
pub struct Args {
    /// Number of seeds, each with its own split, spoiled samples, initial weights and batches.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = value_parser!(u32).range(1..=MOST_SEEDS), allow_negative_numbers = true)]
    pub seeds: u32,

    /// The first seed. The same seed gives the same accuracies for any number of threads.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u64,

    /// Minibatch steps per training.
    #[arg(long, value_name = "N", default_value_t = 400, value_parser = value_parser!(u32).range(1..=MOST_STEPS), allow_negative_numbers = true)]
    pub steps: u32,

    /// Samples a batch.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u32).range(1..=LARGEST_BATCH), allow_negative_numbers = true)]
    pub batch_size: u32,

    /// Step size of gradient descent, a positive number, the same for all rules.
    #[arg(long, value_name = "STEP", default_value_t = 0.1, value_parser = step_size, allow_negative_numbers = true)]
    pub step_size: f64,

    /// Widths of the hidden layers.
    #[arg(
        long,
        value_name = "WIDTH,…",
        default_value = "32,32",
        allow_negative_numbers = true
    )]
    pub hidden: Widths,

    /// What is wrong with the training set. Repeatable; replaces the default list, which is all of them.
    #[arg(long = "contamination", value_name = "NAME")]
    pub contaminations: Vec<Corruption>,

    /// A rule to compare. Repeatable; replaces the default list.
    #[arg(long = "method", value_name = "AGGREGATOR[:OPTION=VALUE,…][@LAYERS]")]
    pub methods: Vec<Rule>,

    /// What computes the networks. A device computes what it has kernels for; the other aggregators run on the processor.
    #[arg(long, value_enum, default_value_t = Backend::Cpu)]
    pub backend: Backend,

    /// A CSV file to use in place of the digits; its last column is the class. A header line is optional.
    #[arg(long, value_name = "FILE.csv")]
    pub data: Option<PathBuf>,

    /// Directory for figure, table and manifest; made if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "target/digits")]
    pub out: PathBuf,

    /// Threads to compute with [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=MOST_THREADS), allow_negative_numbers = true)]
    pub threads: Option<u32>,

    /// The table in Markdown.
    #[arg(long)]
    pub markdown: bool,

    /// No progress bar and no closing lines: the table alone.
    #[arg(long)]
    pub quiet: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn values_out_of_range_are_refused_with_what_is_expected() {
        for (arguments, expected) in [
            (["--seeds", "0"], "0 is not in 1..=10000"),
            (["--batch-size", "0"], "0 is not in 1..=65536"),
            (["--step-size", "0"], "expected a positive number"),
            (["--hidden", "8,x"], "'x' is not a width"),
            (
                ["--contamination", "dirt"],
                "expected one of clean, paper1e4",
            ),
            (
                ["--method", "mean@middle"],
                "after @: expected first, all, model",
            ),
        ] {
            let parsed = Args::try_parse_from([&["digits"], &arguments[..]].concat());
            let message = parsed.unwrap_err().to_string();
            assert!(message.contains(expected), "{arguments:?} gave {message}");
        }
    }
}
