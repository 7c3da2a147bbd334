//! A typed client of the published design, against the local stack with its base address redirected.

use crate::stack::Stack;
use std::{path::Path, process::Command};

#[test]
fn a_typed_client_of_the_published_design_works_untouched() {
    Stack::get();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let ran = Command::new(root.join("target/local/venv/bin/python"))
        .arg(root.join("tests/judges/typed_client.py"))
        .output()
        .expect("the virtual environment of `make start`");
    let (said, errors) =
        (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{said}{errors}");
    eprint!("{said}");
}
