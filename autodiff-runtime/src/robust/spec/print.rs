//! From aggregator to text, defaults left out.

use std::fmt;

use super::{Method, Spec};
use crate::robust::{Center, Factor, Mean, MedianOfMeans, NonFinite, Scope, SoftTruncation};

impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut options = self.method.given_options();
        options.extend(self.scale.map(|factor| match factor {
            Factor::Constant(factor) => format!("scale={factor}"),
            Factor::OneOverN => "scale=1/n".to_owned(),
        }));
        if self.non_finite != NonFinite::default() {
            options.push(format!("non-finite={}", self.non_finite));
        }
        f.write_str(self.method.name())?;
        if options.is_empty() {
            Ok(())
        } else {
            write!(f, ":{}", options.join(","))
        }
    }
}

impl Method {
    /// The options that differ from their defaults, as text.
    fn given_options(&self) -> Vec<String> {
        let mut options = Vec::new();
        let mut push = |given: bool, option: String| {
            if given {
                options.push(option);
            }
        };
        match self {
            Self::Mean(Mean) => {}
            Self::SoftTruncation(truncation) => {
                let (delta, variance, floor, over_n, plain_below, unguarded) = truncation.options();
                let default = SoftTruncation::default().options();
                push(delta != default.0, format!("delta={delta}"));
                push(variance != default.1, "variance=population".to_owned());
                push(floor != default.2, format!("variance-floor={floor}"));
                push(over_n, "over-n".to_owned());
                push(
                    plain_below != default.4,
                    format!("plain-below={plain_below}"),
                );
                push(unguarded, "unguarded".to_owned());
            }
            Self::MedianOfMeans(median) => {
                let (blocks, center, scope) = median.options();
                push(
                    blocks != MedianOfMeans::default().options().0,
                    format!("blocks={blocks}"),
                );
                push(center != Center::default(), "center=coordinate".to_owned());
                push(scope != Scope::default(), "scope=separate".to_owned());
            }
        }
        options
    }
}
