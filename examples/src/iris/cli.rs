//! The command line.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use autodiff_runtime::robust;
use clap::{Parser, ValueEnum, value_parser};
use serde::Serialize;

use super::method::{Method, RobustLayers};

/// Bounds that keep a slip of the finger from asking for more memory than there is.
const MOST_TRIALS: i64 = 100_000;
const MOST_ITERATIONS: i64 = 1_000_000;
const MOST_THREADS: i64 = 1024;
const WIDEST_LAYER: usize = 4096;
const LARGEST_NOISE_FACTOR: f64 = 1e100;

const LONG_ABOUT: &str = "\
Compares ways to aggregate per-sample gradients when a few training points are
grossly wrong.

In each trial the data are split into a training and a test set (two thirds and
one third), projected to the two principal components of the training set and
scaled by it to the unit square. A share of the training points is thrown far
out, to the opposite side of the centre. Every method then trains the same
network from the same weights on the same points by full-batch gradient descent.

The table goes to standard output; figures, curves and a manifest go to the
directory given by --out.";

/// What follows the options in `--help`.
fn after_help() -> String {
    format!(
        "\
Methods (--method), each one of the default comparison or an aggregator:

  deep         mean gradient
  deep-rob     as published: in the first layer soft truncation of g/N,
               population variance, variance floor 0.001
  deep-div-n   control: in the first layer the mean divided by N, nothing truncated
  deep-alg1    in the first layer soft truncation as printed (Algorithm 2), at the
               scale of the mean
  deep-mom     median of means with the geometric median, all layers as one vector
  deep-clean   mean gradient, on points that were not moved: the line to reach

  {aggregators}
               options follow a colon: median-of-means:blocks=9,center=coordinate;
               an unknown option is answered with the known ones

Examples:

  iris
  iris --trials 200 --seed 1
  iris --method deep --method median-of-means:blocks=5 --robust-layers model
  iris --data my.csv --hidden 16 --out results",
        aggregators = robust::Method::NAMES.join(", ")
    )
}

/// The options of the program.
#[derive(Clone, Debug, Parser)]
#[command(name = "iris", version, about = "Robust gradient descent on the Iris data", long_about = LONG_ABOUT)]
#[command(after_long_help = after_help())]
pub struct Args {
    /// Number of trials, each with its own split, moved points and initial weights.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = value_parser!(u32).range(1..=MOST_TRIALS), allow_negative_numbers = true)]
    pub trials: u32,

    /// Full-batch gradient steps per trial.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = value_parser!(u32).range(1..=MOST_ITERATIONS), allow_negative_numbers = true)]
    pub iterations: u32,

    /// Seed of all random choices. The same seed gives the same results for any number of threads.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub seed: u64,

    /// Step size of gradient descent, a positive number.
    #[arg(long, value_name = "STEP", default_value_t = 0.5, value_parser = step_size, allow_negative_numbers = true)]
    pub step_size: f64,

    /// Widths of the hidden layers.
    #[arg(
        long,
        value_name = "WIDTH,…",
        default_value = "10,10",
        allow_negative_numbers = true
    )]
    pub hidden: Widths,

    /// Where moved points land: at this many standard deviations from the centre.
    #[arg(long, value_name = "K", default_value_t = 1e4, value_parser = noise_factor, allow_negative_numbers = true)]
    pub noise_factor: f64,

    /// Share of the training points that is moved, from 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, value_parser = share, allow_negative_numbers = true)]
    pub contaminated: f64,

    /// A method to compare: a name or an aggregator with options. Repeatable; replaces the default list.
    #[arg(long = "method", value_name = "AGGREGATOR[:OPTION=VALUE,…]")]
    pub methods: Vec<Method>,

    /// Layers whose gradients the methods aggregate their way; the others take the mean.
    ///
    /// `first`, `all`, or numbers from 1 on such as `1,3`; `model` takes the gradients of all layers as one vector.
    /// Without it, the named methods choose their own layers and an aggregator works in each of them.
    #[arg(long, value_name = "LAYERS")]
    pub robust_layers: Option<RobustLayers>,

    /// What computes the networks.
    #[arg(long, value_enum, default_value_t = Backend::Cpu)]
    pub backend: Backend,

    /// A CSV file to use in place of the Iris data; its last column is the class. A header line is optional.
    #[arg(long, value_name = "FILE.csv")]
    pub data: Option<PathBuf>,

    /// Directory for figures, curves and manifest; made if it does not exist.
    #[arg(long, value_name = "DIR", default_value = "target/iris")]
    pub out: PathBuf,

    /// Threads to compute with [default: one per core].
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=MOST_THREADS), allow_negative_numbers = true)]
    pub threads: Option<u32>,

    /// No progress bar and no closing lines: the table alone.
    #[arg(long)]
    pub quiet: bool,
}

/// What computes the networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// This program, on the processor.
    Cpu,
    /// An OpenCL device.
    Opencl,
}

/// The widths of the hidden layers: at least one layer, none empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Widths(pub Vec<usize>);

impl FromStr for Widths {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("no hidden layer given; expected widths such as 10,10".to_owned());
        }
        text.split(',')
            .map(width)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn width(text: &str) -> Result<usize, String> {
    match text.trim().parse() {
        Ok(width) if (1..=WIDEST_LAYER).contains(&width) => Ok(width),
        _ => Err(format!(
            "'{}' is not a width; expected whole numbers from 1 to {WIDEST_LAYER}",
            text.trim()
        )),
    }
}

impl fmt::Display for Widths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&widths.join(","))
    }
}

/// Reads a step size.
///
/// # Errors
///
/// What was expected.
pub fn step_size(text: &str) -> Result<f64, String> {
    number(text, "a positive number", |step| {
        step > 0.0 && step.is_finite()
    })
}

fn noise_factor(text: &str) -> Result<f64, String> {
    number(text, "a number from 0 to 1e100", |factor| {
        (0.0..=LARGEST_NOISE_FACTOR).contains(&factor)
    })
}

fn share(text: &str) -> Result<f64, String> {
    number(text, "a share from 0 to 1", |share| {
        (0.0..=1.0).contains(&share)
    })
}

fn number(text: &str, expected: &str, accepts: impl Fn(f64) -> bool) -> Result<f64, String> {
    match text.trim().parse() {
        Ok(number) if accepts(number) => Ok(number),
        _ => Err(format!("expected {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(arguments: &[&str]) -> Result<Args, String> {
        Args::try_parse_from([&["iris"], arguments].concat()).map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_defaults_are_those_of_the_tutorial() {
        let args = parse(&[]).unwrap();
        assert_eq!(
            (args.trials, args.iterations, args.step_size),
            (20, 1000, 0.5)
        );
        assert_eq!((args.noise_factor, args.contaminated), (1e4, 0.02));
        assert_eq!(args.hidden, Widths(vec![10, 10]));
    }

    #[test]
    fn values_out_of_range_are_refused_with_what_is_expected() {
        for (arguments, expected) in [
            (["--trials", "0"], "0 is not in 1..=100000"),
            (["--iterations", "0"], "0 is not in 1..=1000000"),
            (["--threads", "0"], "0 is not in 1..=1024"),
            (["--step-size", "-0.1"], "expected a positive number"),
            (["--step-size", "nan"], "expected a positive number"),
            (["--contaminated", "1.5"], "expected a share from 0 to 1"),
            (["--contaminated", "-1"], "expected a share from 0 to 1"),
            (
                ["--noise-factor", "inf"],
                "expected a number from 0 to 1e100",
            ),
            (["--hidden", ""], "no hidden layer given"),
            (["--hidden", "10,,10"], "'' is not a width"),
            (["--hidden", "10,0"], "'0' is not a width"),
        ] {
            let message = parse(&arguments).unwrap_err();
            assert!(message.contains(expected), "{arguments:?} gave {message}");
        }
    }
}
