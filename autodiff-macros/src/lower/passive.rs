//! What is known of integers and constant sequences, which have no type in the trace.

use super::Lower;
use crate::ir::*;
use quote::ToTokens;
use std::collections::HashSet;
use syn::{Expr, Lit, Type};

/// Variables whose exact type is known.
#[derive(Default)]
pub(super) struct Known {
    usizes: HashSet<VarId>,
    sequences: HashSet<VarId>,
}

impl Lower<'_> {
    pub(super) fn know_parameter(&mut self, var: VarId, ty: &Type) {
        if is_usize_type(ty) {
            self.known.usizes.insert(var);
        }
        if is_sequence_type(ty) {
            self.known.sequences.insert(var);
        }
    }

    /// Takes in what the value of a `let` says about its type.
    pub(super) fn know_variable(&mut self, var: VarId, annotation: Option<&Type>, init: &Expr) {
        if let Some(ty) = annotation {
            return self.know_parameter(var, ty);
        }
        if self.is_usize(init) && !matches!(init, Expr::Lit(_)) {
            self.known.usizes.insert(var);
        }
        let makes = match init {
            Expr::Array(_) | Expr::Repeat(_) => true,
            Expr::Macro(mac) => mac.mac.path.is_ident("vec"),
            Expr::MethodCall(call) => call.method == "to_vec",
            _ => false,
        };
        if makes {
            self.known.sequences.insert(var);
        }
    }

    /// Whether `expr` is certainly a `usize`, or a literal that can be one.
    pub(super) fn is_usize(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Paren(inner) => self.is_usize(&inner.expr),
            Expr::Lit(lit) => match &lit.lit {
                Lit::Int(int) => matches!(int.suffix(), "" | "usize"),
                _ => false,
            },
            Expr::Path(path) => {
                path.path
                    .get_ident()
                    .is_some_and(|name| match self.lookup(&name.to_string()) {
                        Some(var) => self.known.usizes.contains(&var),
                        None => self.consts.contains(&name.to_string()),
                    })
            }
            Expr::Binary(binary) => {
                !super::opaque::is_assigning(&binary.op)
                    && self.is_usize(&binary.left)
                    && self.is_usize(&binary.right)
            }
            Expr::MethodCall(call) => call.method == "len" && call.args.is_empty(),
            Expr::Cast(cast) => is_usize_type(&cast.ty),
            _ => false,
        }
    }

    /// Whether `expr` names a constant slice, array or `Vec`, perhaps by reference.
    pub(super) fn is_constant_sequence(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Reference(inner) => self.is_constant_sequence(&inner.expr),
            Expr::Paren(inner) => self.is_constant_sequence(&inner.expr),
            Expr::Path(path) => path
                .path
                .get_ident()
                .and_then(|name| self.lookup(&name.to_string()))
                .is_some_and(|var| self.known.sequences.contains(&var)),
            _ => false,
        }
    }
}

/// Whether values of the type have no derivative: `usize`, `Vec<bool>`, `Option<usize>`.
pub(super) fn is_passive_type(ty: &Type) -> bool {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Option"
        && let syn::PathArguments::AngleBracketed(args) = &last.arguments
        && let Some(syn::GenericArgument::Type(inner)) = args.args.first()
    {
        return is_passive_type(inner);
    }
    crate::signature::shape_of(ty).is_passive()
}

fn is_usize_type(ty: &Type) -> bool {
    ty.to_token_stream().to_string() == "usize"
}

fn is_sequence_type(ty: &Type) -> bool {
    match ty {
        Type::Reference(inner) => is_sequence_type(&inner.elem),
        Type::Paren(inner) => is_sequence_type(&inner.elem),
        Type::Array(_) | Type::Slice(_) => true,
        Type::Path(path) => {
            let last = path.path.segments.last();
            last.is_some_and(|segment| segment.ident == "Vec")
        }
        _ => false,
    }
}
