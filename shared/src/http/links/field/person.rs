//! What a member is, and how the dashboard looks to it.

use super::text;
use crate::{
    http::field::Field,
    model::{
        Invalid,
        member::{Role, Theme},
    },
};
use serde_json::{Value, json};

/// What a member may do.
#[derive(Debug, Clone, Copy)]
pub struct RoleName(pub Role);

/// Colours of the dashboard.
#[derive(Debug, Clone, Copy)]
pub struct ThemeName(pub Theme);

impl Field for RoleName {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse().map(Self)
    }

    fn schema() -> Value {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        json!({"type": "string", "enum": names})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}

impl Field for ThemeName {
    fn read(json: &str) -> Result<Self, Invalid> {
        text(json)?.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["system", "light", "dark"]})
    }

    fn meaning(&self) -> String {
        self.0.as_str().to_owned()
    }
}
