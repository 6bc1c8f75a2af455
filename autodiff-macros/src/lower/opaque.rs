//! Expressions as the user wrote them, with variables under their emitted names.

use super::Lower;
use super::typing::PASSIVE_METHODS;
use crate::ir::*;
use crate::rule;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Expr;
use syn::spanned::Spanned;
use syn::visit::Visit;

impl Lower<'_> {
    /// `expr` passed through, for a value without a derivative.
    pub(super) fn opaque(&mut self, expr: &Expr) -> Code {
        let ty = self.ty_of(expr);
        self.opaque_as(expr, ty)
    }

    /// The same with a type that is known otherwise.
    pub(super) fn opaque_as(&mut self, expr: &Expr, ty: Ty) -> Code {
        let tokens = expr.to_token_stream();
        let reads = self.variables_in(tokens.clone());
        self.note_effects(expr, &reads);
        Code {
            tokens: self.renamed(tokens),
            reads,
            pure: is_pure(expr),
            ty,
            span: expr.span(),
        }
    }

    /// `expr` passed through although it mentions variables that may turn out active: then
    /// `message` is an error at `expr`.
    pub(super) fn opaque_or(&mut self, expr: &Expr, message: impl Into<String>) -> Code {
        let code = self.opaque(expr);
        let vars = code.reads.iter().copied();
        let vars = vars
            .filter(|var| self.trace.ty(*var).may_be_active())
            .collect();
        let message = message.into();
        if !message.is_empty() {
            self.hazard(vars, expr, message);
        }
        code
    }

    /// Marks what `expr` may change or move, and forbids it for active variables.
    fn note_effects(&mut self, expr: &Expr, reads: &[VarId]) {
        let mut effects = Effects::default();
        effects.visit_expr(expr);
        for name in effects.maybe_written {
            if let Some(var) = self.lookup(&name) {
                self.trace.var_mut(var).mutated = true;
            }
        }
        for name in effects.written {
            if let Some(var) = self.lookup(&name) {
                self.trace.var_mut(var).mutated = true;
                self.hazard(
                    vec![var],
                    expr,
                    format!(
                        "`{name}` is active and is changed inside of an expression that the macro \
                         passes through; change it in a statement of its own"
                    ),
                );
            }
        }
        for name in effects.moved {
            if let Some(var) = self.lookup(&name)
                && reads.contains(&var)
                && !self.trace.ty(var).is_copy()
            {
                self.trace.var_mut(var).moved = true;
            }
        }
    }

    /// The variables of the function that occur in `tokens`.
    pub(super) fn variables_in(&self, tokens: TokenStream) -> Vec<VarId> {
        let mut found = Vec::new();
        for_each_name(tokens, &mut |name| {
            if let Some(var) = self.lookup(name)
                && !found.contains(&var)
            {
                found.push(var);
                found.extend(self.aliases.get(&var).map(|place| place.root));
            }
        });
        found
    }

    /// `tokens` with every variable under its emitted name. Names that a closure or a pattern
    /// inside binds are renamed alike, which changes nothing.
    pub(super) fn renamed(&self, tokens: TokenStream) -> TokenStream {
        let mut captured = Vec::new();
        let renamed = self.rename(tokens, &mut captured);
        if captured.is_empty() {
            return renamed;
        }
        // A format string captures variables by the user's name: bring that name back.
        let bindings = captured
            .iter()
            .map(|(user, emitted)| quote!(let #user = &#emitted;));
        quote!({ #(#bindings)* #renamed })
    }

    fn rename(
        &self,
        tokens: TokenStream,
        captured: &mut Vec<(proc_macro2::Ident, proc_macro2::Ident)>,
    ) -> TokenStream {
        let mut out = TokenStream::new();
        for (token, is_field) in with_fields(tokens) {
            let token = match token {
                TokenTree::Ident(ident) if !is_field => match self.lookup(&ident.to_string()) {
                    Some(var) if self.trace.var(var).ident != ident => {
                        TokenTree::Ident(self.trace.var(var).ident.clone())
                    }
                    _ => TokenTree::Ident(ident),
                },
                TokenTree::Group(group) => {
                    let inner = self.rename(group.stream(), captured);
                    let mut new = Group::new(group.delimiter(), inner);
                    new.set_span(group.span());
                    TokenTree::Group(new)
                }
                TokenTree::Literal(literal) => {
                    for name in captures(&literal.to_string()) {
                        if let Some(var) = self.lookup(&name) {
                            let user = proc_macro2::Ident::new(&name, literal.span());
                            let emitted = self.trace.var(var).ident.clone();
                            if emitted != user {
                                captured.push((user, emitted));
                            }
                        }
                    }
                    TokenTree::Literal(literal)
                }
                other => other,
            };
            out.extend([token]);
        }
        out
    }
}

/// Each token, and whether it stands after a single dot: `x` is a field in `a.x`, not in `a..x`.
fn with_fields(tokens: TokenStream) -> impl Iterator<Item = (TokenTree, bool)> {
    tokens.into_iter().scan(0, |dots, token| {
        let is_field = *dots == 1;
        *dots = match &token {
            TokenTree::Punct(punct) if punct.as_char() == '.' => *dots + 1,
            _ => 0,
        };
        Some((token, is_field))
    })
}

/// The names captured by a format string: `"{x} {y:.3}"`.
fn captures(literal: &str) -> Vec<String> {
    if !literal.starts_with('"') && !literal.starts_with('r') {
        return Vec::new();
    }
    literal
        .split('{')
        .skip(1)
        .map(|piece| {
            piece
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .filter(|name: &String| !name.is_empty())
        .collect()
}

/// Calls `visit` with each identifier that can name a variable.
fn for_each_name(tokens: TokenStream, visit: &mut dyn FnMut(&str)) {
    for (token, is_field) in with_fields(tokens) {
        match token {
            TokenTree::Ident(ident) if !is_field => visit(&ident.to_string()),
            TokenTree::Group(group) => for_each_name(group.stream(), visit),
            TokenTree::Literal(literal) => {
                captures(&literal.to_string())
                    .iter()
                    .for_each(|name| visit(name));
            }
            _ => {}
        }
    }
}

/// Whether evaluating `expr` again is cheap and has no effect.
pub(super) fn is_pure(expr: &Expr) -> bool {
    const CHEAP: &[&str] = &[
        "len",
        "is_empty",
        "abs",
        "min",
        "max",
        "pow",
        "abs_diff",
        "saturating_sub",
        "signum",
        "rem_euclid",
        "div_euclid",
        "wrapping_sub",
        "wrapping_add",
        "is_nan",
        "is_finite",
        "div_ceil",
        "floor",
        "ceil",
        "round",
        "trunc",
    ];
    match expr {
        Expr::Lit(_) | Expr::Path(_) => true,
        Expr::Paren(inner) => is_pure(&inner.expr),
        Expr::Group(inner) => is_pure(&inner.expr),
        Expr::Unary(unary) => is_pure(&unary.expr),
        Expr::Binary(binary) => {
            !is_assigning(&binary.op) && is_pure(&binary.left) && is_pure(&binary.right)
        }
        Expr::Cast(cast) => is_pure(&cast.expr),
        Expr::Field(field) => is_pure(&field.base),
        Expr::Index(index) => is_pure(&index.expr) && is_pure(&index.index),
        Expr::Reference(reference) => reference.mutability.is_none() && is_pure(&reference.expr),
        Expr::MethodCall(call) => {
            CHEAP.contains(&call.method.to_string().as_str())
                && is_pure(&call.receiver)
                && call.args.iter().all(is_pure)
        }
        _ => false,
    }
}

/// `+=` and its like.
pub(super) fn is_assigning(op: &syn::BinOp) -> bool {
    use syn::BinOp::*;
    matches!(
        op,
        AddAssign(_)
            | SubAssign(_)
            | MulAssign(_)
            | DivAssign(_)
            | RemAssign(_)
            | BitXorAssign(_)
            | BitAndAssign(_)
            | BitOrAssign(_)
            | ShlAssign(_)
            | ShrAssign(_)
    )
}

/// What an expression may write to or move, by name.
#[derive(Default)]
struct Effects {
    written: Vec<String>,
    maybe_written: Vec<String>,
    moved: Vec<String>,
}

/// The variable at the root of a place expression.
pub(super) fn root_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Field(field) => root_name(&field.base),
        Expr::Index(index) => root_name(&index.expr),
        Expr::Paren(inner) => root_name(&inner.expr),
        Expr::Group(inner) => root_name(&inner.expr),
        Expr::Unary(unary) => root_name(&unary.expr),
        _ => None,
    }
}

/// Whether a method only looks at its receiver. The float methods of the rule table do.
fn only_looks(method: &str) -> bool {
    const LOOKING: &[&str] = &[
        "iter",
        "pow",
        "clone",
        "to_vec",
        "get",
        "first",
        "last",
        "contains",
        "windows",
        "chunks",
        "chunks_exact",
        "as_slice",
        "abs_diff",
        "saturating_sub",
        "cmp",
    ];
    LOOKING.contains(&method) || PASSIVE_METHODS.contains(&method) || rule::row(method).is_some()
}

impl<'ast> Visit<'ast> for Effects {
    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        self.written.extend(root_name(&assign.left));
        syn::visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        if is_assigning(&binary.op) {
            self.written.extend(root_name(&binary.left));
        }
        syn::visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_reference(&mut self, reference: &'ast syn::ExprReference) {
        if reference.mutability.is_some() {
            self.written.extend(root_name(&reference.expr));
        }
        syn::visit::visit_expr_reference(self, reference);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if !only_looks(&call.method.to_string())
            && let Some(root) = root_name(&call.receiver)
        {
            self.maybe_written.push(root.clone());
            self.moved.push(root);
        }
        self.note_moves(call.args.iter());
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.note_moves(call.args.iter());
        syn::visit::visit_expr_call(self, call);
    }
}

impl Effects {
    /// A variable given by value may be moved.
    fn note_moves<'ast>(&mut self, args: impl Iterator<Item = &'ast Expr>) {
        for arg in args {
            if let Expr::Path(path) = arg {
                self.moved
                    .extend(path.path.get_ident().map(ToString::to_string));
            }
        }
    }
}
