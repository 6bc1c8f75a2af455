//! Cotangents through the stages, from the last to the first, and aggregation on the way.

use nalgebra::{DMatrix, DMatrixView};

use super::Graph;
use super::stage::{Flow, Stage, of_units};
use crate::nn::error::{NetworkError, NodeError, ShapeError};
use crate::nn::node::Retained;
use crate::nn::{Layer, NodeLayer, Pass, Real, affine, reshape};
use crate::robust::{Aggregator, DenseGradient, OuterProducts, Part};

impl<T: Real> Graph<T> {
    /// Shapes the buffers of the sweep back, and finds out which stages it must reach.
    pub(super) fn prepare(&self, samples: usize, pass: &mut Pass<T>) {
        let slots = self
            .stages
            .iter()
            .map(|stage| stage.slot + 1)
            .max()
            .unwrap_or(0);
        let gradients = self
            .stages
            .iter()
            .filter_map(|stage| stage.gradient)
            .count();
        pass.cotangents.resize_with(slots, DMatrix::default);
        pass.gradients
            .resize_with(gradients, DenseGradient::default);
        pass.reached.clear();
        for stage in &self.stages {
            let sources = stage.wires.iter().filter_map(|wire| wire.from);
            let reached =
                stage.layer.learns() || sources.into_iter().any(|from| pass.reached[from]);
            pass.reached.push(reached);
            let cotangent = &mut pass.cotangents[stage.slot];
            reshape(cotangent, samples, stage.outputs);
            if stage.adds_up && reached {
                cotangent.fill(T::ZERO);
            }
        }
    }

    /// Brings the cotangent of the output back through all stages that it must reach.
    pub(super) fn backward(&self, x: &DMatrix<T>, pass: &mut Pass<T>) -> Result<(), NetworkError> {
        let mut dense = self.linears().count();
        for (at, stage) in self.stages.iter().enumerate().rev() {
            dense -= usize::from(matches!(stage.layer, Layer::Linear(_)));
            if let Layer::Node(node) = &stage.layer {
                if pass.reached[at] {
                    self.backward_node(at, node, x, pass)?;
                }
                continue;
            }
            self.aggregate(at, dense, x, pass)?;
            if stage.asked(pass) {
                self.pull_back(at, x, pass);
            }
        }
        match &self.aggregator {
            Some(aggregator) => self.aggregate_model(&**aggregator, x, pass),
            None => Ok(()),
        }
    }

    /// The gradient of a dense layer, unless it is to be that of the whole network.
    fn aggregate(
        &self,
        at: usize,
        dense: usize,
        x: &DMatrix<T>,
        pass: &mut Pass<T>,
    ) -> Result<(), NetworkError> {
        let stage = &self.stages[at];
        let (Layer::Linear(linear), Some(place)) = (&stage.layer, stage.gradient) else {
            return Ok(());
        };
        let gradient = &mut pass.gradients[place];
        if linear.is_frozen() {
            gradient.reshape(0, 0, 0);
            return Ok(());
        }
        if self.aggregator.is_some() {
            return Ok(());
        }
        let input = stage.assembled(x, &pass.values, &pass.assembled[at]);
        let gy = pass.cotangents[stage.slot].as_slice();
        let outer = OuterProducts::from_columns(input, gy, x.nrows())?;
        linear
            .aggregator()
            .aggregate_outer(outer, gradient, &mut pass.work)
            .map_err(|source| NetworkError::Aggregate {
                layer: dense,
                source,
            })
    }

    /// The cotangents of what a stage reads, from that of its output.
    fn pull_back(&self, at: usize, x: &DMatrix<T>, pass: &mut Pass<T>) {
        let stage = &self.stages[at];
        let input = stage.assembled(x, &pass.values, &pass.assembled[at]);
        let output = pass.values[at].as_slice();
        let (before, rest) = pass.cotangents.split_at_mut(stage.slot);
        let gy = &mut rest[0];
        match stage.flow {
            Flow::InPlace => {
                if let Layer::Activation(activation) = &stage.layer {
                    activation.backward(input, output, gy.as_mut_slice());
                }
            }
            Flow::Whole => {
                if let Some(from) = stage.wires[0].from {
                    let gx = &mut before[self.stages[from].slot];
                    stage.pull_back(input, output, gy, gx);
                }
            }
            Flow::Shared => {
                let gx = &mut pass.gathered;
                reshape(gx, x.nrows(), stage.inputs);
                stage.pull_back(input, output, gy, gx);
                self.hand_out(stage, gx, &pass.reached, before);
            }
        }
    }

    /// Adds the cotangent of a stage's input to those of its sources.
    fn hand_out(
        &self,
        stage: &Stage<T>,
        gx: &DMatrix<T>,
        reached: &[bool],
        cotangents: &mut [DMatrix<T>],
    ) {
        let mut rest = gx.as_slice();
        for wire in &stage.wires {
            let (here, after) = rest.split_at(wire.units.len() * gx.nrows());
            rest = after;
            let Some(from) = wire.from.filter(|&from| reached[from]) else {
                continue;
            };
            let cotangent = &mut cotangents[self.stages[from].slot].as_mut_slice()
                [of_units(&wire.units, gx.nrows())];
            for (sum, &g) in cotangent.iter_mut().zip(here) {
                *sum += g;
            }
        }
    }

    /// Both of the above for an operation of the user's, which does them at once.
    fn backward_node(
        &self,
        at: usize,
        layer: &NodeLayer<T>,
        x: &DMatrix<T>,
        pass: &mut Pass<T>,
    ) -> Result<(), NetworkError> {
        let (stage, samples) = (&self.stages[at], x.nrows());
        let asked = stage.asked(pass);
        let learns = stage.layer.learns();
        if learns {
            pass.samples
                .resize_with(self.stages.len(), Default::default);
            pass.samples[at].prepare(samples, layer.node().parameters().len());
        }
        let input = stage.assembled(x, &pass.values, &pass.assembled[at]);
        let retained = Retained {
            store: &pass.retained[at],
            input: DMatrixView::from_slice(input, samples, stage.inputs),
            output: pass.values[at].as_view(),
        };
        let gx = &mut pass.gathered;
        if asked {
            reshape(gx, samples, stage.inputs);
            gx.fill(T::ZERO);
        }
        let gy = pass.cotangents[stage.slot].as_view();
        let wanted = learns.then(|| &mut pass.samples[at]);
        layer
            .node()
            .backward(retained, gy, asked.then_some(&mut *gx), wanted)
            .map_err(|source| stage.failed(source))?;
        if asked {
            stage.check_cotangent(gx, samples)?;
            let (before, _) = pass.cotangents.split_at_mut(stage.slot);
            match (stage.flow, stage.wires[0].from) {
                (Flow::Whole, Some(from)) => before[self.stages[from].slot].copy_from(gx),
                _ => self.hand_out(stage, gx, &pass.reached, before),
            }
        }
        let Some(place) = stage.gradient else {
            return Ok(());
        };
        if !learns {
            pass.gradients[place].reshape(0, 0, 0);
            return Ok(());
        }
        if self.aggregator.is_some() {
            return Ok(());
        }
        let part = pass.samples[at].part(&mut pass.gradients[place]);
        let done = match part.map_err(NodeError::from) {
            Ok(Some(part)) => layer
                .aggregator()
                .aggregate_model(&mut [part], &mut pass.work)
                .map_err(NodeError::from),
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        done.map_err(|source| stage.failed(source))
    }

    /// One estimate from all layers that learn, the gradient of each sample being one vector.
    fn aggregate_model(
        &self,
        aggregator: &dyn Aggregator<T>,
        x: &DMatrix<T>,
        pass: &mut Pass<T>,
    ) -> Result<(), NetworkError> {
        let mut parts = Vec::with_capacity(pass.gradients.len());
        let stages = self.stages.iter().enumerate();
        let learning = stages.filter(|(_, stage)| stage.gradient.is_some());
        for ((at, stage), gradient) in learning.zip(&mut pass.gradients) {
            if !stage.layer.learns() {
                continue;
            }
            if let Layer::Node(_) = &stage.layer {
                let part = pass.samples[at].part(gradient);
                parts.extend(part.map_err(|error| stage.failed(error.into()))?);
                continue;
            }
            let input = stage.assembled(x, &pass.values, &pass.assembled[at]);
            let gy = pass.cotangents[stage.slot].as_slice();
            let outer = OuterProducts::from_columns(input, gy, x.nrows())?;
            parts.push(Part::dense(outer, gradient));
        }
        if parts.is_empty() {
            return Ok(());
        }
        aggregator
            .aggregate_model(&mut parts, &mut pass.work)
            .map_err(|source| NetworkError::WholeModel { source })
    }
}

impl<T: Real> Stage<T> {
    /// Whether anything before it waits for a cotangent.
    fn asked(&self, pass: &Pass<T>) -> bool {
        let mut sources = self.wires.iter().filter_map(|wire| wire.from);
        sources.any(|from| pass.reached[from])
    }

    /// Writes the cotangent of the input from that of the output.
    fn pull_back(&self, input: &[T], output: &[T], gy: &DMatrix<T>, gx: &mut DMatrix<T>) {
        match &self.layer {
            Layer::Linear(linear) => {
                affine::backward(
                    gy.as_slice(),
                    gy.nrows(),
                    linear.weight(),
                    gx.as_mut_slice(),
                );
            }
            Layer::Activation(activation) => {
                gx.copy_from(gy);
                activation.backward(input, output, gx.as_mut_slice());
            }
            Layer::Sum => {
                for term in gx.as_mut_slice().chunks_mut(gy.len().max(1)) {
                    term.copy_from_slice(gy.as_slice());
                }
            }
            Layer::Node(_) => {}
        }
    }

    fn check_cotangent(&self, gx: &DMatrix<T>, samples: usize) -> Result<(), NetworkError> {
        let check = |what, expected, found| {
            ShapeError::check("user's operation", what, expected, found)
                .map_err(|error| self.failed(error.into()))
        };
        check("rows of gx", samples, gx.nrows())?;
        check("columns of gx", self.inputs, gx.ncols())
    }
}
