//! What generated code calls. Not part of the public interface: it changes with the macro.

mod checkpoints;
mod count;
mod dual;
mod fallible;
mod field;
mod jacobian;
mod key;
mod lane;
mod lift;
pub mod nalgebra;
pub mod ops;
mod records;
mod rows;
mod sequence;
mod shape;
mod tangent;
mod tracing;
mod tree;
mod zero;

pub use approx;
pub use checkpoints::Checkpoints;
pub use count::{Count, count};
pub use dual::{add_dual, dual, dual_tangents, dual_values};
pub use fallible::{
    Fallible, Payload, apart, fail, fail_alike, is_there, never, payload, payload_mut, propagate,
    succeed, succeeded, three_apart,
};
pub use field::{
    Companion, Field, Still, field_hash, given, given_mut, load, number, part, part_mut, set,
};
pub use jacobian::{
    check_jacobian, check_products, check_seeds, columns, flat, prefers_rows, rows_of, scatter,
    seed, seed_directions, store_columns, store_rows,
};
pub use key::{Found, HeldConstant, Key, find};
pub use lane::{Coordinate, Lane, Lanes, add_lane, put_lane, take_lane};
pub use lift::{Lift, Lower, coerce, lift, lower};
pub use records::{records, trips};
pub use sequence::{check_clone_from_slice, check_copy_from_slice, check_swap_with_slice, order};
pub use shape::{SameShape, check_shape};
pub use tangent::{add_tangent, all_pairs, each};
pub use tracing::{Inputs, place_nodes, record_given, to_f64, trace_inputs, trace_outputs, values};
pub use tree::{AddFrom, Clear, Tree, accumulate, clear, sum};
pub use zero::{Placeholder, ZeroLike, outline, placeholder, zero_like, zero_of};

/// The hidden methods by which the derivatives of methods are found.
pub mod methods {
    pub use super::nalgebra::*;
    pub use super::rows::FloatMethods as __AutodiffFloatMethods;
}
