//! Radix-2 Fourier transform in place, split into real and imaginary parts.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn fft(re: &mut [f64], im: &mut [f64]) {
    let n = re.len();
    let mut j = 0;
    for i in 1..n {
        let mut bit = n >> 1;
        while j & bit != 0 {
            j ^= bit;
            bit >>= 1;
        }
        j |= bit;
        if i < j {
            let t = re[i];
            re[i] = re[j];
            re[j] = t;
            let t = im[i];
            im[i] = im[j];
            im[j] = t;
        }
    }
    let mut width = 2;
    while width <= n {
        let angle = -std::f64::consts::TAU / width as f64;
        for start in (0..n).step_by(width) {
            for k in 0..width / 2 {
                let (c, s) = ((angle * k as f64).cos(), (angle * k as f64).sin());
                let (top, bottom) = (start + k, start + k + width / 2);
                let t_re = c * re[bottom] - s * im[bottom];
                let t_im = c * im[bottom] + s * re[bottom];
                re[bottom] = re[top] - t_re;
                im[bottom] = im[top] - t_im;
                re[top] += t_re;
                im[top] += t_im;
            }
        }
        width *= 2;
    }
}

pub fn points() -> Vec<(Vec<f64>, Vec<f64>)> {
    vec![
        (vec![1.0, -0.5, 0.25, 2.0], vec![0.1, 0.0, -0.3, 0.7]),
        (vec![0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8], vec![0.0; 8]),
        (vec![3.0], vec![1.0]),
    ]
}
