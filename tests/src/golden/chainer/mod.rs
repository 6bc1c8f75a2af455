//! Reference values of Chainer and of the tutorial's published code.
//!
//! A folder holds any number of JSON files; what a file is, its contents say. `tests/golden/chainer/README.md`
//! describes the schema.

mod allowed;
mod estimator;
mod linear_node;
mod list1;
mod robustify;
mod trajectory;

use std::path::Path;

use serde_json::Value;

use super::report::{self, GoldenError, Report};

/// Any file of the schema.
enum File {
    List1(list1::File),
    Robustify(robustify::File),
    LinearNode(linear_node::File),
    TrajectoryData,
    Trajectory(trajectory::File),
}

/// Compares everything in every JSON file of `folder`. A file that cannot be read or is of no known form is a failure
/// in the report.
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
    let stem = path.file_stem().unwrap_or_default();
    let name = stem.to_string_lossy();
    match read(path)? {
        File::List1(file) => list1::compare(&name, &file, report),
        File::Robustify(file) => robustify::compare(&name, &file, report),
        File::LinearNode(file) => linear_node::compare(&name, &file, report),
        File::TrajectoryData => {}
        File::Trajectory(file) => {
            let data = path.with_file_name(format!("{}_data.json", file.set(&name)));
            trajectory::compare(&name, &file, &report::read(&data)?, report);
        }
    }
    Ok(())
}

/// Reads a file by its keys, so that a mistake inside is reported as what it is.
fn read(path: &Path) -> Result<File, GoldenError> {
    let value: Value = report::read(path)?;
    let has = |key: &str| value.get(key).is_some();
    let parsed = if has("points") {
        serde_json::from_value(value).map(File::List1)
    } else if has("psi") {
        serde_json::from_value(value).map(File::Robustify)
    } else if has("cases") {
        serde_json::from_value(value).map(File::LinearNode)
    } else if has("config") {
        serde_json::from_value::<trajectory::Data>(value).map(|_| File::TrajectoryData)
    } else {
        serde_json::from_value(value).map(File::Trajectory)
    };
    parsed.map_err(|source| GoldenError::Schema {
        path: path.to_owned(),
        source,
    })
}
