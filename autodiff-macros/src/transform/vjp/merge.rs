//! Terms of an adjoint that are one product, up to a number, are added as numbers.
//!
//! In `c·b·b` the factor `b` stands twice, and each of them gives a term: `s·(c·b)` and `(s·b)·c`.
//! By hand one writes `2·s·(c·b)`, which saves two products and an addition.

use super::*;

/// A product: its literal factor, and the others in order.
struct Product {
    number: f64,
    factors: Vec<VarId>,
    /// How many operations of the backward sweep it takes.
    cost: usize,
}

impl Product {
    /// Whether to multiply anew, because another number can take the place of its own.
    fn has_room_for(&self, number: f64) -> bool {
        self.number.abs() != 1.0 && number.is_normal() && self.factors.len() <= self.cost + 1
    }
}

/// The most factors that are compared.
const MOST: usize = 8;

impl Vjp<'_> {
    /// The same sum in fewer terms.
    pub(super) fn merged(&mut self, terms: Vec<Operand>, span: Span) -> Vec<Operand> {
        if terms.len() < 2 {
            return terms;
        }
        let products: Vec<Option<Product>> = terms.iter().map(|term| self.product(term)).collect();
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (k, product) in products.iter().enumerate() {
            let same = groups.iter_mut().find(|group| {
                let first = products[group[0]].as_ref().zip(product.as_ref());
                first.is_some_and(|(first, product)| first.factors == product.factors)
            });
            match same {
                Some(group) => group.push(k),
                None => groups.push(vec![k]),
            }
        }
        let mut out = Vec::new();
        for group in groups {
            let members = || {
                group
                    .iter()
                    .filter_map(|k| Some((*k, products[*k].as_ref()?)))
            };
            let sum: f64 = members().map(|(_, product)| product.number).sum();
            let kept = members().min_by_key(|(_, product)| product.cost);
            let ratio = kept.map_or(0.0, |(_, kept)| sum / kept.number);
            let (Some((kept, _)), true) = (kept, group.len() > 1 && ratio.is_normal()) else {
                out.extend(group.iter().map(|k| terms[*k].clone()));
                continue;
            };
            let of = products[kept].as_ref().filter(|of| of.has_room_for(sum));
            let whole = match of {
                Some(of) => self.rebuilt(&of.factors, sum, span),
                None => {
                    let factor = Operand::Lit(ratio, None);
                    self.builder(span).mul(terms[kept].clone(), factor)
                }
            };
            group.iter().for_each(|k| self.discard(&terms[*k]));
            out.push(whole);
        }
        out
    }

    /// A product with the adjoint last: what comes before it is the same for every cotangent.
    fn rebuilt(&mut self, factors: &[VarId], number: f64, span: Span) -> Operand {
        let number = Operand::Lit(number, None);
        let factors = factors.iter().map(|var| Operand::Var(*var));
        factors.fold(number, |product, factor| {
            self.builder(span).mul(product, factor)
        })
    }

    fn product(&self, term: &Operand) -> Option<Product> {
        let mut product = Product {
            number: 1.0,
            factors: Vec::new(),
            cost: 0,
        };
        self.multiply(&mut product, term)?;
        product.factors.sort();
        Some(product)
    }

    fn multiply(&self, product: &mut Product, factor: &Operand) -> Option<()> {
        let var = match factor {
            Operand::Lit(value, _) => {
                product.number *= value;
                return Some(());
            }
            Operand::Var(var) => *var,
            Operand::Code(_) => return None,
        };
        let own = self.definition(var);
        match own.or_else(|| self.products.get(&var)) {
            Some(Eqn {
                op: Op::Rule(row),
                args,
                ..
            }) if matches!(row.name, "mul" | "neg") => {
                product.cost += usize::from(own.is_some());
                if row.name == "neg" {
                    product.number = -product.number;
                }
                args.iter().try_for_each(|arg| self.multiply(product, arg))
            }
            _ if product.factors.len() == MOST => None,
            _ => {
                product.factors.push(var);
                Some(())
            }
        }
    }

    /// The equation of a variable of this region's backward sweep.
    fn definition(&self, var: VarId) -> Option<&Eqn> {
        let out = &self.frames.last().expect("a frame is open").out;
        out.iter().rev().find_map(|stmt| match stmt {
            Stmt::Let(eqn) if eqn.var == var => Some(eqn),
            _ => None,
        })
    }

    /// Takes back the equations of a term that nothing else reads.
    fn discard(&mut self, term: &Operand) {
        let Some(var) = term.var() else { return };
        let is_cheap = |eqn: &&Eqn| matches!(&eqn.op, Op::Rule(row) if row.is_cheap());
        let Some(eqn) = self.definition(var).filter(is_cheap) else {
            return;
        };
        let args = eqn.args.clone();
        if self.is_wanted(var) {
            return;
        }
        self.out()
            .retain(|stmt| !matches!(stmt, Stmt::Let(eqn) if eqn.var == var));
        args.iter().for_each(|arg| self.discard(arg));
    }

    /// Whether something reads, or will read, a variable of this region's backward sweep.
    fn is_wanted(&self, var: VarId) -> bool {
        let read = |stmt: &Stmt| {
            let mut found = stmt.reads().contains(&var);
            for block in stmt.blocks() {
                block.walk(&mut |stmt| found |= stmt.reads().contains(&var));
            }
            found
        };
        let out = &self.frames.last().expect("a frame is open").out;
        let pending = self.pending.values().flatten();
        let mut waiting = pending.chain(self.joined.values());
        waiting.any(|other| other.var() == Some(var)) || out.iter().any(read)
    }
}

/// The products among the equations of `block`, nested regions included.
pub(super) fn products(block: &Block) -> VarMap<Eqn> {
    let mut products = VarMap::new();
    block.walk(&mut |stmt| {
        if let Stmt::Let(eqn) = stmt
            && matches!(&eqn.op, Op::Rule(row) if matches!(row.name, "mul" | "neg"))
        {
            products.insert(eqn.var, eqn.clone());
        }
    });
    products
}
