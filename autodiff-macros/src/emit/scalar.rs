//! `f_scalar`: the function over any `Scalar`, for `#[differentiate(scalar)]`.
//!
//! What depends on an active input has the type `__T`; the rest keeps the user's types and is
//! lifted where it meets the former. Passive code sees plain floats.

use super::siblings::attributes;
use super::stmt::{Emit, operand as plain_operand};
use crate::analysis::activity::Activity;
use crate::derive;
use crate::ir::*;
use crate::lower::Lowered;
use crate::rule;
use crate::signature::Function;
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

/// The twin, and the method by which other twins find it.
pub fn twin(function: &Function, lowered: Option<&Lowered>) -> TokenStream {
    let params: Vec<TokenStream> = function
        .params
        .iter()
        .map(|param| {
            let ident = &param.ident;
            let mutable = param.mut_binding.then(|| quote!(mut));
            let ty = &param.ty;
            if !param.active {
                return quote!(#mutable #ident: #ty);
            }
            let inner = scalar_type(param.referent());
            let reference = match ty {
                syn::Type::Reference(r) => {
                    let (and, mutability) = (&r.and_token, &r.mutability);
                    quote!(#and #mutability)
                }
                _ => quote!(),
            };
            quote!(#mutable #ident: #reference #inner)
        })
        .collect();
    let output = function
        .output
        .as_ref()
        .map(|ty| match function.output_shape {
            Ty::Passive => ty.to_token_stream(),
            _ => scalar_type(ty),
        });
    let output = match &function.fallible {
        Some(_) => Some(function.wrapped(&output.unwrap_or(quote!(())))),
        None => output,
    };
    let arrow = output.map(|ty| quote!(-> #ty));
    let body = match lowered {
        Some(lowered) if function.fallible.is_some() => {
            let body = body(function, lowered);
            quote!(::autodiff_runtime::private::succeed({ #body }))
        }
        Some(lowered) => body(function, lowered),
        None => quote!(::core::unreachable!()),
    };
    let (vis, base) = (&function.item.vis, function.base.tokens());
    let name = format_ident!("{}_scalar", function.name(), span = function.name().span());
    let consts: Vec<_> = function.item.sig.generics.const_params().collect();
    let lifetimes: Vec<_> = function.item.sig.generics.lifetimes().collect();
    let generics = quote! {
        <#(#lifetimes,)* #(#consts,)* __T: ::autodiff_runtime::Scalar<Base = #base>>
    };
    let doc = format!(
        "[`{}`] over any [`Scalar`](::autodiff_runtime::Scalar): duals, tape variables, and plain floats.",
        function.name()
    );
    let (attributes, key) = (
        attributes(),
        format_ident!("__autodiff_{}", function.name()),
    );
    let clause = &function.item.sig.generics.where_clause;
    let hidden = quote! {
        #[automatically_derived]
        impl #key {
            #attributes
            #[doc(hidden)]
            pub fn scalar #generics(self, #(#params),*) #arrow #clause { #body }
        }
    };
    let names = function.params.iter().map(|param| &param.ident);
    let call = quote!(#key.scalar(#(#names),*));
    let plain: Vec<TokenStream> = params
        .iter()
        .map(|param| strip_mut(param.clone()))
        .collect();
    quote! {
        #hidden
        #[doc = #doc]
        #attributes
        #vis fn #name #generics(#(#plain),*) #arrow #clause { #call }
    }
}

/// The function over `__T`.
fn body(function: &Function, lowered: &Lowered) -> TokenStream {
    let (inputs, outputs) = derive::ends(function, lowered);
    let activity = Activity::of(&lowered.trace, &inputs, &outputs);
    let emit = Emit {
        trace: &lowered.trace,
        base: function.base,
        lane: quote!(__T),
        tracing: false,
        rows: false,
    };
    let twin = Twin {
        trace: &lowered.trace,
        activity: &activity,
        emit,
    };
    let body = twin.block(&lowered.trace.body);
    let result = match (&lowered.trace.result, &function.output) {
        (Some(result), Some(_)) => {
            let wanted = function.output_shape.may_be_active();
            if wanted {
                twin.lifted(result)
            } else {
                twin.operand(result)
            }
        }
        _ => quote!(),
    };
    quote!(#body #result)
}

/// The type with its floats replaced; other parts stay.
fn scalar_type(ty: &syn::Type) -> TokenStream {
    crate::signature::with_float(ty, &quote!(__T)).to_token_stream()
}

fn strip_mut(param: TokenStream) -> TokenStream {
    let mut tokens = param.into_iter().peekable();
    if matches!(tokens.peek(), Some(proc_macro2::TokenTree::Ident(ident)) if ident == "mut") {
        tokens.next();
    }
    tokens.collect()
}

fn is_placeholder(code: &Code) -> bool {
    code.tokens.to_string().contains("placeholder")
}

/// Whether the operand is `Vec::new()` or `Vec::with_capacity(n)`, whatever the elements will be.
fn is_empty_vec(operand: &Operand) -> bool {
    let Operand::Code(code) = operand else {
        return false;
    };
    let text = code.tokens.to_string();
    text.contains("Vec :: new") || text.contains("Vec :: with_capacity")
}

struct Twin<'a> {
    trace: &'a Trace,
    activity: &'a Activity,
    emit: Emit<'a>,
}

impl Twin<'_> {
    fn varied(&self, var: VarId) -> bool {
        self.activity.is_varied(var)
    }

    fn block(&self, block: &Block) -> TokenStream {
        block.0.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    /// Passive code, with the plain values of the variables it reads.
    fn code(&self, code: &Code) -> TokenStream {
        let tokens = &code.tokens;
        let lowered = code
            .reads
            .iter()
            .filter(|var| self.varied(**var))
            .map(|var| {
                let ident = &self.trace.var(*var).ident;
                let reference = match self.trace.ty(*var) {
                    Ty::Real => quote!(#ident),
                    Ty::Ref(..) => quote!(&*#ident),
                    _ => quote!(&#ident),
                };
                match self.trace.ty(*var) {
                    Ty::Real => quote! {
                        let #ident = ::autodiff_runtime::Scalar::base(#reference);
                    },
                    Ty::Ref(inner, _) if matches!(**inner, Ty::Slice(_)) => quote! {
                        let #ident = &::autodiff_runtime::private::lower(#reference)[..];
                    },
                    Ty::Ref(..) => quote! {
                        let #ident = &::autodiff_runtime::private::lower(#reference);
                    },
                    _ => quote! {
                        let #ident = ::autodiff_runtime::private::lower(#reference);
                    },
                }
            });
        let lowered: TokenStream = lowered.collect();
        if lowered.is_empty() {
            tokens.clone()
        } else {
            quote!({ #lowered #tokens })
        }
    }

    /// A `let` of passive values; a reference into active data stays one.
    fn bindings(&self, code: &Code, defines: &[VarId]) -> TokenStream {
        let alias = |var: &VarId| {
            let ty = self.trace.ty(*var);
            matches!(ty, Ty::Ref(..)) && ty.may_be_active()
        };
        let parsed = syn::parse2::<syn::Stmt>(code.tokens.clone());
        let (false, Ok(syn::Stmt::Local(mut local))) = (defines.iter().any(alias), parsed) else {
            return code.tokens.clone();
        };
        if let Some(init) = &mut local.init {
            let value = Code {
                tokens: init.expr.to_token_stream(),
                ..code.clone()
            };
            *init.expr = syn::Expr::Verbatim(self.code(&value));
        }
        local.to_token_stream()
    }

    fn operand(&self, operand: &Operand) -> TokenStream {
        match operand {
            Operand::Code(code) => {
                let tokens = self.code(code);
                if tokens.clone().into_iter().count() == 1 {
                    tokens
                } else {
                    quote!((#tokens))
                }
            }
            other => plain_operand(other, self.trace),
        }
    }

    /// The operand as a `__T`, or as something made of them.
    fn lifted(&self, operand: &Operand) -> TokenStream {
        let value = self.operand(operand);
        match operand {
            Operand::Var(var) if self.varied(*var) => value,
            Operand::Code(code) if matches!(code.ty, Ty::Passive) && !is_placeholder(code) => value,
            Operand::Code(code) if code.tokens.to_string() == "None" => value,
            Operand::Var(var) if self.trace.ty(*var).is_passive() => value,
            Operand::Code(code) if matches!(code.ty, Ty::Passive) => value,
            Operand::Var(var) if !self.trace.ty(*var).is_real() => {
                let ty = wide_type(self.trace.ty(*var));
                quote!(::autodiff_runtime::private::lift::<#ty, _>(&#value))
            }
            _ => quote!(<__T as ::autodiff_runtime::Scalar>::from_base(#value)),
        }
    }

    fn place(&self, place: &Place) -> TokenStream {
        self.emit.place(place)
    }

    fn stmt(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let(eqn) => self.eqn(eqn),
            Stmt::Declare { var, init } => self.declare(*var, init.as_ref()),
            Stmt::Assign { place, value, .. } => {
                let value = self.value_for(place, value);
                let place = self.emit.place_mut(place);
                quote!(#place = #value;)
            }
            Stmt::Accumulate {
                place,
                value,
                negative,
                ..
            } => {
                let value = self.value_for(place, value);
                let place = self.emit.place_mut(place);
                if *negative {
                    quote!(#place -= #value;)
                } else {
                    quote!(#place += #value;)
                }
            }
            Stmt::Push { place, value, .. } => {
                let value = self.element_for(place, value);
                let place = self.place(place);
                quote!(::std::vec::Vec::push(&mut #place, #value);)
            }
            Stmt::Pop { .. } => self.emit.block(&Block(vec![stmt.clone()])),
            Stmt::If {
                cond, then, els, ..
            } => {
                let cond = self.operand(cond);
                let (then, els) = (self.block(then), self.block(els));
                quote!(if #cond { #then } else { #els })
            }
            Stmt::Loop(l) => self.a_loop(l),
            Stmt::Call(call) => self.call(call),
            Stmt::Passive { code, defines, .. } if defines.is_empty() => self.code(code),
            Stmt::Passive { code, defines, .. } => self.bindings(code, defines),
            _ => TokenStream::new(),
        }
    }

    fn value_for(&self, place: &Place, value: &Operand) -> TokenStream {
        if is_empty_vec(value) {
            return self.operand(value);
        }
        if self.varied(place.root) && self.trace.place_ty(place).may_be_active() {
            self.lifted(value)
        } else {
            self.operand(value)
        }
    }

    /// The same for a new element of `place`.
    fn element_for(&self, place: &Place, value: &Operand) -> TokenStream {
        if self.varied(place.root) && self.trace.place_ty(place).element().may_be_active() {
            self.lifted(value)
        } else {
            self.operand(value)
        }
    }

    fn declare(&self, var: VarId, init: Option<&Operand>) -> TokenStream {
        let of = self.trace.var(var);
        let ident = &of.ident;
        let mutable = (of.kind == Kind::Slot).then(|| quote!(mut));
        let ty = match (&of.annotation, self.varied(var)) {
            (Some(ty), false) => Some(quote!(: #ty)),
            // In generic code nothing else may say which float a literal is.
            (None, false) if of.ty.is_real() && init.is_some_and(|init| init.lit().is_some()) => {
                let base = self.emit.base.tokens();
                Some(quote!(: #base))
            }
            _ => None,
        };
        let placeholder = |init: &Operand| {
            is_empty_vec(init) || matches!(init, Operand::Code(code) if is_placeholder(code))
        };
        match init {
            None => quote!(let #mutable #ident #ty;),
            Some(init) if placeholder(init) && self.varied(var) && of.annotation.is_none() => {
                let init = match of.ty {
                    Ty::Real => quote!(<__T as ::autodiff_runtime::Scalar>::zero()),
                    _ => self.operand(init),
                };
                quote!(let #mutable #ident = #init;)
            }
            Some(init) if placeholder(init) && matches!(of.ty, Ty::Vec(_)) => {
                let init = self.operand(init);
                quote!(let #mutable #ident = #init;)
            }
            Some(init) if placeholder(init) && self.varied(var) => {
                let ty = &of.annotation;
                quote! {
                    let #mutable #ident = ::autodiff_runtime::private::lift(
                        &::autodiff_runtime::private::placeholder::<#ty>(),
                    );
                }
            }
            Some(init) => {
                let init = if self.varied(var) {
                    self.lifted(init)
                } else {
                    self.operand(init)
                };
                quote!(let #mutable #ident #ty = #init;)
            }
        }
    }

    fn eqn(&self, eqn: &Eqn) -> TokenStream {
        let of = self.trace.var(eqn.var);
        let ident = &of.ident;
        if !self.varied(eqn.var) {
            let ty = of.annotation.as_ref().map(|ty| quote!(: #ty));
            let value = match &eqn.op {
                Op::Passive(code) => self.code(code),
                Op::Copy => self.operand(&eqn.args[0]),
                Op::Rule(row) => {
                    // Of a varied argument with a flat rule, the plain value.
                    let args = eqn
                        .args
                        .iter()
                        .map(|arg| self.plain(arg))
                        .collect::<Vec<_>>();
                    return self.flat_rule(row.name, ident, &args);
                }
                _ => return self.emit.block(&Block(vec![Stmt::Let(eqn.clone())])),
            };
            return quote!(let #ident #ty = #value;);
        }
        let args = |twin: &Self| -> Vec<TokenStream> {
            eqn.args.iter().map(|arg| twin.lifted(arg)).collect()
        };
        let value = match &eqn.op {
            Op::Rule(row) => self.rule(row, &eqn.args),
            Op::Copy => args(self).remove(0),
            Op::Load(place) => self.place(place),
            Op::Array => {
                let args = args(self);
                quote!([#(#args),*])
            }
            Op::VecOf => {
                let args = args(self);
                quote!(::std::vec![#(#args),*])
            }
            Op::Tuple => {
                let args = args(self);
                quote!((#(#args,)*))
            }
            Op::Wrap(path) => {
                let value = self.lifted(&eqn.args[0]);
                quote!(#path(#value))
            }
            Op::Repeat(len) => {
                let value = self.lifted(&eqn.args[0]);
                quote!([#value; #len])
            }
            Op::VecRepeat => {
                let (value, len) = (self.lifted(&eqn.args[0]), self.operand(&eqn.args[1]));
                quote!(::std::vec![#value; #len])
            }
            Op::CloneOf(place) => {
                let place = self.place(place);
                match self.trace.ty(eqn.var) {
                    Ty::Vec(_) => quote!((#place)[..].to_vec()),
                    _ => quote!(::std::borrow::ToOwned::to_owned(&#place)),
                }
            }
            _ => return self.emit.block(&Block(vec![Stmt::Let(eqn.clone())])),
        };
        quote!(let #ident = #value;)
    }

    /// A plain float, whatever the operand is.
    fn plain(&self, operand: &Operand) -> TokenStream {
        let value = self.operand(operand);
        match operand {
            Operand::Var(var) if self.varied(*var) && self.trace.ty(*var).is_real() => {
                quote!(::autodiff_runtime::Scalar::base(#value))
            }
            Operand::Lit(number, _) => {
                let base = self.emit.base.tokens();
                let number = proc_macro2::Literal::f64_unsuffixed(number.abs());
                if value.to_string().contains('-') {
                    quote!((-(#number as #base)))
                } else {
                    quote!((#number as #base))
                }
            }
            _ => value,
        }
    }

    fn flat_rule(
        &self,
        name: &str,
        ident: &proc_macro2::Ident,
        args: &[TokenStream],
    ) -> TokenStream {
        let value = infix(name, args).unwrap_or_else(|| {
            let method = format_ident!("{}", name);
            let (receiver, rest) = (&args[0], &args[1..]);
            quote!((#receiver).#method(#(#rest),*))
        });
        quote!(let #ident = #value;)
    }

    fn rule(&self, row: &crate::rule::Row, args: &[Operand]) -> TokenStream {
        let args: Vec<TokenStream> = args
            .iter()
            .zip(row.params)
            .map(|(arg, param)| {
                if param.ty.is_empty() {
                    self.lifted(arg)
                } else {
                    self.operand(arg)
                }
            })
            .collect();
        infix(row.name, &args).unwrap_or_else(|| {
            let method = format_ident!("{}", row.name);
            quote!(::autodiff_runtime::Scalar::#method(#(#args),*))
        })
    }

    fn a_loop(&self, l: &Loop) -> TokenStream {
        let body = self.block(&l.body);
        let exits = l.exits.iter().map(|flag| &self.trace.var(*flag).ident);
        let exit = (!l.exits.is_empty()).then(|| quote!(if #(#exits)||* { break; }));
        match &l.head {
            Head::While { test, cond } => {
                let (test, cond) = (self.block(test), self.operand(cond));
                quote!(loop { #test if !#cond { break; } #body #exit })
            }
            _ => {
                let mut empty = l.clone();
                if let Head::Each { iter, .. } = &mut empty.head {
                    iter.tokens = self.code(iter);
                }
                empty.body = Block(vec![Stmt::Passive {
                    code: Code {
                        tokens: body,
                        reads: Vec::new(),
                        pure: false,
                        ty: Ty::Passive,
                        span: l.span,
                    },
                    defines: Vec::new(),
                    writes: Vec::new(),
                }]);
                self.emit.block(&Block(vec![Stmt::Loop(Box::new(empty))]))
            }
        }
    }

    fn call(&self, call: &Call) -> TokenStream {
        let any = |place: &Place| self.varied(place.root);
        let varied = call.args.iter().any(|arg| match arg {
            Arg::Value(value) => value.var().is_some_and(|var| self.varied(var)),
            Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place) => any(place),
            Arg::PassiveRef(_) => false,
        });
        if !varied {
            return self
                .emit
                .block(&Block(vec![Stmt::Call(Box::new(call.clone()))]));
        }
        let args = call.args.iter().map(|arg| match arg {
            Arg::Value(value) => {
                let tokens = self.operand(value);
                let constant = !value.var().is_some_and(|var| self.varied(var));
                if constant && self.trace.operand_ty(value).is_real() {
                    quote!(::autodiff_runtime::private::coerce(#tokens))
                } else {
                    tokens
                }
            }
            Arg::Shared(place) => {
                let place = self.place(place);
                quote!(&#place)
            }
            Arg::Mutable(place) | Arg::Either(place) => {
                let place = self.emit.place_mut(place);
                quote!(&mut #place)
            }
            Arg::PassiveRef(code) => self.code(code),
        });
        let result = &self.trace.var(call.result).ident;
        let args: Vec<TokenStream> = args.collect();
        let fish = call.turbofish.as_ref().map(|fish| quote!(::<#fish, _>));
        let value = match &call.callee {
            Callee::Function(path) => quote!(#path!().scalar #fish(#(#args),*)),
            // A function with a rule has no form over any scalar.
            Callee::Keyed { key, .. } => quote!(#key.scalar #fish(#(#args),*)),
            Callee::Associated(ty, name) => {
                let name = format_ident!("__autodiff_{}_scalar", name);
                quote!(#ty #name #fish(#(#args),*))
            }
            Callee::Method(name) if rule::row(&name.to_string()).is_some() => {
                // Of the values of unknown type only scalars have these methods here.
                let (receiver, rest) = (self.operand_of(&call.args[0]), &args[1..]);
                quote!(::autodiff_runtime::Scalar::#name(#receiver #(, #rest)*))
            }
            Callee::Method(name) => {
                let name = format_ident!("__autodiff_{}_scalar", name);
                let (receiver, rest) = (&args[0], &args[1..]);
                quote!((#receiver).#name #fish(#(#rest),*))
            }
            Callee::Operator(_) => return self.operator(call),
        };
        quote!(let #result = #value;)
    }
}

impl Twin<'_> {
    /// The scalar that an argument given by reference is.
    fn operand_of(&self, arg: &Arg) -> TokenStream {
        let (Arg::Shared(place) | Arg::Mutable(place) | Arg::Either(place)) = arg else {
            unreachable!("operands and receivers are given by reference")
        };
        let value = self.place(place);
        match self.varied(place.root) {
            true => value,
            false => quote!(<__T as ::autodiff_runtime::Scalar>::from_base(#value)),
        }
    }

    /// An operator on operands of unknown type, which here can only be scalars.
    fn operator(&self, call: &Call) -> TokenStream {
        let Callee::Operator(operator) = &call.callee else {
            unreachable!("asked for an operator")
        };
        let operands = call.args.iter().map(|arg| self.operand_of(arg));
        let operands: Vec<TokenStream> = operands.collect();
        let result = &self.trace.var(call.result).ident;
        let value = match operator.name {
            "cast" => operands[0].clone(),
            name => infix(name, &operands).expect("an operator"),
        };
        quote!(let #result = #value;)
    }
}

/// The type of something made of `__T`, as far as it is known.
fn wide_type(ty: &Ty) -> TokenStream {
    match ty {
        Ty::Real => quote!(__T),
        Ty::Array(element, Some(len)) => {
            let element = wide_type(element);
            quote!([#element; #len])
        }
        Ty::Vec(element) | Ty::Slice(element) => {
            let element = wide_type(element);
            quote!(::std::vec::Vec<#element>)
        }
        _ => quote!(_),
    }
}

fn infix(name: &str, args: &[TokenStream]) -> Option<TokenStream> {
    let (a, b) = (args.first()?, args.get(1));
    Some(match name {
        "add" => quote!(#a + #b),
        "sub" => quote!(#a - #b),
        "mul" => quote!(#a * #b),
        "div" => quote!(#a / #b),
        "rem" => quote!(#a % #b),
        "neg" => quote!(-#a),
        _ => return None,
    })
}
