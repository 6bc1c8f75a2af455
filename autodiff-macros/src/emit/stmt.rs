//! One statement of a trace as tokens.

mod call;
mod checkpoints;

use crate::analysis::literals::{is_open_float, is_placeholder};
use crate::ir::*;
use crate::signature::{Base, float};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// How the parts that depend on the derivative at hand are written.
pub struct Emit<'a> {
    pub trace: &'a Trace,
    pub base: Base,
    /// The type of the scalars of tangents or adjoints.
    pub lane: TokenStream,
    /// Whether tangents are the nodes of a printable trace.
    pub tracing: bool,
    /// Whether adjoints are lanes: pullbacks are asked for several cotangents.
    pub rows: bool,
}

/// An operand as tokens.
pub fn operand(operand: &Operand, trace: &Trace) -> TokenStream {
    match operand {
        Operand::Var(var) => trace.var(*var).ident.to_token_stream(),
        Operand::Lit(value, Some(tokens)) if *value < 0.0 => quote!((#tokens)),
        Operand::Lit(_, Some(tokens)) => tokens.clone(),
        Operand::Lit(value, None) => float::number(*value),
        Operand::Code(code) => {
            let tokens = &code.tokens;
            if tokens.clone().into_iter().count() == 1 {
                tokens.clone()
            } else {
                quote!((#tokens))
            }
        }
    }
}

/// An operand that a method is called on: a number needs its type.
pub fn receiver(o: &Operand, trace: &Trace, base: Base) -> TokenStream {
    match o {
        Operand::Lit(value, _) => {
            let literal = match base {
                Base::Parameter => return float::number(*value),
                Base::F32 => Literal::f32_suffixed(value.abs() as f32),
                Base::F64 => Literal::f64_suffixed(value.abs()),
            };
            if value.is_sign_negative() {
                quote!((-#literal))
            } else {
                quote!(#literal)
            }
        }
        Operand::Code(code) if base != Base::Parameter && is_open_float(&code.tokens) => {
            let (float, tokens) = (base.tokens(), &code.tokens);
            quote!(::core::convert::identity::<#float>(#tokens))
        }
        other => operand(other, trace),
    }
}

impl Emit<'_> {
    pub fn block(&self, block: &Block) -> TokenStream {
        block.0.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    pub fn operand(&self, o: &Operand) -> TokenStream {
        operand(o, self.trace)
    }

    /// A place as an expression.
    pub fn place(&self, place: &Place) -> TokenStream {
        self::place(place, self.trace)
    }

    /// A place to write to.
    pub fn place_mut(&self, place: &Place) -> TokenStream {
        stepped(place, self.trace, true)
    }

    fn stmt(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let(eqn) => self.eqn(eqn),
            Stmt::Declare { var, init } => self.declare(*var, init.as_ref()),
            Stmt::Assign { place, value, span } => {
                let (target, value) = (self.place_mut(place), self.operand(value));
                if has_part(place, self.trace) {
                    return quote!(::autodiff_runtime::private::set(&mut #target, #value););
                }
                quote_spanned!(*span=> #target = #value;)
            }
            Stmt::Accumulate {
                place,
                value,
                negative,
                span,
            } => {
                let (place, value) = (self.place_mut(place), self.operand(value));
                if *negative {
                    quote_spanned!(*span=> #place -= #value;)
                } else {
                    quote_spanned!(*span=> #place += #value;)
                }
            }
            Stmt::AccumulateAll { place, other } => {
                let (place, other) = (self.place_mut(place), self.place(other));
                quote!(::autodiff_runtime::private::accumulate(&mut #place, &#other);)
            }
            Stmt::Clear { place } => {
                let place = self.place_mut(place);
                quote!(::autodiff_runtime::private::clear(&mut #place);)
            }
            Stmt::Push { place, value, span } => {
                let (place, value) = (self.place(place), self.operand(value));
                quote_spanned!(*span=> ::std::vec::Vec::push(&mut #place, #value);)
            }
            Stmt::Pop { place, var, .. } => {
                let (place, var) = (self.place(place), &self.trace.var(*var).ident);
                quote! {
                    let ::core::option::Option::Some(#var) = ::std::vec::Vec::pop(&mut #place) else {
                        ::core::unreachable!()
                    };
                }
            }
            Stmt::If {
                cond, then, els, ..
            } => {
                let cond = match cond {
                    Operand::Code(code) => code.tokens.clone(),
                    other => self.operand(other),
                };
                let then = self.block(then);
                if els.0.is_empty() {
                    return quote!(if #cond { #then });
                }
                let els = self.block(els);
                quote!(if #cond { #then } else { #els })
            }
            Stmt::Loop(l) => self.a_loop(l),
            Stmt::Call(call) => self.call(call),
            Stmt::Passive { code, .. } => code.tokens.clone(),
            Stmt::NewStore { var, store } => {
                let var = &self.trace.var(*var).ident;
                match store {
                    Store::Cell => quote!(let mut #var = ::core::option::Option::None;),
                    Store::Stack => quote!(let mut #var = ::std::vec::Vec::new();),
                    Store::Checkpoints(limit) => {
                        quote!(let mut #var = ::autodiff_runtime::private::Checkpoints::new(#limit);)
                    }
                }
            }
            Stmt::Snapshot { store, values } => self.snapshot(*store, values),
            Stmt::Revisit {
                store,
                from,
                step,
                values,
            } => self.revisit(*store, [*from, *step], values),
            Stmt::Put { var, store, values } => {
                let (var, values) = (&self.trace.var(*var).ident, self.idents(values));
                match store {
                    Store::Cell => quote!(#var = ::core::option::Option::Some((#(#values,)*));),
                    Store::Stack => quote!(#var.push((#(#values,)*));),
                    Store::Checkpoints(_) => unreachable!("checkpoints take snapshots"),
                }
            }
            Stmt::Take { var, store, values } => {
                let (var, values) = (&self.trace.var(*var).ident, self.idents(values));
                let from = match store {
                    Store::Cell => quote!(#var),
                    Store::Stack => quote!(#var.pop()),
                    Store::Checkpoints(_) => unreachable!("checkpoints are revisited"),
                };
                quote! {
                    let ::core::option::Option::Some((#(#values,)*)) = #from else {
                        ::core::unreachable!()
                    };
                }
            }
        }
    }

    fn idents(&self, vars: &[VarId]) -> Vec<&proc_macro2::Ident> {
        vars.iter().map(|var| &self.trace.var(*var).ident).collect()
    }

    fn declare(&self, var: VarId, init: Option<&Operand>) -> TokenStream {
        let var = self.trace.var(var);
        let ident = &var.ident;
        let ty = self.annotation(var, init.as_slice());
        let mutable = (var.kind == Kind::Slot).then(|| quote!(mut));
        match init {
            Some(init) => {
                let init = self.operand(init);
                quote!(let #mutable #ident #ty = #init;)
            }
            None => quote!(let #mutable #ident #ty;),
        }
    }

    fn eqn(&self, eqn: &Eqn) -> TokenStream {
        let var = self.trace.var(eqn.var);
        let ident = &var.ident;
        let ty = self.annotation(var, &[]);
        let value = self.value(eqn);
        quote!(let #ident #ty = #value;)
    }

    /// The type to write at a variable.
    fn annotation(&self, var: &Var, args: &[&Operand]) -> Option<TokenStream> {
        if let Some(ty) = &var.annotation {
            return Some(quote!(: #ty));
        }
        // Of `None`, or of what gets its value later, nothing may say what it could be where a
        // method is called on it.
        let open = |arg: &&Operand| {
            let Operand::Code(code) = arg else {
                return false;
            };
            is_placeholder(&code.tokens) || code.tokens.to_string().ends_with("None")
        };
        let ty = match &var.ty {
            Ty::Maybe(_) | Ty::Real if args.iter().any(open) => self.of_floats(&var.ty)?,
            _ => return None,
        };
        Some(quote!(: #ty))
    }

    /// The tokens of a type of plain numbers, if its lengths are known.
    fn of_floats(&self, ty: &Ty) -> Option<TokenStream> {
        match ty {
            Ty::Real => Some(self.base.tokens()),
            Ty::Maybe(inner) => {
                let inner = self.of_floats(inner)?;
                Some(quote!(::core::option::Option<#inner>))
            }
            Ty::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.of_floats(part));
                let parts = parts.collect::<Option<Vec<_>>>()?;
                Some(quote!((#(#parts,)*)))
            }
            _ => None,
        }
    }

    fn value(&self, eqn: &Eqn) -> TokenStream {
        let args = || eqn.args.iter().map(|arg| self.operand(arg));
        match &eqn.op {
            Op::Rule(row) => self.rule(row.name, &eqn.args, eqn.span),
            Op::Copy => args().collect(),
            Op::Cast(ty) => {
                let value = self.operand(&eqn.args[0]);
                quote!(#value as #ty)
            }
            Op::Load(place) => self.load(place, eqn.var),
            Op::Array => {
                let args = args();
                quote!([#(#args),*])
            }
            Op::VecOf => {
                let args = args();
                quote!(::std::vec![#(#args),*])
            }
            Op::Tuple => {
                let args = args();
                quote!((#(#args,)*))
            }
            Op::Struct(path, members) => {
                let values = args();
                let fields = members.iter().zip(values);
                let fields = fields.map(|(member, value)| quote!(#member: #value));
                let base = eqn.args.get(members.len()).map(|base| {
                    let base = self.operand(base);
                    quote!(..#base)
                });
                quote!(#path { #(#fields,)* #base })
            }
            Op::Wrap(path) => {
                let value = self.operand(&eqn.args[0]);
                quote!(#path(#value))
            }
            Op::Repeat(len) => {
                let value = self.operand(&eqn.args[0]);
                quote!([#value; #len])
            }
            Op::VecRepeat => {
                let (value, len) = (self.operand(&eqn.args[0]), self.operand(&eqn.args[1]));
                quote!(::std::vec![#value; #len])
            }
            Op::Select(cond) => {
                let cond = self.operand(cond);
                let (a, b) = (self.operand(&eqn.args[0]), self.operand(&eqn.args[1]));
                quote!(if #cond { #a } else { #b })
            }
            Op::Passive(code) => code.tokens.clone(),
            Op::ZeroLike(of) => {
                let lane = &self.lane;
                let of = self.borrowed(&Place::whole(*of));
                quote!(::autodiff_runtime::private::zero_like::<#lane, _>(#of))
            }
            Op::ZeroAt(place) => {
                let (lane, of) = (&self.lane, self.borrowed(place));
                quote!(::autodiff_runtime::private::zero_like::<#lane, _>(#of))
            }
            Op::Zero => self.zero(&var_ty(self.trace, eqn.var)),
            Op::SumOf(place) => {
                let place = self.place(place);
                quote!(::autodiff_runtime::private::sum(&#place[..]))
            }
            Op::CloneOf(place) if has_part(place, self.trace) => self.load(place, eqn.var),
            Op::CloneOf(place) => {
                if let Ty::Vec(_) = self.trace.ty(eqn.var) {
                    let place = self.place(place);
                    return quote!((#place)[..].to_vec());
                }
                let place = self.borrowed(place);
                quote!(::std::borrow::ToOwned::to_owned(#place))
            }
            Op::Given(given) => given.call.tokens.clone(),
            Op::Record(record) => self.record(record),
        }
    }

    /// What stands at a place. A tangent that lacks the place has a zero there.
    fn load(&self, place: &Place, var: VarId) -> TokenStream {
        let tokens = self.place(place);
        if !has_part(place, self.trace) {
            return tokens;
        }
        let lane = &self.lane;
        if self.trace.ty(var).is_real() {
            return quote!(::autodiff_runtime::private::number::<#lane, _>(&#tokens));
        }
        let root = self.trace.var(place.root).companion_of;
        let root = root.expect("a place with parts belongs to a tangent");
        let of = self.place(&Place {
            root,
            path: place.path.clone(),
        });
        quote!(::autodiff_runtime::private::load::<#lane, _, _>(&#tokens, &#of))
    }

    /// An equation of the printable trace.
    fn record(&self, record: &Record) -> TokenStream {
        let (name, template) = (&record.name, &record.template);
        let value = self.operand(&record.value);
        let parents = record.parents.iter().map(|(node, partial)| {
            let (node, partial) = (self.operand(node), self.operand(partial));
            let partial = float::to_f64(partial);
            quote!((#node, #partial))
        });
        let constants = record.constants.iter().map(|constant| {
            let constant = self.operand(constant);
            float::to_f64(constant)
        });
        let value = float::to_f64(value);
        quote! {
            __trace.equation(#name, #template, #value, &[#(#parents),*], &[#(#constants),*])
        }
    }

    /// The zero of a type whose shape is known.
    pub fn zero(&self, ty: &Ty) -> TokenStream {
        match ty {
            Ty::Array(element, Some(len)) => {
                let element = self.zero(element);
                quote!([#element; #len])
            }
            _ if self.tracing => {
                let lane = &self.lane;
                quote!(#lane::NONE)
            }
            _ => {
                let (lane, base) = (&self.lane, self.base.tokens());
                quote!(<#lane as ::autodiff_runtime::private::Lane<#base>>::zero())
            }
        }
    }

    fn rule(&self, name: &str, args: &[Operand], span: Span) -> TokenStream {
        let infix = match name {
            "add" => Some(quote_spanned!(span=> +)),
            "sub" => Some(quote_spanned!(span=> -)),
            "mul" => Some(quote_spanned!(span=> *)),
            "div" => Some(quote_spanned!(span=> /)),
            "rem" => Some(quote_spanned!(span=> %)),
            _ => None,
        };
        if let Some(infix) = infix {
            let (a, b) = (self.operand(&args[0]), self.operand(&args[1]));
            return quote!(#a #infix #b);
        }
        if name == "neg" {
            let a = self.operand(&args[0]);
            return quote!(-#a);
        }
        let receiver = receiver(&args[0], self.trace, self.base);
        let method = proc_macro2::Ident::new(name, span);
        let rest = args[1..].iter().map(|arg| self.operand(arg));
        quote!(#receiver.#method(#(#rest),*))
    }

    fn a_loop(&self, l: &Loop) -> TokenStream {
        let body = self.block(&l.body);
        let exits = self.idents(&l.exits);
        let exit = (!exits.is_empty()).then(|| quote!(if #(#exits)||* { break; }));
        match &l.head {
            Head::Range { var, .. } => {
                let (var, range) = (&self.trace.var(*var).ident, range(&l.head, self.trace));
                quote!(for #var in #range { #body #exit })
            }
            Head::While { test, cond } => {
                let cond = self.operand(cond);
                let test = self.block(test);
                quote!(loop { #test if !#cond { break; } #body #exit })
            }
            Head::Each { pattern, iter, .. } => {
                let iter = &iter.tokens;
                quote!(for #pattern in #iter { #body #exit })
            }
            Head::Replay { trips } => {
                let trips = &self.trace.var(*trips).ident;
                quote!(for _ in 0..#trips { #body })
            }
        }
    }

    /// `&place`.
    fn borrowed(&self, place: &Place) -> TokenStream {
        let tokens = self.place(place);
        quote!(&#tokens)
    }

    fn mutably(&self, place: &Place) -> TokenStream {
        let tokens = self.place_mut(place);
        quote!(&mut #tokens)
    }
}

/// The items of a `Head::Range`, as an iterator.
pub fn range(head: &Head, trace: &Trace) -> TokenStream {
    let Head::Range {
        lo,
        hi,
        inclusive,
        step,
        reversed,
        ..
    } = head
    else {
        unreachable!("only ranges have ends")
    };
    let (lo, hi) = (operand(lo, trace), operand(hi, trace));
    let dots = if *inclusive { quote!(..=) } else { quote!(..) };
    let mut range = quote!(#lo #dots #hi);
    if let Some(step) = step {
        let step = operand(step, trace);
        range = quote!((#range).step_by(#step));
    }
    if *reversed {
        range = match step {
            Some(_) => quote!(#range.rev()),
            None => quote!((#range).rev()),
        };
    }
    range
}

fn var_ty(trace: &Trace, var: VarId) -> Ty {
    trace.ty(var).clone()
}

/// A place as an expression.
pub fn place(place: &Place, trace: &Trace) -> TokenStream {
    stepped(place, trace, false)
}

/// A place as an expression, to read from or to write to.
fn stepped(place: &Place, trace: &Trace, mutable: bool) -> TokenStream {
    let var = trace.var(place.root);
    let mut tokens = var.ident.to_token_stream();
    if place.is_whole() && matches!(var.ty, Ty::Ref(..)) {
        return quote!(*#tokens);
    }
    let mut ty = var.ty.clone();
    for (k, step) in place.path.iter().enumerate() {
        let part = var.companion_of.is_some() && is_part(step, &ty);
        tokens = match step {
            Step::Payload => {
                if k == 0 && matches!(var.ty, Ty::Ref(..)) {
                    tokens = quote!(*#tokens);
                }
                match mutable {
                    true => quote!((*::autodiff_runtime::private::payload_mut(&mut #tokens))),
                    false => quote!((*::autodiff_runtime::private::payload(&#tokens))),
                }
            }
            Step::Index(index) => {
                let index = match index {
                    Operand::Code(code) => code.tokens.clone(),
                    other => operand(other, trace),
                };
                quote!(#tokens[#index])
            }
            Step::Field(name) if part => {
                let hash = crate::names::field_hash(&name.to_string());
                if matches!(ty, Ty::Ref(..)) {
                    tokens = quote!(*#tokens);
                }
                match mutable {
                    true => {
                        quote!((*::autodiff_runtime::private::part_mut::<#hash, _, _>(&mut #tokens)))
                    }
                    false => quote!((*::autodiff_runtime::private::part::<#hash, _, _>(&#tokens))),
                }
            }
            Step::Field(name) => quote!(#tokens.#name),
            Step::Range(code) => {
                let range = &code.tokens;
                quote!(#tokens[#range])
            }
        };
        ty = Trace::step_ty(&ty, step);
    }
    tokens
}

/// Whether a step leads into something whose tangent may lack this part.
fn is_part(step: &Step, from: &Ty) -> bool {
    matches!(step, Step::Field(_)) && !matches!(from.behind(), Ty::Tuple(_))
}

/// Whether a place is of a tangent or an adjoint that may lack it.
fn has_part(place: &Place, trace: &Trace) -> bool {
    let var = trace.var(place.root);
    let mut ty = var.ty.clone();
    let mut found = false;
    for step in &place.path {
        found |= is_part(step, &ty);
        ty = Trace::step_ty(&ty, step);
    }
    found && var.companion_of.is_some()
}
