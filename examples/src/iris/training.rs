//! One training: one network, one method, one trial.

use autodiff_runtime::nn::{
    Activation, BackendError, NetworkError, Pass, Sequential, Sgd, SoftmaxCrossEntropy, Uniform,
};
#[cfg(feature = "opencl")]
use autodiff_runtime::{nn::Resident, opencl::OpenCl};
use nalgebra::DMatrix;
use rand::SeedableRng;
use rand_pcg::Pcg64;

use super::activation::relu_value_and_grad;
use super::compute::Compute;
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
    source: BackendError,
}

/// Trains a network and counts its mistakes on the way.
///
/// # Errors
///
/// What the aggregator cannot do with so many samples.
pub fn train(
    recipe: &Recipe,
    method: &Method,
    trial: &Trial,
    compute: &Compute,
) -> Result<Curves, TrainingError> {
    let train = if method.clean {
        &trial.clean
    } else {
        &trial.contaminated
    };
    let seed = trial.weights_seed;
    let outcome = match compute {
        Compute::Cpu => OnHost::new(recipe, method, seed)
            .map_err(BackendError::from)
            .and_then(|learner| run(learner, recipe.iterations, train, &trial.test)),
        #[cfg(feature = "opencl")]
        Compute::OpenCl(device) => OnDevice::new(device, recipe, method, seed)
            .and_then(|learner| run(learner, recipe.iterations, train, &trial.test)),
    };
    outcome.map_err(|source| TrainingError {
        method: method.name.clone(),
        source,
    })
}

/// A network that learns.
trait Learner {
    /// Takes a step and returns the mistakes on the training set before it, which the pass for the gradient shows at no
    /// further cost.
    fn step(&mut self, train: &Samples) -> Result<u32, BackendError>;

    /// The mistakes on a set.
    fn mistakes(&mut self, samples: &Samples) -> Result<u32, BackendError>;
}

fn run(
    mut learner: impl Learner,
    iterations: usize,
    train: &Samples,
    test: &Samples,
) -> Result<Curves, BackendError> {
    let mut curves = Curves {
        test: vec![learner.mistakes(test)?],
        ..Curves::default()
    };
    for iteration in 0..iterations {
        match learner.step(train) {
            Ok(mistakes_before) => curves.train.push(mistakes_before),
            Err(BackendError::Network(error)) if error.is_non_finite() => {
                curves.diverged_at = Some(iteration);
                break;
            }
            Err(error) => return Err(error),
        }
        curves.test.push(learner.mistakes(test)?);
    }
    curves
        .train
        .resize(iterations + 1, learner.mistakes(train)?);
    curves.test.resize(iterations + 1, learner.mistakes(test)?);
    Ok(curves)
}

/// A network on the processor, what moves it, and the buffers for both.
struct OnHost {
    network: Sequential<f64>,
    descent: Sgd<f64>,
    pass: Pass<f64>,
    test_pass: Pass<f64>,
}

impl OnHost {
    fn new(recipe: &Recipe, method: &Method, seed: u64) -> Result<Self, NetworkError> {
        let relu = Activation::custom("relu", relu_value_and_grad);
        Ok(Self {
            network: network(recipe, method, relu, seed)?,
            descent: Sgd::new(recipe.step_size)?,
            pass: Pass::new(),
            test_pass: Pass::new(),
        })
    }
}

impl Learner for OnHost {
    fn step(&mut self, train: &Samples) -> Result<u32, BackendError> {
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

    fn mistakes(&mut self, samples: &Samples) -> Result<u32, BackendError> {
        let outputs = self.network.forward(&samples.inputs, &mut self.test_pass)?;
        Ok(misclassified(outputs, &samples.labels))
    }
}

/// A network on a device.
#[cfg(feature = "opencl")]
struct OnDevice {
    network: Resident<f64, OpenCl>,
    step_size: f64,
}

#[cfg(feature = "opencl")]
impl OnDevice {
    /// Each training has a queue of its own, so that they run side by side.
    fn new(
        device: &OpenCl,
        recipe: &Recipe,
        method: &Method,
        seed: u64,
    ) -> Result<Self, BackendError> {
        // The kernel's rectifier is the same function as the differentiated one.
        let network = network(recipe, method, Activation::Relu, seed)?;
        Ok(Self {
            network: Resident::new(device.another_queue()?, &network)?,
            step_size: recipe.step_size,
        })
    }
}

#[cfg(feature = "opencl")]
impl Learner for OnDevice {
    fn step(&mut self, train: &Samples) -> Result<u32, BackendError> {
        self.network
            .gradient(&train.inputs, &SoftmaxCrossEntropy, &train.labels)?;
        let mistakes_before = misclassified(self.network.output(), &train.labels);
        self.network.descend(self.step_size)?;
        Ok(mistakes_before)
    }

    fn mistakes(&mut self, samples: &Samples) -> Result<u32, BackendError> {
        Ok(misclassified(
            self.network.forward(&samples.inputs)?,
            &samples.labels,
        ))
    }
}

fn network(
    recipe: &Recipe,
    method: &Method,
    activation: Activation<f64>,
    seed: u64,
) -> Result<Sequential<f64>, NetworkError> {
    let mut network = Sequential::dense(&recipe.widths, activation)?;
    network.initialise(
        &Uniform::new(INITIAL_HALF_WIDTH)?,
        &mut Pcg64::seed_from_u64(seed),
    );
    if method.layers == RobustLayers::Model {
        network.as_mut().set_model_aggregator(method.aggregator);
    } else {
        let layers = network.linears_mut().enumerate();
        let chosen = layers.filter(|(layer, _)| method.layers.contains(*layer));
        chosen.for_each(|(_, linear)| linear.set_aggregator(method.aggregator));
    }
    Ok(network)
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
        train(
            &recipe(iterations),
            &method.parse().unwrap(),
            trial,
            &Compute::Cpu,
        )
        .unwrap()
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
            train(&small, &"deep".parse().unwrap(), &trial, &Compute::Cpu).unwrap()
        );
    }

    #[test]
    fn a_training_that_diverges_ends_early_and_says_so() {
        let mut recipe = recipe(100);
        recipe.step_size = 1e200;
        let curves = train(
            &recipe,
            &"deep".parse().unwrap(),
            &trial(0.02),
            &Compute::Cpu,
        )
        .unwrap();
        assert!(curves.diverged_at.is_some_and(|iteration| iteration < 100));
        assert_eq!(curves.train.len(), 101);
    }

    /// Sums run in another order on a device, so that a sample on the border between classes may fall to the other side.
    #[cfg(feature = "opencl")]
    #[test]
    fn a_device_trains_as_the_processor_does() {
        let Some(device) = autodiff_runtime::opencl::device_or_skip() else {
            return;
        };
        if !device.info().double_precision {
            return eprintln!("SKIPPED: {} has no double precision", device.info());
        }
        let (trial, recipe) = (trial(0.02), recipe(60));
        for method in ["deep", "deep-rob", "deep-alg1", "deep-mom", "deep-clean"] {
            let method: Method = method.parse().unwrap();
            let expected = train(&recipe, &method, &trial, &Compute::Cpu).unwrap();
            let compute = Compute::OpenCl(device.clone());
            let found = train(&recipe, &method, &trial, &compute).unwrap();
            let close = |(a, b): (&u32, &u32)| a.abs_diff(*b) <= 1;
            assert!(
                expected.test.iter().zip(&found.test).all(close),
                "{}",
                method.name
            );
            assert!(
                expected.train.iter().zip(&found.train).all(close),
                "{}",
                method.name
            );
        }
    }
}
