//! Iterator chains, closures, `match`, and blocks that are left with a value.

use super::*;

impl Printer {
    pub(super) fn chain(&self, expr: &Expr) -> TokenStream {
        let float = self.float();
        match expr {
            Expr::Reduce(method, items, body) => {
                let (method, body) = (ident(method), self.root(body));
                let (pattern, items) = (pattern(items), self.items(items));
                quote!(#items.map(|#pattern| #body).#method::<#float>())
            }
            Expr::Fold(acc, start, items, body) => {
                let (acc, start, body) = (ident(acc), self.root(start), self.root(body));
                let (pattern, items) = (pattern(items), self.items(items));
                quote!(#items.fold(#start, |#acc, #pattern| #body))
            }
            Expr::Extreme(method, over, start) => {
                let (method, over, start) = (ident(method), ident(over), self.root(start));
                quote!(#over.iter().copied().fold(#start, #float::#method))
            }
            Expr::Match(index, arms) => {
                let (index, arms) = (self.index(index), self.roots(arms));
                let [first, second, rest] = &arms[..] else {
                    unreachable!("a match has three arms")
                };
                quote!((match (#index) % 3 { 0 => #first, 1 => #second, _ => #rest }))
            }
            Expr::MatchGuard(index, cond, arms) => {
                let (index, arms, cond) = (self.index(index), self.roots(arms), self.cond(cond));
                let [first, second, rest] = &arms[..] else {
                    unreachable!("a match has three arms")
                };
                quote!((match (#index) % 4 { 0 | 1 => #first, _ if #cond => #second, _ => #rest }))
            }
            Expr::CallClosure(name, x) => {
                let (name, x) = (ident(name), self.expr(x));
                quote!(#name(#x))
            }
            Expr::LoopValue(name, cond, body, value) => {
                let (name, cond, value) = (ident(name), self.cond(cond), self.root(value));
                let body = body.iter().map(|stmt| self.stmt(stmt));
                quote!({
                    let mut #name = 0usize;
                    loop {
                        #name += 1;
                        if #name >= 3 || #cond { break #value; }
                        #(#body)*
                    }
                })
            }
            Expr::Labelled(cond, then, els) => {
                let (cond, then, els) = (self.cond(cond), self.root(then), self.root(els));
                quote!(('out: { if #cond { break 'out #then; } #els }))
            }
            other => unreachable!("{other:?} is printed elsewhere"),
        }
    }

    fn roots(&self, exprs: &[Expr]) -> Vec<TokenStream> {
        exprs.iter().map(|expr| self.root(expr)).collect()
    }

    /// The chain up to its last step.
    pub(super) fn items(&self, items: &Items) -> TokenStream {
        let source = match &items.over {
            Over::Elements(name) => {
                let name = ident(name);
                quote!(#name.iter())
            }
            Over::Zip(a, b) => {
                let (a, b) = (ident(a), ident(b));
                quote!(#a.iter().zip(#b.iter()))
            }
            Over::Enumerate(name) => {
                let name = ident(name);
                quote!(#name.iter().enumerate())
            }
            Over::Range(end) => {
                let end = number(*end);
                quote!((0..#end))
            }
            Over::Windows(name) => {
                let name = ident(name);
                quote!(#name.windows(2))
            }
        };
        match items.adaptor {
            Adaptor::None => source,
            Adaptor::Rev => quote!(#source.rev()),
            Adaptor::Skip(n) => {
                let n = number(n);
                quote!(#source.skip(#n))
            }
            Adaptor::Take(n) => {
                let n = number(n);
                quote!(#source.take(#n))
            }
            Adaptor::StepBy(n) => {
                let n = number(n);
                quote!(#source.step_by(#n))
            }
            Adaptor::Filter => {
                let bound = self.literal(0.1);
                quote!(#source.filter(|q| **q > #bound))
            }
        }
    }
}

pub(super) fn pattern(items: &Items) -> TokenStream {
    let names: Vec<Ident> = items.names.iter().map(|name| ident(name)).collect();
    match (&items.over, &names[..]) {
        (Over::Elements(_), [a]) => quote!(&#a),
        (Over::Zip(..), [a, b]) => quote!((&#a, &#b)),
        (Over::Enumerate(_), [i, a]) => quote!((#i, &#a)),
        (_, [a]) => quote!(#a),
        (over, names) => unreachable!("{over:?} does not bind {names:?}"),
    }
}
