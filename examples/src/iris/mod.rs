//! The Iris demonstration of the tutorial "Robust gradient descent via back-propagation" (M. J. Holland, section 5).
//!
//! From the data to the figures: [`dataset`] is the table, [`trial`] splits it, projects it ([`principal`]) and moves
//! points ([`contamination`]); [`training`] trains one network by one [`method`], [`comparison`] all of them;
//! [`statistics`], [`report`], [`manifest`], [`figures`] and [`output`] say what came out.

pub mod activation;
pub mod cli;
pub mod comparison;
pub mod compute;
pub mod contamination;
pub mod dataset;
pub mod error;
pub mod figures;
pub mod manifest;
pub mod method;
pub mod output;
pub mod principal;
pub mod report;
pub mod statistics;
mod table;
pub mod training;
pub mod trial;

use std::io::{self, Write as _};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use cli::Args;
use comparison::{Achievement, Comparison};
use compute::Compute;
use contamination::Contamination;
use dataset::Dataset;
use error::{IrisError, OutputError};
use manifest::Manifest;
use method::{Method, default_methods};
use output::OutputDirectory;
use training::Recipe;
use trial::trial_seeds;

/// Runs the comparison that the arguments describe: prints the table and writes the files.
///
/// # Errors
///
/// Whatever keeps it from its result. Everything that can be checked is checked before the training starts.
pub fn run(args: &Args) -> Result<(), IrisError> {
    let compute = Compute::open(args.backend)?;
    let data = args
        .data
        .as_deref()
        .map_or_else(|| Ok(Dataset::iris()), Dataset::from_csv)?;
    let methods = methods(args)?;
    let directory = OutputDirectory::prepare(&args.out)?;
    let threads = args.threads.unwrap_or(0) as usize;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    pool.install(|| compare(args, &data, compute, methods, &directory))
}

fn compare(
    args: &Args,
    data: &Dataset,
    compute: Compute,
    methods: Vec<Method>,
    directory: &OutputDirectory,
) -> Result<(), IrisError> {
    let comparison = comparison(args, data, compute, methods);
    let start = Instant::now();
    let achievements = train_all(&comparison, args.quiet)?;
    let manifest = Manifest::new(args, &comparison, &achievements, start.elapsed());
    directory.write(&comparison, &achievements, &manifest)?;
    let mut text = report::report(args, &comparison, &achievements);
    if !args.quiet {
        text.push_str(&format!("\n{}\n", directory.listing()));
    }
    Ok(print(&text)?)
}

/// The methods asked for, with the layers asked for.
fn methods(args: &Args) -> Result<Vec<Method>, IrisError> {
    let mut methods = if args.methods.is_empty() {
        default_methods()
    } else {
        args.methods.clone()
    };
    for (index, method) in methods.iter().enumerate() {
        if methods[..index]
            .iter()
            .any(|earlier| earlier.name == method.name)
        {
            return Err(IrisError::RepeatedMethod(method.name.clone()));
        }
    }
    if let Some(layers) = &args.robust_layers {
        layers.check(args.hidden.0.len() + 1)?;
        methods
            .iter_mut()
            .for_each(|method| method.layers = layers.clone());
    }
    Ok(methods)
}

fn comparison<'a>(
    args: &Args,
    data: &'a Dataset,
    compute: Compute,
    methods: Vec<Method>,
) -> Comparison<'a> {
    let mut widths = vec![2];
    widths.extend(&args.hidden.0);
    widths.push(data.classes.len());
    Comparison {
        data,
        contamination: Contamination {
            share: args.contaminated,
            factor: args.noise_factor,
        },
        recipe: Recipe {
            widths,
            iterations: args.iterations as usize,
            step_size: args.step_size,
        },
        compute,
        methods,
        seeds: trial_seeds(args.seed, args.trials as usize),
    }
}

fn train_all(comparison: &Comparison<'_>, quiet: bool) -> Result<Vec<Achievement>, IrisError> {
    let bar = progress_bar(comparison.trainings() as u64, quiet);
    let achievements = comparison.run(|| bar.inc(1));
    bar.finish_and_clear();
    Ok(achievements?)
}

/// A bar on standard error; none where that is no terminal.
fn progress_bar(trainings: u64, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("training {bar:40} {pos}/{len}, {eta} left");
    ProgressBar::new(trainings).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Prints to standard output. A reader that has seen enough, such as `head`, is no error.
///
/// # Errors
///
/// What else keeps it from being written.
pub(crate) fn print(text: &str) -> Result<(), OutputError> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(OutputError::Stdout(error)),
        _ => Ok(()),
    }
}
