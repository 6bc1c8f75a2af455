//! Options of estimators that look at single coordinates.

use super::options::{Given, Textual, Written};
use super::*;

impl Textual for Mean {
    fn read(_: &mut Given<'_>) -> Result<Self, SpecError> {
        Ok(Self)
    }

    fn write(&self, _: &mut Written) {}
}

impl Textual for Median {
    fn read(_: &mut Given<'_>) -> Result<Self, SpecError> {
        Ok(Self)
    }

    fn write(&self, _: &mut Written) {}
}

impl Textual for SoftTruncation {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let (delta, _, floor, ..) = Self::default().options();
        let variances = [
            ("sample", Variance::Sample),
            ("population", Variance::Population),
        ];
        let variance = given.named("variance", "sample or population", &variances);
        Ok(Self::new(given.number("delta")?.unwrap_or(delta))?
            .variance(variance?.unwrap_or_default())
            .variance_floor(given.number("variance-floor")?.unwrap_or(floor))?
            .over_n(given.flag("over-n")?)
            .plain_below(given.count("plain-below")?.unwrap_or(0))
            .unguarded(given.flag("unguarded")?))
    }

    fn write(&self, written: &mut Written) {
        let (delta, variance, floor, over_n, plain_below, unguarded) = self.options();
        let default = Self::default().options();
        written.option("delta", delta, default.0);
        if variance == Variance::Population {
            written.always("variance", "population");
        }
        written.option("variance-floor", floor, default.2);
        written.flag("over-n", over_n);
        written.option("plain-below", plain_below, default.4);
        written.flag("unguarded", unguarded);
    }
}

const DELTA: f64 = 0.005;

const SPREADS: [(&str, Spread); 5] = [
    ("std", Spread::Std),
    ("mad", Spread::Mad),
    ("mad-normal", Spread::MadNormal),
    ("geman-quad", Spread::GemanQuad),
    ("geman-abs", Spread::GemanAbs),
];

fn read_scale(given: &mut Given<'_>) -> Result<Scale, SpecError> {
    let spread = |text: &str| match SPREADS.iter().find(|(name, _)| *name == text) {
        Some(&(_, spread)) => Some(spread),
        None => text.parse().ok().map(Spread::Fixed),
    };
    let expected = "std, mad, mad-normal, geman-quad, geman-abs or a number";
    let spread = given.take("spread", expected, spread)?;
    let delta = given.number("delta")?.unwrap_or(DELTA);
    let multiple = |text: &str| match text {
        "sqrt(n/log)" => Some(Multiple::SqrtNOverLog { delta }),
        "sqrt(n/2log)" => Some(Multiple::SqrtNOverTwoLog { delta }),
        number => number.parse().ok().map(Multiple::Constant),
    };
    let expected = "sqrt(n/log), sqrt(n/2log) or a number";
    let multiple = given.take("multiple", expected, multiple)?;
    Ok(Scale::new(
        spread.unwrap_or_default(),
        multiple.unwrap_or_default(),
    )?)
}

fn write_scale(scale: Scale, written: &mut Written) {
    match scale.spread() {
        Spread::Std => {}
        Spread::Fixed(value) => written.always("spread", value),
        spread => {
            let named = SPREADS.iter().find(|(_, other)| *other == spread);
            if let Some((name, _)) = named {
                written.always("spread", name);
            }
        }
    }
    match scale.multiple() {
        Multiple::Constant(factor) => written.option("multiple", factor, 1.0),
        Multiple::SqrtNOverLog { delta } => {
            written.always("multiple", "sqrt(n/log)");
            written.option("delta", delta, DELTA);
        }
        Multiple::SqrtNOverTwoLog { delta } => {
            written.always("multiple", "sqrt(n/2log)");
            written.option("delta", delta, DELTA);
        }
    }
}

fn read_influence(given: &mut Given<'_>) -> Result<Influence, SpecError> {
    let expected = "tanh, pseudo-huber, gudermann, atan, fair, huber, logistic, catoni-wide, \
                    catoni-narrow or catoni-giulini";
    let influence = given.take("psi", expected, Influence::named)?;
    let influence = influence.unwrap_or(Influence::Gudermann);
    Ok(match given.number("c")? {
        Some(c) => influence.with_constant(c)?,
        None => influence,
    })
}

fn write_influence(influence: Influence, written: &mut Written) {
    written.option("psi", influence.name(), Influence::Gudermann.name());
    let usual = Influence::named(influence.name()).and_then(Influence::constant);
    if let (Some(c), Some(usual)) = (influence.constant(), usual) {
        written.option("c", c, usual);
    }
}

impl Textual for MLocation {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        Ok(Self::new(read_influence(given)?, read_scale(given)?)?)
    }

    fn write(&self, written: &mut Written) {
        let (influence, scale) = self.options();
        write_influence(influence, written);
        write_scale(scale, written);
    }
}

impl Textual for MFixedPoint {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let (influence, scale) = (read_influence(given)?, read_scale(given)?);
        let starts = [("mean", Init::Mean), ("median", Init::Median)];
        let start = given.named("start", "mean or median", &starts)?;
        let (_, iterations, _) = Self::default().options();
        Ok(Self::new(influence, scale)?
            .iterations(given.count("iterations")?.unwrap_or(iterations))?
            .start(start.unwrap_or_default()))
    }

    fn write(&self, written: &mut Written) {
        let (location, iterations, start) = self.options();
        location.write(written);
        written.option("iterations", iterations, Self::default().options().1);
        if start == Init::Median {
            written.always("start", "median");
        }
    }
}

impl Textual for Catoni {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let catoni = Self::new(given.number("delta")?.unwrap_or(DELTA))?;
        Ok(match given.number("variance")? {
            Some(variance) => catoni.variance(variance)?,
            None => catoni,
        })
    }

    fn write(&self, written: &mut Written) {
        let (delta, variance) = self.options();
        written.option("delta", delta, DELTA);
        if let Some(variance) = variance {
            written.always("variance", variance);
        }
    }
}

impl Textual for SmoothedNoise {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        Ok(Self::new(given.number("delta")?.unwrap_or(DELTA))?)
    }

    fn write(&self, written: &mut Written) {
        written.option("delta", self.options(), DELTA);
    }
}

/// A number of samples or a share of them, of which there is a default.
pub(super) fn read_count(
    given: &mut Given<'_>,
    option: &'static str,
    default: Count,
) -> Result<Count, SpecError> {
    let expected = "a whole number, or a share such as 10%";
    let count = given.take(option, expected, |text| text.parse().ok())?;
    Ok(count.unwrap_or(default))
}

/// Estimators with one option, a number of samples.
macro_rules! counted {
    ($($estimator:ident $option:literal,)*) => {$(
        impl Textual for $estimator {
            fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
                Ok(Self::new(read_count(given, $option, Self::default().options())?))
            }

            fn write(&self, written: &mut Written) {
                written.option($option, self.options(), Self::default().options());
            }
        }
    )*};
}

counted! {
    TrimmedMean "trim",
    WinsorizedMean "trim",
    MeaMed "f",
    Bulyan "f",
    NearestNeighbourMixing "f",
}
