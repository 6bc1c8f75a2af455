//! Numbers from the fields of a constant struct mixed with active ones, the constants first.

use autodiff_runtime::differentiate;

#[derive(Clone)]
pub struct Settings {
    pub floor: f64,
    pub weights: Vec<f64>,
    pub order: usize,
}

#[differentiate]
pub fn settings(x: f64, #[constant] with: &Settings) -> f64 {
    let slope = if with.order > 1 { with.floor } else { x * x };
    let late;
    if with.order > 0 {
        late = with.floor;
    } else {
        late = x * with.floor;
    }
    let pair = [with.floor, x];
    let list = vec![with.floor, x * x];
    let mut weights = with.weights.clone();
    weights[0] *= x;
    let mut best = with.floor;
    for i in 0..with.weights.len() {
        let w = with.weights[i];
        let term = if i > 1 { w } else { w * x };
        if term > best {
            best = term;
        }
    }
    slope * pair[1] * list[1] + late * best * weights[0] + list[0] * pair[0]
}

pub fn points() -> Vec<(f64, Settings)> {
    let with = |order| Settings {
        floor: 0.5,
        weights: vec![0.3, 1.2],
        order,
    };
    vec![(0.7, with(0)), (0.7, with(1)), (1.9, with(2))]
}
