//! Programs as Rust: once over `f64`, under the attribute, and once over any `Scalar`, as reference.

mod chain;
mod expr;
mod stmt;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::program::*;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Over `f64`, with the attribute.
    Differentiated,
    /// Over `f64`, without it: is this a Rust program?
    Plain,
    /// Over `T: Scalar`.
    Generic,
}

/// Prints one program.
pub(super) struct Printer {
    mode: Mode,
    /// Whether float literals need a type of their own.
    suffixed: bool,
}

/// All functions of `program`.
pub fn functions(program: &Program, mode: Mode) -> TokenStream {
    let printer = Printer {
        mode,
        suffixed: false,
    };
    program
        .functions
        .iter()
        .map(|function| printer.function(function))
        .collect()
}

pub(super) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

fn number(value: usize) -> Literal {
    Literal::usize_unsuffixed(value)
}

impl Printer {
    fn function(&self, function: &Function) -> TokenStream {
        let name = ident(&function.name);
        let params = function.params.iter().map(|param| {
            let (name, ty) = (ident(&param.name), self.passing(param.passing));
            let mutable = param.mutable.then(|| quote!(mut));
            quote!(#mutable #name: #ty)
        });
        let output = self.output(function.output);
        let body = function.body.iter().map(|stmt| self.stmt(stmt));
        let result = self.result(&function.result, function.output);
        let (attribute, generics) = match self.mode {
            Mode::Differentiated => (quote!(#[differentiate]), quote!()),
            Mode::Plain => (quote!(), quote!()),
            Mode::Generic => (quote!(), quote!(<T: Scalar>)),
        };
        quote! {
            #attribute
            pub fn #name #generics (#(#params),*) #output { #(#body)* #result }
        }
    }

    /// The type of a float.
    pub(super) fn float(&self) -> TokenStream {
        match self.mode {
            Mode::Generic => quote!(T),
            _ => quote!(f64),
        }
    }

    fn passing(&self, passing: Passing) -> TokenStream {
        let float = self.float();
        match passing {
            Passing::Value(kind) => self.kind(kind),
            Passing::Slice(_) => quote!(&[#float]),
            Passing::Rows(_) => quote!(&[[#float; 2]]),
            Passing::SliceMut(_) => quote!(&mut [#float]),
            Passing::Count => quote!(usize),
        }
    }

    fn kind(&self, kind: Kind) -> TokenStream {
        let float = self.float();
        match kind {
            Kind::Float => float,
            Kind::Array(n) => {
                let n = number(n);
                quote!([#float; #n])
            }
            Kind::Vec(_) => quote!(Vec<#float>),
            Kind::Pair => quote!((#float, #float)),
        }
    }

    fn output(&self, output: Output) -> TokenStream {
        let float = self.float();
        match output {
            Output::Nothing => quote!(),
            Output::Float => quote!(-> #float),
            Output::Pair => quote!(-> (#float, #float)),
            Output::Array(n) => {
                let n = number(n);
                quote!(-> [#float; #n])
            }
        }
    }

    /// The returned value.
    pub(super) fn result(&self, floats: &[Expr], output: Output) -> TokenStream {
        let floats: Vec<TokenStream> = floats.iter().map(|float| self.root(float)).collect();
        match output {
            Output::Nothing => quote!(),
            Output::Float => quote!(#(#floats)*),
            Output::Pair => quote!((#(#floats),*)),
            Output::Array(_) => quote!([#(#floats),*]),
        }
    }
}
