//! Present value of coupons by powers of the discount factor.

use autodiff_runtime::differentiate;

#[differentiate(scalar)]
pub fn bond_price(face: f64, coupon: f64, rate: f64, years: i32) -> f64 {
    let mut price = 0.0;
    for year in 1..=years {
        price += coupon * (1.0 + rate).powi(-year);
    }
    price + face / (1.0 + rate).powf(f64::from(years))
}

pub fn points() -> Vec<(f64, f64, f64, i32)> {
    vec![(1.0, 0.05, 0.03, 5), (1.0, 0.05, 0.03, 0)]
}
