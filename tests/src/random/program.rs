//! A program in a small part of the accepted language, as data.
//!
//! All of it is typed by construction: floats, arrays of floats of known length, pairs of floats, and
//! integers that are only counted and indexed with.

/// A value's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `f64`.
    Float,
    /// `[f64; N]`.
    Array(usize),
    /// `Vec<f64>`, of this length.
    Vec(usize),
    /// `(f64, f64)`.
    Pair,
}

/// How a parameter is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// `x: f64`, `x: [f64; N]`, `x: Vec<f64>`, `x: (f64, f64)`.
    Value(Kind),
    /// `x: &[f64]`, always given this many elements.
    Slice(usize),
    /// `x: &[[f64; 2]]`, always given this many rows.
    Rows(usize),
    /// `x: &mut [f64]`.
    SliceMut(usize),
    /// `n: usize`.
    Count,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: String,
    pub passing: Passing,
    /// Whether the parameter is declared `mut`.
    pub mutable: bool,
}

/// What a function returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    Float,
    Pair,
    Array(usize),
    Nothing,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    pub name: String,
    pub params: Vec<Param>,
    pub output: Output,
    pub body: Vec<Stmt>,
    /// The returned floats: none, one, two, or N.
    pub result: Vec<Expr>,
}

/// A program: helpers, each calling only earlier ones or itself, and `f` as the last.
#[derive(Clone, Debug)]
pub struct Program {
    pub functions: Vec<Function>,
    /// The points at which the active inputs of `f` are put, in order.
    pub points: Vec<Vec<f64>>,
    /// What a [`Passing::Count`] of `f` is given.
    pub count: usize,
}

impl Program {
    /// The function that is tested.
    pub fn main(&self) -> &Function {
        self.functions.last().expect("a program has a function")
    }
}

/// An integer expression.
#[derive(Clone, Debug)]
pub enum Index {
    Literal(usize),
    /// A loop variable, a counter or a `usize` parameter.
    Var(String),
    /// `(var + offset) % length`: within bounds whatever the variable is.
    Wrapped(String, usize, usize),
    /// `((x.abs() * 3.0) as usize) % length`.
    Active(Box<Expr>, usize),
    /// `x.len() - 1 - var`, of a slice and a loop over its indices.
    Mirrored(String, String),
}

/// A float that can be assigned to.
#[derive(Clone, Debug)]
pub enum Place {
    Var(String),
    Element(String, Index),
    Cell(String, Index, usize),
    Field(String, usize),
}

/// A condition.
#[derive(Clone, Debug)]
pub enum Cond {
    Less(Box<Expr>, Box<Expr>),
    Even(Index),
    Above(Index, usize),
    Not(Box<Cond>),
    And(Box<Cond>, Box<Cond>),
    Or(Box<Cond>, Box<Cond>),
}

/// An argument of a call.
#[derive(Clone, Debug)]
pub enum Arg {
    Float(Expr),
    /// A whole variable by value.
    Whole(String, Kind),
    /// `&x`, or `x` where it is a slice already.
    Shared(String, bool),
    /// `&x[a..b]`.
    Part(String, usize, usize),
    /// `&mut x`, or `x` where it is a `&mut` already.
    Mutable(String, bool),
    Count(Index),
}

/// A float expression.
#[derive(Clone, Debug)]
pub enum Expr {
    Literal(f64),
    Read(Place),
    /// `x as f64`.
    Cast(Index),
    /// A method without other arguments than integers and literals.
    Unary(&'static str, Box<Expr>),
    /// A formula `#f(x)` that is smooth and bounded.
    Smooth(Smooth, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// A method with one float argument.
    Method(&'static str, Box<Expr>, Box<Expr>),
    MulAdd(Box<Expr>, Box<Expr>, Box<Expr>),
    If(Box<Cond>, Box<Expr>, Box<Expr>),
    Block(Vec<Stmt>, Box<Expr>),
    /// A call of a function that returns a float.
    Call(String, Vec<Arg>),
    /// `g(…).k` or `g(…)[k]`.
    CallPart(String, Vec<Arg>, usize, Output),
    /// `items.map(|…| body).sum::<f64>()`, or `product`.
    Reduce(&'static str, Items, Box<Expr>),
    /// `items.fold(start, |acc, …| body)`.
    Fold(String, Box<Expr>, Items, Box<Expr>),
    /// `x.iter().copied().fold(start, f64::max)`, or `min`.
    Extreme(&'static str, String, Box<Expr>),
    /// `match index % 3 { 0 => a, 1 => b, _ => c }`.
    Match(Index, Vec<Expr>),
    /// `match index % 4 { 0 | 1 => a, _ if cond => b, _ => c }`.
    MatchGuard(Index, Box<Cond>, Vec<Expr>),
    /// `closure(x)`.
    CallClosure(String, Box<Expr>),
    /// `{ let mut n = 0; loop { n += 1; if n >= 3 || cond { break value; } body } }`.
    LoopValue(String, Box<Cond>, Vec<Stmt>, Box<Expr>),
    /// `'out: { if cond { break 'out a; } b }`.
    Labelled(Box<Cond>, Box<Expr>, Box<Expr>),
}

/// What an iterator chain or a `for` goes over.
#[derive(Clone, Debug)]
pub struct Items {
    pub over: Over,
    pub adaptor: Adaptor,
    /// The names that the pattern binds.
    pub names: Vec<String>,
}

/// A source of items.
#[derive(Clone, Debug)]
pub enum Over {
    /// `x.iter()`, bound by `&a`.
    Elements(String),
    /// `x.iter().zip(y.iter())`, bound by `(&a, &b)`.
    Zip(String, String),
    /// `x.iter().enumerate()`, bound by `(i, &a)`.
    Enumerate(String),
    /// `0..n`, bound by `i`.
    Range(usize),
    /// `x.windows(2)`, bound by `w`.
    Windows(String),
}

impl Over {
    /// The sequences it borrows.
    pub fn names(&self) -> Vec<&str> {
        match self {
            Over::Elements(x) | Over::Enumerate(x) | Over::Windows(x) => vec![x],
            Over::Zip(x, y) => vec![x, y],
            Over::Range(_) => Vec::new(),
        }
    }
}

/// What stands between the source and the end of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adaptor {
    None,
    Rev,
    Skip(usize),
    Take(usize),
    StepBy(usize),
    /// `.filter(|a| **a > 0.1)`, on elements.
    Filter,
}

/// Formulas that keep programs tame.
#[derive(Clone, Copy, Debug)]
pub enum Smooth {
    /// `(-(x * x)).exp()`.
    Bell,
    /// `(1.0 + x * x).ln()`.
    LogSquare,
    /// `(0.5 + x * x).sqrt()`.
    RootSquare,
    /// `1.0 / (1.5 + x.sin())`.
    Inverse,
    /// `(0.5 + x * x).powf(0.7)`.
    Power,
}

/// What a `for` goes over.
#[derive(Clone, Debug)]
pub enum Range {
    Plain(Index, Index),
    Inclusive(usize, usize),
    Reversed(usize, usize),
    Stepped(usize, usize, usize),
    /// `0..x.len()`.
    Indices(String),
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    Let {
        name: String,
        mutable: bool,
        value: Expr,
    },
    LetInt {
        name: String,
        value: Index,
    },
    BumpInt(String, usize),
    LetArray {
        name: String,
        mutable: bool,
        values: Vec<Expr>,
        vec: bool,
    },
    /// `[x; n]` or `vec![x; n]`.
    LetRepeat {
        name: String,
        mutable: bool,
        value: Expr,
        len: usize,
        vec: bool,
    },
    LetPair {
        name: String,
        mutable: bool,
        first: Expr,
        second: Expr,
    },
    /// `let (a, b) = …;`
    Destructure {
        first: String,
        second: String,
        value: PairExpr,
    },
    /// `let copy = x;`, `x.clone()` or `x.to_vec()`.
    LetCopy {
        name: String,
        of: String,
        to_vec: bool,
    },
    /// `let y; if c { y = a; } else { y = b; }`.
    Deferred {
        name: String,
        cond: Cond,
        then: Expr,
        els: Expr,
    },
    Assign(Place, Expr),
    Compound(&'static str, Place, Expr),
    Swap(String, Index, Index),
    SwapVars(String, String),
    /// `(a, b) = (x, y);`
    AssignPair(Place, Place, Expr, Expr),
    CallMut(String, Vec<Arg>),
    If(Cond, Vec<Stmt>, Vec<Stmt>),
    For(String, Range, Vec<Stmt>),
    /// `let mut n = 0; while n < bound && cond { …; n += 1; }`.
    While(String, usize, Option<Cond>, Vec<Stmt>),
    /// `let mut n = 0; loop { if n >= bound || cond { break; } …; n += 1; }`.
    Loop(String, usize, Option<Cond>, Vec<Stmt>),
    /// `if c { break; }`, and its like.
    Leave(Cond, Exit),
    Block(Vec<Stmt>),
    /// `for pattern in items { … }`.
    Each(Items, Vec<Stmt>),
    /// `for a in x.iter_mut() { *a = …; }`, with the operator.
    EachMut(String, String, &'static str, Expr),
    /// `x.push(…);`.
    Push(String, Expr),
    /// `let y: Vec<f64> = items.map(|…| …).collect();`.
    Collect(String, Items, Expr),
    /// `let g = |a: f64| …;`.
    LetClosure(String, String, Expr),
    /// `match index % 3 { 0 => { … } 1 => { … } _ => { … } }`.
    Match(Index, Vec<Vec<Stmt>>),
}

/// How to leave.
#[derive(Clone, Debug)]
pub enum Exit {
    Break,
    Continue,
    Return(Vec<Expr>, Output),
}

/// A pair-valued expression.
#[derive(Clone, Debug)]
pub enum PairExpr {
    Tuple(Expr, Expr),
    SinCos(Expr),
    Var(String),
}
