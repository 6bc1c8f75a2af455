//! Simplifications of a trace. Each takes a trace and gives one with the same meaning, bit for bit.

pub mod value_numbering;

use crate::analysis::literals;
use crate::ir::Trace;
use crate::signature::Base;

/// Runs every pass.
pub fn simplify(trace: &mut Trace, base: Base) {
    value_numbering::run(trace);
    // A variable that was read back may have been a literal.
    literals::annotate(trace, base);
    if cfg!(debug_assertions) {
        crate::ir::verify::verify(trace);
    }
}
