//! One training: one network, one method, one trial.

use autodiff_runtime::nn::{
    Activation, AggregateError, LossError, NetworkError, Pass, Sequential, Sgd, SoftmaxCrossEntropy, Uniform,
};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::activation::relu_value_and_grad;
use super::method::Method;
use super::trial::{Samples, Trial};

/// Initial weights and biases are uniform on [−0.05, 0.05).
const INITIAL_HALF_WIDTH: f64 = 0.05;

/// What all methods share: the network, and how long and how fast it learns.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The widths of the layers, from the two inputs to one output per class.
    pub widths: Vec<usize>,
    /// Full-batch gradient steps.
    pub iterations: usize,
    /// The step size.
    pub step_size: f64,
}

/// The number of misclassified samples after 0, 1, …, T iterations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Curves {
    /// On the training set, moved points included.
    pub train: Vec<u32>,
    /// On the test set.
    pub test: Vec<u32>,
    /// The iteration whose gradient was not finite. The network stays as it is from then on.
    pub diverged_at: Option<usize>,
}

/// Why a training could not go on, other than by diverging.
#[derive(Debug, thiserror::Error)]
#[error("{method}: {source}")]
pub struct TrainingError {
    method: String,
    source: NetworkError,
}

/// Trains a network and counts its mistakes on the way.
///
/// # Errors
///
/// What the aggregator cannot do with so many samples.
pub fn train(recipe: &Recipe, method: &Method, trial: &Trial) -> Result<Curves, TrainingError> {
    descend(recipe, method, trial).map_err(|source| TrainingError { method: method.name.clone(), source })
}

fn descend(recipe: &Recipe, method: &Method, trial: &Trial) -> Result<Curves, NetworkError> {
    let train = if method.clean { &trial.clean } else { &trial.contaminated };
    let mut network = network(recipe, method, trial.weights_seed)?;
    let sgd = Sgd::new(recipe.step_size)?;
    let (mut training_pass, mut test_pass) = (Pass::new(), Pass::new());
    let mut curves = Curves::default();
    for iteration in 0..recipe.iterations {
        let gradient = network.gradient(&train.inputs, &SoftmaxCrossEntropy, &train.labels, &mut training_pass);
        if gradient.as_ref().is_err_and(diverged) {
            curves.diverged_at = Some(iteration);
            break;
        }
        gradient?;
        // The pass for the gradient has the outputs before the step: the training error costs nothing more.
        curves.train.push(training_pass.output().map_or(0, |output| misclassified(output, &train.labels)));
        curves.test.push(mistakes(&network, &trial.test, &mut test_pass)?);
        sgd.step(&mut network, &training_pass)?;
    }
    let last = (mistakes(&network, train, &mut training_pass)?, mistakes(&network, &trial.test, &mut test_pass)?);
    curves.train.resize(recipe.iterations + 1, last.0);
    curves.test.resize(recipe.iterations + 1, last.1);
    Ok(curves)
}

fn network(recipe: &Recipe, method: &Method, seed: u64) -> Result<Sequential<f64>, NetworkError> {
    let mut network = Sequential::dense(&recipe.widths, Activation::custom("relu", relu_value_and_grad))?;
    network.initialise(&Uniform::new(INITIAL_HALF_WIDTH)?, &mut Pcg64::seed_from_u64(seed));
    for (layer, linear) in network.linears_mut().enumerate() {
        if method.layers.contains(layer) {
            linear.set_aggregator(method.aggregator);
        }
    }
    Ok(network)
}

/// Whether the error says that numbers left the range of an `f64`, which is a result of the experiment.
fn diverged(error: &NetworkError) -> bool {
    let source = match error {
        NetworkError::Loss(LossError::NonFinite { .. }) => return true,
        NetworkError::Aggregate { source, .. } => source,
        _ => return false,
    };
    matches!(
        source,
        AggregateError::NonFinite { .. } | AggregateError::NoneFinite { .. } | AggregateError::NotFiniteEstimate
    )
}

fn mistakes(network: &Sequential<f64>, samples: &Samples, pass: &mut Pass<f64>) -> Result<u32, NetworkError> {
    Ok(misclassified(network.forward(&samples.inputs, pass)?, &samples.labels))
}

/// Counts the samples whose largest output is not that of their class. Of equal outputs the first counts as largest.
fn misclassified(outputs: &DMatrix<f64>, labels: &[usize]) -> u32 {
    let mut wrong = 0;
    for (sample, label) in labels.iter().enumerate() {
        let row = (0..outputs.ncols()).map(|class| outputs[(sample, class)]);
        let mut predicted = 0;
        let mut largest = f64::NEG_INFINITY;
        for (class, output) in row.enumerate() {
            if output > largest {
                (predicted, largest) = (class, output);
            }
        }
        wrong += u32::from(predicted != *label);
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::super::contamination::Contamination;
    use super::super::dataset::Dataset;
    use super::super::trial::trial_seeds;
    use super::*;

    fn recipe(iterations: usize) -> Recipe {
        Recipe { widths: vec![2, 10, 10, 3], iterations, step_size: 0.5 }
    }

    fn trial(share: f64) -> Trial {
        Trial::new(&Dataset::iris(), &Contamination { share, factor: 1e4 }, &trial_seeds(11, 1)[0])
    }

    fn curves(method: &str, trial: &Trial, iterations: usize) -> Curves {
        train(&recipe(iterations), &method.parse().unwrap(), trial).unwrap()
    }

    #[test]
    fn mistakes_are_rows_whose_largest_output_is_another_class() {
        let outputs = nalgebra::dmatrix![1.0, 2.0, 0.0; 3.0, 3.0, 3.0; f64::NAN, -1.0, -2.0];
        assert_eq!(misclassified(&outputs, &[1, 0, 1]), 0);
        assert_eq!(misclassified(&outputs, &[0, 1, 2]), 3);
    }

    #[test]
    fn curves_have_a_point_per_iteration_and_one_before() {
        let curves = curves("deep", &trial(0.02), 7);
        assert_eq!((curves.train.len(), curves.test.len()), (8, 8));
    }

    #[test]
    fn the_mean_learns_iris_when_no_point_is_moved() {
        let curves = curves("deep", &trial(0.0), 1000);
        assert!(curves.test[0] >= 25, "small random weights know nothing");
        assert!(curves.test[1000] <= 5, "{} of 50 wrong", curves.test[1000]);
    }

    #[test]
    fn without_moved_points_clean_and_contaminated_training_agree() {
        let trial = trial(0.0);
        assert_eq!(curves("deep", &trial, 50), curves("deep-clean", &trial, 50));
    }

    #[test]
    fn dividing_by_n_in_every_layer_is_a_smaller_step() {
        let trial = trial(0.02);
        let divided = curves("mean:scale=1/n", &trial, 100);
        let small = Recipe { step_size: 0.005, ..recipe(100) };
        assert_eq!(divided, train(&small, &"deep".parse().unwrap(), &trial).unwrap());
    }

    #[test]
    fn a_training_that_diverges_ends_early_and_says_so() {
        let mut recipe = recipe(100);
        recipe.step_size = 1e200;
        let curves = train(&recipe, &"deep".parse().unwrap(), &trial(0.02)).unwrap();
        assert!(curves.diverged_at.is_some_and(|iteration| iteration < 100));
        assert_eq!(curves.train.len(), 101);
    }
}
