//! Which events an endpoint wants: a list of names and families, on every surface.

use crate::{
    http::field::{Field, Text},
    model::{Invalid, event::EventFilter, webhook_endpoint::MAX_FILTERS},
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Reads a list of filters that `names` has.
///
/// # Errors
/// It is no such list; the error names the first entry to blame.
pub fn read<'a>(
    json: &str,
    names: impl Iterator<Item = &'a str> + Clone,
) -> Result<Vec<EventFilter>, Invalid> {
    let texts = Vec::<Text<1, 60>>::read(json)?;
    if texts.len() > MAX_FILTERS {
        return Err(Invalid::new(format!("must have at most {MAX_FILTERS} entries")));
    }
    texts.iter().map(|text| EventFilter::among(&text.0, names.clone())).collect()
}

/// The schema of that list: each name, and each family of names.
pub fn schema<'a>(names: impl Iterator<Item = &'a str>) -> Value {
    let mut known = BTreeSet::new();
    for name in names {
        let families = name.match_indices('.').filter_map(|(dot, _)| name.get(..dot));
        known.extend(families.map(|family| format!("{family}.*")));
        known.insert(name.to_owned());
    }
    let one = json!({"type": "string", "enum": known});
    json!({"type": "array", "items": one, "maxItems": MAX_FILTERS})
}
