//! Boxes and bends in layers, with links between neighbouring layers only.

use std::collections::HashMap;

use super::{Graph, PORT};

/// The height that a passing line claims for itself.
const LINE: f64 = 10.0;

pub struct Layers {
    pub cells: Vec<Vec<Cell>>,
    /// The links from each layer to the next.
    pub links: Vec<Vec<Link>>,
}

/// A box of the graph, or a bend of the edges that leave one.
pub struct Cell {
    pub is_box: Option<usize>,
    pub height: f64,
}

/// Places in the two layers. A link into a box is the end of an edge.
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub edge: Option<usize>,
}

impl Layers {
    pub fn new(graph: &Graph) -> Self {
        let depth = graph
            .boxes
            .iter()
            .map(|cell| cell.level + 1)
            .max()
            .unwrap_or(0);
        let mut layers = Self {
            cells: (0..depth).map(|_| Vec::new()).collect(),
            links: (1..depth).map(|_| Vec::new()).collect(),
        };
        let places = layers.add_boxes(graph);
        // Where the value of a box can be tapped, by box and layer.
        let mut taps: HashMap<(usize, usize), usize> = HashMap::new();
        for (index, place) in places.iter().enumerate() {
            taps.insert((index, graph.boxes[index].level), *place);
        }
        for (index, edge) in graph.edges.iter().enumerate() {
            let layer = graph.boxes[edge.to].level;
            let from = layers.tap(
                &mut taps,
                edge.from,
                graph.boxes[edge.from].level,
                layer - 1,
            );
            layers.links[layer - 1].push(Link {
                from,
                to: places[edge.to],
                edge: Some(index),
            });
        }
        layers
    }

    fn add_boxes(&mut self, graph: &Graph) -> Vec<usize> {
        let mut arriving = vec![0.0; graph.boxes.len()];
        for edge in &graph.edges {
            arriving[edge.to] += 1.0;
        }
        let boxes = graph.boxes.iter().zip(arriving).enumerate();
        let add = |(index, (shape, arriving)): (usize, (&super::Box, f64))| {
            let layer = &mut self.cells[shape.level];
            layer.push(Cell {
                is_box: Some(index),
                height: shape.height.max(arriving * PORT),
            });
            layer.len() - 1
        };
        boxes.map(add).collect()
    }

    /// The place in `layer` of a box or of its bend; missing bends are added, from the box on.
    fn tap(
        &mut self,
        taps: &mut HashMap<(usize, usize), usize>,
        index: usize,
        level: usize,
        layer: usize,
    ) -> usize {
        let known = (level..=layer)
            .rev()
            .find(|&layer| taps.contains_key(&(index, layer)));
        let known = known.expect("a box stands in its own layer");
        let mut place = taps[&(index, known)];
        for next in known + 1..=layer {
            self.cells[next].push(Cell {
                is_box: None,
                height: LINE,
            });
            let to = self.cells[next].len() - 1;
            self.links[next - 1].push(Link {
                from: place,
                to,
                edge: None,
            });
            taps.insert((index, next), to);
            place = to;
        }
        place
    }
}
