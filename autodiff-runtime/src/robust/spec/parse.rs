//! From text to aggregator.

use std::str::FromStr;

use super::{Method, Spec, SpecError};
use crate::robust::{
    Center, Factor, Mean, MedianOfMeans, ParameterError, Scope, SoftTruncation, Variance,
};

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (name, options) = text.split_once(':').unwrap_or((text, ""));
        let name = name.trim();
        let method = Method::NAMES.into_iter().find(|known| *known == name);
        let method = method.ok_or_else(|| SpecError::UnknownMethod {
            found: name.to_owned(),
        })?;
        let mut options = Options::split(method, options)?;
        let spec = Self {
            method: match method {
                "mean" => Mean.into(),
                "soft-truncation" => soft_truncation(&mut options)?.into(),
                _ => median_of_means(&mut options)?.into(),
            },
            scale: scale(&mut options)?,
            non_finite: options
                .take("non-finite", "error, drop or propagate", |text| {
                    text.parse().ok()
                })?
                .unwrap_or_default(),
        };
        options.finish()?;
        Ok(spec)
    }
}

fn soft_truncation(options: &mut Options<'_>) -> Result<SoftTruncation, SpecError> {
    let (delta, _, floor, ..) = SoftTruncation::default().options();
    let variance = |text: &str| match text {
        "sample" => Some(Variance::Sample),
        "population" => Some(Variance::Population),
        _ => None,
    };
    Ok(
        SoftTruncation::new(options.number("delta")?.unwrap_or(delta))?
            .variance(
                options
                    .take("variance", "sample or population", variance)?
                    .unwrap_or_default(),
            )
            .variance_floor(options.number("variance-floor")?.unwrap_or(floor))?
            .over_n(options.flag("over-n")?)
            .plain_below(options.count("plain-below")?.unwrap_or(0))
            .unguarded(options.flag("unguarded")?),
    )
}

fn median_of_means(options: &mut Options<'_>) -> Result<MedianOfMeans, SpecError> {
    let (blocks, ..) = MedianOfMeans::default().options();
    let center = |text: &str| match text {
        "geometric" => Some(Center::Geometric),
        "coordinate" => Some(Center::Coordinate),
        _ => None,
    };
    let scope = |text: &str| match text {
        "joint" => Some(Scope::Joint),
        "separate" => Some(Scope::Separate),
        _ => None,
    };
    Ok(
        MedianOfMeans::new(options.count("blocks")?.unwrap_or(blocks))?
            .center(
                options
                    .take("center", "geometric or coordinate", center)?
                    .unwrap_or_default(),
            )
            .scope(
                options
                    .take("scope", "joint or separate", scope)?
                    .unwrap_or_default(),
            ),
    )
}

fn scale(options: &mut Options<'_>) -> Result<Option<Factor>, SpecError> {
    let factor = |text: &str| match text {
        "1/n" => Some(Factor::OneOverN),
        number => number.parse().ok().map(Factor::Constant),
    };
    let factor = options.take("scale", "1/n or a number", factor)?;
    if let Some(Factor::Constant(value)) = factor {
        ParameterError::check("scale", "finite", value, value.is_finite())?;
    }
    Ok(factor)
}

/// The options of one text, taken out one by one.
struct Options<'a> {
    method: &'static str,
    given: Vec<(&'a str, &'a str)>,
    known: Vec<&'static str>,
}

impl<'a> Options<'a> {
    fn split(method: &'static str, text: &'a str) -> Result<Self, SpecError> {
        let mut given: Vec<(&str, &str)> = Vec::new();
        for option in text
            .split(',')
            .map(str::trim)
            .filter(|option| !option.is_empty())
        {
            let (name, value) = option.split_once('=').unwrap_or((option, "true"));
            let (name, value) = (name.trim(), value.trim());
            if given.iter().any(|(earlier, _)| *earlier == name) {
                return Err(SpecError::Repeated {
                    option: name.to_owned(),
                });
            }
            given.push((name, value));
        }
        Ok(Self {
            method,
            given,
            known: Vec::new(),
        })
    }

    fn take<V>(
        &mut self,
        option: &'static str,
        expected: &'static str,
        read: impl FnOnce(&str) -> Option<V>,
    ) -> Result<Option<V>, SpecError> {
        self.known.push(option);
        let Some(at) = self.given.iter().position(|(name, _)| *name == option) else {
            return Ok(None);
        };
        let (_, found) = self.given.remove(at);
        match read(found) {
            Some(value) => Ok(Some(value)),
            None => Err(SpecError::Value {
                option,
                found: found.to_owned(),
                expected,
            }),
        }
    }

    fn number(&mut self, option: &'static str) -> Result<Option<f64>, SpecError> {
        self.take(option, "a number", |text| text.parse().ok())
    }

    fn count(&mut self, option: &'static str) -> Result<Option<usize>, SpecError> {
        self.take(option, "a whole number", |text| text.parse().ok())
    }

    fn flag(&mut self, option: &'static str) -> Result<bool, SpecError> {
        Ok(self
            .take(option, "true or false", |text| text.parse().ok())?
            .unwrap_or(false))
    }

    fn finish(self) -> Result<(), SpecError> {
        match self.given.first() {
            None => Ok(()),
            Some((found, _)) => Err(SpecError::UnknownOption {
                method: self.method,
                found: (*found).to_owned(),
                known: self.known,
            }),
        }
    }
}
