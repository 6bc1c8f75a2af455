//! LSTM.

use std::path::Path;

use super::{Instance, direction};
use crate::adbench::error::{Error, read_text};
use crate::adbench::fields::Fields;
use crate::adbench::lstm::{loss, loss_grad_into, loss_hvp, loss_jvp};

/// A network and the text it is to predict.
#[derive(Debug)]
pub struct Lstm {
    bits: usize,
    main: Vec<f64>,
    extra: Vec<f64>,
    state: Vec<f64>,
    sequence: Vec<f64>,
    value: f64,
    /// Adjoints of `main` and `extra`.
    bars: [Vec<f64>; 2],
    dots: [Vec<f64>; 2],
}

impl Lstm {
    /// Reads layers, characters, bits, then the parameters, the state and the sequence.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let mut fields = Fields::of(path, &text);
        let (layers, characters, bits): (usize, usize, usize) =
            (fields.parse()?, fields.parse()?, fields.parse()?);
        if characters < 2 {
            return Err(fields.error("at least two characters are needed"));
        }
        let main = fields.numbers(8 * layers * bits)?;
        let extra = fields.numbers(3 * bits)?;
        Ok(Lstm {
            bits,
            bars: [vec![0.0; main.len()], vec![0.0; extra.len()]],
            dots: [direction(main.len()), direction(extra.len())],
            main,
            extra,
            state: fields.numbers(2 * layers * bits)?,
            sequence: fields.numbers(characters * bits)?,
            value: 0.0,
        })
    }
}

impl Instance for Lstm {
    fn objective(&mut self) {
        let (main, extra, bits) = (&self.main, &self.extra, self.bits);
        self.value = loss(main, extra, &self.state, &self.sequence, bits);
    }

    fn derivative(&mut self) {
        self.bars.iter_mut().for_each(|bar| bar.fill(0.0));
        let [main, extra] = &mut self.bars;
        let (state, sequence, bits) = (&self.state, &self.sequence, self.bits);
        self.value = loss_grad_into(&self.main, main, &self.extra, extra, state, sequence, bits);
    }

    fn tangent(&mut self) {
        let [main, extra] = &self.dots;
        let (state, sequence, bits) = (&self.state, &self.sequence, self.bits);
        let both = loss_jvp(&self.main, main, &self.extra, extra, state, sequence, bits);
        self.value = std::hint::black_box(both).0;
    }

    fn second(&mut self) -> bool {
        let [main, extra] = &self.dots;
        let (state, sequence, bits) = (&self.state, &self.sequence, self.bits);
        let product = loss_hvp(&self.main, main, &self.extra, extra, state, sequence, bits);
        std::hint::black_box(product);
        true
    }

    fn results(&mut self) -> Vec<(&'static str, Vec<f64>)> {
        self.derivative();
        vec![
            ("objective", vec![self.value]),
            ("gradient", self.bars.concat()),
        ]
    }
}
