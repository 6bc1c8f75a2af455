//! BA.

use std::path::Path;

use super::Instance;
use crate::adbench::ba::{
    reprojection, reprojection_jacobian_into, reprojection_jvp, weight_residual,
    weight_residual_grad_into,
};
use crate::adbench::error::{Error, read_text};
use crate::adbench::fields::Fields;

/// Derivatives of one residual: camera, point, weight.
const COLUMNS: usize = 15;

/// One point seen by one camera.
#[derive(Clone, Debug)]
struct Observation {
    camera: usize,
    point: usize,
    weight: f64,
    measured: [f64; 2],
}

/// Cameras, points, and who sees what.
#[derive(Debug)]
pub struct Ba {
    cameras: Vec<[f64; 11]>,
    points: Vec<[f64; 3]>,
    observations: Vec<Observation>,
    residuals: Vec<[f64; 2]>,
    weight_residuals: Vec<f64>,
    /// The blocks of the sparse Jacobian, two rows each.
    blocks: Vec<[f64; 2 * COLUMNS]>,
    weight_blocks: Vec<f64>,
}

impl Ba {
    /// Reads ADBench's files, which hold one camera, point, weight and measurement for all.
    pub fn read_uniform(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let mut fields = Fields::of(path, &text);
        let (n, m, p): (usize, usize, usize) = (fields.parse()?, fields.parse()?, fields.parse()?);
        let cameras = vec![fields.array()?; n];
        let points = vec![fields.array()?; m];
        let (weight, measured) = (fields.parse()?, fields.array()?);
        if n == 0 || m == 0 {
            return Err(fields.error("at least one camera and one point are needed"));
        }
        let observation = |i| Observation {
            camera: i % n,
            point: i % m,
            weight,
            measured,
        };
        Ok(Ba::new(cameras, points, (0..p).map(observation).collect()))
    }

    /// Reads files that give every camera, point and observation.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let mut fields = Fields::of(path, &text);
        let (n, m, p): (usize, usize, usize) = (fields.parse()?, fields.parse()?, fields.parse()?);
        let cameras = (0..n).map(|_| fields.array()).collect::<Result<_, _>>()?;
        let points = (0..m).map(|_| fields.array()).collect::<Result<_, _>>()?;
        let mut observations = Vec::new();
        for _ in 0..p {
            observations.push(Observation {
                camera: fields.below(n)?,
                point: fields.below(m)?,
                weight: fields.parse()?,
                measured: fields.array()?,
            });
        }
        Ok(Ba::new(cameras, points, observations))
    }

    fn new(cameras: Vec<[f64; 11]>, points: Vec<[f64; 3]>, observations: Vec<Observation>) -> Self {
        let p = observations.len();
        Ba {
            cameras,
            points,
            observations,
            residuals: vec![[0.0; 2]; p],
            weight_residuals: vec![0.0; p],
            blocks: vec![[0.0; 2 * COLUMNS]; p],
            weight_blocks: vec![0.0; p],
        }
    }
}

impl Instance for Ba {
    fn objective(&mut self) {
        let residuals = self.residuals.iter_mut().zip(&mut self.weight_residuals);
        for (seen, (residual, weight_residual_)) in self.observations.iter().zip(residuals) {
            let (camera, point) = (&self.cameras[seen.camera], &self.points[seen.point]);
            *residual = reprojection(camera, point, seen.weight, &seen.measured);
            *weight_residual_ = weight_residual(seen.weight);
        }
    }

    fn derivative(&mut self) {
        let blocks = self.blocks.iter_mut().zip(&mut self.weight_blocks);
        for (seen, (block, weight_block)) in self.observations.iter().zip(blocks) {
            let (camera, point) = (&self.cameras[seen.camera], &self.points[seen.point]);
            reprojection_jacobian_into(camera, point, seen.weight, &seen.measured, block);
            *weight_block = 0.0;
            weight_residual_grad_into(seen.weight, weight_block);
        }
    }

    fn tangent(&mut self) {
        let (camera_dot, point_dot) = ([0.3; 11], [-0.2; 3]);
        for (seen, residual) in self.observations.iter().zip(&mut self.residuals) {
            let (camera, point) = (&self.cameras[seen.camera], &self.points[seen.point]);
            let (value, dot) = reprojection_jvp(
                camera,
                &camera_dot,
                point,
                &point_dot,
                seen.weight,
                0.7,
                &seen.measured,
            );
            *residual = value;
            std::hint::black_box(dot);
        }
    }

    fn results(&mut self) -> Vec<(&'static str, Vec<f64>)> {
        self.objective();
        self.derivative();
        vec![
            ("reproj_err", self.residuals.concat()),
            ("w_err", self.weight_residuals.clone()),
            ("reproj_jac", self.blocks.concat()),
            ("w_jac", self.weight_blocks.clone()),
        ]
    }
}
