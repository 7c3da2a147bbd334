//! The same document gives the same bytes, whoever makes them, wherever and however often.

use super::{pdf::all, root};
use documents::{VERSION, pdf, xml};
use ring::digest::{SHA256, digest};
use std::{fmt::Write, process::Command};

/// A line for each document: its name, and the digests of its PDF and its XML.
fn digests() -> String {
    let hex = |bytes: &[u8]| {
        let digest = digest(&SHA256, bytes);
        digest.as_ref().iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    };
    all().iter().fold(format!("renderer {VERSION}\n"), |mut lines, (name, document)| {
        let (pdf, xml) = (pdf(document).unwrap(), xml(document).unwrap());
        writeln!(lines, "{name} {} {}", hex(&pdf), hex(xml.as_bytes())).unwrap();
        lines
    })
}

/// Digests that were written down when the renderer's version was. A change of them needs a new
/// version, since stored files name the version that made them.
#[test]
fn hard_case_43_the_same_document_gives_the_bytes_that_this_version_gave_before() {
    let path = root().join("tests/documents/golden.txt");
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        std::fs::write(&path, digests()).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap();
    let made = digests();
    let differing: Vec<_> =
        made.lines().zip(expected.lines()).filter(|(made, before)| made != before).collect();
    assert!(differing.is_empty(), "raise VERSION, then PAYLINK_UPDATE=1: {differing:?}");
    assert_eq!(made.lines().count(), expected.lines().count());
}

#[test]
fn hard_case_43_rendered_twice_and_in_parallel_the_bytes_are_equal() {
    let once = digests();
    let hands: Vec<_> = (0..4).map(|_| std::thread::spawn(digests)).collect();
    for hand in hands {
        assert_eq!(hand.join().unwrap(), once);
    }
}

/// The clock moves meanwhile by itself.
#[test]
fn hard_case_43_another_zone_and_locale_change_no_byte() {
    let name = "documents::same::hard_case_43_the_same_document_gives_the_bytes_that_this_version_gave_before";
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name])
        .env_remove("PAYLINK_UPDATE")
        .env("TZ", "Asia/Kathmandu")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("LANG", "ar_EG.UTF-8")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}
