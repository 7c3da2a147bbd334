//! Makes tables of the texts of the buyer's pages: a struct for each section of the catalogues, a
//! value of it for each language, and what scripts read as JSON that is ready to be sent. A page
//! links the sections it shows, and sends those of one language.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Error, Write},
    path::Path,
};

/// Where the catalogues are, from this package's folder.
pub const FOLDER: &str = "src/http/hosted/words";

/// The catalogue that says which texts there are.
const FIRST: &str = "en";

/// Sections that scripts read, each with the section that it shares with its page.
const SCRIPTS: [(&str, Option<&str>); 2] =
    [("pay_script", Some("pay_both")), ("link_script", None)];

/// The section of what the server says in its own answers: scripts look its sentences up.
const TOLD: &str = "told";

/// Texts by section and name, in the order of the file.
type Catalogue = Vec<(String, Vec<(String, String)>)>;

/// Writes the tables of every catalogue in `folder` to `out`.
///
/// # Errors
/// A catalogue that cannot be read, or that has other names than the English one.
pub fn write(folder: &Path, out: &Path) -> io::Result<()> {
    let mut catalogues = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|ending| ending != "txt") {
            continue;
        }
        let locale = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        catalogues.insert(locale, read(&fs::read_to_string(&path)?)?);
    }
    let first = catalogues.get(FIRST).ok_or_else(|| Error::other("no English catalogue"))?;
    let mut out = fs::File::create(out)?;
    for (section, texts) in first {
        if !SCRIPTS.iter().any(|(script, _)| script == section) {
            declare(&mut out, section, texts)?;
        }
    }
    for (locale, catalogue) in &catalogues {
        for (section, texts) in first {
            let own = section_of(catalogue, section);
            if own.iter().map(|(name, _)| name).ne(texts.iter().map(|(name, _)| name)) {
                return Err(Error::other(format!(
                    "{locale}: [{section}] has other names than {FIRST}"
                )));
            }
            match SCRIPTS.iter().find(|(script, _)| script == section) {
                Some((_, both)) => script(&mut out, locale, catalogue, section, *both, first)?,
                None => define(&mut out, locale, section, own)?,
            }
        }
    }
    for (section, _) in first {
        choose(&mut out, section, catalogues.keys())?;
    }
    Ok(())
}

/// `[section]`, `name = text` and `# comment` lines.
fn read(source: &str) -> io::Result<Catalogue> {
    let mut catalogue = Catalogue::new();
    for line in source.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.starts_with('#') {
        } else if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        {
            catalogue.push((section.to_owned(), Vec::new()));
        } else if let (Some((name, text)), Some((_, texts))) =
            (line.split_once('='), catalogue.last_mut())
        {
            texts.push((name.trim().to_owned(), text.trim().to_owned()));
        } else {
            return Err(Error::other(format!("neither a section nor a text: {line}")));
        }
    }
    Ok(catalogue)
}

fn section_of<'a>(catalogue: &'a Catalogue, section: &str) -> &'a [(String, String)] {
    let found = catalogue.iter().find(|(name, _)| name == section);
    found.map(|(_, texts)| texts.as_slice()).unwrap_or_default()
}

/// `pay_both` as a type: `PayBoth`.
fn type_of(section: &str) -> String {
    let parts = section.split('_').map(|part| {
        let (first, rest) = part.split_at(1);
        first.to_uppercase() + rest
    });
    parts.collect()
}

fn declare(out: &mut fs::File, section: &str, texts: &[(String, String)]) -> io::Result<()> {
    writeln!(out, "/// The texts of `[{section}]` in one language.\n#[derive(Debug)]")?;
    writeln!(out, "pub struct {} {{", type_of(section))?;
    for (name, text) in texts {
        writeln!(out, "    /// `{text}`\n    pub {name}: &'static str,")?;
    }
    writeln!(out, "}}\n")
}

fn constant(section: &str, locale: &str) -> String {
    format!("{}_{}", section.to_uppercase(), locale.to_uppercase())
}

fn define(
    out: &mut fs::File,
    locale: &str,
    section: &str,
    texts: &[(String, String)],
) -> io::Result<()> {
    let kind = type_of(section);
    writeln!(out, "static {}: {kind} = {kind} {{", constant(section, locale))?;
    for (name, text) in texts {
        writeln!(out, "    {name}: {text:?},")?;
    }
    writeln!(out, "}};\n")
}

/// What a script reads: its own texts, those it shares, and the server's sentences in its language.
fn script(
    out: &mut fs::File,
    locale: &str,
    catalogue: &Catalogue,
    section: &str,
    both: Option<&str>,
    first: &Catalogue,
) -> io::Result<()> {
    let shared = both.map(|both| section_of(catalogue, both)).unwrap_or_default();
    let texts = section_of(catalogue, section).iter().chain(shared);
    let mut members: Vec<String> =
        texts.map(|(name, text)| format!("{}:{}", json(name), json(text))).collect();
    if both.is_some() {
        let pairs = section_of(first, TOLD).iter().zip(section_of(catalogue, TOLD));
        let told: Vec<String> = pairs
            .filter(|_| locale != FIRST)
            .map(|((_, said), (_, text))| format!("{}:{}", json(said), json(text)))
            .collect();
        members.push(format!("\"told\":{{{}}}", told.join(",")));
    }
    let object = format!("{{{}}}", members.join(","));
    writeln!(out, "static {}: &str = {object:?};\n", constant(section, locale))
}

/// A JSON text that cannot end the script element it stands in.
fn json(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|letter| match letter {
            '"' | '\\' => format!("\\{letter}"),
            '<' | '>' | '&' => format!("\\u{:04x}", u32::from(letter)),
            _ => letter.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

/// The function that answers a section in a language.
fn choose<'a>(
    out: &mut fs::File,
    section: &str,
    locales: impl Iterator<Item = &'a String>,
) -> io::Result<()> {
    let script = SCRIPTS.iter().any(|(script, _)| script == &section);
    let (kind, what) = match script {
        true => ("str".to_owned(), "What the script reads of"),
        false => (type_of(section), "The texts of"),
    };
    writeln!(out, "/// {what} `[{section}]` in a language.")?;
    writeln!(
        out,
        "pub const fn {section}(locale: Locale) -> &'static {kind} {{\n    match locale {{"
    )?;
    for locale in locales {
        let name = constant(section, locale);
        let borrowed = if script { name } else { format!("&{name}") };
        writeln!(out, "        Locale::{} => {borrowed},", type_of(locale))?;
    }
    writeln!(out, "    }}\n}}\n")
}
