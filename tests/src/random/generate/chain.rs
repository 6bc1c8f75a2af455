//! Draws iterator chains, closures, `match`, and blocks that are left with a value.

use super::scope::Held;
use super::*;

impl Draw {
    pub(super) fn chain(&mut self, scope: &mut Scope) -> Expr {
        self.fuel = self.fuel.min(3);
        match self.below(9) {
            0 | 1 => self.reduce(scope),
            2 => self.fold(scope),
            3 => match self.sequence(scope) {
                Some(found) => {
                    let method = self.pick(&["max", "min"]);
                    Expr::Extreme(method, found.name, Box::new(self.leaf(scope)))
                }
                None => self.leaf(scope),
            },
            4 | 5 => {
                let index = match self.int(scope) {
                    Some(index) => index,
                    None => Index::Active(Box::new(self.leaf(scope)), 4),
                };
                let arms = (0..3).map(|_| self.expr(scope, 1)).collect();
                match self.chance(50) {
                    true => Expr::Match(index, arms),
                    false => Expr::MatchGuard(index, Box::new(self.cond(scope, 0)), arms),
                }
            }
            6 => {
                let closure = scope.find(&mut self.random, |b| b.shape == Shape::Closure);
                match closure {
                    Some(closure) => Expr::CallClosure(closure.name, self.boxed(scope, 2)),
                    None => self.leaf(scope),
                }
            }
            7 => {
                let name = self.name("n");
                let cond = Box::new(self.cond(scope, 0));
                scope.open();
                let body = self.simple_stmts(scope);
                scope.close();
                Expr::LoopValue(name, cond, body, self.boxed(scope, 2))
            }
            _ => {
                let cond = Box::new(self.cond(scope, 0));
                Expr::Labelled(cond, self.boxed(scope, 2), self.boxed(scope, 2))
            }
        }
    }

    fn sequence(&mut self, scope: &Scope) -> Option<Binding> {
        scope.find(&mut self.random, |b| matches!(b.shape, Shape::Floats(_)))
    }

    fn reduce(&mut self, scope: &mut Scope) -> Expr {
        let method = self.pick(&["sum", "sum", "product"]);
        scope.open();
        let items = self.items(scope);
        let body = match method {
            "product" => self.bounded(scope),
            _ => self.expr(scope, 2),
        };
        scope.close();
        Expr::Reduce(method, items, Box::new(body))
    }

    fn fold(&mut self, scope: &mut Scope) -> Expr {
        let start = Box::new(self.leaf(scope));
        let acc = self.name("acc");
        scope.open();
        let items = self.items(scope);
        scope.add(Binding::float(&acc, false));
        let carried = Box::new(Expr::Read(Place::Var(acc.clone())));
        let factor = Box::new(self.bounded(scope));
        let product = Box::new(Expr::Binary("*", carried, factor));
        let body = Expr::Binary("+", product, Box::new(self.leaf(scope)));
        scope.close();
        Expr::Fold(acc, start, items, Box::new(body))
    }

    /// Items, with their names bound in the innermost scope.
    fn items(&mut self, scope: &mut Scope) -> Items {
        self.counted_items(scope).0
    }

    /// The same, with a number of items that there are at least.
    fn counted_items(&mut self, scope: &mut Scope) -> (Items, usize) {
        let float = |name: &String| Binding::float(name, false);
        let first = self.sequence(scope);
        let second = self.sequence(scope);
        let length = |binding: &Option<Binding>| match binding.as_ref().map(|b| b.shape) {
            Some(Shape::Floats(len)) => len,
            _ => 0,
        };
        let (one, other) = (length(&first), length(&second));
        let (over, names) = match (self.below(6), first, second) {
            (0 | 1, Some(x), _) => {
                let name = self.name("q");
                scope.add(float(&name));
                (Over::Elements(x.name), vec![name])
            }
            (2, Some(x), Some(y)) => {
                let names = vec![self.name("q"), self.name("r")];
                names.iter().for_each(|name| scope.add(float(name)));
                (Over::Zip(x.name, y.name), names)
            }
            (3, Some(x), _) => {
                let (i, name) = (self.name("i"), self.name("q"));
                // A `Vec` may have grown.
                let bound = if x.held == Held::Vec { usize::MAX } else { one };
                scope.add(Binding::new(&i, Shape::Int(bound), Held::Plain, false));
                scope.add(float(&name));
                (Over::Enumerate(x.name), vec![i, name])
            }
            (4, Some(x), _) => {
                let name = self.name("w");
                scope.add(Binding::new(&name, Shape::Floats(2), Held::Slice, false));
                (Over::Windows(x.name), vec![name])
            }
            _ => {
                let (name, end) = (self.name("i"), 1 + self.below(3));
                scope.add(Binding::new(&name, Shape::Int(end), Held::Plain, false));
                (Over::Range(end), vec![name])
            }
        };
        let adaptor = match (self.below(8), &over) {
            (0, _) => Adaptor::Rev,
            (1, _) => Adaptor::Skip(1),
            (2, _) => Adaptor::Take(2),
            (3, _) => Adaptor::StepBy(2),
            (4, Over::Elements(_)) => Adaptor::Filter,
            _ => Adaptor::None,
        };
        let least = match (&over, adaptor) {
            (_, Adaptor::Skip(_) | Adaptor::Take(_) | Adaptor::StepBy(_) | Adaptor::Filter) => 0,
            (Over::Elements(_) | Over::Enumerate(_), _) => one,
            (Over::Zip(..), _) => one.min(other),
            (Over::Range(end), _) => *end,
            (Over::Windows(_), _) => one - 1,
        };
        let items = Items {
            over,
            adaptor,
            names,
        };
        (items, least)
    }

    /// A statement that iterates, or makes something to iterate over or to call.
    pub(super) fn chain_stmt(&mut self, scope: &mut Scope) -> Stmt {
        match self.below(7) {
            0 | 1 if self.depth < 3 && self.loops.len() < 2 => {
                scope.open();
                let items = self.items(scope);
                for name in items.over.names() {
                    scope.freeze(name);
                }
                self.loops.push(4);
                let body = self.block(scope);
                self.loops.pop();
                scope.close();
                Stmt::Each(items, body)
            }
            2 => {
                let found = scope.find(&mut self.random, |b| {
                    b.mutable && matches!(b.shape, Shape::Floats(_))
                });
                match found {
                    Some(found) => {
                        let op = self.pick(&["+=", "*=", "-=", "="]);
                        // What is borrowed for writing cannot be read beside it.
                        scope.open();
                        scope.hide(&found.name);
                        let value = self.plain_value(scope);
                        scope.close();
                        Stmt::EachMut(self.name("q"), found.name, op, value)
                    }
                    None => self.bind(scope),
                }
            }
            3 => {
                let found = scope.find(&mut self.random, |b| {
                    b.mutable && b.held == Held::Vec && !b.name.starts_with('v')
                });
                match found {
                    Some(found) => Stmt::Push(found.name, self.expr(scope, 2)),
                    None => self.bind(scope),
                }
            }
            4 => {
                scope.open();
                let (items, least) = self.counted_items(scope);
                let value = self.expr(scope, 2);
                scope.close();
                let name = self.name("c");
                if least > 0 {
                    scope.add(Binding::new(&name, Shape::Floats(least), Held::Vec, true));
                }
                Stmt::Collect(name, items, value)
            }
            5 => {
                let arg = self.name("x");
                scope.open();
                // A closure holds what it reads: it reads what nothing changes.
                let frozen: Vec<Binding> = scope
                    .visible()
                    .into_iter()
                    .filter(|b| b.mutable || b.shape == Shape::Closure)
                    .cloned()
                    .collect();
                for binding in frozen {
                    scope.hide(&binding.name);
                }
                scope.add(Binding::float(&arg, false));
                let value = self.expr(scope, 2);
                scope.close();
                let name = self.name("g");
                scope.add(Binding::new(&name, Shape::Closure, Held::Plain, false));
                Stmt::LetClosure(name, arg, value)
            }
            _ if self.depth < 3 => {
                let index = match self.int(scope) {
                    Some(index) => index,
                    None => Index::Active(Box::new(self.leaf(scope)), 4),
                };
                Stmt::Match(index, (0..3).map(|_| self.block(scope)).collect())
            }
            _ => self.bind(scope),
        }
    }

    /// A bounded float variable or literal.
    fn plain_value(&mut self, scope: &mut Scope) -> Expr {
        let found = scope.find(&mut self.random, |b| b.shape == Shape::Float);
        match found {
            Some(found) => Expr::Unary("sin", Box::new(Expr::Read(Place::Var(found.name)))),
            None => Expr::Literal(0.7),
        }
    }
}
