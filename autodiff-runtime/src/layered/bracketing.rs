//! Orders in which a product of matrices is multiplied.

use std::fmt;

/// An order in which the product J_K ⋯ J₁ is multiplied.
///
/// ```
/// use autodiff_runtime::layered::Bracketing;
///
/// assert_eq!(Bracketing::forward(3).to_string(), "J₃·(J₂·J₁)");
/// assert_eq!(Bracketing::reverse(3).to_string(), "(J₃·J₂)·J₁");
///
/// // One output: reverse mode is the best there is.
/// let widths = [100, 50, 20, 1];
/// assert_eq!(Bracketing::optimal(&widths), Bracketing::reverse(3));
/// assert_eq!(Bracketing::reverse(3).cost(&widths), 1 * 20 * 50 + 1 * 50 * 100);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bracketing {
    /// The factor J_k+1; k counts from 0 at the input.
    Factor(usize),
    /// The product of two parts: the later layers, and those before them.
    Product(Box<Bracketing>, Box<Bracketing>),
}

impl Bracketing {
    /// J_K (⋯ (J₂ J₁)), for K ≥ 1 factors.
    pub fn forward(factors: usize) -> Self {
        let after = (1..factors).map(Self::Factor);
        after.fold(Self::Factor(0), |before, after| Self::of(after, before))
    }

    /// ((J_K J_K−1) ⋯) J₁, for K ≥ 1 factors.
    pub fn reverse(factors: usize) -> Self {
        let last = factors.saturating_sub(1);
        let before = (0..last).rev().map(Self::Factor);
        before.fold(Self::Factor(last), Self::of)
    }

    /// The order of fewest multiplications for widths n₀, …, n_K, by dynamic programming over all parts of the chain in
    /// O(K³) (Godbole, "On efficient computation of matrix chain products", 1973). Of equals it takes the one nearest to
    /// reverse mode.
    pub fn optimal(widths: &[usize]) -> Self {
        let factors = widths.len().saturating_sub(1);
        // least[i][j]: cost of the factors i..=j, and where they are best parted.
        let mut least = vec![vec![(0_u128, 0); factors]; factors];
        for length in 1..factors {
            for i in 0..factors - length {
                let j = i + length;
                let cost = |cut: usize| {
                    let product = product_cost(widths[j + 1], widths[cut + 1], widths[i]);
                    let parts = least[i][cut].0.saturating_add(least[cut + 1][j].0);
                    (parts.saturating_add(product), cut)
                };
                least[i][j] = (i..j).map(cost).min().unwrap_or_default();
            }
        }
        Self::parted(&least, 0, factors.saturating_sub(1))
    }

    fn parted(least: &[Vec<(u128, usize)>], i: usize, j: usize) -> Self {
        if i == j {
            return Self::Factor(i);
        }
        let cut = least[i][j].1;
        Self::of(Self::parted(least, cut + 1, j), Self::parted(least, i, cut))
    }

    fn of(after: Self, before: Self) -> Self {
        Self::Product(Box::new(after), Box::new(before))
    }

    /// How many factors there are.
    pub fn factors(&self) -> usize {
        match self {
            Self::Factor(_) => 1,
            Self::Product(after, before) => after.factors() + before.factors(),
        }
    }

    /// The number of multiplications for factors of these widths, n₀ to n_K: an a × b by b × c product takes a·b·c.
    ///
    /// Layers beyond the widths count as empty. A number beyond `u128` is given as the largest one.
    pub fn cost(&self, widths: &[usize]) -> u128 {
        let width = |k: usize| widths.get(k).copied().unwrap_or(0);
        // (multiplications, rows, columns)
        let leaf = |k: usize| (0_u128, width(k + 1), width(k));
        let product = |after: (u128, usize, usize), before: (u128, usize, usize)| {
            let here = product_cost(after.1, after.2, before.2);
            let both = after.0.saturating_add(before.0).saturating_add(here);
            (both, after.1, before.2)
        };
        self.fold(&leaf, &product).0
    }

    /// Replaces factors by `leaf` and products by `product`, from the inside out.
    pub(super) fn fold<R>(&self, leaf: &impl Fn(usize) -> R, product: &impl Fn(R, R) -> R) -> R {
        match self {
            Self::Factor(k) => leaf(*k),
            Self::Product(after, before) => {
                product(after.fold(leaf, product), before.fold(leaf, product))
            }
        }
    }
}

fn product_cost(rows: usize, inner: usize, columns: usize) -> u128 {
    (rows as u128)
        .saturating_mul(inner as u128)
        .saturating_mul(columns as u128)
}

impl fmt::Display for Bracketing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |f: &mut fmt::Formatter<'_>, part: &Self| match part {
            Self::Factor(_) => write!(f, "{part}"),
            Self::Product(..) => write!(f, "({part})"),
        };
        match self {
            Self::Factor(k) => write!(f, "J{}", subscript(k + 1)),
            Self::Product(after, before) => {
                part(f, after)?;
                f.write_str("·")?;
                part(f, before)
            }
        }
    }
}

fn subscript(number: usize) -> String {
    let digits = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    let digit = |c: char| c.to_digit(10).map_or(c, |digit| digits[digit as usize]);
    number.to_string().chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All bracketings of the factors from..to.
    fn all(from: usize, to: usize) -> Vec<Bracketing> {
        if to - from == 1 {
            return vec![Bracketing::Factor(from)];
        }
        let parted = |cut| {
            let (before, after) = (all(from, cut), all(cut, to));
            after
                .into_iter()
                .flat_map(|after| {
                    let join =
                        move |before: &Bracketing| Bracketing::of(after.clone(), before.clone());
                    before.iter().map(join).collect::<Vec<_>>()
                })
                .collect::<Vec<_>>()
        };
        (from + 1..to).flat_map(parted).collect()
    }

    #[test]
    fn the_optimum_is_the_least_of_all() {
        // The Catalan number of six factors.
        assert_eq!(all(0, 6).len(), 42);
        for widths in [
            [30, 35, 15, 5, 10, 20, 25],
            [1, 9, 1, 9, 1, 9, 1],
            [7, 6, 5, 4, 3, 2, 1],
            [0, 3, 2, 5, 2, 0, 4],
        ] {
            let least = all(0, 6).iter().map(|b| b.cost(&widths)).min().unwrap();
            let optimal = Bracketing::optimal(&widths);
            assert_eq!((optimal.cost(&widths), optimal.factors()), (least, 6));
        }
        // The textbook's example (Cormen et al., Introduction to Algorithms, section 15.2).
        assert_eq!(
            Bracketing::optimal(&[30, 35, 15, 5, 10, 20, 25]).cost(&[30, 35, 15, 5, 10, 20, 25]),
            15_125
        );
    }

    #[test]
    fn a_single_factor_costs_nothing() {
        for single in [
            Bracketing::forward(1),
            Bracketing::reverse(1),
            Bracketing::optimal(&[3, 4]),
        ] {
            assert_eq!(
                (single.cost(&[3, 4]), single.to_string().as_str()),
                (0, "J₁")
            );
        }
    }
}
