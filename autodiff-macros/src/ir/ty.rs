//! What the macro knows of types.

use super::*;

impl Ty {
    /// The type of a variable that starts with a value of this type and may be given others.
    pub fn of_variable(self) -> Ty {
        match self {
            Ty::Opaque => Ty::Unknown,
            Ty::Array(inner, len) => Ty::Array(Box::new(inner.of_variable()), len),
            Ty::Vec(inner) => Ty::Vec(Box::new(inner.of_variable())),
            Ty::Maybe(inner) => Ty::Maybe(Box::new(inner.of_variable())),
            Ty::Tuple(parts) => Ty::Tuple(parts.into_iter().map(Ty::of_variable).collect()),
            other => other,
        }
    }

    /// The type of values that are all of one type, as far as that of each is known.
    pub fn of_equals(types: impl Iterator<Item = Ty>) -> Ty {
        let known = |ty: &Ty| match ty.behind() {
            Ty::Opaque => 0,
            Ty::Unknown => 1,
            _ => 2,
        };
        // The first of those that say the most.
        types
            .reduce(|best, ty| if known(&ty) > known(&best) { ty } else { best })
            .unwrap_or(Ty::Unknown)
    }

    /// Whether there is an [`Opaque`](Ty::Opaque) part.
    pub fn has_opaque(&self) -> bool {
        match self {
            Ty::Opaque => true,
            Ty::Array(inner, _)
            | Ty::Slice(inner)
            | Ty::Vec(inner)
            | Ty::Maybe(inner)
            | Ty::Ref(inner, _) => inner.has_opaque(),
            Ty::Tuple(parts) => parts.iter().any(Ty::has_opaque),
            _ => false,
        }
    }

    /// The type with all floats in the precision of the function.
    pub fn of_tangent(self) -> Ty {
        self.with_floats(&Ty::Real)
    }

    /// The type with all floats replaced.
    pub fn with_floats(self, float: &Ty) -> Ty {
        let inner = |ty: Box<Ty>| Box::new(ty.with_floats(float));
        match self {
            Ty::Real | Ty::Other => float.clone(),
            Ty::Array(element, len) => Ty::Array(inner(element), len),
            Ty::Slice(element) => Ty::Slice(inner(element)),
            Ty::Vec(element) => Ty::Vec(inner(element)),
            Ty::Maybe(element) => Ty::Maybe(inner(element)),
            Ty::Ref(element, mutable) => Ty::Ref(inner(element), mutable),
            Ty::Tuple(parts) => Ty::Tuple(
                parts
                    .into_iter()
                    .map(|part| part.with_floats(float))
                    .collect(),
            ),
            other => other,
        }
    }

    /// Whether there is a float of the other precision in it.
    pub fn has_other(&self) -> bool {
        match self {
            Ty::Other => true,
            Ty::Array(inner, _)
            | Ty::Slice(inner)
            | Ty::Vec(inner)
            | Ty::Maybe(inner)
            | Ty::Ref(inner, _) => inner.has_other(),
            Ty::Tuple(parts) => parts.iter().any(Ty::has_other),
            _ => false,
        }
    }

    /// The type behind any references.
    pub fn behind(&self) -> &Ty {
        match self {
            Ty::Ref(inner, _) => inner.behind(),
            other => other,
        }
    }

    pub fn is_real(&self) -> bool {
        matches!(self.behind(), Ty::Real | Ty::Other)
    }

    pub fn is_passive(&self) -> bool {
        matches!(self.behind(), Ty::Passive | Ty::Opaque)
    }

    /// Whether a value is handed on by copying, as far as the macro can tell.
    pub fn is_copy(&self) -> bool {
        match self {
            Ty::Real | Ty::Other => true,
            Ty::Ref(_, mutable) => !mutable,
            Ty::Array(element, _) => element.is_copy(),
            Ty::Tuple(parts) => parts.iter().all(Ty::is_copy),
            _ => false,
        }
    }

    /// The type of `value[i]`.
    pub fn element(&self) -> Ty {
        match self.behind() {
            Ty::Array(element, _) | Ty::Slice(element) | Ty::Vec(element) => (**element).clone(),
            Ty::Passive => Ty::Passive,
            Ty::Opaque => Ty::Opaque,
            _ => Ty::Unknown,
        }
    }

    /// How many numbers with a derivative a value of this type holds, if that is known.
    pub fn static_count(&self) -> Option<usize> {
        match self {
            Ty::Real => Some(1),
            Ty::Passive | Ty::Opaque => Some(0),
            Ty::Array(inner, Some(len)) => {
                let len: syn::LitInt = syn::parse2(len.clone()).ok()?;
                Some(inner.static_count()? * len.base10_parse::<usize>().ok()?)
            }
            Ty::Tuple(parts) => parts.iter().map(Ty::static_count).sum(),
            Ty::Ref(inner, _) => inner.static_count(),
            _ => None,
        }
    }

    /// Whether any part of a value of this type can carry a derivative.
    pub fn may_be_active(&self) -> bool {
        match self {
            Ty::Passive | Ty::Opaque => false,
            Ty::Real | Ty::Other | Ty::Unknown => true,
            Ty::Array(inner, _)
            | Ty::Slice(inner)
            | Ty::Vec(inner)
            | Ty::Maybe(inner)
            | Ty::Ref(inner, _) => inner.may_be_active(),
            Ty::Tuple(parts) => parts.iter().any(Ty::may_be_active),
        }
    }
}

/// Whether the zero of a type can be written down without a value of it.
pub fn has_static_shape(ty: &Ty) -> bool {
    match ty {
        Ty::Real | Ty::Other => true,
        Ty::Array(element, Some(_)) => has_static_shape(element),
        _ => false,
    }
}
