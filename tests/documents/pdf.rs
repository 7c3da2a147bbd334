//! The PDF, looked at by the programs that people read it with.

use super::samples::{SCRIPTS, credit_note, invoice, long, scripts, treatments};
use documents::{Document, Language, Page, pdf, xml};
use std::{
    path::{Path, PathBuf},
    process::Command,
};
use unicode_normalization::UnicodeNormalization;

/// Every kind of document, by a name.
pub fn all() -> Vec<(String, Document)> {
    let mut all = Vec::new();
    for (name, document) in treatments() {
        all.push((format!("{name}_credit_note"), credit_note(document.clone())));
        all.push((name.to_owned(), document));
    }
    for language in Language::ALL {
        let document = Document { language, page: Page::Letter, test_mode: true, ..invoice() };
        all.push((format!("test_mode_{}", language.code()), credit_note(document)));
    }
    all.push(("scripts".to_owned(), scripts()));
    all.push(("ten_pages".to_owned(), long(232)));
    all
}

pub fn written(folder: &Path, name: &str, document: &Document) -> PathBuf {
    let path = folder.join(format!("{name}.pdf"));
    std::fs::write(&path, pdf(document).unwrap()).unwrap();
    path
}

/// What a program says about a file.
pub fn said(program: &str, arguments: &[&str], file: &Path, more: &[&str]) -> String {
    let done = Command::new(program).args(arguments).arg(file).args(more).output();
    let done = done.unwrap_or_else(|error| panic!("{program} (make test installs it): {error}"));
    let errors = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {}: {errors}", file.display());
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[test]
fn every_document_is_a_sound_file_whose_fonts_are_embedded_subsets_with_unicode_maps() {
    let folder = super::folder("pdf-files");
    for (name, document) in all() {
        let path = written(&folder, &name, &document);
        let checked = said("qpdf", &["--check"], &path, &[]);
        assert!(checked.contains("No syntax or stream encoding errors found"), "{checked}");
        let fonts = said("pdffonts", &[], &path, &[]);
        assert!(fonts.lines().count() > 3, "{fonts}");
        for font in fonts.lines().skip(2) {
            assert!(font.split_whitespace().any(|word| word.contains('+')), "{font}");
            assert!(font.contains(" yes yes yes "), "{font}");
        }
    }
}

#[test]
fn the_file_says_its_standard_title_language_and_structure() {
    let folder = super::folder("pdf-facts");
    let document = Document { language: Language::French, ..invoice() };
    let path = written(&folder, "facts", &document);
    let plain = said("qpdf", &["--qdf", "--object-streams=disable"], &path, &["-"]);
    for fact in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
        "/Lang (fr)",
        "/AFRelationship /Alternative",
        "/OutputIntents",
        "/StructTreeRoot",
        "/Marked true",
        "/Subtype /text#2fxml",
    ] {
        assert!(plain.contains(fact), "{fact} is missing");
    }
    let facts = said("pdfinfo", &[], &path, &[]);
    for fact in ["Facture INV-000044", "Nordlicht Verlag GmbH", "Thu Nov 26 00:00:00 2026 UTC"] {
        assert!(facts.contains(fact), "{facts}");
    }
}

#[test]
fn the_xml_comes_out_of_the_file_byte_for_byte() {
    let folder = super::folder("pdf-xml");
    for (name, document) in all() {
        let path = written(&folder, &name, &document);
        let expected = xml(&document).unwrap();
        let out = folder.join(format!("{name}.xml"));
        said("pdfdetach", &["-savefile", "invoice.xml", "-o"], &out, &[path.to_str().unwrap()]);
        assert_eq!(std::fs::read_to_string(out).unwrap(), expected, "{name}");
    }
    let mut without = invoice();
    without.seller.address.country = Some("US".to_owned());
    let path = written(&folder, "without", &without);
    assert!(said("pdfdetach", &["-list"], &path, &[]).contains("0 embedded files"));
}

#[test]
fn hard_case_44_names_of_every_script_come_back_in_logical_order() {
    let folder = super::folder("pdf-text");
    let path = written(&folder, "scripts", &scripts());
    // Whatever direction a text runs in, the structure says it as it was typed.
    let structure = super::judge("structure.py", std::slice::from_ref(&path));
    let said_by_structure = |text: &str| structure.lines().any(|line| line.ends_with(text));
    let text = said("pdftotext", &[], &path, &["-"]).replace('\u{a0}', " ");
    let composed: String = text.nfc().collect();
    for name in SCRIPTS {
        let is_plain = composed.contains(&*name.nfc().collect::<String>());
        assert!(is_plain || said_by_structure(name), "{name} is in neither\n{text}\n{structure}");
    }
    for name in ["محمد (Ltd) 42", "Ship it \u{1f680} now", &"W".repeat(300)] {
        assert!(said_by_structure(name), "{name} is not in {structure}");
    }
    // Each word alone comes back from the page itself; what no font has is one visible sign.
    let words = ["שלום עליכם", "محمد", "רחוב הרצל", "नमस्ते", "สวัสดีครับ", "你好世界", "김철수"];
    for word in words.into_iter().chain(["Ship it \u{fffd} now", "カタカナ", "Йосиф"]) {
        assert!(text.contains(word), "{word} is not in {text}");
    }
}

#[test]
fn hard_case_45_names_that_look_like_markup_and_formulas_are_shown_as_they_are() {
    let mut document = invoice();
    let odd = "</cbc:Name> & ]]> =HYPERLINK(";
    document.lines[0].description = odd.to_owned();
    document.buyer.name = Some(odd.to_owned());
    let path = written(&super::folder("pdf-markup"), "markup", &document);
    assert_eq!(said("pdftotext", &[], &path, &["-"]).matches(odd).count(), 2);
}

#[test]
fn ten_pages_are_numbered_and_have_the_heads_of_the_table_on_each() {
    let path = written(&super::folder("pdf-pages"), "pages", &long(232));
    let text = said("pdftotext", &[], &path, &["-"]);
    for page in 1..=10 {
        assert!(text.contains(&format!("Page {page} of 10")), "{page}");
    }
    assert_eq!(text.matches("Description").count(), 10);
    // What is repeated for the eye is read out once.
    let structure = said("pdfinfo", &["-struct-text"], &path, &[]);
    assert_eq!(structure.matches("Description").count(), 1);
    assert_eq!(structure.matches("Chapter ").count(), 232);
}

/// Pages as pictures: their margins are white, their middle is not.
#[test]
fn ink_stays_within_the_margins_of_every_page() {
    let folder = super::folder("pdf-pictures");
    for (name, document) in all().into_iter().filter(|(_, document)| !document.test_mode) {
        let path = written(&folder, &name, &document);
        let to = folder.join(&name);
        said("pdftoppm", &["-r", "36", "-gray"], &path, &[to.to_str().unwrap()]);
    }
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "pgm") {
            pages += 1;
            let picture = Picture::read(&path);
            let (width, height) = (picture.width, picture.height);
            let is_margin = |x, y| x < 25 || y < 12 || x + 25 >= width || y + 12 >= height;
            let inked = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
            let (outside, inside): (Vec<_>, Vec<_>) = inked
                .filter(|&(x, y)| picture.shade(x, y) < 250)
                .partition(|&(x, y)| is_margin(x, y));
            assert!(outside.is_empty(), "{}: ink at {outside:?}", path.display());
            assert!(inside.len() > 100, "{} is nearly empty", path.display());
        }
    }
    assert!(pages >= 25, "{pages}");
}

/// A picture in shades of grey.
struct Picture {
    width: usize,
    height: usize,
    shades: Vec<u8>,
}

impl Picture {
    /// Reads what pdftoppm writes: `P5`, width, height, the lightest shade, the shades.
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let mut head = bytes.splitn(4, |byte| *byte == b'\n');
        assert_eq!(head.next(), Some(&b"P5"[..]));
        let size = String::from_utf8(head.next().unwrap().to_vec()).unwrap();
        let (width, height) = size.split_once(' ').unwrap();
        let (width, height) = (width.parse().unwrap(), height.parse().unwrap());
        assert_eq!(head.next(), Some(&b"255"[..]));
        let shades = head.next().unwrap().to_vec();
        assert_eq!(shades.len(), width * height);
        Self { width, height, shades }
    }

    fn shade(&self, x: usize, y: usize) -> u8 {
        self.shades[y * self.width + x]
    }
}
