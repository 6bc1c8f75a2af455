//! Energy of particles in space: pairs of rows of a slice of arrays.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn lennard_jones(positions: &[[f64; 3]]) -> f64 {
    let mut energy = 0.0;
    for i in 0..positions.len() {
        for j in 0..i {
            let mut squared_distance = 0.0;
            for k in 0..3 {
                let d = positions[i][k] - positions[j][k];
                squared_distance += d * d;
            }
            let inverse6 = squared_distance.powi(-3);
            energy += 4.0 * (inverse6 * inverse6 - inverse6);
        }
    }
    energy
}

pub fn points() -> Vec<(Vec<[f64; 3]>,)> {
    vec![
        (vec![[0.0, 0.0, 0.0], [1.3, 0.2, 0.1], [0.1, 1.2, -0.5]],),
        (vec![[0.0; 3]],),
        (vec![],),
    ]
}
