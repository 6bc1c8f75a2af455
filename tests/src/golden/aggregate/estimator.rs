//! The reference's names for estimators and their parameters, as aggregators of ours.

use std::error::Error;

use autodiff_runtime::robust::{
    Bulyan, Catoni, Center, CenteredClipping, GeometricMedian, Influence, Init, Krum, MFixedPoint,
    MLocation, MeaMed, Mean, Median, MedianOfMeans, Multiple, NearestNeighbourMixing, NormClip,
    NormNormalize, Scale, Scope, SmoothedGeometricMedian, SmoothedNoise, SoftTruncation, Spec,
    SpectralFilter, Spread, Start, TrimmedMean, Variance, WinsorizedMean,
};
use serde::Deserialize;
use serde_json::Value;

/// What a reference value was made by.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Estimator {
    pub method: String,
    #[serde(default)]
    params: Value,
    #[serde(default)]
    pub scope: Option<String>,
}

impl Estimator {
    /// A name for messages.
    pub fn label(&self) -> String {
        let scope = self.scope.as_deref().unwrap_or_default();
        format!("{} {} {scope}", self.method, self.params)
    }

    /// The same as an aggregator.
    pub fn spec(&self) -> Result<Spec, Box<dyn Error>> {
        let (p, scope) = (Parameters(&self.params), self.scope()?);
        Ok(match self.method.as_str() {
            "mean" => Mean.into(),
            "soft_truncation" => soft_truncation(p)?.into(),
            "m_location" => MLocation::new(p.influence()?, p.scale()?)?.into(),
            "m_fixed_point" => MFixedPoint::new(p.influence()?, p.scale()?)?
                .iterations(p.count("iters")?)?
                .start(p.one_of("init", &[("mean", Init::Mean), ("median", Init::Median)])?)
                .into(),
            "catoni" => match p.optional("var") {
                Some(variance) => Catoni::new(p.number("delta")?)?.variance(variance)?.into(),
                None => Catoni::new(p.number("delta")?)?.into(),
            },
            "smoothed_noise" => SmoothedNoise::new(p.number("delta")?)?.into(),
            "trimmed_mean" => TrimmedMean::new(p.count("b")?).into(),
            "winsorized_mean" => WinsorizedMean::new(p.count("b")?).into(),
            "median" => Median.into(),
            "meamed" => MeaMed::new(p.count("f")?).into(),
            "geometric_median" => GeometricMedian::default().scope(scope).into(),
            "geometric_median_smoothed" => SmoothedGeometricMedian::new(p.number("nu")?)?
                .iterations(p.count("iters")?)?
                .start(p.one_of("init", &[("zero", Start::Zero), ("mean", Start::Mean)])?)
                .scope(scope)
                .into(),
            "median_of_means" => {
                let centers = [
                    ("geometric", Center::Geometric),
                    ("coordinate", Center::Coordinate),
                ];
                MedianOfMeans::new(p.count("k")?)?
                    .center(p.one_of("inner", &centers)?)
                    .scope(scope)
                    .into()
            }
            "krum" => krum(p)?.scope(scope).into(),
            "bulyan" => Bulyan::new(p.count("f")?).into(),
            "centered_clipping" => CenteredClipping::new(p.number("tau")?)?
                .iterations(
                    p.optional("iters")
                        .map_or(1, |iterations| iterations as usize),
                )?
                .scope(scope)
                .into(),
            "norm_clip" => NormClip::new(p.number("max_norm")?)?.scope(scope).into(),
            "norm_normalize" => NormNormalize::new(p.number("gamma")?)?.scope(scope).into(),
            "nnm_trimmed_mean" => NearestNeighbourMixing::new(p.count("f")?).into(),
            "caf" => SpectralFilter::new(p.count("f")?).scope(scope).into(),
            other => return Err(format!("no estimator {other}").into()),
        })
    }

    fn scope(&self) -> Result<Scope, Box<dyn Error>> {
        match self.scope.as_deref() {
            None | Some("joint") => Ok(Scope::Joint),
            Some("separate") => Ok(Scope::Separate),
            Some(other) => Err(format!("no scope {other}").into()),
        }
    }
}

fn soft_truncation(p: Parameters<'_>) -> Result<SoftTruncation, Box<dyn Error>> {
    let variance = match p.optional("ddof") {
        None => Variance::Sample,
        Some(1.0) => Variance::Sample,
        Some(0.0) => Variance::Population,
        Some(other) => return Err(format!("ddof {other} is neither 0 nor 1").into()),
    };
    let floor = p.optional("var_floor").unwrap_or(0.0);
    Ok(SoftTruncation::new(p.number("delta")?)?
        .variance(variance)
        .variance_floor(floor)?)
}

fn krum(p: Parameters<'_>) -> Result<Krum, Box<dyn Error>> {
    let krum = Krum::new(p.count("f")?)
        .selected(p.optional("m").map_or(1, |m| m as usize))?
        .plain_distances(p.0.get("squared").and_then(Value::as_bool) == Some(false));
    Ok(match p.optional("neighbours") {
        Some(neighbours) => krum.neighbours(neighbours as usize)?,
        None => krum,
    })
}

/// The parameters of a reference value.
#[derive(Clone, Copy)]
struct Parameters<'a>(&'a Value);

impl Parameters<'_> {
    fn optional(self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    fn number(self, name: &str) -> Result<f64, Box<dyn Error>> {
        self.optional(name)
            .ok_or_else(|| format!("no number {name} in {}", self.0).into())
    }

    fn count(self, name: &str) -> Result<usize, Box<dyn Error>> {
        self.number(name).map(|number| number as usize)
    }

    /// A name from a list, the first of which is the default.
    fn one_of<V: Copy>(self, name: &str, values: &[(&str, V)]) -> Result<V, Box<dyn Error>> {
        let Some(given) = self.0.get(name).and_then(Value::as_str) else {
            return Ok(values[0].1);
        };
        let found = values.iter().find(|(value, _)| *value == given);
        found
            .map(|&(_, value)| value)
            .ok_or_else(|| format!("{name} cannot be {given}").into())
    }

    fn influence(self) -> Result<Influence, Box<dyn Error>> {
        let name = self.0.get("psi").and_then(Value::as_str).unwrap_or("tanh");
        let influence = Influence::named(&name.replace('_', "-"))
            .ok_or_else(|| format!("no influence function {name}"))?;
        Ok(match self.optional("c") {
            Some(c) => influence.with_constant(c)?,
            None => influence,
        })
    }

    fn scale(self) -> Result<Scale, Box<dyn Error>> {
        let Some(scale) = self.0.get("scale").map(Parameters) else {
            return Ok(Scale::default());
        };
        let spread = match scale
            .0
            .get("kind")
            .and_then(Value::as_str)
            .unwrap_or_default()
        {
            "fixed" => Spread::Fixed(scale.number("value")?),
            "std" => Spread::Std,
            "mad" => Spread::Mad,
            "mad_normal" => Spread::MadNormal,
            "geman_quad" => Spread::GemanQuad,
            "geman_abs" => Spread::GemanAbs,
            other => return Err(format!("no scale {other}").into()),
        };
        let multiple = match scale.0.get("mult").map(Parameters) {
            None => Multiple::default(),
            Some(p) if p.0.is_number() => Multiple::Constant(scale.number("mult")?),
            Some(p) => match p.optional("sqrt_n_over_log") {
                Some(delta) => Multiple::SqrtNOverLog { delta },
                None => Multiple::SqrtNOverTwoLog {
                    delta: p.number("sqrt_n_over_2log")?,
                },
            },
        };
        Ok(Scale::new(spread, multiple)?)
    }
}
