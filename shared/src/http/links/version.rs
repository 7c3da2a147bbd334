//! Versions of single objects: `ETag: "<edits>-<hash>"`. Of what callers send back only the edits
//! count, since payments change the rest all the time.

use crate::{
    http::{Request, Result},
    operations::{Problem, StateRefusal},
};

/// Whether an edit may go on from this version; `true` when it must not pass another one.
///
/// # Errors
/// 412: somebody edited the object since the caller read it.
pub fn check(req: &Request, edits: u64) -> Result<bool> {
    let Some(header) = req.header("if-match") else { return Ok(false) };
    let known = edits.to_string();
    let mut tags = header.split(',').map(str::trim);
    let matches = |tag: &str| {
        let tag = tag.trim_start_matches("W/").trim_matches('"');
        tag == "*" || tag.split('-').next() == Some(known.as_str())
    };
    if tags.any(matches) { Ok(true) } else { Err(Problem::State(StateRefusal::ChangedMeanwhile)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::gateway;
    use serde_json::json;

    #[test]
    fn only_the_edits_of_a_tag_count() {
        let ask = |tag: Option<&str>, edits| {
            let headers = tag.map_or_else(|| json!({}), |tag| json!({"If-Match": tag}));
            let event = json!({"httpMethod": "PATCH", "headers": headers});
            check(&gateway::request(event).unwrap(), edits)
        };
        assert_eq!(ask(None, 3), Ok(false));
        for tag in ["\"3-abc\"", "\"3-other\"", "W/\"3-abc\"", "\"1-a\", \"3-b\"", "*"] {
            assert_eq!(ask(Some(tag), 3), Ok(true), "{tag}");
        }
        for tag in ["\"2-abc\"", "\"33-abc\"", "", "abc"] {
            let refused = Err(Problem::State(StateRefusal::ChangedMeanwhile));
            assert_eq!(ask(Some(tag), 3), refused, "{tag}");
        }
    }
}
