//! Makes few files of the dashboard's many modules, so that a browser asks seldom: one for what
//! signing in needs, one for what stands around every page, one for each screen.
//!
//! A module becomes a function that is called once and leaves what it exports in a table; an import
//! takes from the table. Comments and indentation stay behind. Nothing else is changed, and what
//! this does not understand is an error of the build.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Error},
};

/// Files by their names among the assets.
pub type Files = BTreeMap<String, String>;

/// The module that a browser begins with.
const MAIN: &str = "app/main.mjs";

/// What stands around every page: it is loaded once, and every screen takes from it.
const FRAME: &str = "app/frame.mjs";

/// A module, taken apart.
#[derive(Debug, Default)]
struct Module {
    /// What it imports, in order: what it takes, and the module's name.
    imports: Vec<(Taken, String)>,
    /// What it exports: the outer name, and the one inside.
    exports: Vec<(String, String)>,
    /// Modules whose exports are also its own.
    passes_on: Vec<String>,
    /// Its text without imports, the word `export`, and comments.
    body: String,
}

/// What an import takes.
#[derive(Debug)]
enum Taken {
    /// `* as name`.
    All(String),
    /// `{ a, b as c }`: the outer name, and the one inside. A default export is `default`.
    Some(Vec<(String, String)>),
}

/// The files as they are served.
///
/// # Errors
/// A module that is not there, that imports in a circle, or that says something unforeseen.
pub fn bundle(files: &Files) -> io::Result<Files> {
    let mut modules = BTreeMap::new();
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".mjs")) {
        modules.insert(name.as_str(), parse(name, text)?);
    }
    let mut made: Files = files
        .iter()
        .filter(|(name, _)| !name.ends_with(".mjs"))
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect();
    // What an entry finds in the tables of entries that are always loaded before it.
    let main = closure(&modules, MAIN)?;
    let around = closure(&modules, FRAME)?;
    let mut entries: BTreeSet<String> = BTreeSet::from([MAIN.to_owned()]);
    for (name, module) in &modules {
        entries.extend(asked_for_later(name, &module.body));
        // Catalogues are asked for by a name that is put together, and the preview by its page.
        if name.starts_with("app/i18n/") || name.starts_with("preview/") {
            entries.insert((*name).to_owned());
        }
    }
    for entry in &entries {
        let before: Vec<(&str, &[String])> = match entry.as_str() {
            MAIN => Vec::new(),
            FRAME => vec![(MAIN, &main)],
            _ => vec![(MAIN, &main), (FRAME, &around)],
        };
        // What is loaded already is not made again: a copy would be another module. The language
        // that stands in for all others is never asked for by its name.
        if let Some((from, _)) = before.iter().find(|(_, has)| has.contains(entry)) {
            if entry.starts_with("app/i18n/") {
                continue;
            }
            return Err(Error::other(format!("{entry} is in {from}, and asked for later, too")));
        }
        let text = join(&modules, entry, &before)?;
        made.insert(entry.clone(), text);
    }
    Ok(made)
}

/// A module and what it imports, each after what it needs itself.
fn closure(modules: &BTreeMap<&str, Module>, entry: &str) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    visit(modules, entry, &mut Vec::new(), &mut found)?;
    Ok(found)
}

fn visit(
    modules: &BTreeMap<&str, Module>,
    name: &str,
    open: &mut Vec<String>,
    found: &mut Vec<String>,
) -> io::Result<()> {
    if found.iter().any(|one| one == name) {
        return Ok(());
    }
    if open.iter().any(|one| one == name) {
        return Err(Error::other(format!("{name} imports itself by way of {}", open.join(", "))));
    }
    let module = modules.get(name).ok_or_else(|| Error::other(format!("there is no {name}")))?;
    open.push(name.to_owned());
    for needed in module.imports.iter().map(|(_, from)| from).chain(&module.passes_on) {
        visit(modules, needed, open, found)?;
    }
    open.pop();
    found.push(name.to_owned());
    Ok(())
}

/// One file of an entry and of what it needs beyond what is loaded before it.
fn join(
    modules: &BTreeMap<&str, Module>,
    entry: &str,
    before: &[(&str, &[String])],
) -> io::Result<String> {
    let needed = closure(modules, entry)?;
    let elsewhere =
        |name: &str| before.iter().position(|(_, has)| has.iter().any(|one| one == name));
    let mut text = String::new();
    let mut tables = BTreeSet::new();
    for name in needed.iter().filter(|name| elsewhere(name).is_none()) {
        let Some(module) = modules.get(name.as_str()) else { continue };
        let table = |from: &str| match elsewhere(from) {
            Some(at) => format!("$t{at}[{from:?}]"),
            None => format!("$t[{from:?}]"),
        };
        text += &format!("$t[{name:?}] = (() => {{\n");
        for (taken, from) in &module.imports {
            tables.extend(elsewhere(from));
            text += &format!("const {} = {};\n", names(taken), table(from));
        }
        text += &moved(&module.body, name, entry);
        let own = module.exports.iter().map(|(outer, inner)| property(outer, inner));
        let passed = module.passes_on.iter().map(|from| {
            tables.extend(elsewhere(from));
            format!("...{}", table(from))
        });
        let all: Vec<String> = passed.chain(own).collect();
        text += &format!("\nreturn {{ {} }};\n}})();\n", all.join(", "));
    }
    let mut head = String::new();
    for at in tables {
        let Some((from, _)) = before.get(at) else { continue };
        head += &format!("import {{ $t as $t{at} }} from {:?};\n", relative(entry, from));
    }
    head += "export const $t = {};\n";
    if let Some(module) = modules.get(entry) {
        let own = module.exports.iter().map(|(outer, _)| outer.clone());
        let passed = module.passes_on.iter().filter_map(|from| modules.get(from.as_str()));
        let passed = passed.flat_map(|one| one.exports.iter().map(|(outer, _)| outer.clone()));
        for name in own.chain(passed) {
            text += &match name.as_str() {
                "default" => format!("export default $t[{entry:?}].default;\n"),
                _ => format!("export const {name} = $t[{entry:?}].{name};\n"),
            };
        }
    }
    Ok(head + &text)
}

/// The left side of what an import takes.
fn names(taken: &Taken) -> String {
    match taken {
        Taken::All(name) => name.clone(),
        Taken::Some(pairs) => {
            let each = pairs.iter().map(|(outer, inner)| property(outer, inner));
            format!("{{ {} }}", each.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A name in a table and the one that it has in a module, which is said once where both are the same.
fn property(outer: &str, inner: &str) -> String {
    if outer == inner { inner.to_owned() } else { format!("{outer}: {inner}") }
}

/// A text whose addresses of files are seen from another file than its own.
fn moved(body: &str, name: &str, entry: &str) -> String {
    if folder(name) == folder(entry) {
        return body.to_owned();
    }
    let mut text = body.replace(
        "import.meta.url",
        &format!("new URL({:?}, import.meta.url)", relative(entry, name)),
    );
    for later in asked_for_later(name, body) {
        let seen = |from: &str| format!("import({:?})", relative(from, &later));
        text = text.replace(&seen(name), &seen(entry));
    }
    text
}

/// The modules that a text loads when they are needed.
fn asked_for_later(name: &str, body: &str) -> Vec<String> {
    body.split("import(\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(path, _)| resolve(name, path))
        .collect()
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The file that a path means in another file.
fn resolve(from: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder(from).split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The path of a file as another one says it.
fn relative(from: &str, to: &str) -> String {
    let here: Vec<&str> = folder(from).split('/').filter(|part| !part.is_empty()).collect();
    let there: Vec<&str> = to.split('/').collect();
    let same = here.iter().zip(&there).take_while(|(a, b)| a == b).count();
    let up = "../".repeat(here.len().saturating_sub(same));
    let rest = there.get(same..).unwrap_or_default().join("/");
    if up.is_empty() { format!("./{rest}") } else { up + &rest }
}

/// Takes a module apart. Imports and exports begin a line, as the formatter leaves them, or stand at
/// the ends of a library that is one line.
fn parse(name: &str, text: &str) -> io::Result<Module> {
    let wrong = |what: &str| Error::other(format!("{name}: {what}"));
    let mut module = Module::default();
    // Whole-line comments and documentation, in modules of our own only.
    let text = match name.starts_with("vendor/") {
        true => text.replace(";export default ", ";\nexport default "),
        false => uncommented(text),
    };
    let mut rest = text.as_str();
    while let Some(after) =
        rest.trim_start().strip_prefix("import").filter(|after| after.starts_with([' ', '{', '*']))
    {
        let (statement, left) =
            after.split_once(';').ok_or_else(|| wrong("an import without end"))?;
        let (taken, from) = imported(statement).ok_or_else(|| wrong(statement))?;
        module.imports.push((taken, resolve(name, from)));
        rest = left;
    }
    let (body, last) = match rest.rsplit_once("export{") {
        Some((body, last)) if name.starts_with("vendor/") => (body, Some(last)),
        _ => (rest, None),
    };
    if let Some(last) = last {
        let list = last.trim_end().trim_end_matches([';', '}']);
        module.exports = pairs(list).into_iter().map(|(inner, outer)| (outer, inner)).collect();
    }
    let mut lines = body.lines();
    while let Some(line) = lines.next() {
        let Some(said) = line.strip_prefix("export ") else {
            module.body.push_str(line);
            module.body.push('\n');
            continue;
        };
        if let Some(from) = said.strip_prefix("* from \"").and_then(|path| path.strip_suffix("\";"))
        {
            module.passes_on.push(resolve(name, from));
        } else if let Some(list) = said.strip_prefix('{') {
            let mut list = list.to_owned();
            while !list.contains('}') {
                list += lines.next().ok_or_else(|| wrong("an export without end"))?;
            }
            let list = list.split_once('}').map_or("", |(list, _)| list);
            module.exports.extend(pairs(list).into_iter().map(|(inner, outer)| (outer, inner)));
        } else {
            declare(&mut module, said).ok_or_else(|| wrong(line))?;
        }
    }
    Ok(module)
}

/// `{ a, b as c } from "./x.mjs"`, `* as a from ...` or `a from ...`.
fn imported(statement: &str) -> Option<(Taken, &str)> {
    let (what, from) = statement.rsplit_once("from")?;
    let from = from.trim().strip_prefix('"')?.strip_suffix('"')?;
    let what = what.trim();
    let taken = if let Some(name) = what.strip_prefix("* as ") {
        Taken::All(name.to_owned())
    } else if let Some(list) = what.strip_prefix('{') {
        Taken::Some(pairs(list.strip_suffix('}')?))
    } else {
        Taken::Some(vec![("default".to_owned(), what.to_owned())])
    };
    Some((taken, from))
}

/// `a, b as c` in pairs.
fn pairs(list: &str) -> Vec<(String, String)> {
    let each = list.split(',').map(str::trim).filter(|one| !one.is_empty());
    each.map(|one| match one.split_once(" as ") {
        Some((first, second)) => (first.trim().to_owned(), second.trim().to_owned()),
        None => (one.to_owned(), one.to_owned()),
    })
    .collect()
}

/// A declaration that is exported where it stands; `said` is what follows `export`.
fn declare(module: &mut Module, said: &str) -> Option<()> {
    let named = |rest: &str| -> Option<String> {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')?;
        rest.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
    };
    let mut put = |outer: &str, inner: String, text: &str| {
        module.exports.push((outer.to_owned(), inner));
        module.body.push_str(text);
        module.body.push('\n');
    };
    if let Some(value) = said.strip_prefix("default ") {
        if let Some(name) = value.strip_prefix("function ").and_then(named) {
            put("default", name, value);
        } else if let Some(name) = named(value).filter(|name| value == format!("{name};")) {
            put("default", name, "");
        } else {
            put("default", "$default".to_owned(), &format!("const $default = {value}"));
        }
        return Some(());
    }
    for word in ["const ", "function ", "async function ", "class "] {
        if let Some(name) = said.strip_prefix(word).and_then(named) {
            put(&name.clone(), name, said);
            return Some(());
        }
    }
    None
}

/// A text without its documentation, without lines that are comments, and without indentation.
fn uncommented(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/** ") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept.push_str(rest);
    while let Some((before, after)) = kept.split_once("/**\n") {
        kept = before.to_owned() + after.split_once("*/").map_or("", |(_, after)| after);
    }
    // Indentation goes, too: no text of ours goes on over lines but markup, which trims them itself.
    let lines = kept.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.starts_with("// ") && !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}
