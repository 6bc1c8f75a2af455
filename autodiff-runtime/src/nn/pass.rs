//! The buffers of a pass through a network.

use nalgebra::DMatrix;

use super::Real;
use super::gradients::SampleGradients;
use super::node::Retain;
use crate::robust::{DenseGradient, Workspace};

/// The buffers of a pass through a network: values of all layers, cotangents, gradients.
///
/// They take their sizes from the first use and are reused after that.
#[derive(Clone, Debug, Default)]
pub struct Pass<T: Real> {
    /// The output of every stage.
    pub(super) values: Vec<DMatrix<T>>,
    /// The input of every stage that reads several.
    pub(super) assembled: Vec<DMatrix<T>>,
    /// What the operations of the user's retain, by stage.
    pub(super) retained: Vec<Retain<T>>,
    /// Whether the sweep back must reach a stage: it learns, or one before it does.
    pub(super) reached: Vec<bool>,
    /// The cotangents of the stages' outputs, by slot.
    pub(super) cotangents: Vec<DMatrix<T>>,
    /// The cotangent of an input before it is handed out to several sources.
    pub(super) gathered: DMatrix<T>,
    /// The gradients that the operations of the user's leave, by stage.
    pub(super) samples: Vec<SampleGradients<T>>,
    pub(super) gradients: Vec<DenseGradient<T>>,
    pub(super) scratch: Vec<T>,
    pub(super) work: Workspace<T>,
}

impl<T: Real> Pass<T> {
    /// Empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The aggregated gradients of the layers with parameters, in order, from the last
    /// [`Graph::gradient`](super::Graph::gradient).
    ///
    /// That of a frozen layer is empty. That of a user's operation has all numbers in `bias`, unless it left factors, whose
    /// shape it then has.
    pub fn gradients(&self) -> &[DenseGradient<T>] {
        &self.gradients
    }

    /// The output (N × Q) of the last pass, if there was one.
    pub fn output(&self) -> Option<&DMatrix<T>> {
        self.values.last()
    }
}
