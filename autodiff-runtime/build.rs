//! Looks for an OpenCL loader, so that the feature `opencl` builds on machines without one.
//!
//! The crate `ocl` always links `-lOpenCL`, but only where it is used. Where the loader can be linked this script sets the cfg
//! `opencl_loader`; elsewhere nothing names `ocl`, and the module answers that there is no loader.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

fn main() {
    println!("cargo::rustc-check-cfg=cfg(opencl_loader)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=OPENCL_LIB_DIR");
    if env::var_os("CARGO_FEATURE_OPENCL").is_none() {
        return;
    }
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let found = match system.as_str() {
        // A framework of the system.
        "macos" => true,
        "windows" => given_directory().is_some_and(|directory| {
            link_from(&directory);
            directory.join("OpenCL.lib").exists()
        }),
        _ => linker_finds_it() || alias_of_the_runtime_name(),
    };
    if found {
        println!("cargo::rustc-cfg=opencl_loader");
    } else {
        watch_what_installing_changes();
        println!(
            "cargo::warning=feature `opencl`: no OpenCL loader found (install one or set OPENCL_LIB_DIR); \
             there will be no devices"
        );
    }
}

fn given_directory() -> Option<PathBuf> {
    env::var_os("OPENCL_LIB_DIR").map(PathBuf::from)
}

/// A loader that is installed later is to be found by the next build. A path that does not exist would mean every build.
fn watch_what_installing_changes() {
    let cache = Path::new("/etc/ld.so.cache");
    if cache.exists() {
        rerun_if_changed(cache);
    }
}

/// A loader that has been found may be removed, or replaced.
fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

fn link_from(directory: &Path) {
    println!("cargo::rustc-link-search=native={}", directory.display());
}

/// Whether the C compiler, which is the linker, has a `libOpenCL.so` on its path. That of another target may not.
fn linker_finds_it() -> bool {
    if env::var("HOST") != env::var("TARGET") {
        return false;
    }
    let printed = Command::new("cc")
        .arg("-print-file-name=libOpenCL.so")
        .output();
    printed.is_ok_and(|output| {
        let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        let found = path.is_absolute() && path.exists();
        if found {
            rerun_if_changed(&path);
        }
        found
    })
}

/// Makes a `libOpenCL.so` to link with where only the name of run time is there, as without the development package.
fn alias_of_the_runtime_name() -> bool {
    let usual = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
        "/usr/local/cuda/lib64",
    ];
    let own_machine = env::var("HOST") == env::var("TARGET");
    let directories = given_directory()
        .into_iter()
        .chain(usual.iter().filter(|_| own_machine).map(PathBuf::from));
    for directory in directories {
        let linkable = directory.join("libOpenCL.so");
        if linkable.exists() {
            rerun_if_changed(&linkable);
            link_from(&directory);
            return true;
        }
        let runtime = directory.join("libOpenCL.so.1");
        if runtime.exists() {
            rerun_if_changed(&runtime);
            return alias(&runtime).is_ok();
        }
    }
    false
}

#[cfg(unix)]
fn alias(runtime: &Path) -> io::Result<()> {
    let directory = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let name = directory.join("libOpenCL.so");
    if fs::symlink_metadata(&name).is_ok() {
        fs::remove_file(&name)?;
    }
    std::os::unix::fs::symlink(runtime, &name)?;
    link_from(&directory);
    Ok(())
}

#[cfg(not(unix))]
fn alias(_: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
