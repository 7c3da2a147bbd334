//! A surface in messages: by its name.

use crate::model::Surface;
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::borrow::Cow;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub fn serialize<S: Serializer>(surface: &Surface, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(surface.as_str())
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Surface, D::Error> {
    let name = Cow::<str>::deserialize(deserializer)?;
    Surface::named(&name).ok_or_else(|| D::Error::custom("not a surface"))
}
