//! A layer of one's own (Lists 2, 3 and 4 of the tutorial "Robust gradient descent via back-propagation", M. J. Holland):
//! a dense layer as an operation with a forward pass, a backward pass, and a robust estimate of its parameters' gradient.
//!
//! In the tutorial they are subclasses of Chainer's `FunctionNode`; here they implement `Node`. List 2 is `forward`, which
//! retains what the way back needs; List 3 is `backward`; List 4 puts the algorithm ROBUSTIFY between the samples' gradients
//! and their sum. We leave the gradients of the samples to an aggregator, whichever it is, and so need List 4 only to show
//! that it can be done inside.

use autodiff_runtime::nalgebra::{DMatrix, DMatrixView};
use autodiff_runtime::nn::{
    Activation, Graph, Initialise, Layer, Linear, Node, NodeError, NodeLayer, Pass, Retain,
    Retained, SampleGradients, Sgd, ShapeError, SoftmaxCrossEntropy, Uniform,
};
use autodiff_runtime::robust::{Aggregator, OuterProducts, SoftTruncation};
use rand::SeedableRng;
use rand_pcg::Pcg64;

/// y = x Wᵀ + b. The parameters are W, column after column, and then b.
#[derive(Clone, Debug)]
struct Affine {
    inputs: usize,
    outputs: usize,
    parameters: Vec<f64>,
    robustify: Robustify,
}

/// Who aggregates the gradients of the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Robustify {
    /// The aggregator of the layer.
    Outside,
    /// The operation itself, as in List 4.
    Inside(SoftTruncation),
}

impl Affine {
    fn new(linear: &Linear<f64>, robustify: Robustify) -> Self {
        Self {
            inputs: linear.inputs(),
            outputs: linear.outputs(),
            parameters: linear
                .weight()
                .iter()
                .chain(linear.bias())
                .copied()
                .collect(),
            robustify,
        }
    }

    fn weight(&self) -> DMatrixView<'_, f64> {
        DMatrixView::from_slice(&self.parameters, self.outputs, self.inputs)
    }

    fn bias(&self) -> &[f64] {
        &self.parameters[self.inputs * self.outputs..]
    }
}

impl Node<f64> for Affine {
    fn outputs(&self, inputs: usize) -> Result<usize, ShapeError> {
        ShapeError::check("affine", "inputs", self.inputs, inputs).map(|()| self.outputs)
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.parameters
    }

    /// List 2.
    fn forward(
        &self,
        x: DMatrixView<'_, f64>,
        y: &mut DMatrix<f64>,
        retain: &mut Retain<f64>,
    ) -> Result<(), NodeError> {
        retain.input();
        y.copy_from(&(x * self.weight().transpose()));
        for (mut column, b) in y.column_iter_mut().zip(self.bias()) {
            column.add_scalar_mut(*b);
        }
        Ok(())
    }

    /// List 3, and List 4 if the operation is to be robust by itself.
    fn backward(
        &self,
        retained: Retained<'_, f64>,
        gy: DMatrixView<'_, f64>,
        gx: Option<&mut DMatrix<f64>>,
        parameters: Option<&mut SampleGradients<f64>>,
    ) -> Result<(), NodeError> {
        if let Some(gx) = gx {
            gx.copy_from(&(gy * self.weight()));
        }
        let Some(parameters) = parameters else {
            return Ok(());
        };
        let x = retained.input()?;
        match self.robustify {
            // The gradient of sample i is gyᵢ xᵢᵀ for W and gyᵢ for b: these factors say it all.
            Robustify::Outside => {
                let (x_factor, gy_factor) = parameters.outer(self.inputs, self.outputs)?;
                x_factor.copy_from(&x);
                gy_factor.copy_from(&gy);
            }
            Robustify::Inside(truncation) => {
                let (x, gy) = (x.into_owned(), gy.into_owned());
                let estimate = truncation.of_outer(OuterProducts::new(&x, &gy)?)?;
                let numbers = estimate.weight.iter().chain(&estimate.bias);
                let gradient = parameters.aggregated().iter_mut();
                gradient
                    .zip(numbers)
                    .for_each(|(g, estimate)| *g = *estimate);
            }
        }
        Ok(())
    }
}

/// Three clusters of points in the plane, one point far out.
fn samples() -> (DMatrix<f64>, Vec<usize>) {
    let labels: Vec<usize> = (0..60).map(|i| i % 3).collect();
    let mut x = DMatrix::from_fn(60, 2, |i, j| {
        let corner = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]][i % 3][j];
        corner + 0.3 * ((7 * i + 11 * j) as f64).sin()
    });
    x[(20, 0)] = 40.0;
    (x, labels)
}

/// 2-8-3, whose first layer is given.
fn network(
    first: impl Fn(&Linear<f64>) -> Layer<f64>,
) -> Result<Graph<f64>, Box<dyn std::error::Error>> {
    let mut linear = Linear::zeros(2, 8);
    let mut second = Linear::zeros(8, 3);
    let rng = &mut Pcg64::seed_from_u64(1);
    for layer in [&mut linear, &mut second] {
        Uniform::new(0.5)?.initialise(layer, rng);
    }
    Ok(Graph::builder(2)
        .layer("first", first(&linear), ["input"])
        .layer("bent", Activation::Tanh, ["first"])
        .layer("second", second, ["bent"])
        .build("second")?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (x, labels) = samples();
    let truncation = SoftTruncation::new(0.005)?;
    println!(
        "{:<52} {:>12} {:>12}",
        "first layer", "loss before", "after"
    );
    let networks = [
        (
            "library's layer, mean",
            network(|linear| linear.clone().into())?,
        ),
        (
            "List 3: own node, mean",
            network(|linear| Layer::node(Affine::new(linear, Robustify::Outside)))?,
        ),
        (
            "library's layer, soft truncation",
            network(|linear| linear.clone().aggregated_by(truncation).into())?,
        ),
        (
            "List 3: own node, soft truncation as its aggregator",
            network(|linear| {
                NodeLayer::new(Affine::new(linear, Robustify::Outside))
                    .aggregated_by(truncation)
                    .into()
            })?,
        ),
        (
            "List 4: own node, soft truncation inside",
            network(|linear| Layer::node(Affine::new(linear, Robustify::Inside(truncation))))?,
        ),
    ];
    for (name, mut network) in networks {
        let (sgd, mut pass) = (Sgd::new(0.2)?, Pass::new());
        let before = network.gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)?;
        for _ in 0..200 {
            network.gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)?;
            sgd.step(&mut network, &pass)?;
        }
        let after = network.gradient(&x, &SoftmaxCrossEntropy, &labels, &mut pass)?;
        println!("{name:<52} {before:>12.6} {after:>12.6}");
    }
    Ok(())
}
