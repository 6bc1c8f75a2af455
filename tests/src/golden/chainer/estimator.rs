//! The reference's names for what it does with per-sample gradients, as aggregators of ours.

use autodiff_runtime::robust::{Mean, NonFinite, ParameterError, SoftTruncation, Spec, Variance};

/// The published code gives fewer samples than this the plain gradient.
const FEWEST: usize = 3;

/// An estimator of the reference, to run on `samples` samples.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimator {
    kind: Kind,
    /// Whether the gradients are those of the samples' own losses; otherwise they carry the 1/N of the mean loss.
    own_losses: bool,
    delta: f64,
    /// Whether small batches get the plain gradient.
    fallback: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Vanilla,
    SoftMean,
    Printed,
    Guarded,
}

impl Estimator {
    /// The estimator of this name: `vanilla`, `softmean`, `alg2_printed` or `alg2_guarded`, the last three also with
    /// `_nfactor`.
    pub(super) fn named(name: &str, delta: f64) -> Option<Self> {
        let (stem, own_losses) = match name.strip_suffix("_nfactor") {
            Some(stem) => (stem, true),
            None => (name, false),
        };
        let kind = match stem {
            "vanilla" => Kind::Vanilla,
            "softmean" => Kind::SoftMean,
            "alg2_printed" => Kind::Printed,
            "alg2_guarded" => Kind::Guarded,
            _ => return None,
        };
        Some(Self {
            kind,
            own_losses,
            delta,
            fallback: true,
        })
    }

    /// The same estimator without the plain gradient for small batches.
    pub(super) fn without_fallback(self) -> Self {
        Self {
            fallback: false,
            ..self
        }
    }

    /// As an aggregator for `samples` samples, which computes with NaN as the reference does.
    ///
    /// The reference's guard of Algorithm 2 looks at σ = 0 alone and leaves 0/0 for a single sample, where ours gives
    /// the mean as well; so for a single sample the reference is held against the algorithm as printed.
    pub(super) fn aggregator(self, samples: usize) -> Result<Spec, ParameterError> {
        let truncation = SoftTruncation::new(self.delta)?
            .over_n(!self.own_losses)
            .plain_below(if self.fallback { FEWEST } else { 0 });
        let spec: Spec = match self.kind {
            Kind::Vanilla => Mean.into(),
            Kind::SoftMean => truncation
                .variance(Variance::Population)
                .variance_floor(0.001)?
                .into(),
            Kind::Printed => truncation.unguarded(true).into(),
            Kind::Guarded => truncation.unguarded(samples == 1).into(),
        };
        Ok(Spec {
            non_finite: NonFinite::Propagate,
            ..spec
        })
    }

    /// What divides the largest sample gradient in the estimate: N, and N again where the gradients carry 1/N.
    pub(super) fn divisor(self, samples: usize) -> f64 {
        let n = samples as f64;
        let plain = self.kind == Kind::Vanilla || (self.fallback && samples < FEWEST);
        if plain || self.own_losses { n } else { n * n }
    }
}
