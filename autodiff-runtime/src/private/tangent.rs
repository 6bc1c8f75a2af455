//! What the arithmetic of tangent structs is made of.

use super::{AddFrom, SameShape, Tree, check_shape, flat};

/// `sum += tangent`. A tangent that is nothing but a default, whose sequences have no elements yet,
/// is zero in every shape.
#[track_caller]
pub fn add_tangent<T>(sum: &mut T, tangent: &T)
where
    T: AddFrom<T> + SameShape<T> + Clone + Default + PartialEq,
{
    let nothing = T::default();
    if *sum == nothing {
        sum.clone_from(tangent);
    } else if *tangent != nothing {
        check_shape("the sum", "term", sum, tangent);
        sum.add_from(tangent);
    }
}

/// Changes every number.
pub fn each<V: Copy, T: Tree<V>>(tangent: &mut T, change: impl Fn(V) -> V) {
    tangent.leaves_mut(&mut |leaf| *leaf = change(*leaf));
}

/// Whether there are as many numbers in both, and `agree` says so of all pairs.
pub fn all_pairs<V: Copy, T: Tree<V>>(a: &T, b: &T, agree: impl Fn(&V, &V) -> bool) -> bool {
    let (a, b) = (flat(a), flat(b));
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| agree(a, b))
}
