//! What generated code calls. Not part of the public interface: it changes with the macro.

mod count;
mod dual;
mod field;
mod jacobian;
mod key;
mod lane;
mod lift;
mod shape;
mod tracing;
mod tree;
mod zero;

pub use count::count;
pub use dual::{add_dual, dual, dual_tangents, dual_values};
pub use field::{
    Companion, Field, Still, field_hash, given, given_mut, load, number, part, part_mut, set,
};
pub use jacobian::{
    check_jacobian, check_products, check_seeds, columns, flat, prefers_rows, scatter, seed,
    seed_directions, store_row, store_rows,
};
pub use key::{Found, HeldConstant, Key, find};
pub use lane::{Coordinate, Lane, Lanes, put_lane, take_lane};
pub use lift::{Lift, Lower, coerce, lift, lower};
pub use shape::{SameShape, check_shape};
pub use tracing::{Inputs, place_nodes, record_given, trace_inputs, trace_outputs, values};
pub use tree::{AddFrom, Clear, Tree, accumulate, clear, sum};
pub use zero::{Placeholder, ZeroLike, outline, placeholder, zero_like, zero_of};
