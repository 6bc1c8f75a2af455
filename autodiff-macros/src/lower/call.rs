//! Calls of methods and of functions.

use super::Lower;
use super::expr::unsupported;
use super::typing::{PASSIVE_METHODS, by_names};
use crate::ir::*;
use crate::rule::{self, Row};
use quote::{ToTokens, quote};
use syn::Expr;
use syn::spanned::Spanned;

impl Lower<'_> {
    /// A method call whose receiver or arguments could be active.
    pub(super) fn method(&mut self, call: &syn::ExprMethodCall, expr: &Expr) -> Operand {
        let name = call.method.to_string();
        if PASSIVE_METHODS.contains(&name.as_str()) {
            let code = self.opaque(expr);
            return self.hold(code);
        }
        if let Some(value) = self
            .chain_value(call, expr)
            .or_else(|| self.sequence_value(call))
            .or_else(|| self.picked_option(call, expr))
            .or_else(|| self.maybe_method(call, expr))
        {
            return value;
        }
        let receiver = self.ty_of(&call.receiver);
        match (name.as_str(), receiver.behind()) {
            ("clone" | "to_owned", Ty::Real | Ty::Other) => return self.operand(&call.receiver),
            ("clone" | "to_owned" | "to_vec", _) => {
                if let Some(place) = self.place(&call.receiver) {
                    let ty = self.ty_of(expr);
                    return self.eqn(Op::CloneOf(place), Vec::new(), ty, expr.span());
                }
            }
            ("sin_cos", Ty::Real | Ty::Other | Ty::Unknown) => {
                let x = self.operand(&call.receiver);
                return self.sin_cos(x, call);
            }
            (_, Ty::Unknown | Ty::Opaque) if self.is_method_of_unknown(call) => {
                return self.unknown_method_call(call);
            }
            (_, Ty::Real | Ty::Other | Ty::Unknown | Ty::Passive | Ty::Opaque) => {
                if let Some(row) = rule::row(&name)
                    && row.params.len() == call.args.len() + 1
                {
                    let args: Vec<&Expr> =
                        std::iter::once(&*call.receiver).chain(&call.args).collect();
                    return self.rule_call(row, &args, call.method.span());
                }
            }
            _ => {}
        }
        let code = self.opaque_or(expr, unknown_method(&name));
        self.hold(code)
    }

    fn sin_cos(&mut self, x: Operand, call: &syn::ExprMethodCall) -> Operand {
        let span = call.method.span();
        let sin = self.rule(rule::operator("sin"), vec![x.clone()], span);
        let cos = self.rule(rule::operator("cos"), vec![x], span);
        self.eqn(
            Op::Tuple,
            vec![sin, cos],
            Ty::Tuple(vec![Ty::Real, Ty::Real]),
            span,
        )
    }

    fn rule_call(&mut self, row: &'static Row, args: &[&Expr], span: proc_macro2::Span) -> Operand {
        let mut operands = Vec::new();
        for (arg, param) in args.iter().zip(row.params) {
            operands.push(if param.ty.is_empty() {
                self.operand(arg)
            } else {
                let code = self.opaque_as(arg, Ty::Passive);
                self.hold(code)
            });
        }
        self.rule(row, operands, span)
    }

    /// `f64::sin(x)` and its like, the only functions on floats that are not user functions.
    pub(super) fn float_function(&mut self, call: &syn::ExprCall, expr: &Expr) -> Operand {
        if let Some(value) = self.mem_value(call, expr) {
            return value;
        }
        let name = float_method(call);
        let args: Vec<&Expr> = call.args.iter().collect();
        if let Some(name) = &name {
            if name == "sin_cos" && args.len() == 1 {
                let x = self.operand(args[0]);
                let sin = self.rule(rule::operator("sin"), vec![x.clone()], expr.span());
                let cos = self.rule(rule::operator("cos"), vec![x], expr.span());
                let ty = Ty::Tuple(vec![Ty::Real, Ty::Real]);
                return self.eqn(Op::Tuple, vec![sin, cos], ty, expr.span());
            }
            if let Some(row) = rule::row(name)
                && row.params.len() == args.len()
            {
                return self.rule_call(row, &args, call.func.span());
            }
            if name == "from" && args.len() == 1 {
                let target = float_type(call).unwrap_or_default();
                return self.converted(args[0], &target, expr);
            }
        }
        let message = match name {
            Some(name) if !PASSIVE_METHODS.contains(&name.as_str()) => {
                unknown_method(&name).replace("the method", "the function")
            }
            Some(_) => String::new(),
            None => standard_function(&call.func).unwrap_or_else(|| unsupported(expr)),
        };
        let code = if message.is_empty() {
            self.opaque(expr)
        } else {
            self.opaque_or(expr, message)
        };
        self.hold(code)
    }

    /// Whether the call is to a user's function, given something that could be active.
    pub(super) fn is_differentiable_call(&mut self, call: &syn::ExprCall) -> bool {
        let Expr::Path(path) = &*call.func else {
            return false;
        };
        let first = path.path.segments.first().map(|s| s.ident.to_string());
        let standard = matches!(first.as_deref(), Some("std" | "core" | "alloc" | "mem"));
        if float_method(call).is_some() || path.qself.is_some() || standard {
            return false;
        }
        let local = path
            .path
            .get_ident()
            .and_then(|name| self.lookup(&name.to_string()));
        let first = path
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string());
        let constructs = first.is_some_and(|name| name.starts_with(char::is_uppercase));
        local.is_none()
            && !constructs
            && !type_of(&path.path).is_some_and(|ty| STANDARD_TYPES.contains(&ty.as_str()))
            && call.args.iter().any(|arg| self.mentions_real(arg))
    }

    /// The value of a call to a differentiated function.
    pub(super) fn call_value(&mut self, call: &syn::ExprCall, expr: &Expr) -> Operand {
        let result = self.call_stmt(call, expr);
        Operand::Var(result)
    }

    /// Emits the call and returns the variable of its result.
    fn call_stmt(&mut self, call: &syn::ExprCall, expr: &Expr) -> VarId {
        let Expr::Path(func) = &*call.func else {
            unreachable!("checked by the caller")
        };
        let mut args: Vec<Arg> = call.args.iter().map(|arg| self.arg(arg)).collect();
        for (arg, expr) in args.iter().zip(&call.args) {
            self.same_precision(arg, expr);
        }
        share_repeated(&mut args);
        let mut path = func.path.clone();
        let mut turbofish = None;
        if let Some(last) = path.segments.last_mut()
            && let syn::PathArguments::AngleBracketed(generics) =
                std::mem::take(&mut last.arguments)
        {
            let inner = &generics.args;
            turbofish = Some(quote!(#inner));
        }
        let recursive = path.get_ident().is_some_and(|ident| ident == self.name);
        let ty = if recursive {
            self.output_shape.clone()
        } else {
            Ty::Unknown
        };
        let callee = match type_of(&path) {
            Some(_) => {
                let name = path.segments.pop().expect("a path has a last segment");
                Callee::Associated(path.to_token_stream(), name.ident)
            }
            None => self.function(&path, &args),
        };
        match self.emit_call(callee, turbofish, args, ty, expr.span()) {
            Operand::Var(result) => result,
            _ => unreachable!("a call has a variable"),
        }
    }

    /// The derivatives of a callee have its precision, those of a caller its own.
    fn same_precision(&mut self, arg: &Arg, expr: &Expr) {
        let var = match arg {
            Arg::Value(value) => value.var(),
            Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => Some(place.root),
            Arg::PassiveRef(_) => None,
        };
        if let Some(var) = var
            && self.trace.ty(var).clone().has_other()
        {
            let own = self.base.tokens();
            self.hazard(
                vec![var],
                expr,
                format!(
                    "an active argument of another precision than this function's `{own}`: the derivatives of \
                     the callee would not fit; call a function of `{own}` and cast its result"
                ),
            );
        }
    }

    pub(super) fn arg(&mut self, arg: &Expr) -> Arg {
        match arg {
            Expr::Reference(reference) => {
                let mutable = reference.mutability.is_some();
                match self.place(&reference.expr) {
                    Some(place) if mutable => return Arg::Mutable(place),
                    Some(place) => return Arg::Shared(place),
                    None if self.mentions_real(arg) && !mutable => {
                        if let Operand::Var(var) = self.operand(&reference.expr) {
                            return Arg::Shared(Place::whole(var));
                        }
                    }
                    None => {}
                }
                let code = self.opaque_or(arg, unsupported(arg));
                Arg::PassiveRef(code)
            }
            Expr::Lit(lit) if matches!(lit.lit, syn::Lit::Str(_)) => {
                Arg::PassiveRef(self.opaque(arg))
            }
            Expr::Path(_) if self.is_alias(arg) => {
                let alias = self.reference(arg).expect("it is the name of an alias");
                match alias.mutable {
                    true => Arg::Either(alias.place),
                    false => Arg::Shared(alias.place),
                }
            }
            Expr::Path(_) => match self.place(arg) {
                Some(place) if !place.is_whole() => Arg::Shared(place),
                Some(place) => match self.trace.ty(place.root) {
                    Ty::Ref(_, true) => Arg::Either(place),
                    Ty::Ref(_, false) => Arg::Shared(place),
                    _ => Arg::Value(self.value(arg)),
                },
                None => Arg::Value(self.value(arg)),
            },
            _ => Arg::Value(self.value(arg)),
        }
    }
}

/// Types whose functions the macro knows, or leaves alone.
const STANDARD_TYPES: &[&str] = &[
    "Vec", "String", "Box", "Rc", "Arc", "Cell", "RefCell", "Option", "Result", "HashMap",
    "HashSet", "BTreeMap", "BTreeSet", "VecDeque", "Instant", "Duration", "Some", "Ok", "Err",
    "Iterator",
];

/// The name of the type, if the path is of a function of a type.
fn type_of(path: &syn::Path) -> Option<String> {
    let name = path.segments.iter().rev().nth(1)?.ident.to_string();
    name.starts_with(char::is_uppercase).then_some(name)
}

/// What is passed more than once can only be borrowed shared.
pub(super) fn share_repeated(args: &mut [Arg]) {
    let roots: Vec<Option<VarId>> = args
        .iter()
        .map(|arg| match arg {
            Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => Some(place.root),
            Arg::Value(_) | Arg::PassiveRef(_) => None,
        })
        .collect();
    for (k, arg) in args.iter_mut().enumerate() {
        if let Arg::Either(place) = arg
            && roots
                .iter()
                .enumerate()
                .any(|(j, root)| j != k && *root == Some(place.root))
        {
            *arg = Arg::Shared(place.clone());
        }
    }
}

/// The method's name, if the function is `f64::method` or `f32::method`.
fn float_method(call: &syn::ExprCall) -> Option<String> {
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let mut segments = path.path.segments.iter().rev();
    let name = segments.next()?.ident.to_string();
    let ty = segments.next()?.ident.to_string();
    let is_float = matches!(ty.as_str(), "f64" | "f32")
        || crate::signature::float::parameter().is_some_and(|float| float == ty);
    is_float.then_some(name)
}

/// `f64` in `f64::from`.
fn float_type(call: &syn::ExprCall) -> Option<String> {
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let ty = path.path.segments.iter().rev().nth(1)?;
    Some(ty.ident.to_string())
}

/// What is said of a function of the standard library.
fn standard_function(func: &Expr) -> Option<String> {
    let Expr::Path(path) = func else { return None };
    by_names(&path.path, |names| {
        matches!(names, ["std" | "core" | "alloc" | "mem", ..]).then(|| {
            format!(
                "the function `{}` of the standard library is given active values and has no \
                 derivative here; write out what it does, or keep it outside of the function",
                names.join("::")
            )
        })
    })
}

fn unknown_method(name: &str) -> String {
    const ITERATING: &[&str] = &[
        "cycle",
        "partition",
        "min_by_key",
        "max_by_key",
        "try_fold",
        "try_for_each",
        "peekable",
        "rposition",
        "max",
        "min",
        "sum",
        "product",
        "fold",
        "map",
        "zip",
        "collect",
    ];
    if ITERATING.contains(&name) {
        return format!(
            "the iterator method `{name}` is not known to `#[differentiate]` where it stands here; \
             write this part as a loop over the items"
        );
    }
    const OPERATORS: &[&str] = &["add", "sub", "mul", "div", "rem", "neg"];
    let close = crate::rules::TABLE
        .iter()
        .map(|row| row.name)
        .filter(|known| !OPERATORS.contains(known))
        .filter(|known| distance(known, name) <= 2)
        .min_by_key(|known| distance(known, name));
    let hint = match close {
        Some(known) => format!("did you mean `{known}`?"),
        None => "write it with operators, float methods and loops, or in a function of its own \
                 under `#[differentiate]`"
            .to_string(),
    };
    format!("the method `{name}` on an active value is not known to `#[differentiate]`; {hint}")
}

/// The number of letters to change, insert or delete to get from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let best = (corner + usize::from(x != *y))
                .min(row[j] + 1)
                .min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}
