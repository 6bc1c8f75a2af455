//! PageRank by power iteration over the links of a graph, with active damping and link weights.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn page_rank(damping: f64, weights: &[f64], #[constant] links: &[(usize, usize)]) -> f64 {
    let n = 4;
    let mut rank = vec![1.0 / n as f64; n];
    let mut out = vec![0.0; n];
    for (k, &(from, _)) in links.iter().enumerate() {
        out[from] += weights[k];
    }
    for _ in 0..6 {
        let mut next = vec![(1.0 - damping) / n as f64; n];
        for (k, &(from, to)) in links.iter().enumerate() {
            next[to] += damping * rank[from] * weights[k] / out[from];
        }
        rank = next;
    }
    rank.iter().map(|r| r * r.ln()).sum::<f64>()
}

pub fn points() -> Vec<(f64, Vec<f64>, Vec<(usize, usize)>)> {
    vec![(
        0.85,
        vec![1.0, 0.5, 2.0, 1.5, 0.7, 1.1],
        vec![(0, 1), (0, 2), (1, 2), (2, 0), (3, 2), (3, 1)],
    )]
}
