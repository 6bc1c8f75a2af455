//! The Rust that no derivative can be taken of, whatever flows through it; all of it is reported
//! at once. What depends on whether values are active is found while lowering.

use crate::errors::Errors;
use quote::ToTokens;
use syn::visit::Visit;

/// Reports everything in `item` that is never accepted.
pub fn check(item: &syn::ItemFn, errors: &Errors) {
    let returned = item.sig.output.to_token_stream().to_string();
    let fallible = returned.contains("Option") || returned.contains("Result");
    Fence { errors, fallible }.visit_block(&item.block);
}

struct Fence<'a> {
    errors: &'a Errors,
    /// Whether the function returns an `Option` or a `Result`.
    fallible: bool,
}

impl<'ast> Visit<'ast> for Fence<'_> {
    fn visit_expr_async(&mut self, expr: &'ast syn::ExprAsync) {
        self.errors.at(
            expr,
            "an `async` block cannot be differentiated: nothing says when it runs; compute first \
             and await outside of the function",
        );
    }

    fn visit_expr_await(&mut self, expr: &'ast syn::ExprAwait) {
        self.errors.at(
            expr,
            "`.await` cannot be differentiated: the backward sweep cannot wait; await outside of \
             the function and pass the value in",
        );
    }

    fn visit_expr_unsafe(&mut self, expr: &'ast syn::ExprUnsafe) {
        self.errors.at(
            expr,
            "an `unsafe` block cannot be differentiated: the macro must know what memory it \
             touches; write it over slices and indices, or move it into a function of its own \
             that takes no active values",
        );
    }

    fn visit_expr_raw_addr(&mut self, expr: &'ast syn::ExprRawAddr) {
        self.errors.at(
            expr,
            "a raw pointer cannot be followed by `#[differentiate]`; use a reference or an index",
        );
    }

    fn visit_type_ptr(&mut self, ty: &'ast syn::TypePtr) {
        self.errors.at(
            ty,
            "a raw pointer cannot be followed by `#[differentiate]`; use a reference or an index",
        );
    }

    fn visit_type_trait_object(&mut self, ty: &'ast syn::TypeTraitObject) {
        self.errors.at(
            ty,
            "a `dyn` value cannot be differentiated: which function is called is only known at \
             run time; call a function by its name, or choose by `if`",
        );
    }

    fn visit_expr_yield(&mut self, expr: &'ast syn::ExprYield) {
        self.errors.at(
            expr,
            "`yield` cannot be differentiated; return the values in a `Vec`",
        );
    }

    fn visit_expr_try(&mut self, expr: &'ast syn::ExprTry) {
        if !self.fallible {
            self.errors.at(
                expr,
                "`?` leaves a function that returns an `Option` or a `Result`, which this one does \
                 not; return one of them, or take the value by `unwrap` or `let … else`",
            );
        }
        syn::visit::visit_expr_try(self, expr);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        let outside = std::mem::replace(&mut self.fallible, true);
        syn::visit::visit_expr_closure(self, closure);
        self.fallible = outside;
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.errors.at(
            item,
            "a `static` inside of a differentiated function is shared between calls, which a \
             derivative cannot follow; use a `const`, or pass the value as a parameter",
        );
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        if mac
            .path
            .segments
            .last()
            .is_some_and(|segment| segment.ident == "asm")
        {
            self.errors.at(
                mac,
                "inline assembly cannot be differentiated; write the computation in Rust",
            );
        }
    }
}
