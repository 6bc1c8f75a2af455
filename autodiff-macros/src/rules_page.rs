//! Keeps the table in `docs/rules-and-kinks.md` equal to the rule table.

use std::path::Path;
use std::{env, fs};

use crate::rule::Row;
use crate::rules::TABLE;
use crate::with_rules::one_line;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules-and-kinks.md");
const START: &str = "<!-- rows -->\n";
const END: &str = "<!-- end of rows -->";

#[test]
fn rules_page_is_up_to_date() {
    let page = Path::new(PAGE);
    let text = fs::read_to_string(page).unwrap();
    let (before, rest) = text
        .split_once(START)
        .expect("the page marks the start of the rows");
    let (_, after) = rest
        .split_once(END)
        .expect("the page marks the end of the rows");
    let current = format!("{before}{START}{}{END}{after}", table());
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(page, current).unwrap();
    } else {
        assert!(
            text == current,
            "docs/rules-and-kinks.md is stale; run UPDATE_DOCS=1 cargo test -p autodiff-macros rules_page"
        );
    }
}

fn table() -> String {
    let mut table = String::from(
        "\n| operation | value `y` | partials | where no derivative exists |\n|---|---|---|---|\n",
    );
    table.extend(TABLE.iter().map(line));
    table.push('\n');
    table
}

fn line(row: &Row) -> String {
    let reals = row.params.iter().filter(|param| param.ty.is_empty());
    let partial = |(param, partial): (&crate::rule::Param, &&str)| {
        format!("∂{}: {}", param.name, code(partial))
    };
    let partials: Vec<_> = reals.zip(row.partials).map(partial).collect();
    format!(
        "| `{}`: {} | {} | {} | {} |\n",
        row.name,
        row.doc.trim().trim_end_matches('.'),
        code(row.value),
        partials.join("<br>"),
        row.kink
    )
}

/// A formula in one line of a table, in which a bar would end the cell.
fn code(formula: &str) -> String {
    format!("`{}`", one_line(formula).replace('|', "\\|"))
}
