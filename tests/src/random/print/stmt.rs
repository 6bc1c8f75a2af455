//! Statements.

use super::*;

impl Printer {
    fn block(&self, stmts: &[Stmt]) -> TokenStream {
        let stmts = stmts.iter().map(|stmt| self.stmt(stmt));
        quote!({ #(#stmts)* })
    }

    fn mutable(&self, mutable: bool) -> Option<TokenStream> {
        mutable.then(|| quote!(mut))
    }

    pub(super) fn stmt(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::Let {
                name,
                mutable,
                value,
            } => {
                let (name, mutable, value) =
                    (ident(name), self.mutable(*mutable), self.root(value));
                quote!(let #mutable #name = #value;)
            }
            Stmt::LetInt { name, value } => {
                let (name, value) = (ident(name), self.index(value));
                quote!(let mut #name = #value;)
            }
            Stmt::BumpInt(name, by) => {
                let (name, by) = (ident(name), number(*by));
                quote!(#name += #by;)
            }
            Stmt::LetArray {
                name,
                mutable,
                values,
                vec,
            } => {
                let (name, mutable) = (ident(name), self.mutable(*mutable));
                let values = values.iter().map(|value| self.root(value));
                match vec {
                    true => quote!(let #mutable #name = vec![#(#values),*];),
                    false => quote!(let #mutable #name = [#(#values),*];),
                }
            }
            Stmt::LetRepeat {
                name,
                mutable,
                value,
                len,
                vec,
            } => {
                let (name, mutable) = (ident(name), self.mutable(*mutable));
                let (value, len) = (self.root(value), number(*len));
                match vec {
                    true => quote!(let #mutable #name = vec![#value; #len];),
                    false => quote!(let #mutable #name = [#value; #len];),
                }
            }
            Stmt::LetPair {
                name,
                mutable,
                first,
                second,
            } => {
                let (name, mutable) = (ident(name), self.mutable(*mutable));
                let (first, second) = (self.root(first), self.root(second));
                quote!(let #mutable #name = (#first, #second);)
            }
            Stmt::Destructure {
                first,
                second,
                value,
            } => {
                let (first, second) = (ident(first), ident(second));
                let value = self.pair(value);
                quote!(let (#first, #second) = #value;)
            }
            Stmt::LetCopy { name, of, to_vec } => {
                let (name, of) = (ident(name), ident(of));
                match to_vec {
                    true => quote!(let mut #name = #of.to_vec();),
                    false => quote!(let mut #name = #of;),
                }
            }
            Stmt::Deferred {
                name,
                cond,
                then,
                els,
            } => {
                let (name, cond, float) = (ident(name), self.cond(cond), self.float());
                let (then, els) = (self.expr(then), self.expr(els));
                quote!(let #name: #float; if #cond { #name = #then; } else { #name = #els; })
            }
            Stmt::Assign(place, value) => {
                let (place, value) = (self.place(place), self.expr(value));
                quote!(#place = #value;)
            }
            Stmt::Compound(op, place, value) => {
                let op: TokenStream = op.parse().expect("an operator");
                let (place, value) = (self.place(place), self.expr(value));
                match self.mode {
                    // An operator of a trait borrows its left side first.
                    Mode::Generic => quote!({ let value = #value; #place #op value; }),
                    _ => quote!(#place #op #value;),
                }
            }
            Stmt::Swap(name, i, j) => {
                let (name, i, j) = (ident(name), self.index(i), self.index(j));
                quote!(#name.swap(#i, #j);)
            }
            Stmt::SwapVars(a, b) => {
                let (a, b) = (ident(a), ident(b));
                quote!(std::mem::swap(&mut #a, &mut #b);)
            }
            Stmt::AssignPair(a, b, x, y) => {
                let (a, b) = (self.place(a), self.place(b));
                let (x, y) = (self.root(x), self.root(y));
                quote!((#a, #b) = (#x, #y);)
            }
            Stmt::CallMut(name, args) => {
                let call = self.call(name, args);
                quote!(#call;)
            }
            Stmt::Block(stmts) => self.block(stmts),
            Stmt::EachMut(name, over, op, value) => {
                let op: TokenStream = op.parse().expect("an operator");
                let (name, over, value) = (ident(name), ident(over), self.root(value));
                quote!(for #name in #over.iter_mut() { *#name #op #value; })
            }
            Stmt::Push(name, value) => {
                let (name, value) = (ident(name), self.root(value));
                quote!(#name.push(#value);)
            }
            Stmt::Collect(name, items, value) => {
                let (name, float, value) = (ident(name), self.float(), self.root(value));
                let (pattern, items) = (super::chain::pattern(items), self.items(items));
                quote!(let mut #name: Vec<#float> = #items.map(|#pattern| #value).collect();)
            }
            Stmt::LetClosure(name, arg, value) => {
                let (name, arg, float) = (ident(name), ident(arg), self.float());
                let value = self.root(value);
                quote!(let #name = |#arg: #float| #value;)
            }
            control => self.control(control),
        }
    }

    fn control(&self, stmt: &Stmt) -> TokenStream {
        match stmt {
            Stmt::If(cond, then, els) => {
                let (cond, then) = (self.cond(cond), self.block(then));
                if els.is_empty() {
                    return quote!(if #cond #then);
                }
                let els = self.block(els);
                quote!(if #cond #then else #els)
            }
            Stmt::For(name, range, body) => {
                let (name, range, body) = (ident(name), self.range(range), self.block(body));
                quote!(for #name in #range #body)
            }
            Stmt::While(name, times, cond, body) => {
                let (name, times) = (ident(name), number(*times));
                let cond = cond.as_ref().map(|cond| self.cond(cond));
                let cond = cond.map(|cond| quote!(&& (#cond)));
                let body = body.iter().map(|stmt| self.stmt(stmt));
                quote! {
                    let mut #name = 0usize;
                    while #name < #times #cond { #name += 1; #(#body)* }
                }
            }
            Stmt::Loop(name, times, cond, body) => {
                let (name, times) = (ident(name), number(*times));
                let cond = cond.as_ref().map(|cond| self.cond(cond));
                let cond = cond.map(|cond| quote!(|| (#cond)));
                let body = body.iter().map(|stmt| self.stmt(stmt));
                quote! {
                    let mut #name = 0usize;
                    loop { if #name >= #times #cond { break; } #name += 1; #(#body)* }
                }
            }
            Stmt::Leave(cond, exit) => {
                let cond = self.cond(cond);
                let exit = match exit {
                    Exit::Break => quote!(break),
                    Exit::Continue => quote!(continue),
                    Exit::Return(floats, output) => {
                        let value = self.result(floats, *output);
                        quote!(return #value)
                    }
                };
                quote!(if #cond { #exit; })
            }
            Stmt::Match(index, arms) => {
                let index = self.index(index);
                let arms: Vec<TokenStream> = arms.iter().map(|arm| self.block(arm)).collect();
                let [first, second, rest] = &arms[..] else {
                    unreachable!("a match has three arms")
                };
                quote!(match (#index) % 3 { 0 => #first, 1 => #second, _ => #rest })
            }
            Stmt::Each(items, body) => {
                let (pattern, items) = (super::chain::pattern(items), self.items(items));
                let body = self.block(body);
                quote!(for #pattern in #items #body)
            }
            other => unreachable!("{other:?} is no control flow"),
        }
    }

    fn pair(&self, value: &PairExpr) -> TokenStream {
        match value {
            PairExpr::Tuple(a, b) => {
                let (a, b) = (self.root(a), self.root(b));
                quote!((#a, #b))
            }
            PairExpr::SinCos(x) => {
                let x = self.root(x);
                quote!((#x).sin_cos())
            }
            PairExpr::Var(name) => {
                let name = ident(name);
                quote!(#name)
            }
        }
    }

    fn range(&self, range: &Range) -> TokenStream {
        match range {
            Range::Plain(from, to) => {
                let (from, to) = (self.index(from), self.index(to));
                quote!(#from..#to)
            }
            Range::Inclusive(from, to) => {
                let (from, to) = (number(*from), number(*to));
                quote!(#from..=#to)
            }
            Range::Reversed(from, to) => {
                let (from, to) = (number(*from), number(*to));
                quote!((#from..#to).rev())
            }
            Range::Stepped(from, to, by) => {
                let (from, to, by) = (number(*from), number(*to), number(*by));
                quote!((#from..#to).step_by(#by))
            }
            Range::Indices(of) => {
                let of = ident(of);
                quote!(0..#of.len())
            }
        }
    }
}
