//! Smooth escape count of a Mandelbrot iteration: a return from inside the loop.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn escape_time(c_re: f64, c_im: f64) -> f64 {
    let mut re = 0.0;
    let mut im = 0.0;
    for n in 0..40 {
        let t = re * re - im * im + c_re;
        im = 2.0 * re * im + c_im;
        re = t;
        let squared = re * re + im * im;
        if squared > 1e4 {
            return n as f64 + 1.0 - (0.5 * squared.ln()).log2();
        }
    }
    re * re + im * im
}

pub fn points() -> Vec<(f64, f64)> {
    vec![(0.8, 0.6), (1.0, 1.0), (-0.2, 0.1)]
}
