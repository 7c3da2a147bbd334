//! The one way that a secret gets into an answer.

use super::view::Described;
use crate::model::secret::Secret;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// A secret in the one answer that shows it. [`Secret`] itself cannot be written as JSON, so that a
/// view says with its type that it shows one.
pub struct Revealed<K>(Option<Secret<K>>);

impl<K> Revealed<K> {
    /// Shows a secret to whoever asked for it to be made: the one place where a secret becomes
    /// text.
    pub fn once(secret: &Secret<K>) -> Self {
        Self(Some(secret.clone()))
    }

    /// An empty text: what is remembered of an answer, and what shows a secret that was shown before.
    pub const fn withheld() -> Self {
        Self(None)
    }

    /// The secret as a value, for an answer that was remembered without it.
    pub fn value(&self) -> Value {
        self.text().into()
    }

    fn text(&self) -> &str {
        self.0.as_ref().map_or("", Secret::reveal)
    }
}

impl<K> Serialize for Revealed<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<K> Described for Revealed<K> {
    fn schema() -> Value {
        String::schema()
    }
}

impl<K> fmt::Debug for Revealed<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Revealed")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::SigningSecret;

    #[test]
    fn a_secret_stands_in_the_answer_and_in_no_message() {
        let shown = Revealed::once(&SigningSecret::new("whsec_x".into()));
        assert_eq!(serde_json::to_string(&shown).unwrap(), "\"whsec_x\"");
        assert_eq!((shown.value(), format!("{shown:?}")), ("whsec_x".into(), "Revealed".into()));
        assert_eq!(serde_json::to_string(&Revealed::<()>::withheld()).unwrap(), "\"\"");
    }
}
