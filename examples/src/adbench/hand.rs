//! HAND: residuals of a skinned hand model against measured points.

use autodiff_runtime::differentiate;

use super::model::Model;

/// Pose parameters: a rotation vector, a translation, and four angles a finger.
pub const PARAMETERS: usize = 26;
const FINGERS: usize = 5;

/// The product of two 4 × 4 matrices.
#[differentiate]
fn product(a: &[[f64; 4]; 4], b: &[[f64; 4]; 4]) -> [[f64; 4]; 4] {
    let mut c = [[0.0; 4]; 4];
    for i in 0..4 {
        for j in 0..4 {
            let mut sum = 0.0;
            for k in 0..4 {
                sum += a[i][k] * b[k][j];
            }
            c[i][j] = sum;
        }
    }
    c
}

/// How a joint turns: R_z(abduction)·R_x(flexion).
#[differentiate]
fn joint(flexion: f64, abduction: f64) -> [[f64; 4]; 4] {
    let (sf, cf) = flexion.sin_cos();
    let (sa, ca) = abduction.sin_cos();
    [
        [ca, -sa * cf, sa * sf, 0.0],
        [sa, ca * cf, -ca * sf, 0.0],
        [0.0, sf, cf, 0.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
}

/// The rotation matrix of a rotation vector; the identity for very small ones.
#[differentiate]
fn rotation(x: f64, y: f64, z: f64) -> [[f64; 3]; 3] {
    let angle = (x * x + y * y + z * z).sqrt();
    if angle < 0.0001 {
        return [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    }
    let (a, b, c) = (x / angle, y / angle, z / angle);
    let (sin, cos) = angle.sin_cos();
    let rest = 1.0 - cos;
    [
        [
            cos + rest * a * a,
            rest * a * b - sin * c,
            rest * a * c + sin * b,
        ],
        [
            rest * a * b + sin * c,
            cos + rest * b * b,
            rest * b * c - sin * a,
        ],
        [
            rest * a * c - sin * b,
            rest * b * c + sin * a,
            cos + rest * c * c,
        ],
    ]
}

/// The matrix that takes each bone's share of a vertex from rest to the pose.
#[differentiate(wrt(pose))]
fn bones(pose: &[f64], #[constant] model: &Model) -> Vec<[[f64; 4]; 4]> {
    let count = model.parents.len();
    let mut flexion = vec![0.0; count];
    let mut abduction = vec![0.0; count];
    for finger in 0..FINGERS {
        let (bone, at) = (1 + 4 * finger, 6 + 4 * finger);
        flexion[bone + 1] = pose[at];
        abduction[bone + 1] = pose[at + 1];
        flexion[bone + 2] = pose[at + 2];
        flexion[bone + 3] = pose[at + 3];
    }
    let mut absolute = vec![[[0.0; 4]; 4]; count];
    let mut skinning = vec![[[0.0; 4]; 4]; count];
    for bone in 0..count {
        let turn = joint(flexion[bone], abduction[bone]);
        let relative = product(&model.relative[bone], &turn);
        let parent = model.parents[bone].unwrap_or(bone);
        if parent == bone {
            absolute[bone] = relative;
        } else {
            absolute[bone] = product(&absolute[parent], &relative);
        }
        skinning[bone] = product(&absolute[bone], &model.to_bone[bone]);
    }
    skinning
}

/// Where every vertex of the model is in a pose.
#[differentiate(wrt(pose))]
pub fn vertices(pose: &[f64], #[constant] model: &Model) -> Vec<[f64; 3]> {
    let skinning = bones(pose, model);
    let q = rotation(pose[0], pose[1], pose[2]);
    let mut placed = vec![[0.0; 3]; model.vertices.len()];
    for v in 0..model.vertices.len() {
        let rest = model.vertices[v];
        let mut at = [0.0; 3];
        for &(bone, weight) in &model.weights[v] {
            for i in 0..3 {
                at[i] += weight
                    * (skinning[bone][i][0] * rest[0]
                        + skinning[bone][i][1] * rest[1]
                        + skinning[bone][i][2] * rest[2]
                        + skinning[bone][i][3]);
            }
        }
        for i in 0..3 {
            placed[v][i] = q[i][0] * at[0] + q[i][1] * at[1] + q[i][2] * at[2] + pose[3 + i];
        }
    }
    placed
}

/// Measured points minus the vertices they correspond to.
#[differentiate(wrt(pose))]
pub fn simple(
    pose: &[f64],
    #[constant] model: &Model,
    vertex: &[usize],
    points: &[[f64; 3]],
) -> Vec<[f64; 3]> {
    let placed = vertices(pose, model);
    let mut residuals = vec![[0.0; 3]; points.len()];
    for c in 0..points.len() {
        for i in 0..3 {
            residuals[c][i] = points[c][i] - placed[vertex[c]][i];
        }
    }
    residuals
}

/// Measured points minus points of triangles, whose barycentric coordinates are unknown as well.
#[differentiate(wrt(barycentric, pose))]
pub fn complicated(
    barycentric: &[[f64; 2]],
    pose: &[f64],
    #[constant] model: &Model,
    triangle: &[usize],
    points: &[[f64; 3]],
) -> Vec<[f64; 3]> {
    let placed = vertices(pose, model);
    let mut residuals = vec![[0.0; 3]; points.len()];
    for c in 0..points.len() {
        let corners = model.triangles[triangle[c]];
        let (u, v) = (barycentric[c][0], barycentric[c][1]);
        for i in 0..3 {
            residuals[c][i] = points[c][i]
                - (u * placed[corners[0]][i]
                    + v * placed[corners[1]][i]
                    + (1.0 - u - v) * placed[corners[2]][i]);
        }
    }
    residuals
}
