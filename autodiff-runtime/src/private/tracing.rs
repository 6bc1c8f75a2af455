//! Inputs and outputs of a printable trace.

use super::{Tree, ZeroLike};
use crate::Scalar;
use crate::trace::{Node, Trace};

/// Enters the numbers of `value` as inputs: `x`, or `x[0]`, `x[1]`, ….
pub fn trace_inputs<T: Inputs + ?Sized>(trace: &mut Trace, name: &str, value: &T) -> T::Zero {
    value.inputs(trace, name)
}

/// Names the nodes as outputs.
pub fn trace_outputs<T: Tree<Node> + ?Sized>(trace: &mut Trace, name: &str, nodes: &T) {
    let mut count = 0;
    nodes.leaves(&mut |_| count += 1);
    let mut k = 0;
    nodes.leaves(&mut |node| {
        if count == 1 {
            trace.output(name, *node);
        } else {
            trace.output(&format!("{name}[{k}]"), *node);
        }
        k += 1;
    });
}

/// Appends the numbers of `value`.
pub fn values<T: Inputs + ?Sized>(value: &T, out: &mut Vec<f64>) {
    let mut scratch = Trace::new("");
    value.inputs(&mut scratch, "");
    out.extend(scratch.values());
}

/// Enters a result of a function whose derivatives are given: number `k` of `values`.
pub fn record_given<B: Copy + Into<f64>>(
    trace: &mut Trace,
    name: &str,
    (k, values): (usize, &[f64]),
    nodes: &[Node],
    partials: &[B],
) -> Node {
    let moving = nodes
        .iter()
        .zip(partials)
        .filter(|(node, _)| **node != Node::NONE);
    let parents: Vec<(Node, f64)> = moving
        .map(|(node, partial)| (*node, (*partial).into()))
        .collect();
    if parents.is_empty() {
        return Node::NONE;
    }
    let named = match parents.len() {
        0..=MOST_NAMED => (0..parents.len())
            .map(|k| format!("{{{k}}}"))
            .collect::<Vec<_>>()
            .join(", "),
        _ => "…".to_string(),
    };
    let part = match values.len() {
        1 => String::new(),
        _ => format!("[{k}]"),
    };
    trace.equation(
        "",
        &format!("{name}({named}){part}"),
        values[k],
        &parents,
        &[],
    )
}

/// A call with more numbers than this is not spelt out in a trace.
const MOST_NAMED: usize = 4;

/// Hands out nodes in order.
pub fn place_nodes<T: Tree<Node> + ?Sized>(place: &mut T, nodes: &mut impl Iterator<Item = Node>) {
    place.leaves_mut(&mut |leaf| {
        if let Some(node) = nodes.next() {
            *leaf = node;
        }
    });
}

/// A value whose numbers can be the inputs of a trace.
#[diagnostic::on_unimplemented(
    message = "the macro cannot see through the type `{Self}`, and it is not `Differentiable`",
    label = "derivatives with respect to this are asked for",
    note = "put `#[derive(Differentiable)]` on it; or hold it constant: mark the parameter or the \
            field `#[constant]`, or name the active parameters by `#[differentiate(wrt(…))]`"
)]
pub trait Inputs: ZeroLike<Node> {
    /// Enters them, in order.
    fn inputs(&self, trace: &mut Trace, name: &str) -> Self::Zero;
}

impl<S: Scalar> Inputs for S {
    fn inputs(&self, trace: &mut Trace, name: &str) -> Node {
        trace.input(name, self.to_f64())
    }
}

macro_rules! no_input {
    ($($passive:ty)*) => {$(
        impl Inputs for $passive {
            fn inputs(&self, _: &mut Trace, _: &str) {}
        }
    )*};
}
no_input!(() bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize str String);

impl<T: Inputs> Inputs for [T] {
    fn inputs(&self, trace: &mut Trace, name: &str) -> Vec<T::Zero> {
        let parts = self.iter().enumerate();
        parts
            .map(|(k, part)| part.inputs(trace, &format!("{name}[{k}]")))
            .collect()
    }
}

impl<T: Inputs> Inputs for Vec<T> {
    fn inputs(&self, trace: &mut Trace, name: &str) -> Vec<T::Zero> {
        self.as_slice().inputs(trace, name)
    }
}

impl<T: Inputs, const N: usize> Inputs for [T; N] {
    fn inputs(&self, trace: &mut Trace, name: &str) -> [T::Zero; N] {
        std::array::from_fn(|k| self[k].inputs(trace, &format!("{name}[{k}]")))
    }
}

macro_rules! tuples {
    ($($($part:ident $k:tt)*;)*) => {$(
        impl<$($part: Inputs),*> Inputs for ($($part,)*) {
            fn inputs(&self, trace: &mut Trace, name: &str) -> Self::Zero {
                ($(self.$k.inputs(trace, &format!("{name}.{}", $k)),)*)
            }
        }
    )*};
}
tuples! {
    A 0;
    A 0 B 1;
    A 0 B 1 C 2;
    A 0 B 1 C 2 D 3;
    A 0 B 1 C 2 D 3 E 4;
    A 0 B 1 C 2 D 3 E 4 F 5;
}

/// The plain value of a number.
pub fn to_f64<S: Scalar>(value: &S) -> f64 {
    value.to_f64()
}
