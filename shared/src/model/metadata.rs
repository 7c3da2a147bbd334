//! What callers hang on their objects: any JSON object, kept word for word.

use super::Invalid;
use serde_json::value::RawValue;

/// Most bytes of metadata as sent, white space included.
pub const MOST_BYTES: usize = 4096;

/// Deepest nesting of metadata, the object itself counted.
pub const MOST_DEPTH: usize = 5;

/// A JSON object as text. Numbers keep every digit because nothing ever parses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata(String);

impl Metadata {
    /// Takes the text of a JSON value that is known to be well formed.
    ///
    /// # Errors
    /// Not an object, larger than [`MOST_BYTES`], or deeper than [`MOST_DEPTH`].
    pub fn new(json: &str) -> Result<Self, Invalid> {
        if !json.starts_with('{') {
            return Err(Invalid::new("must be a JSON object"));
        }
        if json.len() > MOST_BYTES {
            return Err(Invalid::new(format!("must be at most {MOST_BYTES} bytes")));
        }
        if depth(json) > MOST_DEPTH {
            return Err(Invalid::new(format!("must be nested at most {MOST_DEPTH} deep")));
        }
        Ok(Self(json.to_owned()))
    }

    /// The object as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The object for embedding into an answer, untouched.
    #[must_use]
    pub fn raw(&self) -> Option<&RawValue> {
        serde_json::from_str(&self.0).ok()
    }
}

/// Nesting of a well-formed JSON text, without building it.
#[must_use]
pub fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match (in_text, escaped, byte) {
            (true, true, _) => escaped = false,
            (true, false, b'\\') => escaped = true,
            (true, false, b'"') => in_text = false,
            (true, false, _) => {}
            (false, _, b'"') => in_text = true,
            (false, _, b'{' | b'[') => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            (false, _, b'}' | b']') => depth = depth.saturating_sub(1),
            (false, _, _) => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_text() {
        assert_eq!(depth(r#"{"a":[1,{"b":"[[[{\"["}]}"#), 3);
        assert_eq!(depth("1"), 0);
    }

    #[test]
    fn metadata_is_a_small_flat_object() {
        assert!(Metadata::new(r#"{"order":"A-1","n":1.10}"#).is_ok());
        assert!(Metadata::new("[]").is_err());
        assert!(Metadata::new(r#"{"a":{"a":{"a":{"a":{"a":1}}}}}"#).is_ok());
        assert!(Metadata::new(r#"{"a":{"a":{"a":{"a":{"a":{}}}}}}"#).is_err());
        let most = format!(r#"{{"a":"{}"}}"#, "x".repeat(MOST_BYTES - 8));
        assert!(Metadata::new(&most).is_ok());
        assert!(Metadata::new(&format!("{most} ")).is_err());
    }
}
