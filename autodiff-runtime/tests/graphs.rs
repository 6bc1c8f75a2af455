//! Feed-forward graphs: gradients against finite differences, dual numbers and single samples; nodes of the user's; errors.

mod common;

use autodiff_runtime::DualVec;
use autodiff_runtime::nn::{
    Activation, Graph, GraphError, Layer, Linear, Loss, NetworkError, Node, NodeError, NodeLayer,
    Pass, Real, Retain, Retained, SampleGradients, Sequential, Sgd, ShapeError,
    SoftmaxCrossEntropy, Source, SquaredError, Uniform,
};
use autodiff_runtime::robust::{Aggregator, Selected};
use common::{assert_close, data, spec};
use nalgebra::{DMatrix, DMatrixView, DVector, dmatrix};
use rand::SeedableRng;
use rand_pcg::Pcg64;

/// A batch of three columns; a layer on all and one on some of them; units and layers that skip; a residual sum; a layer
/// that is read three times; an output that reads the batch.
fn tangled<T: Real>(activation: &Activation<T>) -> Graph<T> {
    let mut graph = Graph::builder(3)
        .layer("first", Linear::zeros(3, 4), ["input"])
        .layer("bent", activation.clone(), ["first"])
        .layer(
            "second",
            Linear::zeros(4, 4),
            [Source::units("bent", 1..3), Source::units("input", 0..2)],
        )
        .layer("residual", Layer::Sum, ["second", "bent", "bent"])
        .layer("bent again", activation.clone(), ["residual"])
        .layer("straight", activation.clone(), ["input"])
        .layer(
            "output",
            Linear::zeros(9, 2),
            [
                Source::layer("bent again"),
                Source::units("first", 2..4),
                "straight".into(),
            ],
        )
        .build("output")
        .unwrap();
    graph.initialise(&Uniform::new(1.0).unwrap(), &mut Pcg64::seed_from_u64(5));
    graph
}

fn parameters<T: Real>(graph: &Graph<T>) -> Vec<T> {
    let layer = |layer: &Layer<T>| match layer {
        Layer::Linear(l) => l.weight().iter().chain(l.bias()).copied().collect(),
        Layer::Node(node) => node.node().parameters().to_vec(),
        _ => Vec::new(),
    };
    graph.layers().flat_map(|(_, l)| layer(l)).collect()
}

/// The gradient of every parameter; zero for frozen ones.
fn gradient_of<T: Real, L: Loss<T>>(
    graph: &mut Graph<T>,
    x: &DMatrix<T>,
    loss: &L,
    targets: &L::Targets,
) -> (T, DVector<T>) {
    let mut pass = Pass::new();
    let mean = graph.gradient(x, loss, targets, &mut pass).unwrap();
    let mut gradient = DVector::zeros(graph.parameter_count());
    let read = |first, _: &mut [T], block: &[T]| {
        gradient.rows_mut(first, block.len()).copy_from_slice(block);
    };
    graph.update(&pass, read).unwrap();
    (mean, gradient)
}

/// Central differences of the mean loss, exact to some 10⁻⁹ here.
fn differences<L: Loss<f64>>(
    graph: &Graph<f64>,
    x: &DMatrix<f64>,
    loss: &L,
    targets: &L::Targets,
) -> DVector<f64> {
    let value = |at: usize, by: f64| {
        let mut moved = graph.clone();
        move_parameter(&mut moved, at, by);
        moved.gradient(x, loss, targets, &mut Pass::new()).unwrap()
    };
    let step = 1e-5;
    DVector::from_fn(graph.parameter_count(), |at, _| {
        (value(at, step) - value(at, -step)) / (2.0 * step)
    })
}

/// Moves parameter `at` of all.
fn move_parameter(graph: &mut Graph<f64>, at: usize, by: f64) {
    let mut next = 0;
    let names: Vec<String> = graph.layers().map(|(name, _)| name.to_owned()).collect();
    for name in names {
        let mut blocks: Vec<&mut [f64]> = Vec::new();
        let is_node = matches!(graph.layer(&name), Some(Layer::Node(_)));
        if is_node {
            blocks.push(
                graph
                    .node_named_mut(&name)
                    .unwrap()
                    .node_mut()
                    .parameters_mut(),
            );
        } else if let Some(linear) = graph.linear_named_mut(&name) {
            let (weight, bias) = linear.parameters_mut();
            blocks.extend([weight, bias]);
        }
        for parameter in blocks.into_iter().flatten() {
            *parameter += if next == at { by } else { 0.0 };
            next += 1;
        }
    }
}

fn batch(samples: usize) -> DMatrix<f64> {
    data(samples, 3, 8).map(|x| x.clamp(-2.0, 2.0))
}

#[test]
fn gradients_are_derivatives_of_the_loss() {
    let (x, targets) = (batch(7), data(7, 2, 9));
    for activation in [
        Activation::Tanh,
        Activation::Relu,
        Activation::Gelu,
        Activation::custom("sine", |x: f64| (x.sin(), x.cos())),
    ] {
        let mut graph = tangled(&activation);
        let (_, found) = gradient_of(&mut graph, &x, &SquaredError, &targets);
        let expected = differences(&graph, &x, &SquaredError, &targets);
        assert_close(&found, &expected, 1e-7, &activation.to_string());
    }
}

#[test]
fn gradients_are_those_of_dual_numbers() {
    // Two inputs, three hidden units, one output that reads all five; 3·3 + 6 parameters.
    type D = DualVec<f64, 15>;
    let mut graph = Graph::builder(2)
        .layer("hidden", Linear::zeros(2, 3), ["input"])
        .layer("bent", Activation::Sigmoid, ["hidden"])
        .layer("output", Linear::zeros(5, 1), ["bent", "input"])
        .build("output")
        .unwrap();
    graph.initialise(&Uniform::new(1.0).unwrap(), &mut Pcg64::seed_from_u64(2));
    let (x, y) = (data(6, 2, 3), data(6, 1, 4));
    let (_, found) = gradient_of(&mut graph, &x, &SquaredError, &y);

    let w: Vec<D> = parameters(&graph)
        .into_iter()
        .enumerate()
        .map(|(at, value)| {
            let mut tangents = [0.0; 15];
            tangents[at] = 1.0;
            D::new(value, tangents)
        })
        .collect();
    let number = D::constant;
    let mut total = number(0.0);
    for i in 0..6 {
        let input = [number(x[(i, 0)]), number(x[(i, 1)])];
        let hidden: [D; 3] = std::array::from_fn(|q| {
            let sum = w[q] * input[0] + w[3 + q] * input[1] + w[6 + q];
            number(1.0) / (number(1.0) + (-sum).exp())
        });
        let output = w[9] * hidden[0]
            + w[10] * hidden[1]
            + w[11] * hidden[2]
            + w[12] * input[0]
            + w[13] * input[1]
            + w[14];
        let residual = output - number(y[(i, 0)]);
        total += residual * residual * number(0.5 / 6.0);
    }
    assert_close(
        &found,
        &DVector::from_row_slice(&total.tangents),
        1e-13,
        "dual numbers",
    );
}

#[test]
fn a_graph_aggregates_the_gradients_of_single_samples() {
    let (x, labels) = (batch(20), (0..20).map(|i| i % 2).collect::<Vec<_>>());
    let mut plain = tangled(&Activation::Tanh);
    let single = |plain: &mut Graph<f64>, i: usize| {
        gradient_of(
            plain,
            &x.rows(i, 1).into_owned(),
            &SoftmaxCrossEntropy,
            &labels[i..=i],
        )
        .1
    };
    let rows: Vec<DVector<f64>> = (0..20).map(|i| single(&mut plain, i)).collect();
    let rows = DMatrix::from_fn(20, rows[0].len(), |i, j| rows[i][j]);
    for text in ["mean", "soft-truncation", "median-of-means:blocks=5"] {
        let mut robust = plain.clone().aggregated_by(spec(text));
        let (_, found) = gradient_of(&mut robust, &x, &SoftmaxCrossEntropy, &labels);
        // Layer by layer: 4 × 4, 5 × 4 and 10 × 2 parameters.
        let layers = [(0, 16), (16, 20), (36, 20)];
        let estimates = layers.map(|(from, count)| {
            spec(text)
                .of_rows(&rows.columns(from, count).into_owned())
                .unwrap()
        });
        let expected = DVector::from_iterator(56, estimates.iter().flat_map(|e| e.iter().copied()));
        assert_close(&found, &expected, 1e-11, text);
    }
}

/// The gradients of single samples, a row each.
fn single_gradients(graph: &mut Graph<f64>, x: &DMatrix<f64>, labels: &[usize]) -> DMatrix<f64> {
    let rows: Vec<DVector<f64>> = (0..x.nrows())
        .map(|i| {
            let x = x.rows(i, 1).into_owned();
            gradient_of(graph, &x, &SoftmaxCrossEntropy, &labels[i..=i]).1
        })
        .collect();
    DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

#[test]
fn a_whole_network_aggregates_one_vector_a_sample() {
    let (x, labels) = (batch(20), (0..20).map(|i| i % 2).collect::<Vec<_>>());
    let mut graph = tangled(&Activation::Tanh);
    let rows = single_gradients(&mut graph, &x, &labels);
    for text in ["mean", "soft-truncation", "median-of-means:blocks=5"] {
        // The layers' own aggregators have no say.
        let mut graph = graph.clone().aggregated_by(spec("mean:scale=1/n"));
        graph.set_model_aggregator(spec(text));
        let (_, found) = gradient_of(&mut graph, &x, &SoftmaxCrossEntropy, &labels);
        assert_close(&found, &spec(text).of_rows(&rows).unwrap(), 1e-11, text);

        // A frozen layer is no part of the vector.
        graph.linear_named_mut("second").unwrap().set_frozen(true);
        let (_, found) = gradient_of(&mut graph, &x, &SoftmaxCrossEntropy, &labels);
        let learning = rows.clone().remove_columns(16, 20);
        let expected = spec(text)
            .of_rows(&learning)
            .unwrap()
            .insert_rows(16, 20, 0.0);
        assert_close(
            &found,
            &expected,
            1e-11,
            &format!("{text}, one layer frozen"),
        );
    }
    graph
        .linears_mut()
        .for_each(|linear| linear.set_frozen(true));
    graph.set_model_aggregator(spec("mean"));
    let (_, found) = gradient_of(&mut graph, &x, &SoftmaxCrossEntropy, &labels);
    assert_eq!(found.amax(), 0.0);
    graph.clear_model_aggregator();
    assert!(graph.model_aggregator().is_none());
}

#[test]
fn chosen_weights_are_aggregated_and_the_others_averaged() {
    let (x, labels) = (batch(20), (0..20).map(|i| i % 2).collect::<Vec<_>>());
    let mut graph = tangled(&Activation::Tanh);
    let rows = single_gradients(&mut graph, &x, &labels);
    let (_, mean) = gradient_of(&mut graph, &x, &SoftmaxCrossEntropy, &labels);
    // Weights and biases of all three layers, in no order; a set of its own for each step.
    for chosen in [vec![50, 3, 14, 20, 35, 55], vec![0], vec![]] {
        for text in ["soft-truncation:delta=0.3", "median-of-means:blocks=5"] {
            graph.set_model_aggregator(Selected::new(spec(text), chosen.clone()).unwrap());
            let (_, found) = gradient_of(&mut graph, &x, &SoftmaxCrossEntropy, &labels);
            let columns = DMatrix::from_fn(20, chosen.len(), |i, j| rows[(i, chosen[j])]);
            let mut expected = mean.clone();
            if !chosen.is_empty() {
                let estimate = spec(text).of_rows(&columns).unwrap();
                chosen
                    .iter()
                    .zip(&estimate)
                    .for_each(|(&at, &e)| expected[at] = e);
            }
            assert_close(&found, &expected, 1e-12, text);
        }
    }
    graph.set_model_aggregator(Selected::new(spec("median"), [56]).unwrap());
    let error = graph
        .gradient(&x, &SoftmaxCrossEntropy, &labels, &mut Pass::new())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the whole network: selected coordinates: expected 57 or more coordinates, found 56"
    );
    assert!(Selected::new(spec("median"), [2, 1, 2]).is_err());
}

#[test]
fn operations_of_the_users_are_part_of_the_whole() {
    let (x, labels) = (data(12, 2, 1), (0..12).map(|i| i % 3).collect::<Vec<_>>());
    let text = "median-of-means:blocks=4";
    let mut plain = with_node(1, |linear| linear.clone().into())
        .unwrap()
        .aggregated_as_one_by(spec(text));
    let (_, expected) = gradient_of(plain.as_mut(), &x, &SoftmaxCrossEntropy, &labels);
    for leave in [Leave::Rows, Leave::Factors] {
        let mut own = with_node(1, |linear| Layer::node(Dense::like(linear, leave)))
            .unwrap()
            .aggregated_as_one_by(spec(text));
        let (_, found) = gradient_of(own.as_mut(), &x, &SoftmaxCrossEntropy, &labels);
        assert_close(&found, &expected, 1e-13, &format!("{leave:?}"));
    }
}

#[test]
fn a_sample_that_spoils_the_whole_network_is_named() {
    let graph = Sequential::dense(&[2, 3, 2], Activation::Tanh).unwrap();
    let mut x = data(6, 2, 1);
    x[(4, 1)] = f64::INFINITY;
    let error = graph
        .aggregated_as_one_by(spec("median-of-means:blocks=3"))
        .gradient(&x, &SoftmaxCrossEntropy, &[0; 6], &mut Pass::new())
        .unwrap_err();
    assert!(error.is_non_finite(), "{error}");
}

#[test]
fn a_chain_is_a_sequential_network() {
    let mut chain = Sequential::dense(&[3, 5, 4, 2], Activation::Softplus).unwrap();
    chain.initialise(&Uniform::new(1.0).unwrap(), &mut Pcg64::seed_from_u64(4));
    let layers: Vec<Layer<f64>> = chain.layers().cloned().collect();
    // Added from the last to the first.
    let mut builder = Graph::builder(3);
    for (at, layer) in layers.into_iter().enumerate().rev() {
        let source = at
            .checked_sub(1)
            .map_or("input".to_owned(), |before| before.to_string());
        builder = builder.layer(at.to_string(), layer, [source]);
    }
    let mut graph = builder.build("4").unwrap();
    let (x, targets) = (batch(9), data(9, 2, 1));
    let (loss, found) = gradient_of(&mut graph, &x, &SquaredError, &targets);
    assert_eq!(
        (loss, found),
        gradient_of(chain.as_mut(), &x, &SquaredError, &targets)
    );
    assert_eq!(graph.apply(&x).unwrap(), chain.apply(&x).unwrap());
}

#[test]
fn single_precision_follows_double_precision() {
    let (x, targets) = (batch(9), data(9, 2, 1));
    let (loss, expected) =
        gradient_of(&mut tangled(&Activation::Tanh), &x, &SquaredError, &targets);
    let (single_loss, found) = gradient_of(
        &mut tangled::<f32>(&Activation::Tanh),
        &x.map(|x| x as f32),
        &SquaredError,
        &targets.map(|x| x as f32),
    );
    assert!((f64::from(single_loss) - loss).abs() < 1e-5);
    assert_close(&found.map(f64::from), &expected, 1e-4, "f32");
}

#[test]
fn a_pass_can_be_used_for_other_graphs_and_batches() {
    let (mut tangled, chain) = (
        tangled(&Activation::Relu),
        Sequential::dense(&[3, 2], Activation::Relu).unwrap(),
    );
    let mut pass = Pass::new();
    for samples in [5, 9, 3] {
        let (x, targets) = (batch(samples), data(samples, 2, 1));
        chain
            .gradient(&x, &SquaredError, &targets, &mut pass)
            .unwrap();
        let loss = tangled
            .gradient(&x, &SquaredError, &targets, &mut pass)
            .unwrap();
        let mut found = Vec::new();
        tangled
            .update(&pass, |_, _, block| found.extend_from_slice(block))
            .unwrap();
        let (fresh_loss, fresh) = gradient_of(&mut tangled, &x, &SquaredError, &targets);
        assert_eq!((loss, DVector::from_vec(found)), (fresh_loss, fresh));
    }
}

#[test]
fn layers_are_computed_after_their_sources() {
    let graph = tangled(&Activation::<f64>::Tanh);
    let names: Vec<&str> = graph.layers().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "first",
            "bent",
            "second",
            "residual",
            "bent again",
            "straight",
            "output"
        ]
    );
    let backwards = Graph::<f64>::builder(1)
        .layer("c", Layer::Sum, ["a", "b"])
        .layer("b", Activation::Tanh, ["a"])
        .layer("a", Activation::Relu, ["input"])
        .build("c")
        .unwrap();
    let names: Vec<&str> = backwards.layers().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b", "c"]);
    assert_eq!(
        backwards.apply(&dmatrix![2.0; -1.0]).unwrap(),
        dmatrix![2.0 + 2.0_f64.tanh(); 0.0]
    );
}

/// Two layers, of which the second reads `source`.
fn built(source: Source, output: &str) -> Result<Graph<f64>, GraphError> {
    Graph::builder(2)
        .layer("a", Linear::zeros(2, 3), ["input"])
        .layer("b", Linear::zeros(3, 1), [source])
        .build(output)
}

#[test]
fn connections_that_make_no_graph_are_errors() {
    let message = |result: Result<Graph<f64>, GraphError>| result.unwrap_err().to_string();
    assert!(built("a".into(), "b").is_ok());
    assert_eq!(
        message(built("c".into(), "b")),
        "layer `b` reads from `c`, and there is no layer of that name"
    );
    assert_eq!(
        message(built("b".into(), "b")),
        "the layers feed each other in a circle: `b` → `b`; a feed-forward network has none"
    );
    assert_eq!(
        message(built("a".into(), "c")),
        "the output `c` is no layer of the network"
    );
    assert_eq!(
        message(built("a".into(), "a")),
        "nothing on the way to the output `a` reads layer `b`; remove it or connect it"
    );
    assert_eq!(
        message(built(Source::units("a", 1..4), "b")),
        "layer `b` reads units 1..4 of `a`, which has 3"
    );
    assert_eq!(
        message(built(Source::units("a", 0..2), "b")),
        "layer `b`: linear layer: expected 3 inputs, found 2"
    );
    #[expect(clippy::reversed_empty_ranges, reason = "that is the mistake")]
    let reversed = Source::units("a", 3..0);
    assert!(matches!(
        built(reversed, "b"),
        Err(GraphError::Units { .. })
    ));
    let twice = Graph::<f64>::builder(1)
        .layer("a", Activation::Tanh, ["input"])
        .layer("a", Activation::Tanh, ["input"])
        .build("a");
    assert!(matches!(twice, Err(GraphError::Duplicate { .. })));
    let batch = Graph::<f64>::builder(1)
        .layer("input", Activation::Tanh, ["input"])
        .build("input");
    assert!(matches!(batch, Err(GraphError::Duplicate { .. })));
    let nothing = Graph::<f64>::builder(1)
        .layer("a", Activation::Tanh, [""; 0])
        .build("a");
    assert!(matches!(nothing, Err(GraphError::NoSource { .. })));
    let sum = Graph::<f64>::builder(2)
        .layer(
            "s",
            Layer::Sum,
            ["input".into(), Source::units("input", 0..1)],
        )
        .build("s");
    assert!(matches!(sum, Err(GraphError::Width { .. })));
}

#[test]
fn a_long_circle_is_named_in_its_direction() {
    let error = Graph::<f64>::builder(1)
        .layer("before", Activation::Tanh, ["input"])
        .layer("a", Layer::Sum, ["before", "c"])
        .layer("b", Activation::Tanh, ["a"])
        .layer("c", Activation::Tanh, ["b"])
        .layer("after", Activation::Tanh, ["c"])
        .build("after")
        .unwrap_err();
    let GraphError::Cycle { mut layers } = error else {
        panic!("{error}")
    };
    let start = layers.iter().position(|name| name == "a").unwrap();
    layers.rotate_left(start);
    assert_eq!(layers, ["a", "b", "c"]);
}

#[test]
fn frozen_layers_stay_and_nothing_is_brought_to_them() {
    let (x, targets) = (batch(6), data(6, 2, 1));
    let mut graph = tangled(&Activation::Tanh);
    let (_, all) = gradient_of(&mut graph, &x, &SquaredError, &targets);
    graph.linear_named_mut("first").unwrap().set_frozen(true);
    let (_, rest) = gradient_of(&mut graph, &x, &SquaredError, &targets);
    let expected = DVector::from_fn(56, |at, _| if at < 16 { 0.0 } else { all[at] });
    assert_eq!(rest, expected);

    let before = parameters(&graph);
    let mut pass = Pass::new();
    graph
        .gradient(&x, &SquaredError, &targets, &mut pass)
        .unwrap();
    assert!(pass.gradients()[0].weight.is_empty() && pass.gradients()[0].bias.is_empty());
    Sgd::new(0.1).unwrap().step(&mut graph, &pass).unwrap();
    let after = parameters(&graph);
    assert_eq!(before[..16], after[..16]);
    assert!(
        before[16..]
            .iter()
            .zip(&after[16..])
            .all(|(before, after)| before != after)
    );

    // The gradients are those of a time before it was frozen or after it was thawed: not of this network.
    graph.linear_named_mut("first").unwrap().set_frozen(false);
    assert!(Sgd::new(0.1).unwrap().step(&mut graph, &pass).is_err());
}

/// y = x Wᵀ + b, with its gradients left in one of the three ways.
#[derive(Clone, Debug)]
struct Dense {
    parameters: Vec<f64>,
    inputs: usize,
    outputs: usize,
    leave: Leave,
    retains: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Leave {
    Rows,
    Factors,
    Aggregated,
    Nothing,
}

impl Dense {
    fn like(linear: &Linear<f64>, leave: Leave) -> Self {
        Self {
            parameters: linear
                .weight()
                .iter()
                .chain(linear.bias())
                .copied()
                .collect(),
            inputs: linear.inputs(),
            outputs: linear.outputs(),
            leave,
            retains: true,
        }
    }

    fn weight(&self) -> DMatrixView<'_, f64> {
        DMatrixView::from_slice(&self.parameters, self.outputs, self.inputs)
    }
}

impl Node<f64> for Dense {
    fn outputs(&self, inputs: usize) -> Result<usize, ShapeError> {
        if inputs == self.inputs {
            Ok(self.outputs)
        } else {
            Err(ShapeError {
                place: "dense",
                what: "inputs",
                expected: self.inputs,
                found: inputs,
            })
        }
    }

    fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    fn parameters_mut(&mut self) -> &mut [f64] {
        &mut self.parameters
    }

    fn forward(
        &self,
        x: DMatrixView<'_, f64>,
        y: &mut DMatrix<f64>,
        retain: &mut Retain<f64>,
    ) -> Result<(), NodeError> {
        if self.retains {
            retain.input();
        }
        y.copy_from(&(x * self.weight().transpose()));
        for (mut column, b) in y
            .column_iter_mut()
            .zip(&self.parameters[self.inputs * self.outputs..])
        {
            column.add_scalar_mut(*b);
        }
        Ok(())
    }

    fn backward(
        &self,
        retained: Retained<'_, f64>,
        gy: DMatrixView<'_, f64>,
        gx: Option<&mut DMatrix<f64>>,
        parameters: Option<&mut SampleGradients<f64>>,
    ) -> Result<(), NodeError> {
        let x = retained.input()?;
        if let Some(gx) = gx {
            gx.copy_from(&(gy * self.weight()));
        }
        let Some(parameters) = parameters else {
            return Ok(());
        };
        match self.leave {
            Leave::Rows => parameters
                .rows()
                .copy_from(&common::written_out(&x.into_owned(), &gy.into_owned())),
            Leave::Factors => {
                let (x_factor, gy_factor) = parameters.outer(self.inputs, self.outputs)?;
                x_factor.copy_from(&x);
                gy_factor.copy_from(&gy);
            }
            Leave::Aggregated => {
                let rows = common::written_out(&x.into_owned(), &gy.into_owned());
                parameters
                    .aggregated()
                    .copy_from_slice(rows.row_mean().as_slice());
            }
            Leave::Nothing => {}
        }
        Ok(())
    }
}

/// 2-4-3, of which the first or the second layer may be an operation of the user's.
fn with_node(
    place: usize,
    layer: impl Fn(&Linear<f64>) -> Layer<f64>,
) -> Result<Sequential<f64>, NetworkError> {
    let mut plain = Sequential::dense(&[2, 4, 3], Activation::Tanh).unwrap();
    plain.initialise(&Uniform::new(1.0).unwrap(), &mut Pcg64::seed_from_u64(6));
    let mut linears = 0;
    let replaced = plain.layers().map(|old| match old {
        Layer::Linear(linear) => {
            linears += 1;
            if linears == place + 1 {
                layer(linear)
            } else {
                old.clone()
            }
        }
        _ => old.clone(),
    });
    Sequential::with_inputs(2, replaced.collect::<Vec<_>>())
}

#[test]
fn an_operation_of_the_users_is_like_the_built_in() {
    let (x, labels) = (data(12, 2, 1), (0..12).map(|i| i % 3).collect::<Vec<_>>());
    for place in [0, 1] {
        for text in ["mean", "soft-truncation", "median-of-means:blocks=4"] {
            let mut plain = with_node(place, |linear| {
                linear.clone().aggregated_by(spec(text)).into()
            })
            .unwrap();
            let (loss, expected) = gradient_of(plain.as_mut(), &x, &SoftmaxCrossEntropy, &labels);
            for leave in [Leave::Rows, Leave::Factors, Leave::Aggregated] {
                let node = |linear: &Linear<f64>| {
                    NodeLayer::new(Dense::like(linear, leave))
                        .aggregated_by(spec(text))
                        .into()
                };
                let mut own = with_node(place, node).unwrap();
                let (own_loss, found) =
                    gradient_of(own.as_mut(), &x, &SoftmaxCrossEntropy, &labels);
                assert!((own_loss - loss).abs() < 1e-14);
                if leave == Leave::Aggregated && text != "mean" {
                    continue;
                }
                assert_close(&found, &expected, 1e-13, &format!("{leave:?} {text}"));
                let difference = differences(own.as_ref(), &x, &SoftmaxCrossEntropy, &labels);
                if text == "mean" {
                    assert_close(&found, &difference, 1e-7, "finite differences");
                }
            }
        }
    }
}

#[test]
fn an_operation_that_leaves_nothing_has_no_gradient() {
    let mut network =
        with_node(0, |linear| Layer::node(Dense::like(linear, Leave::Nothing))).unwrap();
    let (_, found) = gradient_of(
        network.as_mut(),
        &data(5, 2, 1),
        &SoftmaxCrossEntropy,
        &[0; 5],
    );
    assert_eq!(found.rows(0, 12).amax(), 0.0);
    assert!(found.rows(12, 15).amax() > 0.0);
}

#[test]
fn an_operation_of_the_users_can_be_frozen() {
    let node = |linear: &Linear<f64>| {
        let mut layer = NodeLayer::new(Dense::like(linear, Leave::Factors));
        layer.set_frozen(true);
        layer.into()
    };
    let mut network = with_node(1, node).unwrap();
    let (_, found) = gradient_of(
        network.as_mut(),
        &data(5, 2, 1),
        &SoftmaxCrossEntropy,
        &[0; 5],
    );
    assert_eq!(found.rows(12, 15).amax(), 0.0);
    let mut whole = with_node(1, |linear| linear.clone().into()).unwrap();
    let (_, expected) = gradient_of(
        whole.as_mut(),
        &data(5, 2, 1),
        &SoftmaxCrossEntropy,
        &[0; 5],
    );
    assert_close(
        &found.rows(0, 12).into_owned(),
        &expected.rows(0, 12).into_owned(),
        1e-14,
        "below",
    );
}

#[test]
fn what_an_operation_did_not_retain_it_cannot_have() {
    let forgetful = |linear: &Linear<f64>| {
        let mut dense = Dense::like(linear, Leave::Rows);
        dense.retains = false;
        Layer::node(dense)
    };
    let network = with_node(1, forgetful).unwrap();
    let error = network
        .gradient(
            &data(5, 2, 1),
            &SoftmaxCrossEntropy,
            &[0; 5],
            &mut Pass::new(),
        )
        .unwrap_err();
    let source = NodeError::NotRetained { what: "input" };
    assert_eq!(
        error,
        NetworkError::Node {
            layer: "2".to_owned(),
            source
        }
    );
    assert_eq!(
        error.to_string(),
        "layer `2`: the backward pass needs the input, which the forward pass did not retain"
    );
}

#[test]
fn operations_that_do_not_fit_are_an_error() {
    let narrow = |_: &Linear<f64>| Layer::node(Dense::like(&Linear::zeros(3, 3), Leave::Rows));
    assert!(matches!(with_node(1, narrow), Err(NetworkError::Shape(_))));
    // Its bias is missing.
    let short = |linear: &Linear<f64>| {
        let mut dense = Dense::like(linear, Leave::Factors);
        dense.parameters.push(0.0);
        Layer::node(dense)
    };
    let network = with_node(1, short).unwrap();
    let error = network.gradient(
        &data(5, 2, 1),
        &SoftmaxCrossEntropy,
        &[0; 5],
        &mut Pass::new(),
    );
    assert!(matches!(
        error,
        Err(NetworkError::Node {
            source: NodeError::Shape(_),
            ..
        })
    ));
}

#[test]
fn a_layer_put_in_the_place_of_another_must_have_its_widths() {
    let mut network = Sequential::<f64>::dense(&[2, 4, 3], Activation::Tanh).unwrap();
    *network.linear_mut(0).unwrap() = Linear::zeros(2, 5);
    let error = network.apply(&data(3, 2, 1)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "linear layer: expected 4 outputs, found 5"
    );
}
