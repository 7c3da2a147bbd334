//! Bodies and answers as lists of fields.

use serde_json::{Map, Value};
use std::fmt::Write;

/// How deep objects within objects are shown; deeper ones are named only.
const DEEPEST: usize = 4;

/// Text as markup.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A sentence with `code` in it, as markup.
pub fn prose(text: &str) -> String {
    let mut html = String::new();
    for (i, part) in text.split('`').enumerate() {
        if i % 2 == 1 {
            write!(html, "<code>{}</code>", escaped(part)).unwrap();
        } else {
            html += &escaped(part);
        }
    }
    html
}

/// Parameters and body of an operation.
pub fn request(said: &Value, part: &str) -> String {
    let mut html = String::new();
    for (place, title) in [("path", "Path"), ("query", "Query"), ("header", "Headers")] {
        let parameters: Vec<&Value> = said["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|parameter| parameter["in"] == place)
            .collect();
        if parameters.is_empty() {
            continue;
        }
        writeln!(html, "<h5>{title}</h5>\n<dl class=\"fields\">").unwrap();
        for parameter in parameters {
            let mut schema = parameter["schema"].clone();
            if let Some(text) = parameter["description"].as_str() {
                schema["description"] = text.into();
            }
            let required = parameter["required"] == true;
            row(&mut html, parameter["name"].as_str().unwrap(), &schema, required, part, DEEPEST);
        }
        html += "</dl>\n";
    }
    let body = &said["requestBody"]["content"]["application/json"]["schema"];
    if body.is_object() {
        writeln!(html, "<h5>Body</h5>\n{}", shape(body, part)).unwrap();
    }
    html
}

/// What success answers.
pub fn answer(said: &Value, part: &str) -> String {
    let mut html = String::new();
    for (status, response) in said["responses"].as_object().unwrap() {
        if !status.starts_with('2') {
            continue;
        }
        writeln!(html, "<h5>Answer {status}</h5>").unwrap();
        match response["content"].as_object() {
            None => html += "<p>Without a body.</p>\n",
            Some(content) => contents(&mut html, content, part),
        }
    }
    html
}

fn contents(html: &mut String, content: &Map<String, Value>, part: &str) {
    for (media, content) in content {
        let schema = &content["schema"];
        if media == "application/json" && schema.is_object() {
            writeln!(html, "{}", shape(schema, part)).unwrap();
        } else {
            writeln!(html, "<p><code>{media}</code></p>").unwrap();
        }
    }
}

/// The types that occur more than once.
pub fn types(document: &Value, part: &str) -> String {
    let mut html = String::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        writeln!(
            html,
            "<details class=\"op\" id=\"{part}-type-{name}\">\n<summary><h4><code>{name}</code></h4>\
             </summary>\n{}\n</details>",
            shape(schema, part)
        )
        .unwrap();
    }
    // Types are no operations.
    html.replace("<details class=\"op\"", "<details class=\"type\"")
}

/// The fields of an object, or what else it is.
fn shape(schema: &Value, part: &str) -> String {
    let mut html = String::new();
    if !fields(&mut html, schema, part, DEEPEST) {
        let text = schema["description"].as_str().map(prose).unwrap_or_default();
        write!(html, "<p>{} {text}</p>", kind(schema, part)).unwrap();
    }
    html
}

/// The list of an object's fields; whether it has any.
fn fields(html: &mut String, schema: &Value, part: &str, deep: usize) -> bool {
    let Some(properties) = schema["properties"].as_object().filter(|_| deep > 0) else {
        return false;
    };
    let required = |name: &str| {
        let names = schema["required"].as_array();
        names.is_some_and(|names| names.iter().any(|known| known == name))
    };
    *html += "<dl class=\"fields\">\n";
    for (name, field) in properties {
        row(html, name, field, required(name), part, deep - 1);
    }
    *html += "</dl>";
    !properties.is_empty()
}

fn row(html: &mut String, name: &str, field: &Value, required: bool, part: &str, deep: usize) {
    let mark = if required { " <em>required</em>" } else { "" };
    let text = field["description"].as_str().map(prose).unwrap_or_default();
    write!(
        html,
        "<div><dt><code>{}</code> <span class=\"kind\">{}</span>{mark}</dt><dd>{text}",
        escaped(name),
        kind(field, part)
    )
    .unwrap();
    let inner = if field["items"].is_object() { &field["items"] } else { field };
    fields(html, inner, part, deep);
    *html += "</dd></div>\n";
}

/// What a value is, in words.
fn kind(schema: &Value, part: &str) -> String {
    if let Some(path) = schema["$ref"].as_str() {
        let name = path.rsplit('/').next().unwrap();
        return format!("<a href=\"#{part}-type-{name}\">{name}</a>");
    }
    for several in ["oneOf", "anyOf"] {
        if let Some(kinds) = schema[several].as_array() {
            return kinds.iter().map(|one| kind(one, part)).collect::<Vec<_>>().join(" or ");
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        let codes = values.iter().map(|value| match value.as_str() {
            Some(text) => format!("<code>{}</code>", escaped(text)),
            None => value.to_string(),
        });
        return format!("one of {}", codes.collect::<Vec<_>>().join(", "));
    }
    let named = match &schema["type"] {
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        Value::String(name) => name.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "any".to_owned(),
    };
    let named = if schema["items"].is_object() {
        named.replace("array", &format!("list of {}", kind(&schema["items"], part)))
    } else {
        named
    };
    named + &bounds(schema)
}

/// How long or large it may be.
fn bounds(schema: &Value) -> String {
    let number = |name: &str| schema[name].as_i64();
    let range = |least: &str, most: &str, unit: &str| match (number(least), number(most)) {
        (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
        (Some(least), None) => format!(", at least {least}{unit}"),
        (None, Some(most)) => format!(", at most {most}{unit}"),
        (None, None) => String::new(),
    };
    let mut text = range("minLength", "maxLength", " characters");
    text += &range("minimum", "maximum", "");
    text += &range("minItems", "maxItems", " of them");
    if let Some(format) = schema["format"].as_str() {
        text += &format!(", {format}");
    }
    text
}
