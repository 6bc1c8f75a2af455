//! Symbolic partials.
use crate::lower::Lowered;
use crate::signature::Function;
pub fn partials(_function: &Function, _lowered: &Lowered) -> Option<String> {
    None
}
