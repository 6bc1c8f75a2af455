//! The attribute macro `#[differentiate]`. Users reach it through `autodiff-runtime`.
#![forbid(unsafe_code)]

#[macro_use]
mod rule;
mod rules;
