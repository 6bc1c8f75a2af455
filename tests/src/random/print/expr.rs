//! Expressions.

use super::*;

/// Whether nothing in `expr` tells rustc which float it is.
fn is_untyped(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(_) => true,
        Expr::Read(_) | Expr::Cast(_) | Expr::Call(..) | Expr::CallPart(..) => false,
        Expr::Unary(_, x) | Expr::Smooth(_, x) => is_untyped(x),
        Expr::Binary(_, a, b) | Expr::Method(_, a, b) | Expr::If(_, a, b) => {
            is_untyped(a) && is_untyped(b)
        }
        Expr::MulAdd(a, b, c) => is_untyped(a) && is_untyped(b) && is_untyped(c),
        Expr::Block(_, value) => is_untyped(value),
        Expr::Reduce(..) | Expr::Extreme(..) | Expr::CallClosure(..) => false,
        // What a closure or arms are made of may have no type; then each says so itself.
        Expr::Fold(..) | Expr::Match(..) | Expr::MatchGuard(..) => true,
        Expr::LoopValue(..) | Expr::Labelled(..) => true,
    }
}

impl Printer {
    /// An expression in a position that does not say which float it wants.
    pub(super) fn root(&self, expr: &Expr) -> TokenStream {
        let printer = Printer {
            mode: self.mode,
            suffixed: is_untyped(expr),
        };
        printer.expr(expr)
    }

    pub(super) fn literal(&self, value: f64) -> TokenStream {
        let plain = Literal::f64_unsuffixed(value);
        match (self.mode, self.suffixed) {
            (Mode::Generic, _) => quote!(T::from_f64(#plain)),
            (_, true) => {
                let suffixed = Literal::f64_suffixed(value);
                quote!(#suffixed)
            }
            _ => quote!(#plain),
        }
    }

    pub(super) fn expr(&self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Literal(value) => self.literal(*value),
            Expr::Read(place) => self.place(place),
            Expr::Cast(index) => {
                let index = self.index(index);
                match self.mode {
                    Mode::Generic => quote!(T::from_f64((#index) as f64)),
                    _ => quote!(((#index) as f64)),
                }
            }
            Expr::Unary(method, x) => self.unary(method, x),
            Expr::Smooth(formula, x) => self.smooth(*formula, x),
            Expr::Binary(op, a, b) => {
                let op: TokenStream = op.parse().expect("an operator");
                let (a, b) = (self.expr(a), self.expr(b));
                quote!((#a #op #b))
            }
            Expr::Method(method, a, b) => {
                let (a, b) = (self.root(a), self.expr(b));
                let shift = self.literal(0.4);
                match *method {
                    "mul" => quote!((#a * #b)),
                    "atan2_shifted" => {
                        let b = self.root_of(expr);
                        quote!((#a).atan2((#b).abs() + #shift))
                    }
                    method => {
                        let method = ident(method);
                        quote!((#a).#method(#b))
                    }
                }
            }
            Expr::MulAdd(a, b, c) => {
                let (a, b, c) = (self.root(a), self.expr(b), self.expr(c));
                quote!((#a).mul_add(#b, #c))
            }
            Expr::If(cond, then, els) => {
                let (cond, then, els) = (self.cond(cond), self.expr(then), self.expr(els));
                quote!((if #cond { #then } else { #els }))
            }
            Expr::Block(stmts, value) => {
                let stmts = stmts.iter().map(|stmt| self.stmt(stmt));
                let value = self.expr(value);
                quote!({ #(#stmts)* #value })
            }
            Expr::Call(name, args) => self.call(name, args),
            Expr::CallPart(name, args, part, output) => {
                let (call, part) = (self.call(name, args), number(*part));
                match output {
                    Output::Array(_) => quote!(#call[#part]),
                    _ => quote!(#call.#part),
                }
            }
            other => self.chain(other),
        }
    }

    /// The second operand of a method, where it is a receiver itself.
    fn root_of(&self, expr: &Expr) -> TokenStream {
        match expr {
            Expr::Method(_, _, b) => self.root(b),
            other => self.root(other),
        }
    }

    fn unary(&self, method: &str, x: &Expr) -> TokenStream {
        let x = self.root(x);
        let (small, large) = (self.literal(0.3), self.literal(0.8));
        match method {
            "neg" => quote!((-#x)),
            "powi2" => quote!((#x).powi(2)),
            "powi3" => quote!((#x).powi(3)),
            "exp_m1" => quote!((#x).sin().exp_m1()),
            "cbrt_shifted" => quote!(((#x).abs() + #small).cbrt()),
            "recip_shifted" => quote!(((#x).abs() + #large).recip()),
            method => {
                let method = ident(method);
                quote!((#x).#method())
            }
        }
    }

    fn smooth(&self, formula: Smooth, x: &Expr) -> TokenStream {
        let x = self.root(x);
        let (one, half, above) = (self.literal(1.0), self.literal(0.5), self.literal(1.5));
        let power = self.literal(0.7);
        match formula {
            Smooth::Bell => quote!((-(#x * #x)).exp()),
            Smooth::LogSquare => quote!((#one + #x * #x).ln()),
            Smooth::RootSquare => quote!((#half + #x * #x).sqrt()),
            Smooth::Inverse => quote!((#one / (#above + (#x).sin()))),
            Smooth::Power => quote!((#half + #x * #x).powf(#power)),
        }
    }

    pub(super) fn cond(&self, cond: &Cond) -> TokenStream {
        match cond {
            Cond::Less(a, b) => {
                let (a, b) = (self.root(a), self.root(b));
                quote!((#a) < (#b))
            }
            Cond::Even(index) => {
                let index = self.index(index);
                quote!((#index) % 2 == 0)
            }
            Cond::Above(index, bound) => {
                let (index, bound) = (self.index(index), number(*bound));
                quote!((#index) > #bound)
            }
            Cond::Not(inner) => {
                let inner = self.cond(inner);
                quote!(!(#inner))
            }
            Cond::And(a, b) => {
                let (a, b) = (self.cond(a), self.cond(b));
                quote!(((#a) && (#b)))
            }
            Cond::Or(a, b) => {
                let (a, b) = (self.cond(a), self.cond(b));
                quote!(((#a) || (#b)))
            }
        }
    }

    pub(super) fn index(&self, index: &Index) -> TokenStream {
        match index {
            Index::Literal(value) => {
                let value = number(*value);
                quote!(#value)
            }
            Index::Var(name) => {
                let name = ident(name);
                quote!(#name)
            }
            Index::Wrapped(name, offset, len) => {
                let (name, offset, len) = (ident(name), number(*offset), number(*len));
                quote!((#name + #offset) % #len)
            }
            Index::Active(value, len) => {
                let (value, len) = (self.root(value), number(*len));
                let base = match self.mode {
                    Mode::Generic => quote!((#value).abs().to_f64()),
                    _ => quote!((#value).abs()),
                };
                quote!((#base * 3.0) as usize % #len)
            }
            Index::Mirrored(of, name) => {
                let (of, name) = (ident(of), ident(name));
                quote!(#of.len() - 1 - #name)
            }
        }
    }

    pub(super) fn place(&self, place: &Place) -> TokenStream {
        match place {
            Place::Var(name) => {
                let name = ident(name);
                quote!(#name)
            }
            Place::Element(name, index) => {
                let (name, index) = (ident(name), self.index(index));
                quote!(#name[#index])
            }
            Place::Cell(name, index, column) => {
                let (name, index, column) = (ident(name), self.index(index), number(*column));
                quote!(#name[#index][#column])
            }
            Place::Field(name, field) => {
                let (name, field) = (ident(name), number(*field));
                quote!(#name.#field)
            }
        }
    }

    pub(super) fn call(&self, name: &str, args: &[Arg]) -> TokenStream {
        let name = ident(name);
        let args = args.iter().map(|arg| match arg {
            Arg::Float(value) => self.expr(value),
            Arg::Whole(name, _) => {
                let name = ident(name);
                quote!(#name)
            }
            Arg::Shared(name, is_slice) => {
                let name = ident(name);
                match is_slice {
                    true => quote!(#name),
                    false => quote!(&#name),
                }
            }
            Arg::Part(name, from, to) => {
                let (name, from, to) = (ident(name), number(*from), number(*to));
                quote!(&#name[#from..#to])
            }
            Arg::Mutable(name, is_reference) => {
                let name = ident(name);
                match is_reference {
                    true => quote!(#name),
                    false => quote!(&mut #name),
                }
            }
            Arg::Count(index) => self.index(index),
        });
        quote!(#name(#(#args),*))
    }
}
