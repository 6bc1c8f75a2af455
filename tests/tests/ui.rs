//! What `#[differentiate]` rejects, and what it says about it: one file a mistake, sorted by cause.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    for cause in [
        "attribute",
        "calls",
        "explain",
        "iterators",
        "matrices",
        "rule",
        "signature",
        "unsupported",
    ] {
        cases.compile_fail(format!("tests/ui/{cause}/*.rs"));
    }
}
