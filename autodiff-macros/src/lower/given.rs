//! A function whose derivatives the user gives: one equation, or one call of the rule.

use super::{Lower, Lowered};
use crate::custom::{self, Partial};
use crate::errors::Errors;
use crate::ir::*;
use crate::signature::{Function, Passing};
use proc_macro2::{Ident, Span};
use quote::{ToTokens, format_ident, quote};
use std::rc::Rc;

/// A call in a formula. The function may have derivatives or not: a formula may name anything.
#[derive(Clone, Debug)]
pub struct Underived {
    /// The name under which its key is looked for.
    pub alias: Ident,
    /// Whether each argument is a float.
    pub floats: Vec<bool>,
}

/// The module of what stands in for the keys of functions without derivatives.
pub fn underived_module(function: &Ident) -> Ident {
    format_ident!("__autodiff_{}_underived", function)
}

/// The name of the key that runs the user's `jvp` and `vjp`.
pub fn rule_key(function: &Ident) -> Ident {
    format_ident!("__autodiff_{}_rule", function)
}

/// Lowers a function with a rule; its body is not looked into.
pub fn lower_given(function: &Function, given: &custom::Given, errors: &Errors) -> Lowered {
    let mut lower = Lower::of(function, errors);
    let params = lower.params(function);
    let Some(partials) = &given.partials else {
        let result = lower.call_of_rule(function, &params);
        return lower.finish(params, result);
    };
    lower.underived = Some(Vec::new());
    let result = lower.equation_of_rule(function, &params, partials);
    // What cannot be differentiated in a formula leaves the function with first derivatives.
    let unknown = std::mem::take(&mut lower.hazards).into_iter().next();
    let underived = lower.underived.take().unwrap_or_default();
    let mut lowered = lower.finish(params, Some(result));
    lowered.underived = underived;
    lowered.first_order_only = unknown.map(|hazard| {
        format!(
            "`{}` has no second derivative: in its `partials`, {}",
            function.name(),
            hazard.message
        )
    });
    lowered
}

impl Lower<'_> {
    /// `result = f(x, y)`, with a formula for each partial.
    fn equation_of_rule(
        &mut self,
        function: &Function,
        params: &[VarId],
        partials: &[Partial],
    ) -> Operand {
        let span = function.name().span();
        let call = self.call_as_written(function, params);
        let active = || function.params.iter().zip(params).filter(|(p, _)| p.active);
        let args = active().map(|(_, var)| Operand::Var(*var)).collect();
        let var = self.trace.fresh(
            "v",
            Ty::Real,
            Kind::Temp,
            span.resolved_at(Span::mixed_site()),
        );
        self.bind(&Ident::new("result", span), var);
        let mut formulas = || -> Vec<Formula> {
            active()
                .filter_map(|(param, _)| partials.iter().find(|p| p.name == param.ident))
                .map(|partial| self.formula(partial))
                .collect()
        };
        let (forward, backward) = (formulas(), formulas());
        let name = function.name().to_string();
        let op = Op::Given(Rc::new(Given {
            name,
            call,
            forward,
            backward,
        }));
        self.emit(Stmt::Let(Eqn {
            var,
            op,
            args,
            span,
        }));
        Operand::Var(var)
    }

    fn formula(&mut self, partial: &Partial) -> Formula {
        let mut value = Operand::ZERO;
        let block = self.region(|lower| value = lower.operand(&partial.formula));
        Formula { block, value }
    }

    /// The function applied to its parameters; what is constant may be asked for again.
    fn call_as_written(&self, function: &Function, params: &[VarId]) -> Code {
        let name = function.name();
        let args = function.params.iter().map(|param| {
            let ident = &param.ident;
            match (param.active, param.passing) {
                (false, Passing::Value) => quote!(::core::clone::Clone::clone(&#ident)),
                _ => quote!(#ident),
            }
        });
        Code {
            tokens: quote!(#name(#(#args),*)),
            reads: params.to_vec(),
            pure: false,
            ty: Ty::Real,
            span: name.span(),
        }
    }

    /// A call like any other, of a key that runs the user's rules.
    fn call_of_rule(&mut self, function: &Function, params: &[VarId]) -> Option<Operand> {
        let span = function.name().span();
        let args = function.params.iter().zip(params).map(|(param, var)| {
            let place = Place::whole(*var);
            let copied = self.trace.ty(*var).is_copy() || self.trace.ty(*var).is_passive();
            self.trace.var_mut(*var).moved |= param.passing == Passing::Value && !copied;
            match param.passing {
                Passing::Value => Arg::Value(Operand::Var(*var)),
                Passing::Shared => Arg::Shared(place),
                Passing::Mutable => Arg::Mutable(place),
            }
        });
        let args: Vec<Arg> = args.collect();
        let ty = function.output_shape.clone();
        let result = self
            .trace
            .fresh("v", ty, Kind::Temp, span.resolved_at(Span::mixed_site()));
        let (name, key) = (function.name(), rule_key(function.name()));
        self.emit(Stmt::Call(Box::new(Call {
            callee: Callee::Keyed {
                path: quote!(#name),
                key: quote!(#key),
            },
            turbofish: None,
            args,
            result,
            span,
            form: CallForm::Plain,
            dots: None,
        })));
        function.output.is_some().then_some(Operand::Var(result))
    }

    /// A function, by its path. In a formula it may have no derivatives: then its key refuses.
    pub(super) fn function(&mut self, path: &syn::Path, args: &[Arg]) -> Callee {
        let floats = args
            .iter()
            .map(|arg| match arg {
                Arg::Value(value) => !self.trace.operand_ty(value).is_passive(),
                _ => false,
            })
            .collect();
        let module = underived_module(self.name);
        let Some(calls) = &mut self.underived else {
            return Callee::Function(path.to_token_stream());
        };
        let alias = format_ident!("__autodiff_callee_{}", calls.len());
        calls.push(Underived {
            alias: alias.clone(),
            floats,
        });
        // A `use` of the name brings its macro along, if it has one; else that of the outer block
        // is found.
        let key = quote!({
            use #module::#alias;
            {
                use #path as #alias;
                #alias!()
            }
        });
        Callee::Keyed {
            path: path.to_token_stream(),
            key,
        }
    }
}
