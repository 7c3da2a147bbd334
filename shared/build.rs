//! Makes the table of the dashboard's files: each with its text, and one name for all of them
//! together that changes with any byte of any file. And the tables of the buyer's pages' texts.

#[path = "build/bundle.rs"]
mod bundle;
#[path = "build/preview.rs"]
mod preview;
#[path = "build/words.rs"]
mod words;

use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Where the files are, from this package's folder.
const FOLDER: &str = "src/http/dashboard/assets";

/// Bytes of the hash that name a build.
const NAMED_BY: usize = 8;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={FOLDER}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed={}", words::FOLDER);
    println!("cargo::rerun-if-changed={}", preview::PAGE);
    let variable = |name: &str| env::var_os(name).map(PathBuf::from).unwrap_or_default();
    let texts = variable("CARGO_MANIFEST_DIR").join(words::FOLDER);
    words::write(&texts, &variable("OUT_DIR").join("hosted_words.rs"))?;
    let root = variable("CARGO_MANIFEST_DIR");
    let folder = root.join(FOLDER);
    let mut paths = Vec::new();
    collect(&folder, &mut paths)?;
    let mut files = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        files.insert(name, fs::read_to_string(&path)?);
    }
    files.extend(preview::files(&root)?);
    let files = bundle::bundle(&files)?;
    let served = variable("OUT_DIR").join("dashboard");
    // What another build has left would be served by nobody, and looked at by tests.
    if served.exists() {
        fs::remove_dir_all(&served)?;
    }
    let mut hash = Sha256::new();
    let mut table = String::new();
    for (name, text) in &files {
        // The length between name and bytes keeps two files from being read as one.
        hash.update(name.as_bytes());
        hash.update(text.len().to_be_bytes());
        hash.update(text.as_bytes());
        let path = served.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&served))?;
        fs::write(&path, text)?;
        table += &format!("    ({name:?}, include_str!({path:?})),\n");
    }
    let build: String =
        hash.finalize().iter().take(NAMED_BY).map(|byte| format!("{byte:02x}")).collect();
    let mut out = fs::File::create(variable("OUT_DIR").join("dashboard_assets.rs"))?;
    writeln!(out, "/// Names these files: the beginning of the SHA-256 over all of them.")?;
    writeln!(out, "pub const BUILD: &str = \"{build}\";\n")?;
    writeln!(out, "/// Every file with its text, in alphabetical order of their names.")?;
    write!(out, "const FILES: &[(&str, &str)] = &[\n{table}];\n")
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { collect(&path, paths)? } else { paths.push(path) }
    }
    Ok(())
}
