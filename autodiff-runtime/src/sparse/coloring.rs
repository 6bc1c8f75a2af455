//! Columns that share a tangent.

use num_traits::{One, Zero};

use super::{Pattern, Seeds};

/// Columns of a Jacobian in groups, so that no row has two entries in one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coloring {
    pattern: Pattern,
    /// The group of each column.
    color: Vec<usize>,
    colors: usize,
}

impl Coloring {
    /// Gives each column the first colour that none of its neighbours has, those with the most
    /// entries first (Welsh and Powell 1967). No colouring has fewer colours than the fullest row has entries.
    pub fn greedy(pattern: Pattern) -> Self {
        let mut by_column = vec![Vec::new(); pattern.columns()];
        for row in 0..pattern.rows() {
            for column in pattern.row(row) {
                by_column[*column].push(row);
            }
        }
        let mut order: Vec<usize> = (0..pattern.columns()).collect();
        order.sort_by_key(|column| std::cmp::Reverse(by_column[*column].len()));
        let mut color: Vec<Option<usize>> = vec![None; pattern.columns()];
        // For each colour the last column that could not have it.
        let mut taken: Vec<usize> = Vec::new();
        for column in order {
            for row in &by_column[column] {
                for neighbour in pattern.row(*row) {
                    if let Some(theirs) = color[*neighbour] {
                        taken[theirs] = column;
                    }
                }
            }
            let free = taken.iter().position(|by| *by != column);
            let own = free.unwrap_or_else(|| {
                taken.push(usize::MAX);
                taken.len() - 1
            });
            color[column] = Some(own);
        }
        Coloring {
            colors: taken.len(),
            color: color.into_iter().flatten().collect(),
            pattern,
        }
    }

    /// How many tangents are needed.
    pub fn colors(&self) -> usize {
        self.colors
    }

    /// The colour of a column. Panics if there is no such column.
    pub fn color(&self, column: usize) -> usize {
        self.color[column]
    }

    /// The pattern that was coloured.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Row, column and value of every entry, row by row, from the products J·S that
    /// `f_jacobian_times_into` has computed with this colouring for S.
    ///
    /// # Panics
    ///
    /// Unless `products` has a row for each row of the pattern and a column for each colour.
    pub fn entries<'a, B: Copy>(
        &'a self,
        products: &'a [B],
    ) -> impl Iterator<Item = (usize, usize, B)> + 'a {
        self.check(products.len());
        (0..self.pattern.rows()).flat_map(move |row| {
            let products = &products[row * self.colors..(row + 1) * self.colors];
            let columns = self.pattern.row(row).iter();
            columns.map(move |column| (row, *column, products[self.color[*column]]))
        })
    }

    /// Writes the entries into a row-major matrix; the others are left as they are.
    ///
    /// # Panics
    ///
    /// As [`entries`](Self::entries), and unless `jacobian` has the size of the pattern.
    pub fn scatter<B: Copy>(&self, products: &[B], jacobian: &mut [B]) {
        self.scatter_to(products, jacobian, self.pattern.columns(), |column| column);
    }

    /// The same into a matrix of `width` columns, where `place` tells the column that a column of
    /// the pattern goes to: unknowns that only ever stand in rows of their own can share one.
    ///
    /// ```
    /// use autodiff_runtime::sparse::{Coloring, Pattern};
    /// // Two rows, each with an unknown of its own and one that both have.
    /// let coloring = Coloring::greedy(Pattern::new(2, 3, [(0, 0), (0, 2), (1, 1), (1, 2)])?);
    /// // The column that is shared has the most entries, and the first colour.
    /// let products = [10.0, 1.0, 20.0, 2.0];
    /// let mut jacobian = [0.0; 4];
    /// coloring.scatter_to(&products, &mut jacobian, 2, |column| usize::from(column == 2));
    /// assert_eq!(jacobian, [1.0, 10.0, 2.0, 20.0]);
    /// # Ok::<(), autodiff_runtime::sparse::PatternError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// As [`entries`](Self::entries), and unless `jacobian` has a row of `width` entries for each
    /// row of the pattern and `place` stays below `width`.
    pub fn scatter_to<B: Copy>(
        &self,
        products: &[B],
        jacobian: &mut [B],
        width: usize,
        place: impl Fn(usize) -> usize,
    ) {
        self.check(products.len());
        let rows = self.pattern.rows();
        assert!(
            jacobian.len() == rows * width,
            "`jacobian` has length {}, but the pattern has {rows} rows, here of {width} columns",
            jacobian.len()
        );
        if self.colors == 0 || width == 0 {
            return;
        }
        let products = products.chunks_exact(self.colors);
        let rows = jacobian.chunks_exact_mut(width).zip(products);
        for (row, (entries, products)) in rows.enumerate() {
            for column in self.pattern.row(row) {
                entries[place(*column)] = products[self.color[*column]];
            }
        }
    }

    fn check(&self, length: usize) {
        let (rows, colors) = (self.pattern.rows(), self.colors);
        assert!(
            length == rows * colors,
            "`products` has length {length}, but there are {rows} rows and {colors} colours"
        );
    }
}

/// One direction a colour: the sum of its columns' units.
impl<B: Copy + Zero + One> Seeds<B> for Coloring {
    fn inputs(&self) -> usize {
        self.color.len()
    }

    fn directions(&self) -> usize {
        self.colors
    }

    #[inline]
    fn fill(&self, input: usize, first: usize, entries: &mut [B]) {
        entries.fill(B::zero());
        if let Some(k) = self.color[input].checked_sub(first)
            && let Some(entry) = entries.get_mut(k)
        {
            *entry = B::one();
        }
    }
}
