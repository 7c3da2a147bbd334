//! Invoices and credit notes as files, looked at by programs of others.

mod credit_notes;
mod gross;
mod pdf;
mod same;
mod samples;
mod xml;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// An empty folder for one test's files.
fn folder(name: &str) -> PathBuf {
    let folder = root().join("target/documents").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What a judge of `tests/judges` says of files.
fn judge(program: &str, arguments: &[PathBuf]) -> String {
    let judged = Command::new(root().join("target/local/venv/bin/python"))
        .arg(root().join("tests/judges").join(program))
        .args(arguments)
        .output()
        .expect("the virtual environment of `make start`");
    let errors = String::from_utf8_lossy(&judged.stderr);
    assert!(judged.status.success(), "{errors}");
    eprint!("{errors}");
    String::from_utf8(judged.stdout).unwrap()
}
