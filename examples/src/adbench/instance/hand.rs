//! HAND, simple and complicated.
//!
//! A finger's angles move its own vertices only, and a point's barycentric coordinates that point
//! only: the Jacobian is sparse, and a few tangents give all of it.

use std::path::Path;

use autodiff_runtime::sparse::{Coloring, Pattern};

use super::{Instance, direction};
use crate::adbench::error::{Error, read_text};
use crate::adbench::fields::Fields;
use crate::adbench::hand::{
    PARAMETERS, complicated, complicated_jacobian_times_into, complicated_jvp, simple,
    simple_jacobian_times_into, simple_jvp,
};
use crate::adbench::model::Model;

/// Points and what they correspond to.
#[derive(Debug)]
struct Measured {
    model: Model,
    index: Vec<usize>,
    points: Vec<[f64; 3]>,
}

impl Measured {
    /// Reads c, nt, and c rows of an index below `end` and a point.
    fn read(
        fields: &mut Fields<'_>,
        model: Model,
        end: impl Fn(&Model) -> usize,
    ) -> Result<Self, Error> {
        let (c, parameters): (usize, usize) = (fields.parse()?, fields.parse()?);
        if parameters != PARAMETERS {
            return Err(fields.error("the hand model has 26 pose parameters"));
        }
        let (mut index, mut points) = (Vec::new(), Vec::new());
        for _ in 0..c {
            index.push(fields.below(end(&model))?);
            points.push(fields.array()?);
        }
        Ok(Measured {
            model,
            index,
            points,
        })
    }
}

/// A Jacobian by compressed tangents: its colouring, and room for products and for the matrix.
#[derive(Debug)]
struct Compressed {
    coloring: Coloring,
    products: Vec<f64>,
    /// Row by row.
    matrix: Vec<f64>,
    columns: usize,
}

impl Compressed {
    fn new(pattern: Pattern, columns: usize) -> Self {
        let rows = pattern.rows();
        let coloring = Coloring::greedy(pattern);
        Compressed {
            products: vec![0.0; rows * coloring.colors()],
            matrix: vec![0.0; rows * columns],
            coloring,
            columns,
        }
    }

    /// Writes the products into the matrix; `column` says which column of it a column of the
    /// pattern is.
    fn spread(&mut self, column: impl Fn(usize) -> usize) {
        let (products, matrix) = (&self.products, &mut self.matrix);
        self.coloring
            .scatter_to(products, matrix, self.columns, column);
    }

    fn results(&self, residuals: &[[f64; 3]]) -> Vec<(&'static str, Vec<f64>)> {
        let residuals = residuals.concat();
        let rows = || self.matrix.chunks_exact(self.columns);
        let column = |k: usize| rows().map(move |row| row[k]);
        let by_columns = (0..self.columns).flat_map(column).collect();
        let times = |k| column(k).zip(&residuals).map(|(entry, r)| entry * r).sum();
        vec![
            ("jacobian", by_columns),
            ("jt_err", (0..self.columns).map(times).collect()),
            ("j_ones", rows().map(|row| row.iter().sum()).collect()),
            ("objective", residuals),
        ]
    }
}

/// Points on vertices.
#[derive(Debug)]
pub struct Simple {
    measured: Measured,
    pose: Vec<f64>,
    pose_dot: Vec<f64>,
    residuals: Vec<[f64; 3]>,
    jacobian: Compressed,
}

impl Simple {
    /// Reads an instance and the model in `folder`.
    pub fn read(path: &Path, folder: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let mut fields = Fields::of(path, &text);
        let measured = Measured::read(&mut fields, Model::read(folder)?, |m| m.vertices.len())?;
        let pose = fields.numbers(PARAMETERS)?;
        let rows = 3 * measured.points.len();
        let Measured {
            model,
            index,
            points,
        } = &measured;
        let pattern = Pattern::detect(rows, PARAMETERS, |seeds, products| {
            simple_jacobian_times_into(&pose, model, index, points, seeds, products);
        });
        Ok(Simple {
            jacobian: Compressed::new(pattern, PARAMETERS),
            pose_dot: direction(PARAMETERS),
            residuals: Vec::new(),
            measured,
            pose,
        })
    }
}

impl Instance for Simple {
    fn objective(&mut self) {
        let Measured {
            model,
            index,
            points,
        } = &self.measured;
        self.residuals = simple(&self.pose, model, index, points);
    }

    fn derivative(&mut self) {
        let Measured {
            model,
            index,
            points,
        } = &self.measured;
        let (coloring, products) = (&self.jacobian.coloring, &mut self.jacobian.products);
        simple_jacobian_times_into(&self.pose, model, index, points, coloring, products);
        self.jacobian.spread(|column| column);
    }

    fn tangent(&mut self) {
        let Measured {
            model,
            index,
            points,
        } = &self.measured;
        let both = simple_jvp(&self.pose, &self.pose_dot, model, index, points);
        self.residuals = std::hint::black_box(both).0;
    }

    fn results(&mut self) -> Vec<(&'static str, Vec<f64>)> {
        self.objective();
        self.derivative();
        self.jacobian.results(&self.residuals)
    }
}

/// Points on triangles.
#[derive(Debug)]
pub struct Complicated {
    measured: Measured,
    barycentric: Vec<[f64; 2]>,
    barycentric_dot: Vec<[f64; 2]>,
    pose: Vec<f64>,
    pose_dot: Vec<f64>,
    residuals: Vec<[f64; 3]>,
    jacobian: Compressed,
}

impl Complicated {
    /// Reads an instance and the model in `folder`.
    pub fn read(path: &Path, folder: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let mut fields = Fields::of(path, &text);
        let measured = Measured::read(&mut fields, Model::read(folder)?, |m| m.triangles.len())?;
        let c = measured.points.len();
        let mut barycentric = Vec::new();
        for _ in 0..c {
            barycentric.push(fields.array()?);
        }
        let pose = fields.numbers(PARAMETERS)?;
        let Measured {
            model,
            index,
            points,
        } = &measured;
        let pattern = Pattern::detect(3 * c, 2 * c + PARAMETERS, |seeds, products| {
            complicated_jacobian_times_into(
                &barycentric,
                &pose,
                model,
                index,
                points,
                seeds,
                products,
            );
        });
        Ok(Complicated {
            jacobian: Compressed::new(pattern, 2 + PARAMETERS),
            barycentric_dot: vec![[0.3, -0.6]; c],
            pose_dot: direction(PARAMETERS),
            residuals: Vec::new(),
            measured,
            barycentric,
            pose,
        })
    }
}

impl Instance for Complicated {
    fn objective(&mut self) {
        let Measured {
            model,
            index,
            points,
        } = &self.measured;
        self.residuals = complicated(&self.barycentric, &self.pose, model, index, points);
    }

    fn derivative(&mut self) {
        let Measured {
            model,
            index,
            points,
        } = &self.measured;
        let (coloring, products) = (&self.jacobian.coloring, &mut self.jacobian.products);
        complicated_jacobian_times_into(
            &self.barycentric,
            &self.pose,
            model,
            index,
            points,
            coloring,
            products,
        );
        // The two coordinates of a point come first, whichever point it is.
        let own = 2 * points.len();
        self.jacobian
            .spread(|column| match column.checked_sub(own) {
                None => column % 2,
                Some(parameter) => 2 + parameter,
            });
    }

    fn tangent(&mut self) {
        let Measured {
            model,
            index,
            points,
        } = &self.measured;
        let both = complicated_jvp(
            &self.barycentric,
            &self.barycentric_dot,
            &self.pose,
            &self.pose_dot,
            model,
            index,
            points,
        );
        self.residuals = std::hint::black_box(both).0;
    }

    fn results(&mut self) -> Vec<(&'static str, Vec<f64>)> {
        self.objective();
        self.derivative();
        self.jacobian.results(&self.residuals)
    }
}
