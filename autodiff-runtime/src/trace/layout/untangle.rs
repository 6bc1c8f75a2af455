//! An order of the cells within each layer in which few links cross.

use super::layers::{Cell, Layers, Link};

/// Sweeps through the layers; the best order seen is kept.
const SWEEPS: usize = 12;

/// Moves each cell to the mean place of its neighbours, sweeping through the layers to and fro.
pub fn untangle(layers: &mut Layers) {
    let mut order = identity(layers);
    let mut best = (crossings(layers, &order), order.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let forward = sweep % 2 == 0;
        let depth = order.len();
        for step in 1..depth {
            let layer = if forward { step } else { depth - 1 - step };
            sort_layer(layers, &mut order, layer, forward);
        }
        let found = crossings(layers, &order);
        if found < best.0 {
            best = (found, order.clone());
        }
    }
    apply(layers, &best.1);
}

/// The place of each cell in each layer.
type Places = Vec<Vec<usize>>;

fn identity(layers: &Layers) -> Places {
    let places = |cells: &Vec<Cell>| (0..cells.len()).collect();
    layers.cells.iter().map(places).collect()
}

/// Sorts a layer by the mean place of the neighbours in the layer before it, or behind it.
fn sort_layer(layers: &Layers, order: &mut Places, layer: usize, forward: bool) {
    let mut sums = vec![(0.0, 0.0); order[layer].len()];
    let (links, other) = match forward {
        true => (&layers.links[layer - 1], layer - 1),
        false => (&layers.links[layer], layer + 1),
    };
    for link in links {
        let (cell, neighbour) = if forward {
            (link.to, link.from)
        } else {
            (link.from, link.to)
        };
        sums[cell].0 += order[other][neighbour] as f64;
        sums[cell].1 += 1.0;
    }
    let mut cells: Vec<_> = (0..sums.len()).collect();
    // A cell without neighbours stays where it is.
    let wish = |cell: usize| match sums[cell] {
        (_, 0.0) => order[layer][cell] as f64,
        (sum, count) => sum / count,
    };
    let keys: Vec<_> = cells
        .iter()
        .map(|&cell| (wish(cell), order[layer][cell]))
        .collect();
    cells.sort_by(|&a, &b| {
        keys[a]
            .0
            .total_cmp(&keys[b].0)
            .then(keys[a].1.cmp(&keys[b].1))
    });
    for (place, cell) in cells.into_iter().enumerate() {
        order[layer][cell] = place;
    }
}

fn crossings(layers: &Layers, order: &Places) -> usize {
    let between = |(layer, links): (usize, &Vec<Link>)| {
        let mut ends: Vec<_> = links
            .iter()
            .map(|link| (order[layer][link.from], order[layer + 1][link.to]))
            .collect();
        ends.sort_unstable();
        inversions(&ends)
    };
    layers.links.iter().enumerate().map(between).sum()
}

fn inversions(ends: &[(usize, usize)]) -> usize {
    let pairs = ends.iter().enumerate();
    pairs
        .map(|(i, a)| {
            ends[i + 1..]
                .iter()
                .filter(|b| a.0 < b.0 && a.1 > b.1)
                .count()
        })
        .sum()
}

fn apply(layers: &mut Layers, order: &Places) {
    for (cells, places) in layers.cells.iter_mut().zip(order) {
        let mut placed: Vec<_> = places.iter().copied().zip(cells.drain(..)).collect();
        placed.sort_by_key(|&(place, _)| place);
        cells.extend(placed.into_iter().map(|(_, cell)| cell));
    }
    for (layer, links) in layers.links.iter_mut().enumerate() {
        for link in links {
            link.from = order[layer][link.from];
            link.to = order[layer + 1][link.to];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Box, Edge, Graph};
    use super::*;

    #[test]
    fn crossed_edges_are_uncrossed() {
        let shape = |level| Box {
            level,
            width: 1.0,
            height: 1.0,
        };
        let edge = |(from, to)| Edge {
            from,
            to,
            label: 0.0,
        };
        let graph = Graph {
            boxes: [0, 0, 0, 1, 1, 1].map(shape).into(),
            edges: [(0, 5), (1, 4), (2, 3)].map(edge).into(),
        };
        let mut layers = Layers::new(&graph);
        assert_eq!(crossings(&layers, &identity(&layers)), 3);
        untangle(&mut layers);
        assert_eq!(crossings(&layers, &identity(&layers)), 0);
    }
}
