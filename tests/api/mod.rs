//! The API on the local stack: every route, every field, every refusal.
