//! What is wrong with each field of a request, in lists that are nested like the request.

use crate::operations::Problem;
use serde_json::{Map, Value};

/// Deepest nesting of a body, and longest list whose elements are told apart. Names of unknown fields
/// are the caller's: what looks like a deeper path is taken as a plain name.
const MAX: usize = 100;

/// How the names of values begin that a request may have instead: `suggested.branding.panel_color`.
pub const SUGGESTED: &str = "suggested.";

/// What is wrong with each field, in lists that are nested like the request.
pub fn nested(problem: &Problem) -> Map<String, Value> {
    let mut root = Map::new();
    if let Problem::Invalid(fields) = problem {
        for error in fields {
            if error.field.starts_with(SUGGESTED) {
                *place(&mut root, &error.field) = Value::from(error.message.as_str());
                continue;
            }
            let message = Value::from(sentence(&error.message));
            let place = place(&mut root, &error.field);
            if let Value::Array(messages) = place {
                messages.push(message);
            } else {
                *place = Value::Array(vec![message]);
            }
        }
    }
    beside_the_parts(&mut root);
    root
}

/// Fields that are named like a part of every refusal say what is wrong among the others' sentences.
fn beside_the_parts(root: &mut Map<String, Value>) {
    for name in ["code", "detail"] {
        let Some(Value::Array(said)) = root.remove(name) else { continue };
        let said = said.iter().filter_map(Value::as_str);
        let named: Vec<Value> = said.map(|text| format!("{name}: {text}").into()).collect();
        let whole = root.entry("non_field_errors").or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(whole) = whole {
            whole.extend(named);
        }
    }
}

/// A step into the body.
enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

/// `products[1].quantity` as steps; `None` for what is no such path.
fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, indices) = part.split_once('[').unwrap_or((part, ""));
        steps.push(Step::Member(name));
        for index in indices.split_terminator(['[', ']']).filter(|text| !text.is_empty()) {
            let index = index.parse().ok().filter(|index| *index < MAX)?;
            steps.push(Step::Element(index));
        }
    }
    (steps.len() <= MAX).then_some(steps)
}

/// Where the messages of a field belong: made where it is not there yet.
fn place<'a>(root: &'a mut Map<String, Value>, path: &str) -> &'a mut Value {
    let path = if path.is_empty() { "non_field_errors" } else { path };
    let mut steps = steps(path).unwrap_or_else(|| vec![Step::Member(path)]).into_iter();
    let first = match steps.next() {
        Some(Step::Member(name)) => name,
        Some(Step::Element(_)) | None => path,
    };
    steps.fold(root.entry(first).or_insert(Value::Null), into)
}

fn into<'a>(value: &'a mut Value, step: Step<'_>) -> &'a mut Value {
    match step {
        Step::Member(name) => {
            if !value.is_object() {
                *value = Value::Object(Map::new());
            }
            &mut value[name]
        }
        Step::Element(index) => {
            if !value.is_array() {
                *value = Value::Array(Vec::new());
            }
            // Those before it that have nothing wrong are empty objects.
            if let Value::Array(list) = &mut *value
                && list.len() <= index
            {
                list.resize_with(index.saturating_add(1), || Value::Object(Map::new()));
            }
            &mut value[index]
        }
    }
}

/// A message as a sentence of its own.
fn sentence(message: &str) -> String {
    if message == "is required" {
        return "This field is required.".to_owned();
    }
    let mut letters = message.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.unwrap_or_default(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_callers_make_up_cost_no_more_than_they_are_long() {
        for name in ["a[4000000000]".to_owned(), "a.".repeat(30_000), "a[".repeat(9), "[1]".into()]
        {
            let map = nested(&Problem::field(&name, "is not a field of this request"));
            assert!(Value::Object(map).to_string().len() < 70_000);
        }
    }
}
