//! The members of JSON objects as they were written: none twice, and none nested too deep.

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// Deepest nesting of a body.
const MAX_DEPTH: usize = 32;

/// The members of an object in their order, duplicates included.
pub(super) struct Entries(pub(super) Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

pub(super) fn check_names(entries: &Entries, path: &str) -> std::result::Result<(), String> {
    let mut names: Vec<&str> = entries.0.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => Err(format!("{path}{} is there twice", pair.first().unwrap_or(&""))),
        None => Ok(()),
    }
}

/// Looks for duplicate names at every depth. Texts and numbers are never parsed here, so a number
/// of any size is fine at this point.
pub(super) fn check_value(json: &str, path: &str, depth: usize) -> std::result::Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!("the body is nested more than {MAX_DEPTH} deep"));
    }
    match json.as_bytes().first() {
        Some(b'{') => {
            // What is well formed and yet no text is half of a surrogate pair.
            let entries: Entries = serde_json::from_str(json)
                .map_err(|_| format!("a name in {path} has half of a surrogate pair"))?;
            check_names(&entries, &format!("{path}."))?;
            for (name, value) in &entries.0 {
                check_value(value.get(), &format!("{path}.{name}"), depth.saturating_add(1))?;
            }
            Ok(())
        }
        Some(b'[') => {
            let values: Vec<&RawValue> = serde_json::from_str(json).map_err(|e| e.to_string())?;
            for value in values {
                check_value(value.get(), path, depth.saturating_add(1))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
