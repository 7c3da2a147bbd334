//! What members change of a link, and copies of it.

use super::field::{Count, Line, Moment};
use crate::{
    http::{body::Change, field::WebUrl},
    model::{
        actor::Actor,
        id::PaymentLinkId,
        metadata::Metadata,
        payment_link::{Limit, LinkEdit, MAX_USES},
    },
    operations::link_edits::{LinkChange, LinkCopy},
};
use derive::Body;

/// What changes of a link. Absent fields stay as they are; all others are frozen.
#[derive(Body)]
pub struct UpdatePaymentLink {
    /// Your own name for the link, 1 to 120 characters.
    #[body(not_null)]
    pub name: Option<Line<1, 120>>,
    /// Whether the link is switched on: one that is off opens as inactive and cannot be paid.
    #[body(not_null)]
    pub is_active: Option<bool>,
    /// When it ends, up to 5 years ahead. A moment that is past ends it at once, null lifts its end.
    pub expires_at: Change<Moment>,
    /// How often it may be paid, at least as often as it is paid and being paid; null lifts it.
    pub max_uses: Change<Count<1, MAX_USES>>,
    /// Your own data; null for none.
    pub metadata: Change<Metadata>,
}

/// What a copy has other than the link. Absent fields are copied.
#[derive(Body)]
pub struct ClonePaymentLink {
    /// Your own name for the link, 1 to 120 characters.
    #[body(not_null)]
    pub name: Option<Line<1, 120>>,
    /// When it ends: 60 seconds to 5 years ahead; null: never. An end that is past is not copied.
    pub expires_at: Change<Moment>,
    /// How often it may be paid; null: as often as buyers like.
    pub max_uses: Change<Count<1, MAX_USES>>,
    /// Whether the link is switched on: one that is off opens as inactive and cannot be paid.
    #[body(not_null)]
    pub is_active: Option<bool>,
    /// Your own data; null for none.
    pub metadata: Change<Metadata>,
    /// Where buyers may go after paying; null for nowhere.
    pub success_url: Change<WebUrl>,
    /// Whether it sells the products as they are today, and not as they were frozen.
    #[body(default = false)]
    pub refresh_snapshot: Option<bool>,
}

impl UpdatePaymentLink {
    /// The change that is asked for.
    pub fn command(self) -> LinkChange {
        LinkChange {
            name: self.name.map(|name| name.0),
            metadata: self.metadata.changed(),
            edit: LinkEdit {
                active: self.is_active,
                expires_at: self.expires_at.map(|moment| moment.0).changed(),
                uses: limit(self.max_uses),
            },
        }
    }
}

impl ClonePaymentLink {
    /// The copy that is asked for.
    pub fn command(self, id: PaymentLinkId, created_by: Actor) -> LinkCopy {
        LinkCopy {
            id,
            name: self.name.map(|name| name.0),
            expires_at: self.expires_at.map(|moment| moment.0).changed(),
            uses: limit(self.max_uses),
            active: self.is_active,
            metadata: self.metadata.changed(),
            success_url: self.success_url.map(|url| url.0).changed(),
            refresh: self.refresh_snapshot == Some(true),
            created_by,
        }
    }
}

fn limit(change: Change<Count<1, MAX_USES>>) -> Option<Limit> {
    let max = change.map(|count| count.0).changed()?;
    Limit::at_most(max)
}
