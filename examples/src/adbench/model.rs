//! The hand: bones, skin and triangles, from the three files of a model folder.

use std::path::Path;

use super::error::Error;
use super::fields::Fields;

/// A hand at rest.
#[derive(Clone, Debug)]
pub struct Model {
    /// The bone that each bone hangs on, which comes before it; none for the wrist.
    pub parents: Vec<Option<usize>>,
    /// Each bone's frame in that of its parent.
    pub relative: Vec<[[f64; 4]; 4]>,
    /// From the model's frame into each bone's.
    pub to_bone: Vec<[[f64; 4]; 4]>,
    /// The skin at rest.
    pub vertices: Vec<[f64; 3]>,
    /// The bones that move each vertex, with their shares.
    pub weights: Vec<Vec<(usize, f64)>>,
    /// Three vertices each.
    pub triangles: Vec<[usize; 3]>,
}

/// Numbers of a vertex that are of no use here (its normal and texture coordinates).
const SKIPPED: usize = 5;

impl Model {
    /// Reads `bones.txt`, `vertices.txt` and `triangles.txt`.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let mut model = Model {
            parents: Vec::new(),
            relative: Vec::new(),
            to_bone: Vec::new(),
            vertices: Vec::new(),
            weights: Vec::new(),
            triangles: Vec::new(),
        };
        each_line(&folder.join("bones.txt"), |line| model.read_bone(line))?;
        each_line(&folder.join("vertices.txt"), |line| model.read_vertex(line))?;
        each_line(&folder.join("triangles.txt"), |line| {
            let vertices = model.vertices.len();
            let corners = [
                line.below(vertices)?,
                line.below(vertices)?,
                line.below(vertices)?,
            ];
            model.triangles.push(corners);
            Ok(())
        })?;
        Ok(model)
    }

    fn read_bone(&mut self, line: &mut Fields<'_>) -> Result<(), Error> {
        line.skip(1)?;
        let parent: i64 = line.parse()?;
        let parent = match usize::try_from(parent) {
            Err(_) => None,
            Ok(parent) if parent < self.parents.len() => Some(parent),
            Ok(_) => return Err(line.error("the parent of a bone must come before it")),
        };
        self.parents.push(parent);
        self.relative.push(matrix(line)?);
        self.to_bone.push(matrix(line)?);
        Ok(())
    }

    fn read_vertex(&mut self, line: &mut Fields<'_>) -> Result<(), Error> {
        self.vertices.push(line.array()?);
        line.skip(SKIPPED)?;
        let mut weights = Vec::new();
        for _ in 0..line.parse::<usize>()? {
            weights.push((line.below(self.parents.len())?, line.parse()?));
        }
        self.weights.push(weights);
        Ok(())
    }
}

fn matrix(line: &mut Fields<'_>) -> Result<[[f64; 4]; 4], Error> {
    Ok([line.array()?, line.array()?, line.array()?, line.array()?])
}

/// Gives each line that is not empty to `read`.
fn each_line(
    path: &Path,
    mut read: impl FnMut(&mut Fields<'_>) -> Result<(), Error>,
) -> Result<(), Error> {
    let text = super::error::read_text(path)?;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        read(&mut Fields::separated(path, line, ':'))?;
    }
    Ok(())
}
