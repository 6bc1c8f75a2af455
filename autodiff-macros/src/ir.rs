//! The evaluation trace as data: typed equations in structured regions.
//!
//! A function is a [`Block`] of statements over variables. A *temporary* is bound by exactly one
//! equation of its region; a *slot* is a `let mut` of the user's, or anything else that is written
//! in place; a *join* receives its value in the branches of the `if` that follows its declaration.
//! Control flow is structured: early `return`, `break` and `continue` have become flags and nested
//! branches by the time a trace exists, so a region is always left at its end.
//!
//! Derivatives are traces too. The transformations take a trace and give a trace, which is why the
//! derivative of a derivative needs no code of its own.

mod flow;
pub mod print;
mod ty;
pub mod verify;

use crate::rule::Row;
pub use flow::eqn_reads;
use proc_macro2::{Ident, Span, TokenStream};
use std::collections::{HashMap, HashSet};
use ty::has_static_shape;

/// A variable of a [`Trace`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct VarId(pub u32);

/// What the macro knows of a type. The rest is left to `rustc` and to traits.
#[derive(Clone, Debug)]
pub enum Ty {
    /// A float one can differentiate with respect to.
    Real,
    /// A float of the other precision: `f32` in a function of `f64`. Its derivatives have the
    /// precision of the function.
    Other,
    /// Integers, conditions, strings, and whatever else carries no derivative.
    Passive,
    /// A constant that may hold floats, such as a struct or a field of one.
    Opaque,
    /// `[T; N]`, with the tokens of its length where they are known.
    Array(Box<Ty>, Option<TokenStream>),
    Slice(Box<Ty>),
    Vec(Box<Ty>),
    Tuple(Vec<Ty>),
    /// `Option<T>`, or `Result<T, E>` with a constant `E`.
    Maybe(Box<Ty>),
    /// `&T` or `&mut T`.
    Ref(Box<Ty>, bool),
    /// What a call returns, for example.
    Unknown,
}

/// How a variable gets its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Param,
    Temp,
    Join,
    Slot,
}

/// All that is known of one variable.
#[derive(Clone, Debug)]
pub struct Var {
    /// The name in the emitted code: the user's, or one that the user does not have.
    pub ident: Ident,
    pub ty: Ty,
    pub kind: Kind,
    /// Whether it is written after its declaration (in whole or in part).
    pub mutated: bool,
    /// Whether its value may be moved away before the function ends.
    pub moved: bool,
    /// The user's type annotation, kept for values without a derivative.
    pub annotation: Option<TokenStream>,
    /// The name in the user's source, empty for an intermediate value.
    pub source_name: String,
    /// The variable whose tangent or adjoint it is.
    pub companion_of: Option<VarId>,
}

/// A passive expression, passed through as the user wrote it.
#[derive(Clone, Debug)]
pub struct Code {
    pub tokens: TokenStream,
    pub reads: Vec<VarId>,
    /// Cheap and free of effects: may be evaluated again wherever its variables are at hand.
    pub pure: bool,
    pub ty: Ty,
    pub span: Span,
}

impl Code {
    /// Code of the macro's own, on constants, which may be evaluated again.
    pub fn pure(tokens: TokenStream, reads: Vec<VarId>) -> Code {
        Code {
            tokens,
            reads,
            pure: true,
            ty: Ty::Passive,
            span: Span::mixed_site(),
        }
    }

    /// Code of the macro's own, to be evaluated where it stands.
    pub fn effect(tokens: TokenStream, reads: Vec<VarId>) -> Code {
        Code {
            pure: false,
            ..Code::pure(tokens, reads)
        }
    }
}

/// An argument of an equation.
#[derive(Clone, Debug)]
pub enum Operand {
    Var(VarId),
    /// A float literal, with the tokens the user wrote (or none, for numbers of our own).
    Lit(f64, Option<TokenStream>),
    Code(Code),
}

impl Operand {
    pub const ZERO: Operand = Operand::Lit(0.0, None);
    pub const ONE: Operand = Operand::Lit(1.0, None);

    pub fn var(&self) -> Option<VarId> {
        match self {
            Operand::Var(var) => Some(*var),
            _ => None,
        }
    }

    pub fn lit(&self) -> Option<f64> {
        match self {
            Operand::Lit(value, _) => Some(*value),
            _ => None,
        }
    }

    pub fn reads(&self) -> &[VarId] {
        match self {
            Operand::Var(var) => std::slice::from_ref(var),
            Operand::Lit(..) => &[],
            Operand::Code(code) => &code.reads,
        }
    }
}

/// A step from a variable into its parts.
#[derive(Clone, Debug)]
pub enum Step {
    Index(Operand),
    Field(TokenStream),
    /// `[a..b]`: the tokens of the range.
    Range(Code),
    /// What a `Some` or an `Ok` holds; the place is known to be one.
    Payload,
}

/// A variable or a part of one: `x`, `x[i]`, `t.0`, `a[i][j]`.
#[derive(Clone, Debug)]
pub struct Place {
    pub root: VarId,
    pub path: Vec<Step>,
}

impl Place {
    pub fn whole(root: VarId) -> Place {
        Place {
            root,
            path: Vec::new(),
        }
    }

    pub fn is_whole(&self) -> bool {
        self.path.is_empty()
    }

    /// The variables that its indices read.
    pub fn index_reads(&self) -> impl Iterator<Item = VarId> + '_ {
        self.path
            .iter()
            .flat_map(|step| match step {
                Step::Index(operand) => operand.reads(),
                Step::Range(code) => &code.reads,
                Step::Field(_) | Step::Payload => &[],
            })
            .copied()
    }
}

/// The right-hand side of an equation.
#[derive(Clone, Debug)]
pub enum Op {
    /// A row of the rule table.
    Rule(&'static Row),
    /// Another name for the argument, by copy or move.
    Copy,
    /// The argument in another float type.
    Cast(TokenStream),
    /// Reads a place.
    Load(Place),
    /// `[a, b, c]`.
    Array,
    /// `vec![a, b, c]`.
    VecOf,
    /// `(a, b)`.
    Tuple,
    /// `S { a: …, ..base }`: the path and the fields that are given; the base is the last argument.
    Struct(TokenStream, Vec<TokenStream>),
    /// `Some(a)`, `Ok(a)`: the path.
    Wrap(TokenStream),
    /// `[a; n]`.
    Repeat(TokenStream),
    /// `vec![a; n]`; the length is the second argument.
    VecRepeat,
    /// `if cond { a } else { b }` on scalars, both at hand.
    Select(Operand),
    /// A passive expression: its value has no derivative.
    Passive(Code),
    /// The zero tangent of a variable, whose shape is only known at run time.
    ZeroLike(VarId),
    /// The zero tangent of what stands at a place.
    ZeroAt(Place),
    /// The zero of the type of the result.
    Zero,
    /// The sum of the elements of a place, all of them scalars.
    SumOf(Place),
    /// A copy of a place, with storage of its own.
    CloneOf(Place),
    /// A function whose partials the user gives.
    Given(std::rc::Rc<Given>),
    /// Enters an equation into the printable trace; gives its node.
    Record(Box<Record>),
}

/// A function with its partials. The arguments of the equation are the active parameters.
#[derive(Debug)]
pub struct Given {
    pub name: String,
    /// The call, as an expression.
    pub call: Code,
    /// One partial for each argument, for tangents.
    pub forward: Vec<Formula>,
    /// The same with variables of their own, for adjoints: both can stand in one trace.
    pub backward: Vec<Formula>,
}

/// Statements and the value they compute.
#[derive(Debug)]
pub struct Formula {
    pub block: Block,
    pub value: Operand,
}

/// An equation for the printable trace.
#[derive(Clone, Debug)]
pub struct Record {
    /// The user's name for the value.
    pub name: String,
    /// The expression, with `{0}` for the first parent and `{c0}` for the first constant.
    pub template: String,
    pub value: Operand,
    /// Node and partial of each active argument.
    pub parents: Vec<(Operand, Operand)>,
    /// The constants of the template, then the value of each parent: that of a parent which turns
    /// out to be constant is shown.
    pub constants: Vec<Operand>,
}

/// `var = op(args)`.
#[derive(Clone, Debug)]
pub struct Eqn {
    pub var: VarId,
    pub op: Op,
    pub args: Vec<Operand>,
    pub span: Span,
}

/// How a function receives an argument.
#[derive(Clone, Debug)]
pub enum Arg {
    Value(Operand),
    Shared(Place),
    Mutable(Place),
    /// The name of a `&mut` parameter, given to a callee that takes either kind of reference.
    Either(Place),
    /// A reference without a derivative, as written (`"text"`, `&TABLE`).
    PassiveRef(Code),
}

/// What is called, and with it how its derivatives are found.
#[derive(Clone, Debug)]
pub enum Callee {
    /// A function: the path as written, without its generic arguments.
    Function(TokenStream),
    /// A function, and an expression for the key that has its derivatives.
    Keyed { path: TokenStream, key: TokenStream },
    /// A function of a type: the type with what joins it to the name, and the name.
    Associated(TokenStream, Ident),
    /// A method; the receiver is the first argument.
    Method(Ident),
    /// An operator on operands of types that only the compiler knows, given by reference.
    Operator(Operator),
}

/// An operator as the user wrote it.
#[derive(Clone, Debug)]
pub struct Operator {
    /// The name of its row, or `cast`.
    pub name: &'static str,
    /// Which of its operands are written as references.
    pub borrowed: Vec<bool>,
}

/// A call to another differentiated function.
#[derive(Clone, Debug)]
pub struct Call {
    pub callee: Callee,
    /// The generic arguments as written.
    pub turbofish: Option<TokenStream>,
    pub args: Vec<Arg>,
    pub result: VarId,
    pub span: Span,
    /// Which of the statements this is.
    pub form: CallForm,
    /// The tangents, in a trace that carries tangents along.
    pub dots: Option<Dots>,
}

/// The tangents of a call.
#[derive(Clone, Debug)]
pub struct Dots {
    /// One for each argument: where its tangent is, if it has one.
    pub args: Vec<Option<Place>>,
    /// Receives the tangent of the result, which `Backward` does not have.
    pub result: Option<VarId>,
    /// The tangents of the shadows, for `Backward`.
    pub shadows: Vec<Option<Place>>,
    pub seed: Option<Operand>,
}

/// The three statements a call becomes.
#[derive(Clone, Debug)]
pub enum CallForm {
    /// `result = g(args)`.
    Plain,
    /// `(result, pullback) = g.pull(args)`.
    Forward { pullback: VarId },
    /// `pullback(seed, shadows)`.
    Backward {
        pullback: VarId,
        seed: Option<Operand>,
        /// One for each argument: the adjoint to add to, if there is one.
        shadows: Vec<Option<Place>>,
    },
}

/// A loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Shared by the loop and its counterpart in the backward sweep.
    pub id: u32,
    pub head: Head,
    pub body: Block,
    /// The loop ends after an iteration in which one of these flags was set.
    pub exits: Vec<VarId>,
    pub span: Span,
}

/// What a loop iterates over.
#[derive(Clone, Debug)]
pub enum Head {
    /// `for var in lo..hi`, `lo..=hi`, with `.step_by(step)` and `.rev()`.
    Range {
        var: VarId,
        lo: Operand,
        hi: Operand,
        inclusive: bool,
        step: Option<Operand>,
        reversed: bool,
    },
    /// `while test { … }`: the block that computes the condition, and the condition.
    While { test: Block, cond: Operand },
    /// `for pat in iter` over something without derivatives.
    Each {
        pattern: TokenStream,
        vars: Vec<VarId>,
        iter: Code,
    },
    /// As many times as the variable says.
    Replay { trips: VarId },
}

/// Where a backward region finds the values of the forward region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Store {
    /// An `Option` that a branch fills.
    Cell,
    /// A stack that a loop pushes to once an iteration.
    Stack,
    /// At most so many states of a loop.
    Checkpoints(usize),
}

/// A statement.
#[derive(Clone, Debug)]
pub enum Stmt {
    Let(Eqn),
    /// A slot or a join; a join has no initial value.
    Declare {
        var: VarId,
        init: Option<Operand>,
    },
    /// `place = value`.
    Assign {
        place: Place,
        value: Operand,
        span: Span,
    },
    /// `place += value`, or `-=`, on scalars.
    Accumulate {
        place: Place,
        value: Operand,
        negative: bool,
        span: Span,
    },
    /// `place += other` on anything, element by element.
    AccumulateAll {
        place: Place,
        other: Place,
    },
    /// Every scalar of the place becomes 0.
    Clear {
        place: Place,
    },
    /// `place.push(value)` on a `Vec`.
    Push {
        place: Place,
        value: Operand,
        span: Span,
    },
    /// `let var = place.pop().unwrap()` on a `Vec` that is not empty.
    Pop {
        place: Place,
        var: VarId,
        span: Span,
    },
    /// `id` is shared by the branch and its counterpart in the backward sweep.
    If {
        id: u32,
        cond: Operand,
        then: Block,
        els: Block,
        span: Span,
    },
    Loop(Box<Loop>),
    Call(Box<Call>),
    /// Passed through as written; `defines` are the variables it declares.
    Passive {
        code: Code,
        defines: Vec<VarId>,
        writes: Vec<VarId>,
    },
    /// Declares a store.
    NewStore {
        var: VarId,
        store: Store,
    },
    /// Puts the values into the store.
    Put {
        var: VarId,
        store: Store,
        values: Vec<VarId>,
    },
    /// Takes them out again, under the same names.
    Take {
        var: VarId,
        store: Store,
        values: Vec<VarId>,
    },
    /// Offers the state of a loop, at the start of an iteration, to its checkpoints.
    Snapshot {
        store: VarId,
        values: Vec<VarId>,
    },
    /// Binds the state at the checkpoint nearest to the iteration to reverse, under the same names,
    /// and the numbers of both iterations.
    Revisit {
        store: VarId,
        from: VarId,
        step: VarId,
        values: Vec<VarId>,
    },
}

/// A region: statements in order.
#[derive(Clone, Debug, Default)]
pub struct Block(pub Vec<Stmt>);

/// A whole function as a trace.
#[derive(Clone, Debug)]
pub struct Trace {
    pub vars: Vec<Var>,
    pub body: Block,
    /// What the function returns, if anything.
    pub result: Option<Operand>,
    pub names: crate::names::Names,
    /// How many branches and loops there are.
    pub regions: u32,
    /// The variables that are adjoints: the order of their sums is ours to choose.
    pub adjoints: HashSet<VarId>,
}

impl Trace {
    pub fn new(names: crate::names::Names) -> Trace {
        Trace {
            vars: Vec::new(),
            body: Block::default(),
            result: None,
            names,
            regions: 0,
            adjoints: HashSet::new(),
        }
    }

    /// The number of a new branch or loop.
    pub fn region_id(&mut self) -> u32 {
        self.regions += 1;
        self.regions
    }

    pub fn var(&self, var: VarId) -> &Var {
        &self.vars[var.0 as usize]
    }

    pub fn var_mut(&mut self, var: VarId) -> &mut Var {
        &mut self.vars[var.0 as usize]
    }

    pub fn ty(&self, var: VarId) -> &Ty {
        &self.var(var).ty
    }

    /// A new variable whose name starts from `hint`.
    pub fn fresh(&mut self, hint: &str, ty: Ty, kind: Kind, span: Span) -> VarId {
        let ident = self.names.fresh(hint, span);
        self.push(Var {
            ident,
            ty,
            kind,
            mutated: false,
            moved: false,
            annotation: None,
            source_name: String::new(),
            companion_of: None,
        })
    }

    pub fn push(&mut self, var: Var) -> VarId {
        self.vars.push(var);
        VarId(self.vars.len() as u32 - 1)
    }

    /// An operation that gives the zero tangent of `var`.
    pub fn zero_op(&self, var: VarId) -> Op {
        if has_static_shape(self.ty(var)) {
            Op::Zero
        } else {
            Op::ZeroLike(var)
        }
    }

    /// The type of a place.
    pub fn place_ty(&self, place: &Place) -> Ty {
        let mut ty = self.ty(place.root).behind().clone();
        for step in &place.path {
            ty = Trace::step_ty(&ty, step);
        }
        ty
    }

    /// The type of a part of something of type `ty`.
    pub fn step_ty(ty: &Ty, step: &Step) -> Ty {
        match step {
            Step::Index(_) => ty.element(),
            Step::Range(_) => Ty::Slice(Box::new(ty.element())),
            Step::Field(name) => match (ty.behind(), name.to_string().parse::<usize>()) {
                (Ty::Tuple(parts), Ok(i)) if i < parts.len() => parts[i].clone(),
                (Ty::Passive | Ty::Opaque, _) => Ty::Opaque,
                _ => Ty::Unknown,
            },
            Step::Payload => match ty.behind() {
                Ty::Maybe(inner) => (**inner).clone(),
                Ty::Passive | Ty::Opaque => Ty::Opaque,
                _ => Ty::Unknown,
            },
        }
    }

    pub fn operand_ty(&self, operand: &Operand) -> Ty {
        match operand {
            Operand::Var(var) => self.ty(*var).clone(),
            Operand::Lit(..) => Ty::Real,
            Operand::Code(code) => code.ty.clone(),
        }
    }
}

/// A map from variables to whatever a pass needs to know of them.
pub type VarMap<T> = HashMap<VarId, T>;
