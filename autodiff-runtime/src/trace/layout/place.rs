//! The heights of the cells, so that links run as straight as the order allows.

use super::layers::Layers;

/// Least distance between neighbours in a layer.
const GAP: f64 = 18.0;
/// Sweeps through the layers.
const SWEEPS: usize = 16;

/// The centre of each cell in each layer; the topmost edge is at 0.
pub fn centres(layers: &Layers) -> Vec<Vec<f64>> {
    let mut centres: Vec<Vec<f64>> = layers
        .cells
        .iter()
        .map(|cells| vec![0.0; cells.len()])
        .collect();
    for sweep in 0..SWEEPS {
        for step in 0..centres.len() {
            let layer = if sweep % 2 == 0 {
                step
            } else {
                centres.len() - 1 - step
            };
            let wishes = wishes(layers, &centres, layer);
            centres[layer] = fit(&wishes, &offsets(layers, layer));
        }
    }
    let tops = centres
        .iter()
        .zip(&layers.cells)
        .flat_map(|(centres, cells)| {
            let tops = centres.iter().zip(cells);
            tops.map(|(centre, cell)| centre - cell.height / 2.0)
        });
    let top = tops.fold(f64::INFINITY, f64::min);
    centres
        .iter_mut()
        .flatten()
        .for_each(|centre| *centre -= top);
    centres
}

/// The mean height of each cell's neighbours on both sides.
fn wishes(layers: &Layers, centres: &[Vec<f64>], layer: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); centres[layer].len()];
    let mut add = |cell: usize, height: f64| {
        sums[cell].0 += height;
        sums[cell].1 += 1.0;
    };
    if let Some(before) = layer.checked_sub(1) {
        for link in &layers.links[before] {
            add(link.to, centres[before][link.from]);
        }
    }
    for link in layers.links.get(layer).into_iter().flatten() {
        add(link.from, centres[layer + 1][link.to]);
    }
    let own = centres[layer].iter();
    let wish =
        |((sum, count), own): ((f64, f64), &f64)| if count == 0.0 { *own } else { sum / count };
    sums.into_iter().zip(own).map(wish).collect()
}

/// How far each cell stands below the first when all are packed.
fn offsets(layers: &Layers, layer: usize) -> Vec<f64> {
    let mut offset = 0.0;
    let mut above = None;
    let cells = layers.cells[layer].iter();
    let offsets = cells.map(|cell| {
        offset += above.map_or(0.0, |height: f64| (height + cell.height) / 2.0 + GAP);
        above = Some(cell.height);
        offset
    });
    offsets.collect()
}

/// The heights nearest the wished ones, in least squares, that are at least as far apart as the
/// offsets: isotonic regression by pooling adjacent violators.
fn fit(wishes: &[f64], offsets: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (wish, offset) in wishes.iter().zip(offsets) {
        let mut pool = (wish - offset, 1);
        while let Some(&(mean, count)) = pools.last()
            && mean > pool.0
        {
            let total = count + pool.1;
            pool = (
                (mean * count as f64 + pool.0 * pool.1 as f64) / total as f64,
                total,
            );
            pools.pop();
        }
        pools.push(pool);
    }
    let packed = pools
        .into_iter()
        .flat_map(|(mean, count)| std::iter::repeat_n(mean, count));
    packed
        .zip(offsets)
        .map(|(base, offset)| base + offset)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_that_keep_their_distance_come_true() {
        assert_eq!(
            fit(&[0.0, 20.0, 50.0], &[0.0, 10.0, 20.0]),
            [0.0, 20.0, 50.0]
        );
    }

    #[test]
    fn others_meet_in_the_middle() {
        assert_eq!(
            fit(&[10.0, 10.0, 10.0], &[0.0, 10.0, 20.0]),
            [0.0, 10.0, 20.0]
        );
        assert_eq!(fit(&[30.0, 0.0], &[0.0, 10.0]), [10.0, 20.0]);
    }
}
