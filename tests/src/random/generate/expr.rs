//! Draws expressions.

use super::scope::Held;
use super::*;

const UNARY: &[&str] = &[
    "sin",
    "cos",
    "tanh",
    "atan",
    "abs",
    "neg",
    "powi2",
    "powi3",
    "asinh",
    "cbrt_shifted",
    "exp_m1",
    "signum",
    "recip_shifted",
];
const SMOOTH: &[Smooth] = &[
    Smooth::Bell,
    Smooth::LogSquare,
    Smooth::RootSquare,
    Smooth::Inverse,
    Smooth::Power,
];

impl Draw {
    /// A float of any size that the inputs give it.
    pub(super) fn expr(&mut self, scope: &mut Scope, depth: usize) -> Expr {
        if depth == 0 || self.fuel == 0 {
            return self.leaf(scope);
        }
        self.fuel -= 1;
        match self.below(36) {
            30..36 => self.chain(scope),
            0..4 => self.leaf(scope),
            4..13 => {
                let op = self.pick(&["+", "-", "*", "+", "-", "*", "+"]);
                Expr::Binary(op, self.boxed(scope, depth), self.boxed(scope, depth))
            }
            13..18 => {
                let method = self.pick(UNARY);
                Expr::Unary(method, self.boxed(scope, depth))
            }
            18..22 => {
                let formula = self.pick(SMOOTH);
                Expr::Smooth(formula, self.boxed(scope, depth))
            }
            22..24 => {
                let method = self.pick(&["max", "min", "hypot", "atan2_shifted", "mul"]);
                Expr::Method(method, self.boxed(scope, depth), self.boxed(scope, depth))
            }
            24 => {
                let (a, b) = (self.boxed(scope, depth), self.boxed(scope, depth));
                Expr::MulAdd(a, b, self.boxed(scope, depth))
            }
            25 => {
                let cond = Box::new(self.cond(scope, 1));
                Expr::If(cond, self.boxed(scope, depth), self.boxed(scope, depth))
            }
            26 => {
                scope.open();
                let body = self.simple_stmts(scope);
                let value = self.boxed(scope, depth);
                scope.close();
                Expr::Block(body, value)
            }
            _ => self.call(scope).unwrap_or_else(|| self.leaf(scope)),
        }
    }

    pub(super) fn boxed(&mut self, scope: &mut Scope, depth: usize) -> Box<Expr> {
        Box::new(self.expr(scope, depth - 1))
    }

    /// A float of absolute value at most about 1.
    pub(super) fn bounded(&mut self, scope: &mut Scope) -> Expr {
        let inner = Box::new(self.expr(scope, 1));
        match self.below(4) {
            0 => Expr::Unary("sin", inner),
            1 => Expr::Unary("tanh", inner),
            2 => Expr::Smooth(Smooth::Bell, inner),
            _ => Expr::Unary("cos", inner),
        }
    }

    pub(super) fn leaf(&mut self, scope: &mut Scope) -> Expr {
        match self.below(10) {
            0 => self.literal(),
            1 => match self.int(scope) {
                Some(index) => Expr::Cast(index),
                None => self.literal(),
            },
            _ => match self.place(scope, false) {
                Some(place) => Expr::Read(place),
                None => self.literal(),
            },
        }
    }

    fn literal(&mut self) -> Expr {
        Expr::Literal(self.pick(&[0.5, 1.5, 0.25, 2.0, 0.1, 1.0, 0.7, 0.0]))
    }

    /// A float variable, an element or a field.
    pub(super) fn place(&mut self, scope: &mut Scope, writable: bool) -> Option<Place> {
        let found = scope.find(&mut self.random, |binding| {
            (binding.mutable || !writable)
                && !matches!(binding.shape, Shape::Int(_) | Shape::Closure)
        })?;
        Some(match found.shape {
            Shape::Float => Place::Var(found.name),
            Shape::Pair => Place::Field(found.name, self.below(2)),
            Shape::Floats(len) => {
                let index = match writable && found.held == Held::Vec {
                    true => self.simple_index(scope, len),
                    false => self.index(scope, &found.name, len),
                };
                Place::Element(found.name, index)
            }
            Shape::Rows(len) => {
                let index = self.index(scope, &found.name, len);
                Place::Cell(found.name, index, self.below(2))
            }
            Shape::Int(_) | Shape::Closure | Shape::Hidden => unreachable!("left out above"),
        })
    }

    /// An index below `len`.
    pub(super) fn index(&mut self, scope: &mut Scope, of: &str, len: usize) -> Index {
        let wanted = |bound: usize| move |binding: &Binding| matches!(binding.shape, Shape::Int(b) if b <= bound);
        match self.below(10) {
            0..3 => Index::Literal(self.below(len)),
            3..6 => match scope.find(&mut self.random, wanted(len)) {
                Some(found) => Index::Var(found.name),
                None => Index::Literal(self.below(len)),
            },
            6 => match scope.find(&mut self.random, wanted(len)) {
                Some(found) => Index::Mirrored(of.to_owned(), found.name),
                None => Index::Literal(self.below(len)),
            },
            7 if self.fuel > 2 => {
                self.fuel = 1;
                Index::Active(Box::new(self.leaf(scope)), len)
            }
            _ => match scope.find(&mut self.random, wanted(usize::MAX)) {
                Some(found) => Index::Wrapped(found.name, self.below(3), len),
                None => Index::Literal(self.below(len)),
            },
        }
    }

    /// An index below `len` that reads no sequence: `v[v[0] as usize] = x` borrows a `Vec` twice.
    pub(super) fn simple_index(&mut self, scope: &mut Scope, len: usize) -> Index {
        let int = scope.find(&mut self.random, |binding| {
            matches!(binding.shape, Shape::Int(_))
        });
        match int {
            Some(found) if self.chance(60) => Index::Wrapped(found.name, self.below(3), len),
            _ => Index::Literal(self.below(len)),
        }
    }

    /// An integer of moderate size.
    pub(super) fn int(&mut self, scope: &mut Scope) -> Option<Index> {
        let found = scope.find(&mut self.random, |binding| {
            matches!(binding.shape, Shape::Int(_))
        })?;
        Some(match self.below(3) {
            0 => Index::Wrapped(found.name, self.below(3), 4),
            _ => Index::Var(found.name),
        })
    }

    pub(super) fn cond(&mut self, scope: &mut Scope, depth: usize) -> Cond {
        match self.below(10) {
            0..6 => {
                self.fuel = self.fuel.max(2);
                let left = Box::new(self.expr(scope, 1));
                Cond::Less(left, Box::new(self.leaf(scope)))
            }
            6 if depth > 0 => Cond::Not(Box::new(self.cond(scope, depth - 1))),
            7 if depth > 0 => {
                let left = Box::new(self.cond(scope, depth - 1));
                let right = Box::new(self.cond(scope, depth - 1));
                match self.chance(50) {
                    true => Cond::And(left, right),
                    false => Cond::Or(left, right),
                }
            }
            8 => match self.int(scope) {
                Some(index) => Cond::Even(index),
                None => self.cond(scope, 0),
            },
            9 => match self.int(scope) {
                Some(index) => Cond::Above(index, self.below(3)),
                None => self.cond(scope, 0),
            },
            _ => self.cond(scope, 0),
        }
    }

    /// A call of a helper that returns floats.
    fn call(&mut self, scope: &mut Scope) -> Option<Expr> {
        let callable: Vec<Function> = self
            .helpers
            .iter()
            .filter(|helper| {
                let writes = |p: &Param| matches!(p.passing, Passing::SliceMut(_));
                helper.output != Output::Nothing && !helper.params.iter().any(writes)
            })
            .cloned()
            .collect();
        if callable.is_empty() {
            return None;
        }
        let helper = self.pick(&callable);
        let args = self.args(scope, &helper)?;
        Some(match helper.output {
            Output::Float => Expr::Call(helper.name, args),
            output => Expr::CallPart(helper.name, args, self.below(2), output),
        })
    }

    /// Arguments for `helper`, if there are variables of the right shapes.
    pub(super) fn args(&mut self, scope: &mut Scope, helper: &Function) -> Option<Vec<Arg>> {
        let mut taken: Vec<String> = Vec::new();
        let mut args = Vec::new();
        for param in &helper.params {
            let arg = self.arg(scope, param.passing, &taken)?;
            if let Arg::Mutable(name, _) = &arg {
                taken.push(name.clone());
            }
            args.push(arg);
        }
        Some(args)
    }

    fn arg(&mut self, scope: &mut Scope, passing: Passing, taken: &[String]) -> Option<Arg> {
        let free = |binding: &Binding| !taken.contains(&binding.name);
        Some(match passing {
            Passing::Count => match self.int(scope) {
                Some(Index::Var(name)) => Arg::Count(Index::Wrapped(name, 0, 4)),
                Some(index) => Arg::Count(index),
                None => Arg::Count(Index::Literal(self.below(4))),
            },
            Passing::Value(Kind::Float) => match taken.is_empty() {
                true => Arg::Float(self.expr(scope, 1)),
                // What is borrowed for writing cannot be read beside it.
                false => {
                    let found = scope.find(&mut self.random, |binding| {
                        free(binding) && binding.shape == Shape::Float
                    });
                    Arg::Float(match found {
                        Some(found) => Expr::Read(Place::Var(found.name)),
                        None => self.literal(),
                    })
                }
            },
            Passing::Value(Kind::Pair) => {
                let found = scope.find(&mut self.random, |binding| {
                    free(binding) && binding.shape == Shape::Pair
                })?;
                Arg::Whole(found.name, Kind::Pair)
            }
            Passing::Value(kind @ Kind::Array(len)) => {
                let found = scope.find(&mut self.random, |binding| {
                    free(binding)
                        && binding.shape == Shape::Floats(len)
                        && binding.held == Held::Array
                })?;
                Arg::Whole(found.name, kind)
            }
            Passing::Value(Kind::Vec(_)) | Passing::Rows(_) => return None,
            Passing::Slice(len) => {
                let found = scope.find(&mut self.random, |binding| {
                    free(binding) && matches!(binding.shape, Shape::Floats(n) if n >= len)
                })?;
                match found.shape {
                    Shape::Floats(n) if n > len => {
                        let start = self.below(n - len + 1);
                        Arg::Part(found.name, start, start + len)
                    }
                    _ => Arg::Shared(found.name, matches!(found.held, Held::Slice)),
                }
            }
            Passing::SliceMut(len) => {
                let found = scope.find(&mut self.random, |binding| {
                    free(binding) && binding.mutable && binding.shape == Shape::Floats(len)
                })?;
                Arg::Mutable(found.name, found.held == Held::SliceMut)
            }
        })
    }
}
