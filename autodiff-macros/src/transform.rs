//! From a trace to its derivatives.
//!
//! Both modes contract the same linear equations: [`linear`] gives, for one equation, the partial
//! of the result with respect to each active argument; [`jvp`] multiplies partials with tangents
//! in the order of the trace, [`vjp`] with adjoints in reverse. [`fuse`] and [`store`] then decide
//! how the backward sweep gets at the values it needs: from the same iteration, by computing them
//! again, or from a record.

pub mod carry;
pub mod checkpoint;
pub mod copies;
pub mod fuse;
pub mod jvp;
pub mod lanes;
pub mod linear;
pub mod pairs;
pub mod record;
pub mod store;
pub mod vjp;
pub mod windows;
