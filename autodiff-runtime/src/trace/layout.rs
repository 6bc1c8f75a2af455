//! Where to draw the boxes and arrows of a computational graph.
//!
//! The layered method: boxes of one level form a column; an edge that passes columns gets a bend in
//! each; columns are ordered so that few edges cross, then shifted so that edges run straight
//! (K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system
//! structures", IEEE Transactions on Systems, Man, and Cybernetics 11, 1981). The edges that leave
//! one box share their bends, so that an input used everywhere is one line with branches.

mod layers;
mod place;
mod untangle;

use layers::Layers;

/// Room in which edges may change height, between a column and the labels of the next.
const CURVES: f64 = 56.0;
/// Distance of two arrowheads at one box.
const PORT: f64 = 17.0;
/// Room between a label and its neighbours.
const MARGIN: f64 = 8.0;

/// A graph to draw: boxes in their columns, and edges between boxes.
pub struct Graph {
    pub boxes: Vec<Box>,
    pub edges: Vec<Edge>,
}

pub struct Box {
    /// Which column: higher than that of every operand.
    pub level: usize,
    pub width: f64,
    pub height: f64,
}

pub struct Edge {
    /// Indices of boxes.
    pub from: usize,
    pub to: usize,
    /// Width of the text at the arrowhead.
    pub label: f64,
}

/// The drawing: positions in the order of the graph's boxes and edges.
pub struct Layout {
    pub boxes: Vec<Place>,
    /// Curves, to be joined smoothly: each starts where another or a box ends.
    pub curves: Vec<Curve>,
    /// For each edge the tip of its arrow; the label ends left of it.
    pub tips: Vec<(f64, f64)>,
    pub width: f64,
    pub height: f64,
}

/// Where a box stands. It may have grown, to have room for its arrowheads.
#[derive(Clone, Copy, Default)]
pub struct Place {
    pub left: f64,
    pub top: f64,
    pub height: f64,
}

/// Goes straight to `bend.0`, changes height until `bend.1`, goes straight on.
pub struct Curve {
    pub start: (f64, f64),
    pub bend: (f64, f64),
    pub end: (f64, f64),
    /// The edge that ends here, if it does not go on through a bend.
    pub edge: Option<usize>,
}

/// Lays a graph out from left to right.
pub fn layout(graph: &Graph) -> Layout {
    let mut layers = Layers::new(graph);
    untangle::untangle(&mut layers);
    let centres = place::centres(&layers);
    let columns = columns(graph, &layers);
    let mut layout = Layout {
        boxes: vec![Place::default(); graph.boxes.len()],
        curves: Vec::new(),
        tips: vec![(0.0, 0.0); graph.edges.len()],
        width: columns.last().map_or(0.0, |column| column.right),
        height: 0.0,
    };
    for (layer, (cells, centres)) in layers.cells.iter().zip(&centres).enumerate() {
        for (cell, centre) in cells.iter().zip(centres) {
            layout.height = layout.height.max(centre + cell.height / 2.0);
            if let Some(index) = cell.is_box {
                layout.boxes[index] = Place {
                    left: columns[layer].left,
                    top: centre - cell.height / 2.0,
                    height: cell.height,
                };
            }
        }
    }
    for layer in 1..layers.cells.len() {
        connect(
            graph,
            &layers,
            &centres,
            (&columns[layer - 1], &columns[layer]),
            layer,
            &mut layout,
        );
    }
    layout
}

/// The horizontal extent of a layer, and how much room the labels left of it take.
struct Column {
    left: f64,
    right: f64,
    labels: f64,
}

fn columns(graph: &Graph, layers: &Layers) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for (layer, cells) in layers.cells.iter().enumerate() {
        let boxes = cells.iter().filter_map(|cell| cell.is_box);
        let width = boxes
            .map(|index| graph.boxes[index].width)
            .fold(0.0, f64::max);
        let links = layer
            .checked_sub(1)
            .map_or(&[][..], |before| &layers.links[before]);
        let labels = links.iter().filter_map(|link| link.edge);
        let labels = labels
            .map(|edge| graph.edges[edge].label + 2.0 * MARGIN)
            .fold(0.0, f64::max);
        let left = columns
            .last()
            .map_or(0.0, |before| before.right + CURVES + labels);
        columns.push(Column {
            left,
            right: left + width,
            labels,
        });
    }
    columns
}

/// The curves into one layer. Arrowheads at a box are ordered like the cells they come from.
fn connect(
    graph: &Graph,
    layers: &Layers,
    centres: &[Vec<f64>],
    (before, column): (&Column, &Column),
    layer: usize,
    layout: &mut Layout,
) {
    let links = &layers.links[layer - 1];
    for to in 0..layers.cells[layer].len() {
        let mut arriving: Vec<_> = links.iter().filter(|link| link.to == to).collect();
        arriving.sort_by_key(|link| link.from);
        let middle = (arriving.len().saturating_sub(1)) as f64 / 2.0;
        for (port, link) in arriving.iter().enumerate() {
            let cell = &layers.cells[layer - 1][link.from];
            let right = cell
                .is_box
                .map(|index| layout.boxes[index].left + graph.boxes[index].width);
            let height = centres[layer][to] + (port as f64 - middle) * PORT;
            let bend_ends = column.left - column.labels;
            let end = if link.edge.is_some() {
                column.left
            } else {
                column.right
            };
            layout.curves.push(Curve {
                start: (right.unwrap_or(before.right), centres[layer - 1][link.from]),
                bend: (before.right, bend_ends),
                end: (end, height),
                edge: link.edge,
            });
            if let Some(edge) = link.edge {
                layout.tips[edge] = (column.left, height);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chain with an edge from its start to every further box.
    fn fan(boxes: usize) -> Graph {
        let chain = (1..boxes).map(|to| (to - 1, to));
        let jumps = (2..boxes).map(|to| (0, to));
        let edges = chain.chain(jumps).map(|(from, to)| Edge {
            from,
            to,
            label: 40.0,
        });
        let size = |level| Box {
            level,
            width: 80.0,
            height: 40.0,
        };
        Graph {
            boxes: (0..boxes).map(size).collect(),
            edges: edges.collect(),
        }
    }

    #[test]
    fn boxes_and_lines_keep_apart() {
        let graph = fan(6);
        let layout = layout(&graph);
        for (index, &Place { left, top, height }) in layout.boxes.iter().enumerate() {
            let bottom = top + height;
            assert!(left >= 0.0 && top >= -1e-9 && bottom <= layout.height + 1e-9);
            for curve in layout
                .curves
                .iter()
                .filter(|curve| curve.end.0 > left + 1.0)
            {
                // The straight part through the column of the box misses the box.
                let through = curve.bend.1 < left && curve.end.0 >= left + 80.0;
                let (_, line) = curve.end;
                assert!(!through || line < top || line > bottom, "box {index}");
            }
        }
    }

    #[test]
    fn shared_bends_draw_one_line() {
        // 5 links of the chain; the start passes layers 1..5 in one line with 4 branches.
        assert_eq!(layout(&fan(6)).curves.len(), 5 + 4 + 4);
    }

    #[test]
    fn arrows_end_at_their_boxes() {
        let graph = fan(4);
        let layout = layout(&graph);
        for (edge, tip) in graph.edges.iter().zip(&layout.tips) {
            let place = layout.boxes[edge.to];
            assert_eq!(tip.0, place.left);
            assert!(tip.1 > place.top && tip.1 < place.top + place.height);
        }
    }

    #[test]
    fn nothing_to_draw_is_no_problem() {
        let empty = Graph {
            boxes: vec![],
            edges: vec![],
        };
        assert_eq!(layout(&empty).width, 0.0);
    }
}
