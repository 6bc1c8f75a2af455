//! Options of vector estimators.

use super::coordinate::read_count;
use super::options::{Given, Textual, Written};
use super::*;

fn read_scope(given: &mut Given<'_>) -> Result<Scope, SpecError> {
    let scopes = [("joint", Scope::Joint), ("separate", Scope::Separate)];
    let scope = given.named("scope", "joint or separate", &scopes)?;
    Ok(scope.unwrap_or_default())
}

fn write_scope(scope: Scope, written: &mut Written) {
    if scope == Scope::Separate {
        written.always("scope", "separate");
    }
}

fn read_radius(given: &mut Given<'_>, option: &'static str) -> Result<Radius, SpecError> {
    let radius = |text: &str| match text {
        "median" => Some(Radius::MedianNorm),
        number => number.parse().ok().map(Radius::Fixed),
    };
    let radius = given.take(option, "a number or median", radius)?;
    Ok(radius.unwrap_or(Radius::Fixed(1.0)))
}

fn write_radius(option: &str, radius: Radius, written: &mut Written) {
    match radius {
        Radius::Fixed(radius) => written.option(option, radius, 1.0),
        Radius::MedianNorm => written.always(option, "median"),
    }
}

impl Textual for GeometricMedian {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        Ok(Self::default().scope(read_scope(given)?))
    }

    fn write(&self, written: &mut Written) {
        write_scope(self.options(), written);
    }
}

impl Textual for SmoothedGeometricMedian {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let (nu, iterations, ..) = Self::default().options();
        let starts = [("zero", Start::Zero), ("mean", Start::Mean)];
        let start = given.named("start", "zero or mean", &starts)?;
        Ok(Self::new(given.number("nu")?.unwrap_or(nu))?
            .iterations(given.count("iterations")?.unwrap_or(iterations))?
            .start(start.unwrap_or_default())
            .scope(read_scope(given)?))
    }

    fn write(&self, written: &mut Written) {
        let (nu, iterations, start, scope) = self.options();
        let default = Self::default().options();
        written.option("nu", nu, default.0);
        written.option("iterations", iterations, default.1);
        if start == Start::Mean {
            written.always("start", "mean");
        }
        write_scope(scope, written);
    }
}

impl Textual for MedianOfMeans {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let (blocks, ..) = Self::default().options();
        let centers = [
            ("geometric", Center::Geometric),
            ("coordinate", Center::Coordinate),
        ];
        let blocks = given.count("blocks")?.unwrap_or(blocks);
        let center = given.named("center", "geometric or coordinate", &centers)?;
        Ok(Self::new(blocks)?
            .center(center.unwrap_or_default())
            .scope(read_scope(given)?))
    }

    fn write(&self, written: &mut Written) {
        let (blocks, center, scope) = self.options();
        written.option("blocks", blocks, Self::default().options().0);
        if center == Center::Coordinate {
            written.always("center", "coordinate");
        }
        write_scope(scope, written);
    }
}

impl Textual for Krum {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let krum = Self::new(read_count(given, "f", Count::twenty_percent())?);
        krum.selected(given.count("m")?.unwrap_or(1))?
            .read_rest(given)
    }

    fn write(&self, written: &mut Written) {
        let (f, m, neighbours, squared, scope) = self.options();
        written.option("f", f, Count::twenty_percent());
        if let Some(m) = m {
            written.option("m", m, 1);
        }
        if let Some(neighbours) = neighbours {
            written.always("neighbours", neighbours);
        }
        written.flag("plain-distances", !squared);
        write_scope(scope, written);
    }
}

/// Reads the options of `multi-krum`.
pub(super) fn multi_krum(given: &mut Given<'_>) -> Result<Krum, SpecError> {
    Krum::multi(read_count(given, "f", Count::twenty_percent())?).read_rest(given)
}

impl Krum {
    fn read_rest(self, given: &mut Given<'_>) -> Result<Self, SpecError> {
        let krum = match given.count("neighbours")? {
            Some(neighbours) => self.neighbours(neighbours)?,
            None => self,
        };
        Ok(krum
            .plain_distances(given.flag("plain-distances")?)
            .scope(read_scope(given)?))
    }
}

impl Textual for CenteredClipping {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let (_, iterations, _) = Self::default().options();
        Ok(Self::at(read_radius(given, "tau")?)?
            .iterations(given.count("iterations")?.unwrap_or(iterations))?
            .scope(read_scope(given)?))
    }

    fn write(&self, written: &mut Written) {
        let (tau, iterations, scope) = self.options();
        write_radius("tau", tau, written);
        written.option("iterations", iterations, Self::default().options().1);
        write_scope(scope, written);
    }
}

impl Textual for NormClip {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        Ok(Self::at(read_radius(given, "max-norm")?)?.scope(read_scope(given)?))
    }

    fn write(&self, written: &mut Written) {
        let (radius, scope) = self.options();
        write_radius("max-norm", radius, written);
        write_scope(scope, written);
    }
}

impl Textual for NormNormalize {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let (gamma, _) = Self::default().options();
        Ok(Self::new(given.number("gamma")?.unwrap_or(gamma))?.scope(read_scope(given)?))
    }

    fn write(&self, written: &mut Written) {
        let (gamma, scope) = self.options();
        written.option("gamma", gamma, Self::default().options().0);
        write_scope(scope, written);
    }
}

impl Textual for SpectralFilter {
    fn read(given: &mut Given<'_>) -> Result<Self, SpecError> {
        let (f, _) = Self::default().options();
        Ok(Self::new(read_count(given, "f", f)?).scope(read_scope(given)?))
    }

    fn write(&self, written: &mut Written) {
        let (f, scope) = self.options();
        written.option("f", f, Self::default().options().0);
        write_scope(scope, written);
    }
}
