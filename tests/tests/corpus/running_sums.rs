//! `scan`, `filter_map` and other closures that give an `Option`.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn running_sums(x: &[f64]) -> Vec<f64> {
    let mut out: Vec<f64> = x
        .iter()
        .scan(0.0, |sum, &v| {
            *sum += v * v;
            Some(*sum)
        })
        .collect();
    out.extend(
        x.iter()
            .filter_map(|v| if *v > 0.0 { Some(v.ln()) } else { None }),
    );
    out.extend(x.iter().map_while(|v| (*v > 0.0).then(|| v * 3.0)));
    out
}

pub fn points() -> Vec<(Vec<f64>,)> {
    vec![(vec![0.3, 1.2, -0.7, 0.8],), (vec![],)]
}
