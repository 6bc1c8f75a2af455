//! Expressions as the user wrote them, with variables under their emitted names.

use super::Lower;
use super::typing::PASSIVE_METHODS;
use crate::ir::*;
use crate::rule;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::collections::HashSet;
use syn::Expr;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::visit_mut::VisitMut;

impl Lower<'_> {
    /// `expr` passed through, for a value without a derivative.
    pub(super) fn opaque(&mut self, expr: &Expr) -> Code {
        let ty = self.ty_of(expr);
        self.opaque_as(expr, ty)
    }

    /// The same with a type that is known otherwise.
    pub(super) fn opaque_as(&mut self, expr: &Expr, ty: Ty) -> Code {
        let tokens = spelled_out(expr);
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

    /// The variables that `expr` changes, which are marked as such.
    pub(super) fn written_in(&mut self, expr: &Expr) -> Vec<VarId> {
        let mut effects = Effects::default();
        effects.visit_expr(expr);
        let written: Vec<VarId> = effects
            .written
            .iter()
            .filter_map(|name| self.written_root(name))
            .collect();
        for var in &written {
            self.trace.var_mut(*var).mutated = true;
        }
        written
    }

    /// Passive code must not call a closure that changes active variables.
    fn note_closures(&mut self, expr: &Expr) {
        let mut written = Vec::new();
        for_each_name(expr.to_token_stream(), &mut |name| {
            let closure = self.lookup(name).and_then(|var| self.closures.get(&var));
            written.extend(
                closure
                    .into_iter()
                    .flat_map(|closure| closure.written.clone()),
            );
        });
        self.hazard(
            written,
            expr,
            "a closure that changes active variables is called inside of an expression that the \
             macro passes through; call it in a statement of its own",
        );
    }

    /// Marks what `expr` may change or move, and forbids it for active variables.
    fn note_effects(&mut self, expr: &Expr, reads: &[VarId]) {
        self.note_closures(expr);
        let mut effects = Effects::default();
        effects.visit_expr(expr);
        for name in effects.maybe_written {
            if let Some(var) = self.written_root(&name) {
                self.trace.var_mut(var).mutated = true;
            }
        }
        for name in effects.written {
            if let Some(var) = self.written_root(&name) {
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

    /// The variables that the name of `var` stands for.
    fn stands_for(&self, var: VarId) -> Vec<VarId> {
        if let Some(alias) = self.aliases.get(&var) {
            let mut vars = vec![alias.place.root];
            vars.extend(alias.place.index_reads());
            return vars;
        }
        let inside: Vec<VarId> = if let Some(closure) = self.closures.get(&var) {
            closure.captured().collect()
        } else if let Some((_, meanings)) = self.iterators.get(&var) {
            meanings.iter().map(|(_, var)| *var).collect()
        } else {
            return vec![var];
        };
        inside
            .into_iter()
            .flat_map(|inner| self.stands_for(inner))
            .collect()
    }

    /// Whether the name of `var` is that of a closure or an iterator, not of a value.
    fn stands_for_code(&self, var: VarId) -> bool {
        self.closures.contains_key(&var) || self.iterators.contains_key(&var)
    }

    fn code_for(&self, var: VarId) -> TokenStream {
        if let Some(closure) = self.closures.get(&var) {
            return closure.tokens.clone();
        }
        let tokens = self.renamed(self.iterators[&var].0.to_token_stream());
        quote!((#tokens))
    }

    /// The variable that writing to `name` writes to.
    fn written_root(&self, name: &str) -> Option<VarId> {
        let var = self.lookup(name)?;
        Some(self.aliases.get(&var).map_or(var, |alias| alias.place.root))
    }

    /// The variables of the function that occur in `tokens`.
    pub(super) fn variables_in(&self, tokens: TokenStream) -> Vec<VarId> {
        let mut found = Vec::new();
        for_each_name(tokens, &mut |name| {
            let Some(var) = self.lookup(name) else { return };
            for var in self.stands_for(var) {
                if !found.contains(&var) {
                    found.push(var);
                }
            }
        });
        found
    }

    /// `tokens` with every variable under its emitted name. Names that a closure or a pattern
    /// inside binds are renamed alike, which changes nothing.
    pub(super) fn renamed(&self, tokens: TokenStream) -> TokenStream {
        let mut renaming = Renaming::default();
        let bound = match self.aliases.is_empty() {
            true => Default::default(),
            false => super::alias::bound_names(&tokens),
        };
        let renamed = self.rename(tokens, &bound, &mut renaming);
        if renaming.before.is_empty() {
            return renamed;
        }
        let before = renaming.before;
        quote!({ #(#before)* #renamed })
    }

    fn rename(
        &self,
        tokens: TokenStream,
        bound: &HashSet<String>,
        renaming: &mut Renaming,
    ) -> TokenStream {
        let mut out: Vec<TokenTree> = Vec::new();
        let mut tokens = with_fields(tokens).peekable();
        while let Some((token, is_field)) = tokens.next() {
            let token = match token {
                TokenTree::Ident(ident) if !is_field => {
                    let name = ident.to_string();
                    match self.lookup(&name) {
                        Some(var) if self.stands_for_code(var) => {
                            let tokens = self.code_for(var);
                            out.extend(tokens);
                            continue;
                        }
                        Some(var) if self.aliases.contains_key(&var) => {
                            if !bound.contains(&name) {
                                let next = tokens.peek().map(|(token, _)| token.to_string());
                                self.put(var, next.as_deref(), &mut out);
                                continue;
                            }
                            let (own, value) = (&self.trace.var(var).ident, self.alias_tokens(var));
                            renaming.declare(&name, quote!(let #own = #value;));
                            TokenTree::Ident(own.clone())
                        }
                        Some(var) if self.trace.var(var).ident != ident => {
                            TokenTree::Ident(self.trace.var(var).ident.clone())
                        }
                        _ => TokenTree::Ident(ident),
                    }
                }
                TokenTree::Group(group) => {
                    let inner = self.rename(group.stream(), bound, renaming);
                    let mut new = Group::new(group.delimiter(), inner);
                    new.set_span(group.span());
                    TokenTree::Group(new)
                }
                TokenTree::Literal(literal) => {
                    self.bring_back(&literal, renaming);
                    TokenTree::Literal(literal)
                }
                other => other,
            };
            out.push(token);
        }
        out.into_iter().collect()
    }

    /// A format string captures variables by the user's name: that name is declared again.
    fn bring_back(&self, literal: &proc_macro2::Literal, renaming: &mut Renaming) {
        for name in captures(&literal.to_string()) {
            let Some(var) = self.lookup(&name) else {
                continue;
            };
            let user = proc_macro2::Ident::new(&name, literal.span());
            let emitted = &self.trace.var(var).ident;
            if self.aliases.contains_key(&var) {
                let value = self.alias_tokens(var);
                renaming.declare(&name, quote!(let #user = #value;));
            } else if *emitted != user {
                renaming.declare(&name, quote!(let #user = &#emitted;));
            }
        }
    }
}

/// What must be declared in front of renamed code.
#[derive(Default)]
struct Renaming {
    names: HashSet<String>,
    before: Vec<TokenStream>,
}

impl Renaming {
    fn declare(&mut self, name: &str, stmt: TokenStream) {
        if self.names.insert(name.to_string()) {
            self.before.push(stmt);
        }
    }
}

/// The expression with `field: field` for every `field` of a struct: the one may get another name.
fn spelled_out(expr: &Expr) -> TokenStream {
    struct Spell;
    impl VisitMut for Spell {
        fn visit_field_value_mut(&mut self, field: &mut syn::FieldValue) {
            field.colon_token.get_or_insert_default();
            as_field(&mut field.member);
            syn::visit_mut::visit_field_value_mut(self, field);
        }

        fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
            field.colon_token.get_or_insert_default();
            as_field(&mut field.member);
            syn::visit_mut::visit_field_pat_mut(self, field);
        }
    }
    /// A raw identifier is the same field, and no variable has such a name here.
    fn as_field(member: &mut syn::Member) {
        if let syn::Member::Named(name) = member
            && !name.to_string().starts_with("r#")
        {
            *name = proc_macro2::Ident::new_raw(&name.to_string(), name.span());
        }
    }
    let mut expr = expr.clone();
    Spell.visit_expr_mut(&mut expr);
    expr.into_token_stream()
}

/// Each token, and whether it stands after a single dot: `x` is a field in `a.x`, not in `a..x`.
pub(super) fn with_fields(tokens: TokenStream) -> impl Iterator<Item = (TokenTree, bool)> {
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
pub(super) fn for_each_name(tokens: TokenStream, visit: &mut dyn FnMut(&str)) {
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

/// Whether a method of a sequence changes it.
pub(super) fn changes(method: &str) -> bool {
    const CHANGING: &[&str] = &[
        "push",
        "pop",
        "insert",
        "remove",
        "swap_remove",
        "truncate",
        "clear",
        "resize",
        "extend",
        "extend_from_slice",
        "append",
        "drain",
        "retain",
        "dedup",
        "fill",
        "copy_from_slice",
        "clone_from_slice",
        "reverse",
        "swap",
        "swap_with_slice",
        "rotate_left",
        "rotate_right",
        "sort",
        "sort_by",
        "sort_by_key",
        "sort_unstable",
        "sort_unstable_by",
    ];
    method.ends_with("_mut") || CHANGING.contains(&method)
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
        if changes(&call.method.to_string()) {
            self.written.extend(root_name(&call.receiver));
        }
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
