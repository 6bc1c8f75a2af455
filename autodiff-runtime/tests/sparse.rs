//! Sparse Jacobians by few tangents: what is found, how it is coloured, and that nothing is lost.

use autodiff_runtime::differentiate;
use autodiff_runtime::sparse::{Coloring, Pattern, PatternError, Seeds};
use nalgebra::DMatrix;
use proptest::prelude::*;

/// Cᵀ·sin(x) with coefficients that are zero here and there, on top of neighbours' products.
#[differentiate(wrt(x))]
fn mixed(x: &[f64], of: &[[usize; 2]]) -> Vec<f64> {
    let mut y = vec![0.0; of.len()];
    for i in 0..of.len() {
        y[i] = x[of[i][0]].sin() * x[of[i][1]] + 3.0;
    }
    y
}

proptest! {
    #[test]
    fn no_row_has_two_entries_of_one_color(
        entries in prop::collection::vec((0_usize..20, 0_usize..30), 0..150),
    ) {
        let coloring = Coloring::greedy(Pattern::new(20, 30, entries).unwrap());
        let fullest = (0..20).map(|row| coloring.pattern().row(row).len()).max();
        prop_assert!(coloring.colors() >= fullest.unwrap());
        for row in 0..20 {
            let columns = coloring.pattern().row(row);
            let mut colors: Vec<usize> = columns.iter().map(|c| coloring.color(*c)).collect();
            colors.sort_unstable();
            colors.dedup();
            prop_assert_eq!(colors.len(), columns.len());
        }
    }

    #[test]
    fn compressed_and_dense_jacobian_agree(
        x in prop::collection::vec(-2.0..2.0, 25),
        of in prop::collection::vec([0_usize..25, 0_usize..25], 1..40),
    ) {
        let pattern = Pattern::detect(of.len(), x.len(), |seeds, products| {
            mixed_jacobian_times_into(&x, &of, seeds, products);
        });
        for (row, pair) in of.iter().enumerate() {
            let mut expected = pair.to_vec();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(pattern.row(row), expected);
        }
        let coloring = Coloring::greedy(pattern);
        let mut products = vec![0.0; of.len() * coloring.colors()];
        mixed_jacobian_times_into(&x, &of, &coloring, &mut products);
        let mut jacobian = vec![0.0; of.len() * x.len()];
        coloring.scatter(&products, &mut jacobian);
        let dense = mixed_jacobian(&x, &of);
        prop_assert_eq!(DMatrix::from_row_slice(of.len(), x.len(), &jacobian), dense);
    }

    #[test]
    fn products_with_any_matrix(
        x in prop::collection::vec(-2.0..2.0, 6),
        seeds in prop::collection::vec(-1.0..1.0, 6 * 11),
    ) {
        let of = [[0, 1], [2, 3], [4, 5], [0, 5]];
        let seeds = DMatrix::from_vec(6, 11, seeds);
        let mut products = [0.0; 4 * 11];
        mixed_jacobian_times_into(&x, &of, &seeds, &mut products);
        let expected = mixed_jacobian(&x, &of) * seeds;
        let found = DMatrix::from_row_slice(4, 11, &products);
        prop_assert!((found - expected).abs().max() < 1e-14);
    }
}

/// A derivative that is zero at a point is an entry all the same.
#[test]
fn detection_sees_through_zeros() {
    let pattern = Pattern::detect(1, 2, |seeds, products| {
        mixed_jacobian_times_into(&[0.0, 0.0], &[[0, 1]], seeds, products);
    });
    assert_eq!(pattern.row(0), [0, 1]);
}

#[test]
fn detection_in_several_blocks() {
    let n = 150;
    let of: Vec<[usize; 2]> = (0..n).map(|i| [i, (i + 1) % n]).collect();
    let x = vec![0.5; n];
    let pattern = Pattern::detect(n, n, |seeds, products| {
        assert!(seeds.directions() <= n);
        mixed_jacobian_times_into(&x, &of, seeds, products);
    });
    assert_eq!(pattern.count(), 2 * n);
    assert_eq!(pattern.row(n - 1), [0, n - 1]);
    assert_eq!(Coloring::greedy(pattern).colors(), 2);
}

#[test]
fn entries_outside_are_refused() {
    let error = Pattern::new(2, 2, [(0, 2)]).unwrap_err();
    let (row, column, rows, columns) = (0, 2, 2, 2);
    assert_eq!(
        error,
        PatternError::Outside {
            row,
            column,
            rows,
            columns
        }
    );
}

#[test]
#[should_panic(expected = "`seeds` is for 3 inputs, but the function has 2")]
fn seeds_for_another_function() {
    let seeds = DMatrix::<f64>::identity(3, 3);
    mixed_jacobian_times_into(&[1.0, 2.0], &[[0, 1]], &seeds, &mut [0.0; 3]);
}

#[test]
#[should_panic(expected = "`products` has length 2")]
fn products_of_another_length() {
    let seeds = DMatrix::<f64>::identity(2, 3);
    mixed_jacobian_times_into(&[1.0, 2.0], &[[0, 1]], &seeds, &mut [0.0; 2]);
}
