//! Reference values of robust aggregation: rows, dense layers, non-finite samples.
//!
//! A folder holds any number of JSON files; `tests/golden/aggregate/README.md` describes the schema.

mod case;
mod edge;
mod estimator;
mod tolerance;

use std::path::Path;

use serde_json::Value;

use super::report::{self, GoldenError, Report};

/// Compares everything in every JSON file of `folder`, in double and single precision. A file that cannot be read or is
/// of no known schema is a failure in the report.
///
/// # Errors
/// [`GoldenError`] if the folder cannot be read or holds no such file.
pub fn compare_folder(folder: &Path, report: &mut Report) -> Result<(), GoldenError> {
    for path in report::json_files(folder)? {
        if let Err(error) = compare_file(&path, report) {
            report.fail(error.to_string());
        }
    }
    Ok(())
}

fn compare_file(path: &Path, report: &mut Report) -> Result<(), GoldenError> {
    let value: Value = report::read(path)?;
    let failed = |source| GoldenError::Schema {
        path: path.to_owned(),
        source,
    };
    let edge = value.get("schema").and_then(Value::as_str) == Some("aggregate-golden-edge/1");
    if edge {
        let file: edge::File = serde_json::from_value(value).map_err(failed)?;
        file.cases.iter().for_each(|case| case.compare(report));
    } else {
        let file: case::File = serde_json::from_value(value).map_err(failed)?;
        file.cases.iter().for_each(|case| case.compare(report));
    }
    Ok(())
}
