//! The reference for people, `/docs`: one page made of the three descriptions, without script.
//!
//! `PAYLINK_UPDATE=1 cargo test -p tests openapi` writes it anew.

mod commands;
mod fields;

use super::{DOCUMENT, links, payments};
use fields::{answer, escaped, prose, request, types};
use serde_json::Value;
use shared::http::dashboard::docs;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    path::Path,
};

/// A surface, with what a reader has to know first.
struct Part {
    id: &'static str,
    title: &'static str,
    intro: &'static str,
    document: Value,
}

fn parts() -> [Part; 3] {
    let read = |text: &str| serde_json::from_str(text).unwrap();
    [
        Part {
            id: "links",
            title: "Links",
            intro: "For merchants who share links. Members sign in and send \
                `Authorization: Token ...`; servers send `Authorization: Api-Key ...`. Amounts \
                are decimal text in major units, such as `\"120.00\"`; names are snake_case. \
                Paths work with and without a slash at their end. An error has `detail`, `code`, \
                and a list of sentences for each broken field.",
            document: read(links::DOCUMENT),
        },
        Part {
            id: "payments",
            title: "Payments",
            intro: "For backends that send somebody a link. Each request has the header \
                `x-api-key`. Amounts are whole numbers in minor units, such as `25000` for \
                250.00; names are camelCase. Answers stand in `data`; an error has `error.code` \
                and `error.message`.",
            document: read(payments::DOCUMENT),
        },
        Part {
            id: "platform",
            title: "Platform",
            intro: "For backends that move money between people, and the calls of the payment \
                page. A client's id and secret are exchanged for a token (OAuth 2.0), which each \
                request sends as `Authorization: Bearer ...`. Amounts are decimal text in major \
                units, such as `\"12.50\"`. Answers and errors stand in `data`; an error has \
                `data.code`.",
            document: read(DOCUMENT),
        },
    ]
}

/// One method of one path.
struct Operation<'a> {
    method: &'a str,
    path: &'a str,
    said: &'a Value,
}

impl Operation<'_> {
    fn id(&self) -> &str {
        self.said["operationId"].as_str().unwrap()
    }

    /// What it is about: the first word of its path that is no prefix of a surface.
    fn group(&self) -> String {
        let words = self.path.split('/').filter(|word| !word.is_empty());
        let word = words.into_iter().find(|word| !matches!(*word, "v1" | "platform" | "api"));
        let word = word.unwrap_or("other").trim_end_matches(".json").replace('-', " ");
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    }
}

fn operations(document: &Value) -> BTreeMap<String, Vec<Operation<'_>>> {
    let mut groups: BTreeMap<String, Vec<Operation<'_>>> = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, said) in methods.as_object().unwrap() {
            let operation = Operation { method, path, said };
            groups.entry(operation.group()).or_default().push(operation);
        }
    }
    groups
}

/// The whole page.
fn page() -> String {
    let style = include_str!("docs/style.css");
    let parts = parts();
    let mut html = String::from(
        "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>API reference - Paylink</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n",
    );
    let style: Vec<&str> = style.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    writeln!(html, "<style>{}</style>\n</head>\n<body>", style.join("\n")).unwrap();
    html += "<a class=\"skip\" href=\"#content\">Skip to the reference</a>\n<header>\n\
        <p class=\"mark\">Paylink</p>\n<nav aria-label=\"Contents\">\n";
    for part in &parts {
        write!(html, "<details><summary>{}</summary>\n<ul>", part.title).unwrap();
        writeln!(html, "<li><a href=\"#{}\">About this surface</a></li>", part.id).unwrap();
        for group in operations(&part.document).keys() {
            let anchor = anchor(part.id, group);
            let title = heading(group);
            writeln!(html, "<li><a href=\"#{anchor}\">{title}</a></li>").unwrap();
        }
        html += "</ul></details>\n";
    }
    html += "</nav>\n</header>\n<main id=\"content\">\n<h1>API reference</h1>\n";
    html += include_str!("docs/intro.html");
    for part in &parts {
        surface(&mut html, part);
    }
    html + "</main>\n</body>\n</html>\n"
}

fn anchor(part: &str, name: &str) -> String {
    format!("{part}-{}", name.to_lowercase().replace(' ', "-"))
}

/// A group as people write it.
fn heading(group: &str) -> &str {
    if group == "Openapi" { "OpenAPI" } else { group }
}

fn surface(html: &mut String, part: &Part) {
    let (id, title) = (part.id, part.title);
    let file = ["/api/openapi.json", "/openapi.json", "/v1/platform/openapi.json"];
    let file = file[["links", "payments", "platform"].iter().position(|name| *name == id).unwrap()];
    write!(
        html,
        "<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{title}</h2>\n<p>{}</p>\n\
         <p>For machines: <code>{file}</code></p>\n",
        prose(part.intro)
    )
    .unwrap();
    let always = common(&part.document);
    refusals(html, part, &always);
    for (group, operations) in operations(&part.document) {
        let title = heading(&group);
        writeln!(html, "<h3 id=\"{}\">{title}</h3>", anchor(id, &group)).unwrap();
        for operation in operations {
            article(html, part, &operation, &always);
        }
    }
    writeln!(html, "<h3 id=\"{id}-types\">Types</h3>").unwrap();
    *html += &types(&part.document, id);
    *html += "</section>\n";
}

/// One operation: what it does, what it takes, how to call it, what it answers and refuses.
fn article(
    html: &mut String,
    part: &Part,
    operation: &Operation<'_>,
    always: &BTreeSet<(String, String)>,
) {
    let Operation { method, path, said } = operation;
    let summary = said["summary"].as_str().unwrap();
    write!(
        html,
        "<details class=\"op\" id=\"{}-{}\">\n<summary><h4><span class=\"method {method}\">{}</span> \
         <code>{}</code> <span class=\"what\">{}</span></h4></summary>\n",
        part.id,
        operation.id(),
        method.to_uppercase(),
        escaped(path).replace('/', "/<wbr>"),
        prose(summary),
    )
    .unwrap();
    if let Some(text) = said["description"].as_str() {
        writeln!(html, "<p>{}</p>", prose(text)).unwrap();
    }
    let command = commands::curl(part.id, operation);
    writeln!(html, "<p>Proof: {}.</p>", proof(&said["security"], &command)).unwrap();
    writeln!(html, "<pre><code>{}</code></pre>", escaped(&command)).unwrap();
    *html += &request(said, part.id);
    *html += &answer(said, part.id);
    own_refusals(html, part, said, always);
    *html += "</details>\n";
}

/// What a caller proves itself with. Where the description leaves it to the session, the command
/// shows it.
fn proof(security: &Value, command: &str) -> String {
    let ways: Vec<String> = security
        .as_array()
        .unwrap()
        .iter()
        .map(|way| match way.as_object().unwrap().iter().next() {
            None => "none, with client id and secret in the body".to_owned(),
            Some((name, scopes)) => {
                let scopes = scopes.as_array().unwrap().iter().filter_map(Value::as_str);
                let scopes: Vec<String> =
                    scopes.map(|scope| format!(" with the scope <code>{scope}</code>")).collect();
                let way = match name.as_str() {
                    "oauth" => "an access token",
                    "client" => "client id and secret by HTTP Basic",
                    "token" => "a member's access token",
                    _ => "an API key",
                };
                format!("{way}{}", scopes.concat())
            }
        })
        .collect();
    match (ways.is_empty(), command.contains("Authorization: Token")) {
        (true, true) => "a member's access token".to_owned(),
        (true, false) => "none".to_owned(),
        (false, _) => ways.join(", or "),
    }
}

/// A status and a code, and the sentences that explain it.
type Refusals = BTreeMap<(String, String), Vec<String>>;

/// What an operation refuses.
fn refused(document: &Value, said: &Value) -> Refusals {
    let mut found = Refusals::new();
    for (status, response) in said["responses"].as_object().unwrap() {
        if status.starts_with('2') {
            continue;
        }
        let text = super::resolved(document, response)["description"].as_str().unwrap();
        for (code, sentence) in codes(text) {
            let sentences = found.entry((status.clone(), code.to_owned())).or_default();
            sentences.push(sentence.to_owned());
        }
    }
    found
}

/// A description of refusals, code by code: each is in backticks and followed by a colon.
fn codes(text: &str) -> Vec<(&str, &str)> {
    let code_at = |at: usize| {
        let (code, _) = text[at..].strip_prefix('`')?.split_once("`: ")?;
        code.chars().all(|c| c.is_ascii_lowercase() || "_.".contains(c)).then_some(code)
    };
    let starts: Vec<(usize, &str)> =
        text.match_indices('`').filter_map(|(at, _)| Some((at, code_at(at)?))).collect();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let sentence = |at: usize, code: &str, end: usize| text[at + code.len() + 4..end].trim();
    starts.iter().zip(ends).map(|((at, code), end)| (*code, sentence(*at, code, end))).collect()
}

/// The statuses and codes that at least half of the operations refuse with.
fn common(document: &Value) -> BTreeSet<(String, String)> {
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut all = 0;
    for operation in operations(document).values().flatten() {
        all += 1;
        for (code, _) in refused(document, operation.said) {
            *counts.entry(code).or_default() += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| count * 2 >= all).map(|(code, _)| code).collect()
}

/// Every refusal of a surface, explained once; operations name theirs.
fn refusals(html: &mut String, part: &Part, always: &BTreeSet<(String, String)>) {
    let mut all = Refusals::new();
    for operation in operations(&part.document).values().flatten() {
        for (code, sentences) in refused(&part.document, operation.said) {
            let known = all.entry(code).or_default();
            for sentence in sentences {
                if !known.contains(&sentence) {
                    known.push(sentence);
                }
            }
        }
    }
    let (id, title) = (part.id, part.title);
    writeln!(
        html,
        "<h3 id=\"{id}-refusals\">Refusals of {title}</h3>\n<p>Most operations refuse with those \
         that are marked; the others are named at the operations.</p>\n<dl class=\"fields\">"
    )
    .unwrap();
    for ((status, code), sentences) in all {
        let most = always.contains(&(status.clone(), code.clone()));
        let mark = if most { " <em>most operations</em>" } else { "" };
        let text: Vec<String> = sentences.iter().map(|sentence| prose(sentence)).collect();
        let text = text.join(" Or: ");
        writeln!(html, "<div><dt>{status} <code>{code}</code>{mark}</dt><dd>{text}</dd></div>")
            .unwrap();
    }
    *html += "</dl>\n";
}

/// What an operation refuses beyond what most do: the codes, and a sentence where a code has several.
fn own_refusals(html: &mut String, part: &Part, said: &Value, always: &BTreeSet<(String, String)>) {
    let own: Vec<String> = refused(&part.document, said)
        .into_iter()
        .filter(|(code, _)| !always.contains(code))
        .map(|((status, code), sentences)| {
            // One word for several reasons: which of them it is here.
            let several = matches!(code.as_str(), "conflict" | "duplicate" | "limit_reached");
            let why =
                if several { prose(&format!(" ({})", sentences.join(" "))) } else { String::new() };
            format!("{status} <code>{code}</code>{why}")
        })
        .collect();
    if !own.is_empty() {
        let list = own.join(", ");
        writeln!(html, "<p>Also <a href=\"#{}-refusals\">refuses with</a> {list}.</p>", part.id)
            .unwrap();
    }
}

#[test]
fn the_committed_reference_is_what_the_descriptions_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/src/http/dashboard/docs.html");
    let made = page();
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap();
    assert!(committed == made, "run PAYLINK_UPDATE=1 cargo test -p tests openapi and commit");
}

#[test]
fn every_operation_is_in_the_reference_with_a_command_to_try() {
    let mut operations = 0;
    for part in parts() {
        for methods in part.document["paths"].as_object().unwrap().values() {
            for said in methods.as_object().unwrap().values() {
                let id = said["operationId"].as_str().unwrap();
                let open = format!("<details class=\"op\" id=\"{}-{id}\">", part.id);
                let (_, after) = docs::PAGE.split_once(&open).unwrap_or_else(|| panic!("no {id}"));
                let own = after.split("<details class=\"op\"").next().unwrap();
                assert!(own.contains("<pre><code>curl "), "{id} has no command");
                operations += 1;
            }
        }
    }
    assert_eq!(docs::PAGE.matches("<details class=\"op\"").count(), operations);
}

#[test]
fn the_reference_has_no_script_and_each_of_its_links_leads_somewhere() {
    let page = docs::PAGE;
    for word in ["<script", " onclick=", " style=", "javascript:", "<img", "<form"] {
        assert!(!page.contains(word), "{word}");
    }
    for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let Some(id) = link.strip_prefix('#') else {
            assert_eq!(link, "data:,", "a link that leads elsewhere");
            continue;
        };
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(page.len() < 560_000, "{} bytes", page.len());
}

#[test]
fn every_refusal_of_the_descriptions_is_explained_once_and_named_where_it_occurs() {
    for part in parts() {
        let (_, own) = docs::PAGE.split_once(&format!("<h2 id=\"{}\">", part.id)).unwrap();
        let own = own.split("<h2 id=").next().unwrap();
        let (table, rest) = own.split_once("</dl>").unwrap();
        for operation in operations(&part.document).values().flatten() {
            let open = format!("<details class=\"op\" id=\"{}-{}\">", part.id, operation.id());
            let article = rest.split(&open).nth(1).unwrap().split("</details>").next().unwrap();
            for ((status, code), sentences) in refused(&part.document, operation.said) {
                let entry = format!("<dt>{status} <code>{code}</code>");
                assert_eq!(table.matches(&entry).count(), 1, "{entry}");
                let row = table.split(&entry).nth(1).unwrap().split("</div>").next().unwrap();
                assert!(sentences.iter().all(|one| row.contains(&prose(one))), "{entry} {row}");
                let named = article.contains(&format!("{status} <code>{code}</code>"));
                assert!(named || row.starts_with(" <em>most"), "{} {code}", operation.id());
            }
        }
    }
}

/// What `. target/local/token` reads into a shell.
#[test]
fn every_fact_of_a_command_is_one_that_the_local_stack_writes() {
    let demo = include_str!("../local/demo.py");
    for command in docs::PAGE.split("<pre><code>").skip(1) {
        let command = command.split("</code>").next().unwrap();
        for name in command.split('$').skip(1) {
            let name = name.trim_start_matches('{');
            let letters = |c: char| c.is_ascii_uppercase() || c == '_';
            let name = name.split(|c| !letters(c)).next().unwrap();
            assert!(demo.contains(&format!("\"{name}\"")), "{name} in {command}");
        }
    }
}
