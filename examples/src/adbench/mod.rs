//! The four problems of Microsoft's ADBench (<https://github.com/microsoft/ADBench>), written as plain
//! Rust under `#[differentiate]`, and the reading, checking and timing of their instances.

pub mod ba;
pub mod check;
pub mod error;
mod fields;
pub mod gmm;
pub mod golden;
pub mod hand;
pub mod instance;
pub mod lstm;
pub mod model;
pub mod time;
