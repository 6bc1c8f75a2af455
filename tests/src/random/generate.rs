//! Draws programs.
//!
//! Everything in them stays of moderate size: factors of loop-carried values are bounded formulas,
//! loops are short, indices are within bounds by construction.

mod chain;
mod expr;
mod scope;
mod stmt;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::program::*;
use scope::{Binding, Scope, Shape};

/// How large a function may become.
const STATEMENTS: std::ops::Range<usize> = 3..9;

/// The program with this number.
pub fn program(seed: u64) -> Program {
    let mut draw = Draw {
        random: Pcg64::seed_from_u64(seed),
        names: 0,
        helpers: Vec::new(),
        depth: 0,
        loops: Vec::new(),
        returns: Output::Nothing,
        fuel: 0,
    };
    for k in 0..draw.below(4) {
        let helper = draw.helper(k);
        draw.helpers.push(helper);
    }
    let main = draw.main();
    let inputs: usize = main.params.iter().map(|p| active_floats(p.passing)).sum();
    let mut functions = std::mem::take(&mut draw.helpers);
    functions.push(main);
    let mut point = || -> Vec<f64> {
        let mut coordinate = || f64::from(draw.random.random_range(-48..48_i32)) / 32.0 + 0.013;
        (0..inputs).map(|_| coordinate()).collect()
    };
    let points = vec![point(), point()];
    let count = draw.below(4);
    Program {
        functions,
        points,
        count,
    }
}

/// How many active floats stand in an argument.
pub fn active_floats(passing: Passing) -> usize {
    match passing {
        Passing::Value(Kind::Float) => 1,
        Passing::Value(Kind::Pair) => 2,
        Passing::Value(Kind::Array(n) | Kind::Vec(n)) => n,
        Passing::Slice(n) | Passing::SliceMut(n) => n,
        Passing::Rows(n) => 2 * n,
        Passing::Count => 0,
    }
}

/// The state of drawing one program.
struct Draw {
    random: Pcg64,
    /// How many names have been given.
    names: usize,
    helpers: Vec<Function>,
    /// How deep the current statement is nested.
    depth: usize,
    /// The loops around the current statement: the number of iterations of each, at most.
    loops: Vec<usize>,
    /// What the current function returns.
    returns: Output,
    /// How many more expressions the current statement may contain.
    fuel: usize,
}

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    /// A name for a new variable, now and then one that is taken: shadowing.
    fn local(&mut self, stem: &str, scope: &Scope) -> String {
        if self.chance(12)
            && let Some(name) = scope.shadowable(&mut self.random)
        {
            return name;
        }
        self.name(stem)
    }

    fn helper(&mut self, k: usize) -> Function {
        let in_place = self.chance(25);
        let mut params = Vec::new();
        if in_place {
            let len = 2 + self.below(3);
            params.push(self.param(Passing::SliceMut(len)));
        }
        for _ in 0..1 + self.below(2) {
            let passing = match self.below(10) {
                0..5 => Passing::Value(Kind::Float),
                5..7 => Passing::Slice(2 + self.below(3)),
                7 => Passing::Value(Kind::Array(2 + self.below(2))),
                8 => Passing::Value(Kind::Pair),
                _ => Passing::Count,
            };
            params.push(self.param(passing));
        }
        if params.iter().all(|p| active_floats(p.passing) == 0) {
            params.push(self.param(Passing::Value(Kind::Float)));
        }
        let output = match self.below(10) {
            _ if in_place && self.chance(70) => Output::Nothing,
            0..7 => Output::Float,
            7 | 8 => Output::Pair,
            _ => Output::Array(2),
        };
        self.function(format!("helper_{k}"), params, output)
    }

    fn main(&mut self) -> Function {
        let mut params = Vec::new();
        for _ in 0..1 + self.below(3) {
            let passing = match self.below(14) {
                0..5 => Passing::Value(Kind::Float),
                5..8 => Passing::Slice(2 + self.below(3)),
                8 => Passing::Value(Kind::Array(2 + self.below(2))),
                9 => Passing::Value(Kind::Vec(2 + self.below(2))),
                10 => Passing::Value(Kind::Pair),
                11 => Passing::Rows(2),
                12 => Passing::SliceMut(2 + self.below(2)),
                _ => Passing::Count,
            };
            params.push(self.param(passing));
        }
        if params.iter().all(|p| active_floats(p.passing) == 0) {
            params.push(self.param(Passing::Value(Kind::Float)));
        }
        let in_place = params
            .iter()
            .any(|p| matches!(p.passing, Passing::SliceMut(_)));
        let output = match self.below(10) {
            0 => Output::Pair,
            1 => Output::Array(2),
            2 if in_place => Output::Nothing,
            _ => Output::Float,
        };
        self.function("f".to_owned(), params, output)
    }

    fn param(&mut self, passing: Passing) -> Param {
        let stem = match passing {
            Passing::Count => "n",
            Passing::Value(Kind::Float) => "x",
            _ => "v",
        };
        let mutable = matches!(passing, Passing::Value(_)) && self.chance(25);
        Param {
            name: self.name(stem),
            passing,
            mutable,
        }
    }

    fn function(&mut self, name: String, params: Vec<Param>, output: Output) -> Function {
        let mut scope = Scope::new();
        for param in &params {
            scope.add(Binding::of_param(param));
        }
        self.returns = output;
        let statements = self.random.random_range(STATEMENTS);
        let body = self.stmts(&mut scope, statements);
        let result = self.result(&mut scope, output);
        Function {
            name,
            params,
            output,
            body,
            result,
        }
    }

    /// The floats that a function returns.
    fn result(&mut self, scope: &mut Scope, output: Output) -> Vec<Expr> {
        let count = match output {
            Output::Nothing => 0,
            Output::Float => 1,
            Output::Pair => 2,
            Output::Array(n) => n,
        };
        (0..count)
            .map(|_| {
                self.fuel = 6;
                let value = self.expr(scope, 2);
                self.digest(scope, value)
            })
            .collect()
    }

    /// `value` plus some of what is visible, so that little of a body is dead.
    fn digest(&mut self, scope: &mut Scope, value: Expr) -> Expr {
        (0..self.below(5)).fold(value, |sum, _| match self.place(scope, false) {
            Some(place) => Expr::Binary("+", Box::new(sum), Box::new(Expr::Read(place))),
            None => sum,
        })
    }
}
