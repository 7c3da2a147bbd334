//! What callers hang on their objects: any JSON object, kept word for word.

use super::{Invalid, number::exact};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Most bytes of metadata as sent, white space included.
pub const MAX_BYTES: usize = 4096;

/// Deepest nesting of metadata, the object itself counted.
pub const MAX_DEPTH: usize = 5;

/// A JSON object as text, on every way from the request to answers and webhooks: it is put into
/// them unparsed, so that numbers keep every digit, and any number can be carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata(String);

impl Metadata {
    /// Takes the text of a JSON value that is known to be well formed.
    ///
    /// # Errors
    /// Not an object, larger than [`MAX_BYTES`], deeper than [`MAX_DEPTH`], or with text that
    /// receivers could not read back.
    pub fn new(json: &str) -> Result<Self, Invalid> {
        if !json.starts_with('{') {
            return Err(Invalid::new("must be a JSON object"));
        }
        if json.len() > MAX_BYTES {
            return Err(Invalid::new(format!("must be at most {MAX_BYTES} bytes")));
        }
        if depth(json) > MAX_DEPTH {
            return Err(Invalid::new(format!("must be nested at most {MAX_DEPTH} deep")));
        }
        check_escapes(json)?;
        Ok(Self(json.to_owned()))
    }

    /// The object without a member.
    pub fn nothing() -> Self {
        Self("{}".to_owned())
    }

    /// The object as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The object for embedding into an answer, untouched.
    pub fn raw(&self) -> Option<&RawValue> {
        serde_json::from_str(&self.0).ok()
    }

    /// The same text for every way to write this object: members sorted, no white space, no escape
    /// that need not be, one form of a number. Only for comparing: what is kept has every digit.
    pub fn canonical(&self) -> String {
        canonical(&self.0).unwrap_or_else(|| self.0.clone())
    }
}

fn canonical(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
            let members = members
                .iter()
                .map(|(name, value)| Some(format!("{}:{}", text(name)?, canonical(value.get())?)));
            Some(format!("{{{}}}", members.collect::<Option<Vec<_>>>()?.join(",")))
        }
        b'[' => {
            let values: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            let values = values.iter().map(|value| canonical(value.get()));
            Some(format!("[{}]", values.collect::<Option<Vec<_>>>()?.join(",")))
        }
        b'"' => text(&serde_json::from_str::<String>(json).ok()?),
        _ => Some(exact(json).unwrap_or_else(|| json.to_owned())),
    }
}

fn text(text: &str) -> Option<String> {
    serde_json::to_string(text).ok()
}

/// Refuses escapes in a well-formed JSON text that stand for no text: half of a surrogate pair,
/// which few can read, and NUL, which databases cut texts at.
fn check_escapes(json: &str) -> Result<(), Invalid> {
    let mut rest = json;
    while let Some((_, after)) = rest.split_once('\\') {
        let Some(digits) = after.strip_prefix('u') else {
            // A pair such as \" or \\, whose second character starts no escape.
            rest = after.get(1..).unwrap_or_default();
            continue;
        };
        rest = digits.get(4..).unwrap_or_default();
        match code_unit(digits) {
            Some(0) => return Err(Invalid::new("must not contain the character NUL (\\u0000)")),
            Some(0xD800..=0xDBFF) => {
                let low = rest.strip_prefix("\\u").filter(|low| is_low_surrogate(low));
                rest = low.and_then(|low| low.get(4..)).ok_or_else(half_a_pair)?;
            }
            Some(0xDC00..=0xDFFF) => return Err(half_a_pair()),
            _ => {}
        }
    }
    Ok(())
}

fn code_unit(digits: &str) -> Option<u16> {
    u16::from_str_radix(digits.get(..4)?, 16).ok()
}

fn is_low_surrogate(digits: &str) -> bool {
    code_unit(digits).is_some_and(|unit| (0xDC00..=0xDFFF).contains(&unit))
}

fn half_a_pair() -> Invalid {
    Invalid::new("must not contain half of a surrogate pair (\\ud800 to \\udfff)")
}

/// Nesting of a well-formed JSON text, without building it.
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
        let most = format!(r#"{{"a":"{}"}}"#, "x".repeat(MAX_BYTES - 8));
        assert!(Metadata::new(&most).is_ok());
        assert!(Metadata::new(&format!("{most} ")).is_err());
    }

    #[test]
    fn text_that_cannot_be_read_back_is_refused() {
        let refused = |json: &str| Metadata::new(json).unwrap_err().0;
        for json in [r#"{"a":"\ud83d"}"#, r#"{"a":"\ude00\ud83d"}"#, r#"{"\uD83D\u0041":1}"#] {
            assert!(refused(json).contains("half of a surrogate pair"), "{json}");
        }
        assert!(refused(r#"{"a":["\\\u0000"]}"#).contains("NUL"));
        for json in
            [r#"{"a":"\ud83d\uDE00"}"#, r#"{"a":"\\ud83d \\u0000"}"#, r#"{"a":"\"\u0001é"}"#]
        {
            assert!(Metadata::new(json).is_ok(), "{json}");
        }
    }

    #[test]
    fn the_same_object_has_one_canonical_text() {
        let canonical = |json: &str| Metadata::new(json).unwrap().canonical();
        let one = canonical(r#"{"b":[1.10,{"y":null,"x":"é"}],"a":1e400}"#);
        assert_eq!(one, r#"{"a":1e400,"b":[11e-1,{"x":"é","y":null}]}"#);
        let other = "{ \"a\" : 1e400,\n\"b\": [1.10, {\"x\":\"\\u00e9\", \"y\":null}] }";
        assert_eq!(canonical(other), one);
        // Another library writes numbers otherwise, and means the same.
        assert_eq!(
            canonical(r#"{"a":0.1000,"b":[1.0,1e2]}"#),
            canonical(r#"{"a":0.1,"b":[1,100]}"#)
        );
        assert_ne!(canonical(r#"{"a":0.10001}"#), canonical(r#"{"a":0.1}"#));
        assert_ne!(canonical(r#"{"a":"1.0"}"#), canonical(r#"{"a":"1"}"#));
        assert_ne!(canonical(r#"{"a":[1,2]}"#), canonical(r#"{"a":[2,1]}"#));
    }
}
