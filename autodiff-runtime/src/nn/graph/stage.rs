//! A layer with the places it reads from, and the plan of where cotangents are kept.

use std::ops::Range;

use nalgebra::DMatrix;

use crate::nn::error::GraphError;
use crate::nn::{Layer, Real, reshape};

/// The stage a wire comes from; `None` is the batch.
pub(super) type Origin = Option<usize>;

/// Units of an earlier stage, or columns of the batch.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub from: Origin,
    pub units: Range<usize>,
    /// Whether these are all units there are.
    pub whole: bool,
}

impl Wire {
    /// What comes along the wire. Storage is column-major, so that it is one slice.
    fn read<'v, T: Real>(&self, x: &'v DMatrix<T>, values: &'v [DMatrix<T>]) -> &'v [T] {
        let matrix = self.from.map_or(x, |from| &values[from]);
        &matrix.as_slice()[of_units(&self.units, matrix.nrows())]
    }
}

/// Where the columns of these units lie in a matrix of so many rows.
pub(super) fn of_units(units: &Range<usize>, rows: usize) -> Range<usize> {
    units.start * rows..units.end * rows
}

/// How the cotangent of a stage's input reaches those it reads from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// The cotangent of the output is turned into that of the input where it stands.
    InPlace,
    /// It is written over the cotangent of the one stage that it reads, of which it is the only reader.
    Whole,
    /// It is added to the cotangents of several stages, or of some that others read too.
    Shared,
}

/// A layer in its place.
#[derive(Clone, Debug)]
pub(super) struct Stage<T: Real> {
    pub name: String,
    pub layer: Layer<T>,
    pub wires: Vec<Wire>,
    pub inputs: usize,
    pub outputs: usize,
    pub flow: Flow,
    /// The buffer of the output's cotangent. A stage that does not share that of its source has a later one than all
    /// stages before it.
    pub slot: usize,
    /// Whether readers add to the output's cotangent, which must then start from zero.
    pub adds_up: bool,
    /// The place of its gradient among those of all layers with parameters.
    pub gradient: Option<usize>,
}

impl<T: Real> Stage<T> {
    pub(super) fn new(name: String, layer: Layer<T>, wires: Vec<Wire>) -> Result<Self, GraphError> {
        let widths: Vec<usize> = wires.iter().map(|wire| wire.units.len()).collect();
        let outputs = match layer.outputs(&widths) {
            Ok(outputs) => outputs,
            Err(source) => {
                return Err(GraphError::Width {
                    layer: name,
                    source,
                });
            }
        };
        Ok(Self {
            name,
            layer,
            inputs: widths.iter().sum(),
            outputs,
            wires,
            flow: Flow::Shared,
            slot: 0,
            adds_up: false,
            gradient: None,
        })
    }

    /// The input, N × P. Several wires are laid side by side in `assembled`.
    pub(super) fn assemble<'v>(
        &self,
        x: &'v DMatrix<T>,
        values: &'v [DMatrix<T>],
        assembled: &'v mut DMatrix<T>,
    ) -> &'v [T] {
        if let [wire] = self.wires.as_slice() {
            return wire.read(x, values);
        }
        reshape(assembled, x.nrows(), self.inputs);
        let mut rest = assembled.as_mut_slice();
        for wire in &self.wires {
            let column = wire.read(x, values);
            let (here, after) = rest.split_at_mut(column.len());
            here.copy_from_slice(column);
            rest = after;
        }
        assembled.as_slice()
    }

    /// The input that [`assemble`](Self::assemble) gave before.
    pub(super) fn assembled<'v>(
        &self,
        x: &'v DMatrix<T>,
        values: &'v [DMatrix<T>],
        assembled: &'v DMatrix<T>,
    ) -> &'v [T] {
        match self.wires.as_slice() {
            [wire] => wire.read(x, values),
            _ => assembled.as_slice(),
        }
    }
}

/// Says of every stage how cotangents flow, where they are kept, and which gradient is whose.
pub(super) fn lay_out<T: Real>(stages: &mut [Stage<T>]) {
    let mut readers = vec![0; stages.len()];
    for wire in stages.iter().flat_map(|stage| &stage.wires) {
        if let Some(from) = wire.from {
            readers[from] += 1;
        }
    }
    let (mut slots, mut gradients) = (0, 0);
    for at in 0..stages.len() {
        let (flow, shared) = flow(&stages[at], &readers);
        if flow == Flow::Shared {
            let sources: Vec<usize> = stages[at]
                .wires
                .iter()
                .filter_map(|wire| wire.from)
                .collect();
            sources
                .into_iter()
                .for_each(|from| stages[from].adds_up = true);
        }
        let slot = match shared {
            Some(from) if flow == Flow::InPlace => stages[from].slot,
            _ => slots,
        };
        slots = slots.max(slot + 1);
        let stage = &mut stages[at];
        (stage.flow, stage.slot) = (flow, slot);
        if stage.layer.parameters() > 0 || matches!(stage.layer, Layer::Linear(_)) {
            stage.gradient = Some(gradients);
            gradients += 1;
        }
    }
}

/// How a stage's cotangent flows, and the one stage it flows to if it need not be added.
fn flow<T: Real>(stage: &Stage<T>, readers: &[usize]) -> (Flow, Origin) {
    match stage.wires.as_slice() {
        [
            Wire {
                from: Some(from),
                whole: true,
                ..
            },
        ] if readers[*from] == 1 => {
            let flow = match stage.layer {
                Layer::Activation(_) => Flow::InPlace,
                _ => Flow::Whole,
            };
            (flow, Some(*from))
        }
        _ => (Flow::Shared, None),
    }
}
