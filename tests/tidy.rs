//! The rules of the house, as tests: catalogue, template, routes, events and roles stay in step;
//! arrows between layers point one way; files stay short; nothing is left unfinished.
//!
//! Files are read line by line: the templates and the catalogue keep to one form, so no parser is
//! needed, and a form that drifts is itself a finding.

mod faults;
mod hard_cases;
mod hard_cases_of_links;
mod names;
mod one_more_route;
mod prose;
mod signatures;
mod template;
mod template_faults;
mod tested_codes;

pub use template::{functions, routes};

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest file of a function, in lines.
const MAX_FUNCTION_FILE: usize = 50;

/// Longest file of the library, in lines, tests not counted.
const MAX_FILE: usize = 540;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file below a folder with one of these endings, as (path from the root, text).
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() {
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !matches!(&*name, "target" | ".git" | ".aws-sam" | "__pycache__") {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let shown = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((shown, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty() || folder.is_empty(), "nothing in {folder}");
    found
}

/// The text between two marks.
fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let rest = &line[line.find(before)? + before.len()..];
    Some(&rest[..rest.find(after)?])
}

/// The catalogue: headings, names and files in their order.
fn catalogue() -> Vec<(String, String, String)> {
    let mut heading = String::new();
    let mut bins = Vec::new();
    for line in read("functions/Cargo.toml").lines() {
        if let Some(text) = line.strip_prefix("  # ") {
            heading = text.to_owned();
        }
        if let Some(name) = between(line, "{ name = \"", "\"") {
            let path = between(line, "path = \"", "\"").unwrap();
            assert!(line.contains("test = false"), "{name}: test = false saves a harness per bin");
            bins.push((heading.clone(), name.to_owned(), path.to_owned()));
        }
    }
    assert!(bins.len() > 25);
    bins
}

#[test]
fn every_function_has_its_event() {
    let names: BTreeSet<String> = catalogue().into_iter().map(|(_, name, _)| name).collect();
    let events: BTreeSet<String> = fs::read_dir(root().join("events"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, events);
    for (path, text) in files("events", &[".json"]) {
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{path} is not JSON");
    }
}

#[test]
fn a_functions_first_line_is_its_route_and_its_name_is_its_file() {
    let routes = template::routes_by_function();
    for (_, name, path) in catalogue() {
        let text = read(&format!("functions/{path}"));
        let (surface, verb) = name.split_once('-').unwrap();
        let snake = verb.replace('-', "_");
        assert_eq!(path, format!("{surface}/{snake}.rs"), "{name} stands elsewhere");
        assert!(text.contains(&format!("fn {snake}(")), "{path} has no fn {snake}");
        let first = text.lines().next().unwrap();
        if let Some(routes) = routes.get(&name) {
            let (method, route) = &routes[0];
            let start = format!("//! `{method} {route}`: ");
            assert!(first.starts_with(&start), "{path} begins with {first}, not {start}");
        } else {
            let kinds = ["//! Worker on ", "//! Operator: "];
            assert!(kinds.iter().any(|kind| first.starts_with(kind)), "{path}: {first}");
        }
    }
}

#[test]
fn functions_parse_decide_commit_and_reply_and_nothing_else() {
    let banned = [
        "aws_",
        "StatusCode",
        "unwrap()",
        "expect(",
        "env::",
        "SystemTime",
        "println",
        "sleep",
        "status_code",
    ];
    for (path, text) in files("functions", &[".rs"]) {
        assert!(text.lines().count() <= MAX_FUNCTION_FILE, "{path} is too long");
        for word in banned {
            assert!(!text.contains(word), "{path} mentions {word}");
        }
    }
}

#[test]
fn arrows_between_layers_point_one_way() {
    // From left to right: a room uses those to its left, none beside it, and none to its right.
    let order: [&[&str]; 6] = [
        &["model"],
        &["store"],
        &["processor", "webhook", "queue"],
        &["operations"],
        &["http"],
        &["app"],
    ];
    // Words that have no place in a room, wherever they come from.
    let foreign: [(&str, &[&str]); 4] = [
        ("model", &["tokio", "SystemTime", "HashMap", "SystemRandom", "Serialize", "Deserialize"]),
        ("store", &["lambda_http", "lambda_runtime", "StatusCode", "status_code"]),
        ("operations", &["lambda_http", "lambda_runtime", "StatusCode", "status_code", "aws"]),
        ("http", &["Table", "lambda_runtime", "aws"]),
    ];
    let rooms = order.concat();
    let mut broken = BTreeSet::new();
    for (path, text) in files("shared/src", &[".rs"]) {
        let room = path.split('/').nth(2).unwrap_or_default();
        if room == "lib.rs" {
            continue;
        }
        // What stands outside the row serves all rooms but the model, and so knows none of them.
        let place = order.iter().position(|beside| beside.contains(&room)).unwrap_or(1);
        let left = order[..place].concat();
        let code = code_of(&text);
        for used in modules_used(&code) {
            if rooms.contains(&used) && used != room && !left.contains(&used) {
                broken.insert((path.clone(), used.to_owned()));
            }
        }
        let words: BTreeSet<&str> = code.split(|c| !is_of_a_name(c)).collect();
        for (_, foreign) in foreign.iter().filter(|(name, _)| *name == room) {
            broken.extend(
                foreign
                    .iter()
                    .filter(|word| words.contains(*word))
                    .map(|word| (path.clone(), (*word).to_owned())),
            );
        }
    }
    assert_eq!(broken, BTreeSet::new());
}

/// A file without its comments.
fn code_of(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines.filter(|line| !line.trim_start().starts_with("//")).collect()
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The modules of the library that code names, alone or in a group: `crate::a`, `crate::{a, b::c}`.
fn modules_used(code: &str) -> BTreeSet<&str> {
    let mut used = BTreeSet::new();
    for (at, mark) in code.match_indices("crate::") {
        let rest = &code[at + mark.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            used.extend(rest.split(|c| !is_of_a_name(c)).next());
            continue;
        };
        let (mut depth, mut begins) = (0, true);
        for (at, letter) in group.char_indices() {
            match letter {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && is_of_a_name(letter) => {
                    used.extend(group[at..].split(|c| !is_of_a_name(c)).next());
                    begins = false;
                }
                _ => {}
            }
        }
    }
    used
}

#[test]
fn one_file_each_reads_the_environment_the_clock_and_builds_keys() {
    for (path, text) in files("shared/src", &[".rs"]) {
        let allowed = |file: &str| path.ends_with(file);
        for (word, home) in [
            ("env::var(", "app/config.rs"),
            ("SystemTime::now", "app/clock.rs"),
            ("format!(\"intent#", "store/key.rs"),
        ] {
            assert!(!text.contains(word) || allowed(home), "{path} contains {word}");
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        let long = code.lines().count() > MAX_FILE && !path.contains("tests");
        assert!(!long, "{path} has more than {MAX_FILE} lines");
    }
}

#[test]
fn every_file_of_the_library_belongs_to_a_module() {
    let sources = files("shared/src", &[".rs"]);
    let all: String = sources.iter().map(|(_, text)| text.as_str()).collect();
    for (path, _) in &sources {
        let stem = Path::new(path).file_stem().unwrap().to_string_lossy().into_owned();
        if matches!(&*stem, "lib" | "mod") {
            continue;
        }
        assert!(all.contains(&format!("mod {stem};")), "{path} belongs to no module");
    }
}

#[test]
fn nothing_is_left_unfinished_and_lines_stay_short() {
    let unfinished = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("#[ig", "nore"),
    ];
    let folders = [
        ("shared", ".rs"),
        ("functions", ".rs"),
        ("tests", ".rs"),
        ("tests/local", ".py"),
        ("tests/bench", ".py"),
    ];
    for (folder, ending) in folders {
        for (path, text) in files(folder, &[ending]) {
            for word in unfinished {
                assert!(!text.contains(word), "{path} contains {word}");
            }
            for (number, line) in text.lines().enumerate() {
                let (at, long) = (number + 1, line.chars().count() > 100);
                // Tables in doc comments and long literals cannot be broken.
                let table = line.trim_start().starts_with("//") || line.contains('"');
                assert!(!long || table, "{path}:{at} is longer than 100 characters");
                assert!(!line.ends_with(' '), "{path}:{at} ends with a blank");
            }
        }
    }
}

#[test]
fn no_path_of_one_machine_stands_anywhere() {
    let words = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    for ending in [".rs", ".py", ".yaml", ".toml", ".md", ".json", ".sh"] {
        let folder = "";
        for (path, text) in files(folder, &[ending]) {
            for word in words {
                assert!(!text.contains(word), "{path} contains {word}");
            }
        }
    }
}

/// The test command runs these apart from all others, by name.
#[test]
fn tests_that_call_the_stack_stand_where_the_test_command_looks_for_them() {
    let commands = fs::read_to_string(root().join("tests/local/commands.py")).unwrap();
    let listed = commands.lines().find(|line| line.starts_with("ON_THE_STACK")).unwrap();
    let names: Vec<&str> = listed.split('"').filter(|name| name.ends_with("::")).collect();
    assert!(names.contains(&"api::"), "{names:?}");
    let calls = ["get", "alone", "beside"].map(|way| format!("{}::{way}()", "Stack"));
    for (path, text) in files("tests", &[".rs"]) {
        let module = path.trim_start_matches("tests/").trim_end_matches(".rs").replace('/', "::");
        let listed = names.iter().any(|name| format!("{module}::").starts_with(name));
        let calling = calls.iter().any(|call| text.contains(call));
        assert!(listed || !calling, "{path} calls the stack: name it in ON_THE_STACK");
    }
}

/// What glibc 2.34 and those before it have under an older version. cargo-lambda links against the
/// library of Lambda's system and takes that one; cargo alone takes this machine's newest.
const OLDER_TOO: [&str; 2] = ["hypot", "hypotf"];

/// Amazon Linux 2023, which `provided.al2023` is, has glibc 2.34.
#[test]
fn no_function_needs_a_newer_c_library_than_lambda_has() {
    let built = root().join("target/local");
    let files: Vec<_> = catalogue().into_iter().map(|(_, name, _)| built.join(name)).collect();
    let built: Vec<_> = files.iter().filter(|file| file.exists()).collect();
    assert!(!built.is_empty(), "no function is built: run make start");
    let symbols = Command::new("objdump").arg("-T").args(built).output().unwrap();
    assert!(symbols.status.success(), "{}", String::from_utf8_lossy(&symbols.stderr));
    let symbols = String::from_utf8(symbols.stdout).unwrap();
    assert!(symbols.contains("GLIBC_2."), "objdump tells versions in another way");
    let mut function = "";
    for line in symbols.lines() {
        if line.contains("file format") {
            function = line;
        }
        let Some((_, after)) = line.split_once("GLIBC_2.") else { continue };
        let minor: String = after.chars().take_while(char::is_ascii_digit).collect();
        let symbol = line.split_whitespace().last().unwrap();
        let old_enough = minor.parse::<u32>().unwrap() <= 34 || OLDER_TOO.contains(&symbol);
        assert!(old_enough, "{symbol} of glibc 2.{minor}: {function}");
    }
}

/// A description of a field or a type is a clause of its own: `Whose.` makes a reader look elsewhere.
#[test]
fn descriptions_say_more_than_a_question() {
    let asks = ["Whose", "When", "Which", "What", "Who", "Why", "How", "Where"];
    let sources = files("shared/src", &[".rs"]).into_iter();
    for (path, text) in sources.filter(|(path, _)| !path.ends_with("/derived_tests.rs")) {
        for line in text.lines().filter_map(|line| line.trim_start().strip_prefix("/// ")) {
            let words: Vec<&str> = line.strip_suffix('.').unwrap_or(line).split(' ').collect();
            let bare = words.len() < 3 && line.ends_with('.') && asks.contains(&words[0]);
            assert!(!bare, "{path}: {line}");
        }
    }
}
