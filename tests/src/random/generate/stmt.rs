//! Draws statements.

use super::scope::Held;
use super::*;

impl Draw {
    pub(super) fn stmts(&mut self, scope: &mut Scope, count: usize) -> Vec<Stmt> {
        (0..count).map(|_| self.stmt(scope)).collect()
    }

    /// A block of its own.
    pub(super) fn block(&mut self, scope: &mut Scope) -> Vec<Stmt> {
        scope.open();
        self.depth += 1;
        let count = 1 + self.below(3);
        let stmts = self.stmts(scope, count);
        self.depth -= 1;
        scope.close();
        stmts
    }

    /// One or two bindings, for a block used as a value.
    pub(super) fn simple_stmts(&mut self, scope: &mut Scope) -> Vec<Stmt> {
        (0..1 + self.below(2)).map(|_| self.bind(scope)).collect()
    }

    fn stmt(&mut self, scope: &mut Scope) -> Stmt {
        self.fuel = 5;
        match self.below(46) {
            40..46 => self.chain_stmt(scope),
            0..12 => self.bind(scope),
            12..22 => self.write(scope),
            22..26 if self.depth < 3 => self.branch(scope),
            26..33 if self.depth < 3 && self.loops.len() < 2 => self.cycle(scope),
            33..36 => self.leave(scope),
            36 if self.depth < 3 => Stmt::Block(self.block(scope)),
            37..40 => self.call_mut(scope).unwrap_or_else(|| self.write(scope)),
            _ => self.bind(scope),
        }
    }

    /// A declaration.
    pub(super) fn bind(&mut self, scope: &mut Scope) -> Stmt {
        self.fuel = self.fuel.max(4);
        match self.below(20) {
            0..9 => {
                let value = self.expr(scope, 3);
                let (name, mutable) = (self.local("a", scope), self.chance(55));
                scope.add(Binding::float(&name, mutable));
                Stmt::Let {
                    name,
                    mutable,
                    value,
                }
            }
            9 | 10 => {
                let values: Vec<Expr> = (0..2 + self.below(3))
                    .map(|_| self.expr(scope, 1))
                    .collect();
                self.array(scope, values.len(), |name, mutable, vec| Stmt::LetArray {
                    name,
                    mutable,
                    values,
                    vec,
                })
            }
            11 => {
                let (value, len) = (self.expr(scope, 1), 2 + self.below(3));
                self.array(scope, len, |name, mutable, vec| Stmt::LetRepeat {
                    name,
                    mutable,
                    value,
                    len,
                    vec,
                })
            }
            12 | 13 => {
                let (first, second) = (self.expr(scope, 2), self.expr(scope, 1));
                let (name, mutable) = (self.name("p"), self.chance(50));
                scope.add(Binding::new(&name, Shape::Pair, Held::Plain, mutable));
                Stmt::LetPair {
                    name,
                    mutable,
                    first,
                    second,
                }
            }
            14 | 15 => self.destructure(scope),
            16 => {
                let (cond, then, els) = (
                    self.cond(scope, 1),
                    self.expr(scope, 2),
                    self.expr(scope, 2),
                );
                let name = self.name("d");
                scope.add(Binding::float(&name, false));
                Stmt::Deferred {
                    name,
                    cond,
                    then,
                    els,
                }
            }
            17 => {
                let name = self.name("k");
                let value = match self.int(scope) {
                    Some(Index::Var(var)) => Index::Wrapped(var, 1, 5),
                    Some(index) => index,
                    None => Index::Literal(self.below(4)),
                };
                scope.add(Binding::new(
                    &name,
                    Shape::Int(usize::MAX),
                    Held::Plain,
                    true,
                ));
                Stmt::LetInt { name, value }
            }
            _ => self.copy(scope),
        }
    }

    fn array(
        &mut self,
        scope: &mut Scope,
        len: usize,
        make: impl FnOnce(String, bool, bool) -> Stmt,
    ) -> Stmt {
        let (name, mutable, vec) = (self.name("w"), self.chance(70), self.chance(40));
        let held = if vec { Held::Vec } else { Held::Array };
        scope.add(Binding::new(&name, Shape::Floats(len), held, mutable));
        make(name, mutable, vec)
    }

    fn destructure(&mut self, scope: &mut Scope) -> Stmt {
        let pair = scope.find(&mut self.random, |binding| binding.shape == Shape::Pair);
        let value = match (self.below(3), pair) {
            (0, Some(pair)) => PairExpr::Var(pair.name),
            (1, _) => PairExpr::SinCos(self.expr(scope, 1)),
            _ => PairExpr::Tuple(self.expr(scope, 2), self.expr(scope, 1)),
        };
        let (first, second) = (self.name("s"), self.name("t"));
        scope.add(Binding::float(&first, false));
        scope.add(Binding::float(&second, false));
        Stmt::Destructure {
            first,
            second,
            value,
        }
    }

    fn copy(&mut self, scope: &mut Scope) -> Stmt {
        let found = scope.find(&mut self.random, |binding| {
            matches!(binding.shape, Shape::Floats(_))
        });
        let Some(found) = found else {
            return self.bind(scope);
        };
        let to_vec = found.held != Held::Array || self.chance(30);
        let held = if to_vec { Held::Vec } else { Held::Array };
        let name = self.name("c");
        scope.add(Binding::new(&name, found.shape, held, true));
        Stmt::LetCopy {
            name,
            of: found.name,
            to_vec,
        }
    }

    /// A statement that changes something.
    fn write(&mut self, scope: &mut Scope) -> Stmt {
        self.fuel = self.fuel.max(4);
        match self.below(12) {
            0 => {
                let counter = scope.find(&mut self.random, |binding| {
                    binding.mutable && matches!(binding.shape, Shape::Int(_))
                });
                match counter {
                    Some(counter) => Stmt::BumpInt(counter.name, 1 + self.below(2)),
                    None => self.bind(scope),
                }
            }
            1 => self.swap(scope),
            2 => match (self.place(scope, true), self.place(scope, true)) {
                (Some(a), Some(b)) => {
                    let (x, y) = (self.bounded(scope), self.bounded(scope));
                    Stmt::AssignPair(a, b, x, y)
                }
                _ => self.bind(scope),
            },
            3..7 => match self.place(scope, true) {
                Some(place) => Stmt::Assign(place, self.tame(scope)),
                None => self.bind(scope),
            },
            _ => match self.place(scope, true) {
                Some(place) => {
                    let op = self.pick(&["+=", "-=", "*=", "+=", "/="]);
                    let value = match op {
                        "*=" => self.bounded(scope),
                        "/=" => {
                            let inner = Box::new(self.expr(scope, 1));
                            Expr::Smooth(Smooth::RootSquare, inner)
                        }
                        _ => self.tame(scope),
                    };
                    Stmt::Compound(op, place, value)
                }
                None => self.bind(scope),
            },
        }
    }

    /// What a variable may be given: bounded where a loop repeats it.
    fn tame(&mut self, scope: &mut Scope) -> Expr {
        match self.loops.is_empty() {
            true => self.expr(scope, 3),
            false => self.bounded(scope),
        }
    }

    fn swap(&mut self, scope: &mut Scope) -> Stmt {
        let found = scope.find(&mut self.random, |binding| {
            binding.mutable && matches!(binding.shape, Shape::Floats(_))
        });
        if let Some(Binding {
            name,
            shape: Shape::Floats(len),
            ..
        }) = found
        {
            let i = self.simple_index(scope, len);
            return Stmt::Swap(name, i, self.simple_index(scope, len));
        }
        let float = |binding: &Binding| binding.mutable && binding.shape == Shape::Float;
        let a = scope.find(&mut self.random, float);
        let b = scope.find(&mut self.random, float);
        match (a, b) {
            (Some(a), Some(b)) if a.name != b.name => Stmt::SwapVars(a.name, b.name),
            _ => self.bind(scope),
        }
    }

    fn branch(&mut self, scope: &mut Scope) -> Stmt {
        let cond = self.cond(scope, 1);
        let then = self.block(scope);
        let els = match self.chance(60) {
            true => self.block(scope),
            false => Vec::new(),
        };
        Stmt::If(cond, then, els)
    }

    fn cycle(&mut self, scope: &mut Scope) -> Stmt {
        let name = self.name("i");
        let (range, bound) = self.range(scope);
        let counted = self.chance(30);
        let cond = match self.chance(50) {
            true => Some(self.cond(scope, 0)),
            false => None,
        };
        scope.open();
        // The counter of a `while` has been counted up already where it stands for an index.
        let visible = if counted { usize::MAX } else { bound };
        scope.add(Binding::new(&name, Shape::Int(visible), Held::Plain, false));
        self.loops.push(bound);
        let body = self.block(scope);
        self.loops.pop();
        scope.close();
        let times = 1 + self.below(3);
        match counted {
            true if self.chance(50) => Stmt::While(name, times, cond, body),
            true => Stmt::Loop(name, times, cond, body),
            false => Stmt::For(name, range, body),
        }
    }

    /// What a `for` goes over, and a number above all of it.
    fn range(&mut self, scope: &mut Scope) -> (Range, usize) {
        let sequence = scope.find(&mut self.random, |binding| {
            matches!(binding.shape, Shape::Floats(_))
        });
        match (self.below(7), sequence) {
            (0 | 1, Some(found)) => {
                let Shape::Floats(len) = found.shape else {
                    unreachable!("a sequence was asked for")
                };
                (Range::Indices(found.name), len)
            }
            (2, _) => (Range::Inclusive(self.below(2), 2), 3),
            (3, _) => (Range::Reversed(self.below(2), 3), 3),
            (4, _) => (Range::Stepped(0, 2 + self.below(3), 2), 4),
            (5, _) => match self.int(scope) {
                Some(Index::Var(name)) => {
                    let end = Index::Wrapped(name, 0, 4);
                    (Range::Plain(Index::Literal(0), end), 3)
                }
                _ => (Range::Plain(Index::Literal(2), Index::Literal(2)), 2),
            },
            _ => {
                let end = 1 + self.below(3);
                (Range::Plain(Index::Literal(0), Index::Literal(end)), end)
            }
        }
    }

    fn leave(&mut self, scope: &mut Scope) -> Stmt {
        let cond = self.cond(scope, 1);
        let exit = match (self.below(5), self.loops.is_empty()) {
            (0 | 1, false) => Exit::Break,
            (2, false) => Exit::Continue,
            _ if self.depth < 3 && self.chance(40) => {
                Exit::Return(self.result(scope, self.returns), self.returns)
            }
            _ => return self.write(scope),
        };
        Stmt::Leave(cond, exit)
    }

    fn call_mut(&mut self, scope: &mut Scope) -> Option<Stmt> {
        let writing: Vec<Function> = self
            .helpers
            .iter()
            .filter(|helper| {
                let writes = |p: &Param| matches!(p.passing, Passing::SliceMut(_));
                helper.params.iter().any(writes)
            })
            .cloned()
            .collect();
        if writing.is_empty() {
            return None;
        }
        let helper = self.pick(&writing);
        let args = self.args(scope, &helper)?;
        Some(Stmt::CallMut(helper.name, args))
    }
}
