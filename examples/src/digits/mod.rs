//! Every estimator on real data that are wrong in several ways: which one to choose.
//!
//! [`task`] splits and standardises a table and spoils the training part ([`corruption`]); [`training`] trains one network by
//! one [`rule`]; [`benchmark`] all rules on all corruptions and seeds; [`report`], [`figure`] and [`output`] say what came out.

pub mod benchmark;
pub mod cli;
pub mod corruption;
pub mod figure;
pub mod hostile;
pub mod output;
pub mod report;
pub mod rule;
pub mod task;
pub mod training;

use indicatif::{ProgressBar, ProgressStyle};

use crate::iris::compute::{Compute, ComputeError};
use crate::iris::dataset::{DataError, Dataset};
use crate::iris::error::OutputError;
use crate::iris::method::LayersError;
use benchmark::{Benchmark, Score};
use cli::Args;
use corruption::Corruption;
use rule::{Rule, default_rules};
use training::{Recipe, TrainingError};

/// Why the program ends without its result.
#[derive(Debug, thiserror::Error)]
pub enum DigitsError {
    /// The device asked for.
    #[error(transparent)]
    Compute(#[from] ComputeError),
    /// The table of samples.
    #[error("data: {0}")]
    Data(#[from] DataError),
    /// The layers asked for.
    #[error("--method: {0}")]
    Layers(#[from] LayersError),
    /// Two methods or contaminations that could not be told apart in the results.
    #[error("{option}: '{value}' is given twice")]
    Repeated {
        /// The option.
        option: &'static str,
        /// Its value.
        value: String,
    },
    /// The training set is smaller than a batch.
    #[error("--batch-size: {size} samples a batch, where the training set has {samples}")]
    Batch {
        /// The size asked for.
        size: usize,
        /// The samples there are.
        samples: usize,
    },
    /// The number of threads asked for.
    #[error("--threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// A training that could not go on.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// The results.
    #[error(transparent)]
    Output(#[from] OutputError),
}

/// Runs the benchmark that the arguments describe: prints the table and writes the files.
///
/// # Errors
///
/// Whatever keeps it from its result. Everything that can be checked is checked before the training starts.
pub fn run(args: &Args) -> Result<(), DigitsError> {
    let compute = Compute::open(args.backend)?;
    let data = args
        .data
        .as_deref()
        .map_or_else(|| Ok(Dataset::digits()), Dataset::from_csv)?;
    let benchmark = benchmark(args, data, compute)?;
    let directory = output::Directory::prepare(&args.out)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(args.threads.unwrap_or(0) as usize)
        .build()?;
    let scores = pool.install(|| train_all(&benchmark, args.quiet))?;
    directory.write(args, &benchmark, &scores)?;
    let mut text = report::report(args, &benchmark, &scores);
    if !args.quiet {
        text.push_str(&format!("\n{}\n", directory.listing()));
    }
    Ok(crate::iris::print(&text)?)
}

fn benchmark(args: &Args, data: Dataset, compute: Compute) -> Result<Benchmark, DigitsError> {
    let rules = if args.methods.is_empty() {
        default_rules()
    } else {
        args.methods.clone()
    };
    let corruptions = if args.contaminations.is_empty() {
        Corruption::ALL.to_vec()
    } else {
        args.contaminations.clone()
    };
    check_distinct("--method", rules.iter().map(Rule::to_string))?;
    check_distinct(
        "--contamination",
        corruptions.iter().map(Corruption::to_string),
    )?;
    let layers = args.hidden.0.len() + 1;
    rules
        .iter()
        .try_for_each(|rule| rule.layers.check(layers))?;
    let (size, samples) = (args.batch_size as usize, task::training_size(data.len()));
    if size > samples {
        return Err(DigitsError::Batch { size, samples });
    }
    let mut widths = vec![data.features.ncols()];
    widths.extend(&args.hidden.0);
    widths.push(data.classes.len());
    Ok(Benchmark {
        data,
        recipe: Recipe {
            widths,
            steps: args.steps as usize,
            batch_size: size,
            step_size: args.step_size as f32,
        },
        compute,
        rules,
        corruptions,
        seeds: (0..u64::from(args.seeds))
            .map(|seed| args.seed.wrapping_add(seed))
            .collect(),
    })
}

fn check_distinct(
    option: &'static str,
    values: impl Iterator<Item = String>,
) -> Result<(), DigitsError> {
    let mut seen = std::collections::HashSet::new();
    for value in values {
        if !seen.insert(value.clone()) {
            return Err(DigitsError::Repeated { option, value });
        }
    }
    Ok(())
}

fn train_all(benchmark: &Benchmark, quiet: bool) -> Result<Vec<Vec<Score>>, TrainingError> {
    let bar = if quiet {
        ProgressBar::hidden()
    } else {
        let style = ProgressStyle::with_template("training {bar:40} {pos}/{len}, {eta} left");
        let bar = ProgressBar::new(benchmark.trainings() as u64);
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    };
    let scores = benchmark.run(|| bar.inc(1));
    bar.finish_and_clear();
    scores
}
