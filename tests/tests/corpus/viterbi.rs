//! Best path score through a trellis: max-plus products.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn viterbi(emissions: &[[f64; 3]], transitions: &[[f64; 3]; 3]) -> f64 {
    let mut score = emissions[0];
    for t in 1..emissions.len() {
        let mut next = [0.0; 3];
        for to in 0..3 {
            let mut best = score[0] + transitions[0][to];
            for from in 1..3 {
                let candidate = score[from] + transitions[from][to];
                if candidate > best {
                    best = candidate;
                }
            }
            next[to] = best + emissions[t][to] * emissions[t][to];
        }
        score = next;
    }
    score[0].max(score[1]).max(score[2])
}

pub fn points() -> Vec<(Vec<[f64; 3]>, [[f64; 3]; 3])> {
    let transitions = [[0.1, -0.4, 0.3], [0.7, 0.2, -0.1], [-0.6, 0.5, 0.15]];
    vec![
        (
            vec![[0.3, 0.9, -0.2], [0.5, -1.1, 0.8], [1.2, 0.4, 0.6]],
            transitions,
        ),
        (vec![[0.3, 0.9, -0.2]], transitions),
    ]
}
