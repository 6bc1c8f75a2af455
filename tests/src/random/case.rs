//! The code that puts one program to the test: its siblings as maps between flat vectors.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use super::generate::active_floats;
use super::print::{self, Mode};
use super::program::*;

/// A module's worth of source: the program, its reference, and `pub fn check() -> Result<…>`.
pub fn source(program: &Program, mode: Mode) -> String {
    let functions = print::functions(program, mode);
    let checked = match mode {
        Mode::Differentiated => check(program),
        _ => quote!(),
    };
    let tokens = quote! {
        #![allow(warnings)]
        use autodiff_runtime::differentiate;
        #functions
        #checked
    };
    let file = syn::parse2(tokens).expect("the printer gives Rust");
    prettyplease::unparse(&file)
}

/// The parameters of `f`, one way or another.
struct Args<'a> {
    main: &'a Function,
    count: usize,
}

fn check(program: &Program) -> TokenStream {
    let args = Args {
        main: program.main(),
        count: program.count,
    };
    let reference = print::functions(program, Mode::Generic);
    let points = points(program);
    let (value, jvp, vjp) = (args.value(), args.jvp(), args.vjp());
    let (build, outputs) = (args.build(), args.outputs());
    let call = args.primal_args();
    let replaced = args.replaced();
    let (scalar, vector) = (args.scalar(), args.vector());
    quote! {
        use autodiff_tests::flat::Flat;
        use autodiff_tests::random::support::{self, Subject};

        mod reference {
            use autodiff_runtime::Scalar;
            #reference
        }

        fn reference<T: autodiff_runtime::Scalar>(x: &[T]) -> Vec<T> {
            #build
            let r = reference::f(#(#call),*);
            let mut out = Vec::new();
            #outputs
            out
        }

        pub fn check() -> Result<(), String> {
            for x in [#(#points),*] {
                let subject = Subject {
                    replaced: #replaced,
                    value: Box::new(#value),
                    plain: Box::new(|x| reference(x)),
                    dual: Box::new(|x| reference(x)),
                    second: Box::new(|x| reference(x)),
                    jvp: Box::new(#jvp),
                    vjp: Box::new(#vjp),
                    scalar: #scalar,
                    jacobian: #vector,
                };
                subject.check(&x)?;
            }
            Ok(())
        }
    }
}

fn points(program: &Program) -> Vec<TokenStream> {
    let coordinate = |x: &f64| {
        let size = Literal::f64_unsuffixed(x.abs());
        match *x < 0.0 {
            true => quote!(-#size),
            false => quote!(#size),
        }
    };
    let point = |point: &Vec<f64>| {
        let floats = point.iter().map(coordinate);
        quote!(vec![#(#floats),*])
    };
    program.points.iter().map(point).collect()
}

impl Args<'_> {
    fn actives(&self) -> impl Iterator<Item = &Param> {
        let params = self.main.params.iter();
        params.filter(|param| param.passing != Passing::Count)
    }

    fn writes(&self) -> bool {
        self.actives()
            .any(|param| matches!(param.passing, Passing::SliceMut(_)))
    }

    /// Owned arguments out of the flat vector `from`, under the name of each with `suffix`.
    fn take(&self, from: &str, suffix: &str) -> TokenStream {
        let from = format_ident!("{from}");
        let mut at = 0;
        let mut out = TokenStream::new();
        for param in self.actives() {
            let name = format_ident!("{}{suffix}", param.name);
            let floats = active_floats(param.passing);
            let (start, end) = (number(at), number(at + floats));
            let value = match param.passing {
                Passing::Value(Kind::Float) => quote!(#from[#start]),
                Passing::Value(Kind::Pair) => quote!((#from[#start], #from[#start + 1])),
                Passing::Value(Kind::Array(n)) => {
                    let n = number(n);
                    quote!(<[_; #n]>::try_from(&#from[#start..#end]).unwrap())
                }
                Passing::Rows(_) => {
                    quote!(#from[#start..#end].chunks(2).map(|r| [r[0], r[1]]).collect::<Vec<_>>())
                }
                _ => quote!(#from[#start..#end].to_vec()),
            };
            out.extend(quote!(let mut #name = #value;));
            at += floats;
        }
        out
    }

    fn build(&self) -> TokenStream {
        self.take("x", "")
    }

    /// How an argument or its companion is given.
    fn given(&self, param: &Param, suffix: &str) -> TokenStream {
        let name = format_ident!("{}{suffix}", param.name);
        match param.passing {
            Passing::Value(_) => quote!(#name.clone()),
            Passing::Slice(_) | Passing::Rows(_) => quote!(&#name),
            Passing::SliceMut(_) => quote!(&mut #name),
            Passing::Count => {
                let count = number(self.count);
                quote!(#count)
            }
        }
    }

    fn primal_args(&self) -> Vec<TokenStream> {
        let params = self.main.params.iter();
        params.map(|param| self.given(param, "")).collect()
    }

    /// The arguments, each active one followed by its tangent.
    fn with_tangents(&self) -> Vec<TokenStream> {
        let mut args = Vec::new();
        for param in &self.main.params {
            args.push(self.given(param, ""));
            if param.passing != Passing::Count {
                args.push(self.given(param, "_dot"));
            }
        }
        args
    }

    /// Appends the floats of `r` and of what was written to `out`.
    fn outputs(&self) -> TokenStream {
        let result = match self.main.output {
            Output::Nothing => quote!(),
            Output::Float => quote!(out.push(r);),
            Output::Pair => quote!(out.push(r.0); out.push(r.1);),
            Output::Array(_) => quote!(out.extend(r);),
        };
        let written = self.written("");
        quote!(#result #written)
    }

    /// Appends the floats of the `&mut` arguments, or of their companions.
    fn written(&self, suffix: &str) -> TokenStream {
        self.actives()
            .filter(|param| matches!(param.passing, Passing::SliceMut(_)))
            .map(|param| {
                let name = format_ident!("{}{suffix}", param.name);
                quote!(out.extend(#name.iter().copied());)
            })
            .collect()
    }

    fn value(&self) -> TokenStream {
        let (build, args, outputs) = (self.build(), self.primal_args(), self.outputs());
        quote!(|x: &[f64]| {
            #build
            let r = f(#(#args),*);
            let mut out = Vec::new();
            #outputs
            out
        })
    }

    fn jvp(&self) -> TokenStream {
        let (build, dots) = (self.build(), self.take("v", "_dot"));
        let (args, outputs) = (self.with_tangents(), self.outputs());
        let written = self.written("_dot");
        let (results, tangents) = match self.main.output {
            Output::Nothing => (quote!(()), quote!()),
            _ => (quote!((r, r_dot)), quote!(r_dot.floats(&mut out);)),
        };
        quote!(|x: &[f64], v: &[f64]| {
            #build
            #dots
            let #results = f_jvp(#(#args),*);
            let mut out = Vec::new();
            #outputs
            let values = std::mem::take(&mut out);
            #tangents
            #written
            (values, out)
        })
    }

    /// Number of floats that are returned.
    fn returned(&self) -> usize {
        match self.main.output {
            Output::Nothing => 0,
            Output::Float => 1,
            Output::Pair => 2,
            Output::Array(n) => n,
        }
    }

    /// The shadows of the `&mut` arguments, from the floats of `w` after those returned.
    fn shadows(&self, from: usize, fill: TokenStream) -> TokenStream {
        let mut at = from;
        let mut out = TokenStream::new();
        for param in self.actives() {
            let name = format_ident!("{}_bar", param.name);
            let floats = number(active_floats(param.passing));
            let value = match param.passing {
                Passing::SliceMut(n) => {
                    let (start, end) = (number(at), number(at + n));
                    at += n;
                    quote!(w[#start..#end].to_vec())
                }
                Passing::Slice(_) => quote!(vec![#fill; #floats]),
                Passing::Rows(n) => {
                    let n = number(n);
                    quote!(vec![[#fill; 2]; #n])
                }
                Passing::Value(Kind::Float) => quote!(#fill),
                Passing::Value(Kind::Pair) => quote!((#fill, #fill)),
                Passing::Value(Kind::Array(_)) => quote!([#fill; #floats]),
                Passing::Value(Kind::Vec(_)) => quote!(vec![#fill; #floats]),
                Passing::Count => continue,
            };
            out.extend(quote!(let mut #name = #value;));
        }
        out
    }

    /// Appends all adjoints in order.
    fn adjoints(&self) -> TokenStream {
        self.actives()
            .map(|param| {
                let name = format_ident!("{}_bar", param.name);
                quote!(#name.floats(&mut out);)
            })
            .collect()
    }

    fn vjp(&self) -> TokenStream {
        let (build, args, outputs) = (self.build(), self.primal_args(), self.outputs());
        let shadows = self.shadows(self.returned(), quote!(0.0));
        let seed = match self.main.output {
            Output::Nothing => quote!(),
            Output::Float => quote!(w[0],),
            Output::Pair => quote!((w[0], w[1]),),
            Output::Array(n) => {
                let n = number(n);
                quote!(<[f64; #n]>::try_from(&w[..#n]).unwrap(),)
            }
        };
        let by_reference = self
            .actives()
            .filter(|param| !matches!(param.passing, Passing::Value(_)))
            .map(|param| {
                let name = format_ident!("{}_bar", param.name);
                quote!(&mut #name)
            });
        let by_value: Vec<_> = self
            .actives()
            .filter(|param| matches!(param.passing, Passing::Value(_)))
            .map(|param| format_ident!("{}_bar", param.name))
            .collect();
        let pattern = match &by_value[..] {
            [] => quote!(()),
            [one] => quote!(#one),
            many => quote!((#(#many),*)),
        };
        let adjoints = self.adjoints();
        quote!(|x: &[f64], w: &[f64]| {
            #build
            #shadows
            let (r, pullback) = f_vjp(#(#args),*);
            let #pattern = pullback(#seed #(#by_reference),*);
            let mut out = Vec::new();
            #outputs
            let values = std::mem::take(&mut out);
            #adjoints
            (values, out)
        })
    }

    /// What only a function that returns a float has.
    fn scalar(&self) -> TokenStream {
        if self.main.output != Output::Float {
            return quote!(None);
        }
        let (build, outputs, adjoints) = (self.build(), self.outputs(), self.adjoints());
        let shadows = self.shadows(1, quote!(0.25));
        let mut args = Vec::new();
        for param in &self.main.params {
            args.push(self.given(param, ""));
            if param.passing != Passing::Count {
                let name = format_ident!("{}_bar", param.name);
                args.push(quote!(&mut #name));
            }
        }
        let grad_into = quote!(|x: &[f64], w: &[f64]| {
            #build
            #shadows
            let r = f_grad_into(#(#args),*);
            let mut out = Vec::new();
            #outputs
            let values = std::mem::take(&mut out);
            #adjoints
            (values, out)
        });
        let only_reads = self.only_reads();
        quote!(Some(support::ScalarModes { grad_into: Box::new(#grad_into), only_reads: #only_reads }))
    }

    fn only_reads(&self) -> TokenStream {
        if self.writes() {
            return quote!(None);
        }
        let (build, args) = (self.build(), self.primal_args());
        let (dots, with_tangents) = (self.take("v", "_dot"), self.with_tangents());
        quote!(Some(support::ReadingModes {
            grad: Box::new(|x: &[f64]| {
                #build
                f_grad(#(#args),*).to_floats()
            }),
            value_and_grad: Box::new(|x: &[f64]| {
                #build
                let (value, gradient) = f_value_and_grad(#(#args),*);
                (value, gradient.to_floats())
            }),
            hvp: Box::new(|x: &[f64], v: &[f64]| {
                #build
                #dots
                f_hvp(#(#with_tangents),*).to_floats()
            }),
        }))
    }

    fn vector(&self) -> TokenStream {
        if self.main.output == Output::Float || self.writes() {
            return quote!(None);
        }
        let (build, args) = (self.build(), self.primal_args());
        quote!(Some(Box::new(|x: &[f64]| {
            #build
            let jacobian = f_jacobian(#(#args),*);
            jacobian.transpose().as_slice().to_vec()
        })))
    }

    /// Which inputs are replaced by what is written.
    fn replaced(&self) -> TokenStream {
        let flags = self.actives().flat_map(|param| {
            let replaced = matches!(param.passing, Passing::SliceMut(_));
            std::iter::repeat_n(quote!(#replaced), active_floats(param.passing))
        });
        quote!(vec![#(#flags),*])
    }
}

fn number(value: usize) -> Literal {
    Literal::usize_unsuffixed(value)
}
