//! Where the attribute may stand: in function bodies, in modules of any visibility, on items that a
//! macro of the user's produces.

use autodiff_runtime::differentiate;

#[test]
fn inside_a_function_body() {
    #[differentiate(scalar)]
    fn inner(x: f64) -> f64 {
        x * x * x
    }

    #[differentiate(scalar)]
    fn outer(x: f64, y: f64) -> f64 {
        inner(x) * y
    }

    assert_eq!(outer_grad(2.0, 5.0), (60.0, 8.0));
    let closure = |x| inner_grad(x);
    assert_eq!(closure(3.0), 27.0);
}

#[test]
fn inside_a_method() {
    struct Model(f64);
    impl Model {
        fn slope(&self, x: f64) -> f64 {
            #[differentiate]
            fn line(weight: f64, x: f64) -> f64 {
                weight * x
            }
            line_grad(self.0, x).1
        }
    }
    assert_eq!(Model(3.0).slope(2.0), 3.0);
}

mod outer {
    pub(super) mod inner {
        use autodiff_runtime::differentiate;

        #[differentiate]
        pub(in super::super) fn visible(x: f64) -> f64 {
            hidden(x) + self::deeper::seen(x)
        }

        #[differentiate]
        fn hidden(x: f64) -> f64 {
            x * x
        }

        pub(super) mod deeper {
            #[autodiff_runtime::differentiate]
            pub(crate) fn seen(x: f64) -> f64 {
                super::hidden(x) * x
            }
        }
    }
}

#[test]
fn visibility_is_that_of_the_function() {
    // x² + x³
    assert_eq!(outer::inner::visible_grad(2.0), 16.0);
    assert_eq!(outer::inner::visible_hvp(2.0, 1.0), 14.0);
}

macro_rules! powers {
    ($($name:ident = $exponent:expr, $scale:expr;)*) => {
        $(#[differentiate]
        fn $name(x: f64) -> f64 {
            $scale * x.powi($exponent)
        })*
    };
}

powers! {
    square = 2, 1.0 + 2.0;
    cube = 1 + 2, 0.5;
}

macro_rules! accumulating {
    ($name:ident, $x:ident => $step:expr) => {
        #[differentiate]
        fn $name($x: f64, n: usize) -> f64 {
            let mut sum = 0.0;
            for _ in 0..n {
                sum += $step;
            }
            sum
        }
    };
}

accumulating!(squares, x => x * x);

#[test]
fn from_a_macro() {
    // Precedence inside of the fragments is kept: (1 + 2)·x².
    assert_eq!(square_grad(2.0), 12.0);
    assert_eq!(cube_grad(2.0), 6.0);
    assert_eq!(squares_grad(3.0, 4), 24.0);
}

#[differentiate]
fn crossing(x: f64, y: f64) -> f64 {
    autodiff_tests::small::scalar2(x, y) * 2.0
}

#[test]
fn calls_another_crate() {
    let (a, b) = autodiff_tests::small::scalar2_grad(1.5, 3.0);
    assert_eq!(crossing_grad(1.5, 3.0), (2.0 * a, 2.0 * b));
}
