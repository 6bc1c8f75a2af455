//! What the example programs share.

pub mod adbench;
pub mod digits;
pub mod iris;
pub mod table;
