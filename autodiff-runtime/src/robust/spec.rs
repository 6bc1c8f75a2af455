//! Aggregators as text: `"soft-truncation:delta=0.01,variance-floor=0.001"`.

mod coordinate;
mod error;
mod options;
mod vector;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::aggregator::Aggregator;
use super::clipped::clip;
use super::error::{AggregateError, ParameterError};
use super::non_finite::NonFinite;
use super::part::Part;
use super::scaled::{Factor, Scaled};
use super::workspace::Workspace;
use super::*;
use crate::real::Real;

pub use error::SpecError;
use options::{Given, Textual, Written};

/// An aggregator of this crate, with its options, as a value that can be parsed, printed and stored.
///
/// The text is a method's name, and after a colon options separated by commas. Printing leaves defaults out.
///
/// | method | options |
/// |---|---|
/// | `mean` | |
/// | `soft-truncation` | `delta=0.005`, `variance=sample\|population`, `variance-floor=0`, `over-n`, `plain-below=0`, `unguarded` |
/// | `m-location` | `psi=gudermann` or another [`Influence`], `c` its constant; `spread=std\|mad\|mad-normal\|geman-quad\|geman-abs` or a number; `multiple=1` or `sqrt(n/log)`, `sqrt(n/2log)` with `delta=0.005` |
/// | `m-fixed-point` | the same, `iterations=1`, `start=mean\|median` |
/// | `catoni` | `delta=0.005`, `variance` if it is known |
/// | `smoothed-noise` | `delta=0.005` |
/// | `trimmed-mean`, `winsorized-mean` | `trim=10%` or a number |
/// | `median` | |
/// | `meamed` | `f=10%` or a number |
/// | `geometric-median` | `scope` |
/// | `geometric-median-smoothed` | `nu=0.1`, `iterations=3`, `start=zero\|mean`, `scope` |
/// | `median-of-means` | `blocks=9`, `center=geometric\|coordinate`, `scope` |
/// | `krum` | `f=20%` or a number, `m=1`, `neighbours` if not n − f − 2, `plain-distances`, `scope` |
/// | `multi-krum` | `f`, `neighbours`, `plain-distances`, `scope`: the mean of the n − f best |
/// | `bulyan` | `f=10%` or a number |
/// | `centered-clipping` | `tau=1` or `median`, `iterations=1`, `scope` |
/// | `norm-clip` | `max-norm=1` or `median`, `scope` |
/// | `norm-normalize` | `gamma=0.01`, `scope` |
/// | `nnm-trimmed-mean` | `f=10%` or a number |
/// | `caf` | `f=10%` or a number, `scope` |
/// | all | `scale=1/n` or a number, `clip` the norm of the finished step, `non-finite=error\|drop\|propagate` |
///
/// `scope=joint|separate` is what one vector is for a vector estimator. A flag such as `over-n` may stand alone or as
/// `over-n=true`.
///
/// ```
/// use autodiff_runtime::robust::{Aggregator, Spec};
/// use nalgebra::{dmatrix, dvector};
///
/// let spec: Spec = "median-of-means:blocks=3,scale=1/n".parse()?;
/// assert_eq!(spec.to_string(), "median-of-means:blocks=3,scale=1/n");
/// assert_eq!(spec.of_rows(&dmatrix![3.0; 6.0; 1e9])?, dvector![2.0]);
/// assert_eq!("mean:blocks=3".parse::<Spec>().unwrap_err().to_string(), "`mean` has no option `blocks`; it has scale, clip, non-finite");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Spec {
    /// The estimator.
    pub method: Method,
    /// What its estimate is multiplied by, if anything.
    pub scale: Option<Factor>,
    /// The norm to which the finished step is shortened, if to any; see [`Clipped`].
    pub clip: Option<f64>,
    /// What happens to non-finite samples.
    pub non_finite: NonFinite,
}

/// Declares the estimators by name: the type, its conversions, and what is the same for all of them.
macro_rules! methods {
    ($($name:literal $estimator:ident,)*) => {
        /// The estimators that a [`Spec`] can name.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum Method {
            $(
                #[doc = concat!("`", $name, "`")]
                $estimator($estimator),
            )*
        }

        $(
            impl From<$estimator> for Method {
                fn from(estimator: $estimator) -> Self {
                    Self::$estimator(estimator)
                }
            }
        )*

        impl Method {
            /// The type's own name, where an option does not decide.
            fn type_name(&self) -> &'static str {
                match self {
                    $(Self::$estimator(_) => $name,)*
                }
            }

            fn read(name: &str, given: &mut Given<'_>) -> Result<Option<Self>, SpecError> {
                Ok(Some(match name {
                    $($name => Self::$estimator(Textual::read(given)?),)*
                    _ => return Ok(None),
                }))
            }

            fn write(&self, written: &mut Written) {
                match self {
                    $(Self::$estimator(estimator) => estimator.write(written),)*
                }
            }

            fn estimate<T: Real>(
                &self,
                parts: &mut [Part<'_, T>],
                work: &mut Workspace<T>,
            ) -> Result<(), AggregateError> {
                match self {
                    $(Self::$estimator(estimator) => estimator.estimate(parts, work),)*
                }
            }

            fn access<T: Real>(&self) -> Access {
                match self {
                    $(Self::$estimator(estimator) => Aggregator::<T>::access(estimator),)*
                }
            }

            fn dense_rule<T: Real>(&self, samples: usize) -> Option<DenseRule> {
                match self {
                    $(Self::$estimator(estimator) => Aggregator::<T>::dense_rule(estimator, samples),)*
                }
            }

            fn reveals_non_finite<T: Real>(&self) -> bool {
                match self {
                    $(Self::$estimator(estimator) => Aggregator::<T>::reveals_non_finite(estimator),)*
                }
            }
        }
    };
}

methods! {
    "mean" Mean,
    "soft-truncation" SoftTruncation,
    "m-location" MLocation,
    "m-fixed-point" MFixedPoint,
    "catoni" Catoni,
    "smoothed-noise" SmoothedNoise,
    "trimmed-mean" TrimmedMean,
    "winsorized-mean" WinsorizedMean,
    "median" Median,
    "meamed" MeaMed,
    "geometric-median" GeometricMedian,
    "geometric-median-smoothed" SmoothedGeometricMedian,
    "median-of-means" MedianOfMeans,
    "krum" Krum,
    "bulyan" Bulyan,
    "centered-clipping" CenteredClipping,
    "norm-clip" NormClip,
    "norm-normalize" NormNormalize,
    "nnm-trimmed-mean" NearestNeighbourMixing,
    "caf" SpectralFilter,
}

impl Method {
    /// The names, in the order of the documentation.
    pub const NAMES: [&'static str; 21] = [
        "mean",
        "soft-truncation",
        "m-location",
        "m-fixed-point",
        "catoni",
        "smoothed-noise",
        "trimmed-mean",
        "winsorized-mean",
        "median",
        "meamed",
        "geometric-median",
        "geometric-median-smoothed",
        "median-of-means",
        "krum",
        MULTI_KRUM,
        "bulyan",
        "centered-clipping",
        "norm-clip",
        "norm-normalize",
        "nnm-trimmed-mean",
        "caf",
    ];

    /// The name, without options.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Krum(krum) if krum.is_multi() => MULTI_KRUM,
            method => method.type_name(),
        }
    }
}

/// Krum with m = n − f has a name of its own.
const MULTI_KRUM: &str = "multi-krum";

impl<M: Into<Method>> From<M> for Spec {
    fn from(method: M) -> Self {
        Self {
            method: method.into(),
            scale: None,
            clip: None,
            non_finite: NonFinite::Error,
        }
    }
}

impl<T: Real> Aggregator<T> for Spec {
    fn estimate(
        &self,
        parts: &mut [Part<'_, T>],
        work: &mut Workspace<T>,
    ) -> Result<(), AggregateError> {
        self.method.estimate(parts, work)?;
        if let Some(factor) = self.scale {
            Scaled::new((), factor).scale(parts);
        }
        if let Some(max_norm) = self.clip {
            clip(parts, max_norm);
        }
        Ok(())
    }

    fn non_finite(&self) -> NonFinite {
        self.non_finite
    }

    fn reveals_non_finite(&self) -> bool {
        self.method.reveals_non_finite::<T>()
    }

    fn access(&self) -> Access {
        if self.scale.is_none() && self.clip.is_none() {
            self.method.access::<T>()
        } else {
            Access::Whole
        }
    }

    fn dense_rule(&self, samples: usize) -> Option<DenseRule> {
        let rule = self.method.dense_rule::<T>(samples)?;
        match (self.clip, self.scale) {
            // To shorten the finished step is not of the form.
            (Some(_), _) => None,
            (None, Some(factor)) => Some(rule.times(factor.value(samples))),
            (None, None) => Some(rule),
        }
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (name, options) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        let unknown = || SpecError::UnknownMethod {
            found: name.to_owned(),
        };
        let known = Method::NAMES.into_iter().find(|known| *known == name);
        let mut given = Given::split(known.ok_or_else(unknown)?, options)?;
        let method = if name == MULTI_KRUM {
            vector::multi_krum(&mut given)?.into()
        } else {
            Method::read(name, &mut given)?.ok_or_else(unknown)?
        };
        let spec = Self {
            method,
            scale: scale(&mut given)?,
            clip: given.number("clip")?,
            non_finite: given
                .take("non-finite", "error, drop or propagate", |text| {
                    text.parse().ok()
                })?
                .unwrap_or_default(),
        };
        if let Some(clip) = spec.clip {
            ParameterError::check_positive("clip", clip)?;
        }
        given.finish()?;
        Ok(spec)
    }
}

fn scale(given: &mut Given<'_>) -> Result<Option<Factor>, SpecError> {
    let factor = |text: &str| match text {
        "1/n" => Some(Factor::OneOverN),
        number => number.parse().ok().map(Factor::Constant),
    };
    let factor = given.take("scale", "1/n or a number", factor)?;
    if let Some(Factor::Constant(value)) = factor {
        ParameterError::check("scale", "finite", value, value.is_finite())?;
    }
    Ok(factor)
}

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Written::default();
        self.method.write(&mut written);
        match self.scale {
            Some(Factor::Constant(factor)) => written.always("scale", factor),
            Some(Factor::OneOverN) => written.always("scale", "1/n"),
            None => {}
        }
        if let Some(clip) = self.clip {
            written.always("clip", clip);
        }
        written.option("non-finite", self.non_finite, NonFinite::default());
        write!(f, "{}{written}", self.method.name())
    }
}

impl From<Spec> for String {
    fn from(spec: Spec) -> Self {
        spec.to_string()
    }
}

impl TryFrom<String> for Spec {
    type Error = SpecError;

    fn try_from(text: String) -> Result<Self, SpecError> {
        text.parse()
    }
}
