//! One training: one network, one method, one trial.

use autodiff_runtime::nn::{
    Activation, NetworkError, Pass, Sequential, Sgd, SoftmaxCrossEntropy, Uniform,
};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::activation::relu_value_and_grad;
use super::method::{Method, RobustLayers};
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
    let train = if method.clean {
        &trial.clean
    } else {
        &trial.contaminated
    };
    Training::new(recipe, method, trial.weights_seed)
        .and_then(|training| training.run(recipe.iterations, train, &trial.test))
        .map_err(|source| TrainingError {
            method: method.name.clone(),
            source,
        })
}

/// A network, what moves it, and the buffers for both.
struct Training {
    network: Sequential<f64>,
    descent: Sgd<f64>,
    pass: Pass<f64>,
}

impl Training {
    fn new(recipe: &Recipe, method: &Method, seed: u64) -> Result<Self, NetworkError> {
        let mut network = network(recipe, seed)?;
        if method.layers == RobustLayers::Model {
            network.as_mut().set_model_aggregator(method.aggregator);
        } else {
            let layers = network.linears_mut().enumerate();
            let chosen = layers.filter(|(layer, _)| method.layers.contains(*layer));
            chosen.for_each(|(_, linear)| linear.set_aggregator(method.aggregator));
        }
        Ok(Self {
            network,
            descent: Sgd::new(recipe.step_size)?,
            pass: Pass::new(),
        })
    }

    fn run(
        mut self,
        iterations: usize,
        train: &Samples,
        test: &Samples,
    ) -> Result<Curves, NetworkError> {
        let mut test_pass = Pass::new();
        let mut curves = Curves {
            test: vec![mistakes(&self.network, test, &mut test_pass)?],
            ..Curves::default()
        };
        for iteration in 0..iterations {
            match self.step(train) {
                Ok(mistakes_before) => curves.train.push(mistakes_before),
                Err(error) if error.is_non_finite() => {
                    curves.diverged_at = Some(iteration);
                    break;
                }
                Err(error) => return Err(error),
            }
            curves
                .test
                .push(mistakes(&self.network, test, &mut test_pass)?);
        }
        curves.train.resize(
            iterations + 1,
            mistakes(&self.network, train, &mut self.pass)?,
        );
        curves.test.resize(
            iterations + 1,
            mistakes(&self.network, test, &mut test_pass)?,
        );
        Ok(curves)
    }

    /// Takes a step and returns the mistakes on the training set before it, which the pass for the gradient shows at no
    /// further cost.
    fn step(&mut self, train: &Samples) -> Result<u32, NetworkError> {
        self.network.gradient(
            &train.inputs,
            &SoftmaxCrossEntropy,
            &train.labels,
            &mut self.pass,
        )?;
        let mistakes_before = self
            .pass
            .output()
            .map_or(0, |output| misclassified(output, &train.labels));
        self.descent.step(&mut self.network, &self.pass)?;
        Ok(mistakes_before)
    }
}

fn network(recipe: &Recipe, seed: u64) -> Result<Sequential<f64>, NetworkError> {
    let mut network = Sequential::dense(
        &recipe.widths,
        Activation::custom("relu", relu_value_and_grad),
    )?;
    network.initialise(
        &Uniform::new(INITIAL_HALF_WIDTH)?,
        &mut Pcg64::seed_from_u64(seed),
    );
    Ok(network)
}

fn mistakes(
    network: &Sequential<f64>,
    samples: &Samples,
    pass: &mut Pass<f64>,
) -> Result<u32, NetworkError> {
    Ok(misclassified(
        network.forward(&samples.inputs, pass)?,
        &samples.labels,
    ))
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
        Recipe {
            widths: vec![2, 10, 10, 3],
            iterations,
            step_size: 0.5,
        }
    }

    fn trial(share: f64) -> Trial {
        Trial::new(
            &Dataset::iris(),
            &Contamination { share, factor: 1e4 },
            &trial_seeds(11, 1)[0],
        )
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
        let small = Recipe {
            step_size: 0.005,
            ..recipe(100)
        };
        assert_eq!(
            divided,
            train(&small, &"deep".parse().unwrap(), &trial).unwrap()
        );
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
