//! What the example programs share.

pub mod digits;
pub mod iris;
