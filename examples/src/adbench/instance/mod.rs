//! Instances of the problems: their data, and room for what is computed from them.

mod ba;
mod gmm;
mod hand;
mod lstm;

use super::error::Error;
use super::golden::Golden;

/// An instance of one of the four problems.
pub trait Instance {
    /// Evaluates the objective.
    fn objective(&mut self);

    /// Evaluates the objective and its gradient, or the whole Jacobian.
    fn derivative(&mut self);

    /// Evaluates the objective and its tangent in one direction.
    fn tangent(&mut self);

    /// A Hessian-vector product; `false` if the problem is vector-valued.
    fn second(&mut self) -> bool {
        false
    }

    /// All results under the names they have in files of reference values.
    fn results(&mut self) -> Vec<(&'static str, Vec<f64>)>;
}

/// Reads the instance that a file of reference values belongs to.
pub fn read(golden: &Golden) -> Result<Box<dyn Instance>, Error> {
    let data = golden.relative("data")?;
    Ok(match golden.header("problem")? {
        "gmm" => Box::new(gmm::Gmm::read(&data, golden.is_set("replicate"))?),
        "ba" => Box::new(ba::Ba::read_uniform(&data)?),
        "bafull" => Box::new(ba::Ba::read(&data)?),
        "lstm" => Box::new(lstm::Lstm::read(&data)?),
        "hand_simple" => Box::new(hand::Simple::read(&data, &golden.relative("model")?)?),
        "hand_complicated" => Box::new(hand::Complicated::read(&data, &golden.relative("model")?)?),
        other => {
            let message = format!(
                "problem `{other}` is not one of gmm, ba, bafull, lstm, hand_simple, hand_complicated"
            );
            return Err(Error::format(&golden.path, message));
        }
    })
}

/// A direction without symmetries, for products.
fn direction(n: usize) -> Vec<f64> {
    (0..n).map(|i| (1.3 * (i as f64 + 0.4)).sin()).collect()
}
