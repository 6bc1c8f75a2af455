//! Simplifications of a trace. Each takes a trace and gives one with the same meaning, bit for bit.

pub mod value_numbering;

use crate::ir::Trace;

/// Runs every pass.
pub fn simplify(trace: &mut Trace) {
    value_numbering::run(trace);
    if cfg!(debug_assertions) {
        crate::ir::verify::verify(trace);
    }
}
