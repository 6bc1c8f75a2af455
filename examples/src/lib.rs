//! What the example programs share.

pub mod adbench;
pub mod iris;
