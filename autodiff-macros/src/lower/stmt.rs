//! What does a statement do?

use super::Lower;
use super::control::Tail;
use super::exits::escapes;
use super::opaque::is_assigning;
use crate::ir::*;
use proc_macro2::{Ident, Span};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{Expr, Pat};

/// Macros that only look at their arguments.
const LOOKING_MACROS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "println",
    "print",
    "eprintln",
    "eprint",
    "panic",
    "unreachable",
    "todo",
    "unimplemented",
];

impl Lower<'_> {
    /// A statement that the control flow does not leave (see `control` for the others).
    pub(super) fn stmt(&mut self, stmt: &syn::Stmt) {
        match stmt {
            syn::Stmt::Local(local) => self.local(local),
            // Hoisted when the block was entered.
            syn::Stmt::Item(_) => {}
            syn::Stmt::Expr(expr, _) => self.expr_stmt(expr),
            syn::Stmt::Macro(mac) => {
                let expr = Expr::Macro(syn::ExprMacro {
                    attrs: mac.attrs.clone(),
                    mac: mac.mac.clone(),
                });
                self.expr_stmt(&expr);
            }
        }
    }

    pub(super) fn passive(
        &mut self,
        tokens: proc_macro2::TokenStream,
        span: proc_macro2::Span,
        reads: Vec<VarId>,
        defines: Vec<VarId>,
    ) {
        let code = Code {
            tokens,
            reads,
            pure: false,
            ty: Ty::Passive,
            span,
        };
        self.emit(Stmt::Passive {
            code,
            defines,
            writes: Vec::new(),
        });
    }

    pub(super) fn expr_stmt(&mut self, expr: &Expr) {
        match expr {
            Expr::Paren(inner) => self.expr_stmt(&inner.expr),
            Expr::Group(inner) => self.expr_stmt(&inner.expr),
            Expr::Assign(assign) => self.assign(assign, expr),
            Expr::Binary(binary) if is_assigning(&binary.op) => self.compound(binary, expr),
            Expr::If(branch) => self.if_stmt(branch, &Tail::Discard),
            Expr::ForLoop(for_loop) => self.for_loop(for_loop),
            Expr::While(while_loop) => self.while_loop(while_loop),
            Expr::Loop(endless) => self.endless_loop(endless),
            Expr::Block(block) if block.label.is_some() => self.labelled_block(block, None),
            Expr::Match(matching) if self.must_take_apart(expr) => {
                self.match_stmt(matching, &Tail::Discard);
            }
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => {
                self.exit(expr);
            }
            Expr::Try(tried) if self.must_take_apart(expr) => {
                self.tried(tried, expr);
            }
            Expr::Block(block) => {
                self.scopes.push(Default::default());
                self.stmts(&block.block.stmts, &Tail::Discard);
                self.scopes.pop();
            }
            Expr::Macro(mac) => self.macro_stmt(mac, expr),
            Expr::Call(call) if self.is_closure_call(call) && self.must_lower(expr) => {
                self.closure_call(call, expr);
            }
            Expr::Call(call) if self.is_differentiable_call(call) => {
                self.call_value(call, expr);
            }
            Expr::MethodCall(call) if self.sets_entries(call) => {}
            Expr::MethodCall(call) if self.is_differentiable_method(call) => {
                self.unknown_method_call(call);
            }
            Expr::Call(call) if self.mem_swap(call, expr) => {}
            Expr::Call(call) if self.mem_value(call, expr).is_some() => {}
            Expr::MethodCall(call) if self.chain_stmt(call, expr) => {}
            Expr::MethodCall(call) if self.sequence_stmt(call, expr) => {}
            Expr::MethodCall(call) if call.method == "swap" && call.args.len() == 2 => {
                self.swap(call, expr);
            }
            other => self.passive_stmt(other),
        }
    }

    /// A statement passed through; an error if it turns out to read active values.
    pub(super) fn passive_stmt(&mut self, expr: &Expr) {
        let message = match expr {
            Expr::MethodCall(call) => format!(
                "the method `{}` on active values is not supported by `#[differentiate]` as a \
                 statement; write it as assignments to variables and elements",
                call.method
            ),
            other => super::expr::unsupported(other),
        };
        let code = self.opaque_or(expr, message);
        let tokens = &code.tokens;
        self.passive(quote!(#tokens;), code.span, code.reads.clone(), Vec::new());
    }

    fn macro_stmt(&mut self, mac: &syn::ExprMacro, expr: &Expr) {
        if self.popped(&mac.mac).is_some() {
            return;
        }
        let name = mac
            .mac
            .path
            .segments
            .last()
            .map(|s| s.ident.to_string())
            .unwrap_or_default();
        if LOOKING_MACROS.contains(&name.as_str()) {
            let code = self.opaque_as(expr, Ty::Passive);
            let tokens = &code.tokens;
            self.passive(quote!(#tokens;), code.span, code.reads.clone(), Vec::new());
        } else {
            let code = self.opaque_or(
                expr,
                format!(
                    "the macro `{name}!` is given active values: what it does with them is not \
                     visible here; write out what it stands for"
                ),
            );
            let tokens = &code.tokens;
            self.passive(quote!(#tokens;), code.span, code.reads.clone(), Vec::new());
        }
    }

    fn local(&mut self, local: &syn::Local) {
        if self.let_split(local) || self.let_unzipped(local) || self.let_references(local) {
            return;
        }
        let (pat, annotation) = match &local.pat {
            Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        match (&local.init, pat) {
            // Neither active nor a way out of the function.
            (Some(init), _) if init.diverge.is_some() => self.let_passive(local),
            (Some(init), Pat::Ident(ident)) if plain(ident) => {
                self.let_variable(ident, annotation, &init.expr);
            }
            (Some(init), Pat::Wild(_)) => {
                self.operand(&init.expr);
            }
            (None, Pat::Ident(ident)) if plain(ident) => {
                let ty = annotation.map_or(Ty::Unknown, |ty| self.shape_of(ty));
                let var = self.user_var(&ident.ident, ty, Kind::Slot);
                self.trace.var_mut(var).annotation = annotation.map(|ty| ty.to_token_stream());
                self.bind(&ident.ident, var);
                self.emit(Stmt::Declare { var, init: None });
            }
            (Some(init), _) => self.let_pattern(pat, annotation, &init.expr, local),
            _ => self.let_passive(local),
        }
    }

    fn let_variable(&mut self, pat: &syn::PatIdent, annotation: Option<&syn::Type>, init: &Expr) {
        let ident = &pat.ident;
        // A second name for a reference is the same variable.
        if pat.mutability.is_none()
            && let Some(place) = self.bare_reference(init)
        {
            self.bind(ident, place);
            return;
        }
        if self.let_code(pat, init) || (pat.mutability.is_none() && self.let_alias(ident, init)) {
            return;
        }
        let passive = annotation.is_some_and(super::passive::is_passive_type);
        let operand = match passive && is_looking(init) {
            // `let n: usize = x.iter()…` has no derivative, whatever it looks at.
            true => {
                let code = self.opaque_as(init, Ty::Passive);
                self.hold(code)
            }
            false => self.value(init),
        };
        if self.adopt(pat, annotation, &operand) {
            return;
        }
        self.name_value(pat, annotation, operand, init.span());
        if let Some(var) = self.lookup(&ident.to_string()) {
            self.know_variable(var, annotation, init);
        }
    }

    /// Gives a value the user's name.
    pub(super) fn name_value(
        &mut self,
        pat: &syn::PatIdent,
        annotation: Option<&syn::Type>,
        operand: Operand,
        span: Span,
    ) {
        let ident = &pat.ident;
        let ty = match annotation.map(|ty| self.shape_of(ty)) {
            None | Some(Ty::Unknown) => self.trace.operand_ty(&operand),
            Some(ty) => ty,
        };
        let ty = if pat.mutability.is_some() {
            ty.of_variable()
        } else {
            ty
        };
        // The tangent of a part that starts as a constant is there from the start.
        if let (Ty::Tuple(_), Some(var)) = (&ty, operand.var()) {
            self.trace.var_mut(var).ty = ty.clone();
        }
        let annotation = annotation.map(|ty| ty.to_token_stream());
        let kind = if pat.mutability.is_some() {
            Kind::Slot
        } else {
            Kind::Temp
        };
        let var = match self.unnamed_temp(&operand) {
            Some(var) if kind == Kind::Temp => {
                let named = self.user_var(ident, ty, kind);
                let new = self.trace.vars.pop().expect("the variable pushed above");
                debug_assert_eq!(named.0 as usize, self.trace.vars.len());
                let old = self.trace.var_mut(var);
                (old.ident, old.source_name, old.ty) = (new.ident, new.source_name, new.ty);
                var
            }
            _ => {
                let var = self.user_var(ident, ty, kind);
                self.emit(match kind {
                    Kind::Slot => Stmt::Declare {
                        var,
                        init: Some(operand),
                    },
                    _ => Stmt::Let(Eqn {
                        var,
                        op: Op::Copy,
                        args: vec![operand],
                        span,
                    }),
                });
                var
            }
        };
        self.trace.var_mut(var).annotation = annotation;
        self.bind(ident, var);
    }

    /// A closure or an iterator that is given a name.
    fn let_code(&mut self, pat: &syn::PatIdent, init: &Expr) -> bool {
        self.let_closure(&pat.ident, init) || self.let_iterator(&pat.ident, init)
    }

    /// A `Vec` that the macro has made becomes the user's variable. False if `operand` is something
    /// else.
    pub(super) fn adopt(
        &mut self,
        pat: &syn::PatIdent,
        annotation: Option<&syn::Type>,
        operand: &Operand,
    ) -> bool {
        let Operand::Var(var) = *operand else {
            return false;
        };
        if !self.made.remove(&var) {
            return false;
        }
        self.trace.var_mut(var).moved = false;
        let named = self.user_var(&pat.ident, Ty::Unknown, Kind::Slot);
        let new = self.trace.vars.pop().expect("the variable pushed above");
        debug_assert_eq!(named.0 as usize, self.trace.vars.len());
        let old = self.trace.var_mut(var);
        (old.ident, old.source_name) = (new.ident, new.source_name);
        if old.annotation.is_none() {
            old.annotation = annotation.map(|ty| ty.to_token_stream());
        }
        self.bind(&pat.ident, var);
        true
    }

    /// The variable, if `expr` is the name of a reference.
    fn bare_reference(&mut self, expr: &Expr) -> Option<VarId> {
        let Expr::Path(path) = expr else { return None };
        let var = self.lookup(&path.path.get_ident()?.to_string())?;
        matches!(self.trace.ty(var), Ty::Ref(..)).then_some(var)
    }

    /// The variable of `operand`, if the last statement made it and it has no name yet.
    fn unnamed_temp(&self, operand: &Operand) -> Option<VarId> {
        let var = operand.var()?;
        let last = self.regions.last()?.0.last()?;
        let made_here = match last {
            Stmt::Let(eqn) => eqn.var == var,
            Stmt::Call(call) => call.result == var,
            _ => false,
        };
        (made_here && self.trace.var(var).source_name.is_empty()).then_some(var)
    }

    /// A `let` with a pattern: names for parts of the value.
    fn let_pattern(
        &mut self,
        pat: &Pat,
        annotation: Option<&syn::Type>,
        init: &Expr,
        local: &syn::Local,
    ) {
        if self.ty_of(init).is_passive() && !self.mentions_real(init) {
            return self.let_passive(local);
        }
        if let Some(pairs) = part_by_part(pat, annotation, init) {
            let operands: Vec<Operand> = pairs.iter().map(|(_, _, e)| self.value(e)).collect();
            for ((pat, annotation, _), operand) in pairs.into_iter().zip(operands) {
                self.bind_value(pat, operand, annotation);
            }
            return;
        }
        let subject = self.subject(init);
        if subject.place.is_none() {
            return self.let_passive(local);
        }
        if let (Some(place), Some(ty)) = (&subject.place, annotation)
            && matches!(self.trace.ty(place.root), Ty::Unknown)
            && place.is_whole()
        {
            self.trace.var_mut(place.root).ty = self.shape_of(ty);
        }
        self.bind_matched(pat, &subject);
    }

    /// A `let` passed through, with all that its pattern binds.
    fn let_passive(&mut self, local: &syn::Local) {
        let Some(init) = &local.init else {
            self.errors.at(local, "this pattern needs a value");
            return;
        };
        let message = "this pattern takes active values apart in a way that is not supported by \
                       `#[differentiate]`; bind names one by one";
        let code = self.opaque_or(&init.expr, message);
        let mut defines = Vec::new();
        for (ident, mutable) in pattern_names(&local.pat) {
            let kind = if mutable { Kind::Slot } else { Kind::Temp };
            let var = self.user_var(&ident, Ty::Unknown, kind);
            self.bind(&ident, var);
            defines.push(var);
        }
        let pattern = self.renamed_pattern(&local.pat);
        let value = &code.tokens;
        let otherwise = init.diverge.as_ref().map(|(_, diverge)| {
            let diverge = self.opaque_as(diverge, Ty::Passive).tokens;
            quote!(else #diverge)
        });
        self.passive(
            quote!(let #pattern = #value #otherwise;),
            code.span,
            code.reads.clone(),
            defines,
        );
    }

    /// The same for an expression whose type the tokens do not tell.
    pub(super) fn must_take_apart(&self, expr: &Expr) -> bool {
        self.mentions_real(expr) || escapes(expr)
    }

    /// Whether a branch or block has to be taken apart: it carries derivatives or leaves early.
    pub(super) fn must_lower(&self, expr: &Expr) -> bool {
        !self.ty_of(expr).is_passive() || self.mentions_real(expr) || escapes(expr)
    }
}

/// Whether an expression of a type without derivatives can pass through: what it looks at, it does
/// not change.
fn is_looking(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(_) => true,
        Expr::Call(call) => {
            let func = call.func.to_token_stream().to_string();
            func.starts_with(":: autodiff_runtime :: private")
        }
        _ => false,
    }
}

/// Whether an identifier in a pattern is nothing but a name for the value.
pub(super) fn plain(ident: &syn::PatIdent) -> bool {
    ident.by_ref.is_none() && ident.subpat.is_none() && binds(ident)
}

/// Whether an identifier in a pattern is a name for the value. An upper-case one without more may
/// be a constant to compare with.
pub(super) fn binds(ident: &syn::PatIdent) -> bool {
    ident.by_ref.is_some()
        || ident.subpat.is_some()
        || !ident.ident.to_string().starts_with(char::is_uppercase)
}

/// The names that a pattern binds, and whether they are `mut`.
pub(super) fn pattern_names(pat: &Pat) -> Vec<(Ident, bool)> {
    use syn::visit::Visit;
    struct Names(Vec<(Ident, bool)>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_pat_ident(&mut self, pat: &'ast syn::PatIdent) {
            if binds(pat) {
                self.0.push((pat.ident.clone(), pat.mutability.is_some()));
            }
            syn::visit::visit_pat_ident(self, pat);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_pat(pat);
    names.0
}

/// Pattern, type and value of each part of `let (a, b) = (x, y);`.
fn part_by_part<'a>(
    pat: &'a Pat,
    annotation: Option<&'a syn::Type>,
    init: &'a Expr,
) -> Option<Vec<(&'a Pat, Option<&'a syn::Type>, &'a Expr)>> {
    let (pats, parts) = match (pat, init) {
        (Pat::Tuple(pats), Expr::Tuple(parts)) => (&pats.elems, &parts.elems),
        (Pat::Slice(pats), Expr::Array(parts)) => (&pats.elems, &parts.elems),
        _ => return None,
    };
    let rest = pats.iter().any(super::pattern::is_rest);
    if rest || pats.len() != parts.len() {
        return None;
    }
    let types: Vec<Option<&syn::Type>> = match annotation {
        Some(syn::Type::Tuple(types)) => types.elems.iter().map(Some).collect(),
        Some(syn::Type::Array(array)) => vec![Some(&array.elem); pats.len()],
        _ => vec![None; pats.len()],
    };
    let pairs = pats.iter().zip(types).zip(parts);
    Some(pairs.map(|((pat, ty), part)| (pat, ty, part)).collect())
}
