//! Aggregation that needs the data on the host: samples that are not finite, and all layers as one vector.

use nalgebra::DMatrix;

use super::super::super::Real;
use super::super::super::error::NetworkError;
use super::super::{Backend, BackendError};
use super::{Resident, column};
use crate::robust::{Aggregator, DenseGradient, NonFinite, OuterProducts, Part, Workspace};

impl<T: Real, B: Backend<T>> Resident<T, B> {
    /// Aggregates a layer whose samples are not all finite, the way its policy asks for.
    pub(super) fn aggregate_layer(&mut self, layer: usize) -> Result<(), BackendError> {
        let dense = self.dense_stages().nth(layer);
        let Some((at, aggregator)) =
            dense.and_then(|at| Some((at, self.stages[at].dense.as_ref()?.aggregator.clone())))
        else {
            return Ok(());
        };
        if aggregator.non_finite() == NonFinite::Propagate {
            return Ok(());
        }
        let (x, gy) = self.factors(at)?;
        let mut estimate = DenseGradient::default();
        aggregator
            .aggregate_outer(
                OuterProducts::new(&x, &gy)?,
                &mut estimate,
                &mut Workspace::new(),
            )
            .map_err(|source| NetworkError::Aggregate { layer, source })?;
        self.store(layer, &estimate)
    }

    /// Aggregates the gradients of all layers that learn as one vector a sample.
    pub(super) fn aggregate_model(
        &mut self,
        aggregator: &dyn Aggregator<T>,
    ) -> Result<(), BackendError> {
        let learns = |at: usize| {
            self.stages[at]
                .dense
                .as_ref()
                .is_some_and(|dense| !dense.frozen)
        };
        let learning: Vec<_> = self
            .dense_stages()
            .enumerate()
            .filter(|&(_, at)| learns(at))
            .collect();
        let factors: Vec<_> = learning
            .iter()
            .map(|&(_, at)| self.factors(at))
            .collect::<Result<_, _>>()?;
        let mut estimates = vec![DenseGradient::default(); learning.len()];
        let mut parts = Vec::with_capacity(learning.len());
        for ((x, gy), estimate) in factors.iter().zip(&mut estimates) {
            parts.push(Part::dense(OuterProducts::new(x, gy)?, estimate));
        }
        if parts.is_empty() {
            return Ok(());
        }
        aggregator
            .aggregate_model(&mut parts, &mut Workspace::new())
            .map_err(|source| NetworkError::WholeModel { source })?;
        drop(parts);
        let layers = learning.iter().zip(&estimates);
        for (&(layer, _), estimate) in layers {
            self.store(layer, estimate)?;
        }
        Ok(())
    }

    /// The numbers of the stages that are dense.
    fn dense_stages(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.stages.len()).filter(|&at| self.stages[at].dense.is_some())
    }

    /// Copies of x (N × P) and gy (N × Q) of a stage.
    fn factors(&self, at: usize) -> Result<(DMatrix<T>, DMatrix<T>), BackendError> {
        let (mut x, mut gy) = (DMatrix::zeros(0, 0), DMatrix::zeros(0, 0));
        let before = at.checked_sub(1).map(|before| &self.stages[before].out.y);
        self.backend.read(before.unwrap_or(&self.x), &mut x)?;
        self.backend.read(&self.stages[at].cotangent, &mut gy)?;
        Ok((x, gy))
    }

    fn store(&mut self, layer: usize, estimate: &DenseGradient<T>) -> Result<(), BackendError> {
        let gradient = &mut self.gradients[layer];
        self.backend.write(&estimate.weight, &mut gradient.weight)?;
        self.backend
            .write(&column(&estimate.bias), &mut gradient.bias)
    }
}
