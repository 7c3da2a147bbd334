//! What a `DELETE` answers.

use crate::{http::payments::livemode, model::Mode};
use derive::View;

/// Something that is gone.
#[derive(View)]
pub struct DeletedView {
    /// The id of what was deleted.
    pub id: String,
    /// Always true: it is gone.
    pub deleted: bool,
    /// The kind of object that was deleted, such as `customer`.
    pub object: &'static str,
    /// Whether it belongs to live mode; false in test mode, in which no money moves.
    pub livemode: bool,
}

/// The answer for something that is gone now.
pub const fn deleted(id: String, object: &'static str, mode: Mode) -> DeletedView {
    DeletedView { id, deleted: true, object, livemode: livemode(mode) }
}
