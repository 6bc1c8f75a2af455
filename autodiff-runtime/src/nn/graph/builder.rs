//! From named layers and their sources, in any order, to stages in the order of computation.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::stage::{Origin, Stage, Wire, lay_out};
use super::{Graph, INPUT};
use crate::nn::error::GraphError;
use crate::nn::{Layer, Real};

/// What a layer reads: all units of an earlier layer or of the batch, or some of them.
///
/// ```
/// use autodiff_runtime::nn::Source;
///
/// let all: Source = "hidden".into();
/// assert_eq!(all, Source::layer("hidden"));
/// assert_ne!(all, Source::units("hidden", 0..2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    layer: String,
    units: Option<Range<usize>>,
}

impl Source {
    /// All units of a layer; `"input"` is the batch.
    pub fn layer(name: impl Into<String>) -> Self {
        Self {
            layer: name.into(),
            units: None,
        }
    }

    /// The units of this range, counted from 0.
    pub fn units(name: impl Into<String>, units: Range<usize>) -> Self {
        Self {
            layer: name.into(),
            units: Some(units),
        }
    }
}

impl From<&str> for Source {
    fn from(name: &str) -> Self {
        Self::layer(name)
    }
}

impl From<String> for Source {
    fn from(name: String) -> Self {
        Self::layer(name)
    }
}

/// Collects the layers of a [`Graph`]; made by [`Graph::builder`].
#[derive(Clone, Debug)]
pub struct GraphBuilder<T: Real> {
    inputs: usize,
    named: Vec<Named<T>>,
}

#[derive(Clone, Debug)]
struct Named<T: Real> {
    name: String,
    layer: Layer<T>,
    sources: Vec<Source>,
}

/// The place of a source among the named layers; `None` is the batch.
type Place = Option<usize>;

impl<T: Real> GraphBuilder<T> {
    pub(super) fn new(inputs: usize) -> Self {
        Self {
            inputs,
            named: Vec::new(),
        }
    }

    /// Adds a layer that reads the given sources side by side, in this order. Layers may be named before they are added.
    #[must_use]
    pub fn layer<S: Into<Source>>(
        mut self,
        name: impl Into<String>,
        layer: impl Into<Layer<T>>,
        sources: impl IntoIterator<Item = S>,
    ) -> Self {
        self.named.push(Named {
            name: name.into(),
            layer: layer.into(),
            sources: sources.into_iter().map(Into::into).collect(),
        });
        self
    }

    /// The network whose output is that of the layer `output`.
    ///
    /// # Errors
    /// [`GraphError`]: names that are taken or missing, a circle, widths that do not fit, layers that nothing reads.
    pub fn build(self, output: &str) -> Result<Graph<T>, GraphError> {
        let places = self.places()?;
        let sources = self.resolve(&places)?;
        let last = *places.get(output).ok_or_else(|| GraphError::NoOutput {
            output: output.to_owned(),
        })?;
        let order = self.order(&sources)?;
        self.check_read(&sources, &order, last)?;
        let inputs = self.inputs;
        let stages = self.stages(&sources, &order)?;
        let outputs = stages.last().map_or(0, |stage| stage.outputs);
        Ok(Graph::of(inputs, outputs, stages))
    }

    fn places(&self) -> Result<HashMap<&str, usize>, GraphError> {
        let mut places = HashMap::new();
        for (place, Named { name, .. }) in self.named.iter().enumerate() {
            if name == INPUT || places.insert(name.as_str(), place).is_some() {
                return Err(GraphError::Duplicate {
                    layer: name.clone(),
                });
            }
        }
        Ok(places)
    }

    fn resolve(&self, places: &HashMap<&str, usize>) -> Result<Vec<Vec<Place>>, GraphError> {
        let place = |named: &Named<T>, source: &Source| match places.get(source.layer.as_str()) {
            _ if source.layer == INPUT => Ok(None),
            Some(&place) => Ok(Some(place)),
            None => Err(GraphError::Unknown {
                layer: named.name.clone(),
                from: source.layer.clone(),
            }),
        };
        let resolve = |named: &Named<T>| {
            if named.sources.is_empty() {
                return Err(GraphError::NoSource {
                    layer: named.name.clone(),
                });
            }
            named
                .sources
                .iter()
                .map(|source| place(named, source))
                .collect()
        };
        self.named.iter().map(resolve).collect()
    }

    /// Every layer after its sources, otherwise in the order in which they were added (Kahn's algorithm).
    fn order(&self, sources: &[Vec<Place>]) -> Result<Vec<usize>, GraphError> {
        let mut waiting: Vec<usize> = sources
            .iter()
            .map(|from| from.iter().flatten().count())
            .collect();
        let mut readers = vec![Vec::new(); sources.len()];
        for (reader, from) in sources.iter().enumerate() {
            from.iter()
                .flatten()
                .for_each(|&place| readers[place].push(reader));
        }
        let mut ready: BTreeSet<usize> =
            (0..sources.len()).filter(|&at| waiting[at] == 0).collect();
        let mut order = Vec::with_capacity(sources.len());
        while let Some(next) = ready.pop_first() {
            order.push(next);
            for &reader in &readers[next] {
                waiting[reader] -= 1;
                if waiting[reader] == 0 {
                    ready.insert(reader);
                }
            }
        }
        match (0..sources.len()).find(|&at| waiting[at] > 0) {
            Some(stuck) => Err(self.cycle(sources, &waiting, stuck)),
            None => Ok(order),
        }
    }

    /// The circle behind a layer that never became ready. Each such layer has a source that is one too, so that going
    /// from source to source must come back.
    fn cycle(&self, sources: &[Vec<Place>], waiting: &[usize], stuck: usize) -> GraphError {
        let mut way = vec![stuck];
        loop {
            let here = way[way.len() - 1];
            let stuck_source = sources[here]
                .iter()
                .flatten()
                .find(|&&from| waiting[from] > 0);
            let Some(&before) = stuck_source else { break };
            if let Some(start) = way.iter().position(|&passed| passed == before) {
                way.drain(..start);
                break;
            }
            way.push(before);
        }
        // The way goes from reader to source; names are wanted in the direction of the data.
        let layers = way
            .iter()
            .rev()
            .map(|&at| self.named[at].name.clone())
            .collect();
        GraphError::Cycle { layers }
    }

    fn check_read(
        &self,
        sources: &[Vec<Place>],
        order: &[usize],
        last: usize,
    ) -> Result<(), GraphError> {
        let mut read = vec![false; sources.len()];
        read[last] = true;
        for &at in order.iter().rev() {
            if read[at] {
                sources[at]
                    .iter()
                    .flatten()
                    .for_each(|&from| read[from] = true);
            }
        }
        match order.iter().find(|&&at| !read[at]) {
            Some(&at) => Err(GraphError::Unread {
                layer: self.named[at].name.clone(),
                output: self.named[last].name.clone(),
            }),
            None => Ok(()),
        }
    }

    fn stages(self, sources: &[Vec<Place>], order: &[usize]) -> Result<Vec<Stage<T>>, GraphError> {
        let mut named: Vec<Option<Named<T>>> = self.named.into_iter().map(Some).collect();
        let mut stage_of = vec![0; named.len()];
        let mut stages: Vec<Stage<T>> = Vec::with_capacity(order.len());
        for (number, &at) in order.iter().enumerate() {
            stage_of[at] = number;
            let Some(Named {
                name,
                layer,
                sources: wanted,
            }) = named[at].take()
            else {
                continue;
            };
            let wires = wanted
                .iter()
                .zip(&sources[at])
                .map(|(source, place)| {
                    let from = place.map(|place| stage_of[place]);
                    let width = from.map_or(self.inputs, |from| stages[from].outputs);
                    wire(&name, source, from, width)
                })
                .collect::<Result<Vec<_>, _>>()?;
            stages.push(Stage::new(name, layer, wires)?);
        }
        lay_out(&mut stages);
        Ok(stages)
    }
}

fn wire(layer: &str, source: &Source, from: Origin, width: usize) -> Result<Wire, GraphError> {
    let units = source.units.clone().unwrap_or(0..width);
    if units.start > units.end || units.end > width {
        return Err(GraphError::Units {
            layer: layer.to_owned(),
            from: source.layer.clone(),
            start: units.start,
            end: units.end,
            width,
        });
    }
    Ok(Wire {
        from,
        whole: units.len() == width,
        units,
    })
}
