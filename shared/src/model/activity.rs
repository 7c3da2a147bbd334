//! What people and keys did in an organisation: the entries of the activity list.
//!
//! An entry says who did what to which thing, and which of its fields changed. Values of fields are
//! texts as callers know them; of what might be a secret, or says something about a buyer, only that
//! it changed.

use super::{Invalid, Scope, Time, actor::Actor, id::ActivityId};
use std::collections::BTreeMap;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Entries are kept this long.
pub const KEPT_DAYS: i64 = 400;

/// Longest text of a value, in characters; what is longer ends in an ellipsis.
pub const MAX_VALUE: usize = 300;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Derived from the record and the request, so that one act makes one entry.
    pub id: ActivityId,
    /// In whose list it stands. What goes for both modes stands in both.
    pub scope: Scope,
    /// When it was done.
    pub at: Time,
    /// Who did it.
    pub actor: Actor,
    /// The name that a member or a key had then.
    pub name: Option<String>,
    /// What was done.
    pub action: ActivityAction,
    /// The id of the thing, as the links surface writes it.
    pub object: String,
    /// What is different since then.
    pub changes: Vec<FieldChange>,
}

/// A field that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its name, with dots where it lies inside another.
    pub field: String,
    /// What it was; none where it had no value, or is not shown.
    pub before: Option<String>,
    /// What it is since; none where it has no value any more, or is not shown.
    pub after: Option<String>,
}

/// What can be done. Each name is that of the thing, a point, and what was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(parse_err_ty = Invalid, parse_err_fn = ActivityAction::unknown)]
pub enum ActivityAction {
    /// An operator set it up.
    #[strum(serialize = "organization.created")]
    OrganizationCreated,
    /// Its settings, name, colours, logo or messages.
    #[strum(serialize = "organization.updated")]
    OrganizationUpdated,
    /// Who sells, where tax is collected.
    #[strum(serialize = "tax_settings.updated")]
    TaxSettingsUpdated,
    /// Who charges cards; done by operators.
    #[strum(serialize = "merchant_accounts.updated")]
    MerchantAccountsUpdated,
    /// A new API key, also in the place of another one.
    #[strum(serialize = "api_key.created")]
    ApiKeyCreated,
    /// It ends soon, since another one takes its place.
    #[strum(serialize = "api_key.rotated")]
    ApiKeyRotated,
    /// It ended at once.
    #[strum(serialize = "api_key.revoked")]
    ApiKeyRevoked,
    /// Somebody accepted an invitation.
    #[strum(serialize = "member.joined")]
    MemberJoined,
    /// The member's name.
    #[strum(serialize = "member.updated")]
    MemberUpdated,
    /// What the member may do.
    #[strum(serialize = "member.role_changed")]
    MemberRoleChanged,
    /// The member works here no more.
    #[strum(serialize = "member.removed")]
    MemberRemoved,
    /// Another password, known or by a reset.
    #[strum(serialize = "member.password_changed")]
    MemberPasswordChanged,
    /// Codes are needed to sign in.
    #[strum(serialize = "member.second_factor_enabled")]
    MemberSecondFactorEnabled,
    /// No codes are needed any more.
    #[strum(serialize = "member.second_factor_disabled")]
    MemberSecondFactorDisabled,
    /// Other codes for recovery.
    #[strum(serialize = "member.recovery_codes_renewed")]
    MemberRecoveryCodesRenewed,
    /// An address where the member sets a new password.
    #[strum(serialize = "member.reset_created")]
    MemberResetCreated,
    /// Somebody signed in.
    #[strum(serialize = "session.created")]
    SessionCreated,
    /// A sign-in was ended from another one.
    #[strum(serialize = "session.ended")]
    SessionEnded,
    /// Somebody was invited.
    #[strum(serialize = "invitation.created")]
    InvitationCreated,
    /// Another address for the same invitation.
    #[strum(serialize = "invitation.renewed")]
    InvitationRenewed,
    /// It was taken back.
    #[strum(serialize = "invitation.withdrawn")]
    InvitationWithdrawn,
    /// A new link, also as a copy.
    #[strum(serialize = "payment_link.created")]
    PaymentLinkCreated,
    /// On or off, name, end or limit.
    #[strum(serialize = "payment_link.updated")]
    PaymentLinkUpdated,
    /// Buyers cannot open it any more.
    #[strum(serialize = "payment_link.deleted")]
    PaymentLinkDeleted,
    /// They can again.
    #[strum(serialize = "payment_link.restored")]
    PaymentLinkRestored,
    /// Something new to sell.
    #[strum(serialize = "product.created")]
    ProductCreated,
    /// Its name, prices, picture or tax.
    #[strum(serialize = "product.updated")]
    ProductUpdated,
    /// No new link sells it.
    #[strum(serialize = "product.archived")]
    ProductArchived,
    /// Links may sell it again.
    #[strum(serialize = "product.restored")]
    ProductRestored,
    /// Another server hears of events.
    #[strum(serialize = "webhook.created")]
    WebhookCreated,
    /// Its address, events or way of delivery.
    #[strum(serialize = "webhook.updated")]
    WebhookUpdated,
    /// It was switched on.
    #[strum(serialize = "webhook.enabled")]
    WebhookEnabled,
    /// It was switched off.
    #[strum(serialize = "webhook.disabled")]
    WebhookDisabled,
    /// Another secret signs.
    #[strum(serialize = "webhook.secret_rotated")]
    WebhookSecretRotated,
    /// Events of some time are sent again.
    #[strum(serialize = "webhook.events_replayed")]
    WebhookEventsReplayed,
    /// An event is sent to it that only tries it out.
    #[strum(serialize = "webhook.tested")]
    WebhookTested,
    /// One event is sent to it again.
    #[strum(serialize = "webhook.event_resent")]
    WebhookEventResent,
    /// It hears of nothing any more.
    #[strum(serialize = "webhook.deleted")]
    WebhookDeleted,
    /// Money is to go back to a buyer.
    #[strum(serialize = "refund.created")]
    RefundCreated,
    /// A payment was called off.
    #[strum(serialize = "transaction.canceled")]
    TransactionCanceled,
    /// A list was taken away as a table for spreadsheets.
    #[strum(serialize = "export.created")]
    ExportCreated,
    /// A buyer's name, address and numbers were erased; done by operators.
    #[strum(serialize = "payer.erased")]
    PayerErased,
}

impl ActivityAction {
    /// Every action, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its name.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it is done to.
    pub fn object(self) -> &'static str {
        let name = self.as_str();
        name.split_once('.').map_or(name, |(object, _)| object)
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("is no action")
    }
}

/// What may be told of a thing, by name. What is not in here cannot be in an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TellableFacts(BTreeMap<String, String>);

impl TellableFacts {
    /// Adds a fact.
    pub fn with(mut self, name: impl Into<String>, value: impl AsRef<str>) -> Self {
        self.0.insert(name.into(), shortened(value.as_ref()));
        self
    }

    /// Adds a fact that may have no value.
    pub fn with_some(self, name: impl Into<String>, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// What is different since the facts were `before`, in the order of the names.
    pub fn since(&self, before: &Self) -> Vec<FieldChange> {
        let names =
            before.0.keys().chain(self.0.keys().filter(|name| !before.0.contains_key(*name)));
        let mut names: Vec<&String> = names.collect();
        names.sort();
        let changes = names.into_iter().map(|name| FieldChange {
            field: name.clone(),
            before: before.0.get(name).cloned(),
            after: self.0.get(name).cloned(),
        });
        changes.filter(|change| change.before != change.after).collect()
    }
}

impl FieldChange {
    /// A field whose values are nobody's business.
    pub fn unsaid(field: &str) -> Self {
        Self { field: field.to_owned(), before: None, after: None }
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_VALUE {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MAX_VALUE - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_called_after_what_they_are_done_to() {
        for action in ActivityAction::ALL.iter().copied() {
            assert_eq!(action.as_str().parse(), Ok(action));
            assert!(action.as_str().contains('.'), "{action:?}");
        }
        assert_eq!(ActivityAction::PaymentLinkDeleted.object(), "payment_link");
    }

    #[test]
    fn only_what_is_different_is_a_change() {
        let before =
            TellableFacts::default().with("name", "A").with("role", "staff").with("gone", "x");
        let after =
            TellableFacts::default().with("name", "A").with("role", "admin").with("new", "y");
        let changes = after.since(&before);
        let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["gone", "new", "role"]);
        let texts = |n: usize| (changes[n].before.as_deref(), changes[n].after.as_deref());
        assert_eq!(texts(0), (Some("x"), None));
        assert_eq!(texts(1), (None, Some("y")));
        assert_eq!(texts(2), (Some("staff"), Some("admin")));
    }

    #[test]
    fn long_texts_are_cut() {
        let facts = TellableFacts::default().with("note", "é".repeat(5_000));
        let changes = facts.since(&TellableFacts::default());
        assert_eq!(changes[0].after.as_ref().unwrap().chars().count(), MAX_VALUE);
    }
}
