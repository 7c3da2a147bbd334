//! Identifiers. Every kind of thing has its own type, so a wallet's id cannot pass for a link's.

pub mod crockford;
pub mod form;

use super::{Invalid, Time};
use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};
use strum::{EnumString, IntoStaticStr};
use uuid::Uuid;

/// The id of a `K`: a UUID. Minted ids are version 7, so they sort by creation time.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// Empty types for [`Id`], so that the compiler tells ids of different things apart.
pub mod kind {
    /// The organisation that calls us.
    pub enum Tenant {}
    /// A person who pays or is paid.
    pub enum Customer {}
    /// An approved account at a processor.
    pub enum MerchantAccount {}
    /// One attempt to move money.
    pub enum PaymentIntent {}
    /// One submit of a card: the idempotency key the processor sees.
    pub enum Attempt {}
    /// A vaulted card or bank account.
    pub enum PaymentMethod {}
    /// An address of a tenant's server, to which events are posted.
    pub enum WebhookEndpoint {}
    /// Something that happened to an object, as endpoints are told.
    pub enum Event {}
    /// Money that a customer has with a tenant, in one currency.
    pub enum Wallet {}
    /// A rail and who runs it: a product, on the platform surface.
    pub enum Route {}
    /// Somebody whom a customer pays outside.
    pub enum Payee {}
    /// One look of the audit at a tenant's books that found something.
    pub enum Audit {}
    /// Where a payee takes money: a bank account or an e-mail address.
    pub enum Destination {}
    /// A wish to send events again.
    pub enum Replay {}
    /// Something a buyer opens to pay. On the links surface the id is the shareable secret.
    pub enum PaymentLink {}
    /// One buyer's visit to a hosted page. It shares its UUID with the payment intent it made.
    pub enum CheckoutSession {}
    /// The record of one submit of a card, as callers see it.
    pub enum Transaction {}
    /// Money given back to a buyer.
    pub enum Refund {}
    /// A payment that its buyer's bank takes back.
    pub enum Dispute {}
    /// Something that an organisation sells.
    pub enum Product {}
    /// A person who works for an organisation.
    pub enum Member {}
    /// One sign-in of a member to their organisation.
    pub enum Session {}
    /// An offer to become a member.
    pub enum Invitation {}
    /// A sign-in that waits for its second step.
    pub enum Challenge {}
    /// A credential of the payments or the links surface.
    pub enum ApiKey {}
    /// A document that asks for, or confirms, a payment.
    pub enum Invoice {}
    /// A document that takes back an invoice or a part of it.
    pub enum CreditNote {}
    /// An event on its way to an endpoint.
    pub enum Delivery {}
    /// Something that somebody did in an organisation.
    pub enum Activity {}
}

/// Id of a tenant.
pub type TenantId = Id<kind::Tenant>;
/// Id of a customer (`user_id` on the platform surface).
pub type CustomerId = Id<kind::Customer>;
/// Id of a merchant account (`card_processing_id` on the platform surface).
pub type MerchantAccountId = Id<kind::MerchantAccount>;
/// Id of a payment intent.
pub type PaymentIntentId = Id<kind::PaymentIntent>;
/// Id of an attempt.
pub type AttemptId = Id<kind::Attempt>;
/// Id of a payment method.
pub type PaymentMethodId = Id<kind::PaymentMethod>;
/// Id of a webhook endpoint.
pub type WebhookEndpointId = Id<kind::WebhookEndpoint>;
/// Id of an event.
pub type EventId = Id<kind::Event>;
/// Id of a wallet.
pub type WalletId = Id<kind::Wallet>;
/// Id of a route (`product_id` on the platform surface).
pub type RouteId = Id<kind::Route>;
/// Id of an audit's finding.
pub type AuditId = Id<kind::Audit>;
/// Id of a payee; the caller's own choice.
pub type PayeeId = Id<kind::Payee>;
/// Id of a payee's destination.
pub type DestinationId = Id<kind::Destination>;
/// Id of a replay.
pub type ReplayId = Id<kind::Replay>;
/// Id of a payment link; a version 4 UUID on the links surface, where it must not be guessed.
pub type PaymentLinkId = Id<kind::PaymentLink>;
/// Id of a checkout session (`ord_...` on the links surface).
pub type CheckoutSessionId = Id<kind::CheckoutSession>;
/// Id of a transaction (`txn_...`, `pa_...`).
pub type TransactionId = Id<kind::Transaction>;
/// Id of a refund.
pub type RefundId = Id<kind::Refund>;
/// Id of a dispute.
pub type DisputeId = Id<kind::Dispute>;
/// Id of a product of the links surface.
pub type ProductId = Id<kind::Product>;
/// Id of a member.
pub type MemberId = Id<kind::Member>;
/// Id of a sign-in.
pub type SessionId = Id<kind::Session>;
/// Id of an invitation.
pub type InvitationId = Id<kind::Invitation>;
/// Id of an API key.
pub type ApiKeyId = Id<kind::ApiKey>;
/// Id of a sign-in that waits for its second step.
pub type ChallengeId = Id<kind::Challenge>;
/// Id of an invoice.
pub type InvoiceId = Id<kind::Invoice>;
/// Id of a credit note.
pub type CreditNoteId = Id<kind::CreditNote>;
/// Id of a delivery, as callers see it.
pub type DeliveryId = Id<kind::Delivery>;
/// Id of an entry of the activity list.
pub type ActivityId = Id<kind::Activity>;

impl<K> Id<K> {
    /// A version 7 id made at `now` from 10 random bytes.
    pub fn mint(now: Time, random: [u8; 10]) -> Self {
        let ms = u64::try_from(now.ms()).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }

    /// A version 8 id that sorts like one minted at `at`, but is derived: the same seed gives the
    /// same id, so writing it twice is harmless.
    pub fn derive(at: Time, seed: [u8; 10]) -> Self {
        let mut bytes = *Self::mint(at, seed).uuid.as_bytes();
        if let Some(byte) = bytes.get_mut(6) {
            *byte = 0x80 | (*byte & 0x0F);
        }
        Self::from_uuid(Uuid::from_bytes(bytes))
    }

    /// What a derived id was derived from, as far as the id still shows it; none for a minted one.
    pub fn seed(&self) -> Option<[u8; 10]> {
        let derived = self.uuid.get_version_num() == 8;
        derived
            .then(|| std::array::from_fn(|n| self.uuid.as_bytes().get(6 + n).copied().unwrap_or(0)))
    }

    /// Wraps a UUID read from our own records or tokens.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The UUID alone, which no longer says what kind of thing it names.
    pub const fn uuid(&self) -> &Uuid {
        &self.uuid
    }

    /// When the id was made, from its leading 48 bits. A UUID of another version, which a caller
    /// may send, gives some moment; it then names a partition where nothing is found.
    pub fn minted_at(&self) -> Time {
        let ms = self.uuid.as_u128() >> 80;
        Time::from_ms(i64::try_from(ms).unwrap_or(0))
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}

impl<K> FromStr for Id<K> {
    type Err = Invalid;

    /// Any UUID in its hyphenated form, upper or lower case.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        match Uuid::try_parse(text) {
            Ok(uuid) if text.len() == 36 => Ok(Self::from_uuid(uuid)),
            Ok(_) | Err(_) => Err(Invalid::new("must be a UUID")),
        }
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

/// Whether money is real. Belongs to the credential; nothing crosses from one to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString)]
#[strum(serialize_all = "snake_case", parse_err_ty = Invalid, parse_err_fn = Mode::unknown)]
pub enum Mode {
    /// Play money; the simulator may serve it.
    Test,
    /// Real money; the simulator is refused.
    Live,
}

impl Mode {
    /// `test` or `live`, as it stands in the text of API keys.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn unknown(_: &str) -> Invalid {
        Invalid::new("must be test or live")
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whose data: a tenant in one mode. Every read and write of the store starts from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The organisation that the data belongs to.
    pub tenant: TenantId,
    /// Its test or its live side.
    pub mode: Mode,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_ids_sort_by_time_and_tell_it() {
        let early = PaymentIntentId::mint(Time::from_ms(1_000), [255; 10]);
        let late = PaymentIntentId::mint(Time::from_ms(2_000), [0; 10]);
        assert!(early < late);
        assert_eq!(late.minted_at().ms(), 2_000);
        assert_eq!(late.uuid().get_version_num(), 7);
    }

    #[test]
    fn derived_ids_repeat_and_are_version_8() {
        let at = Time::from_ms(1_700_000_000_000);
        assert_eq!(EventId::derive(at, [7; 10]), EventId::derive(at, [7; 10]));
        assert_eq!(EventId::derive(at, [7; 10]).uuid().get_version_num(), 8);
        assert_eq!(EventId::derive(at, [7; 10]).minted_at(), at);
    }

    #[test]
    fn only_hyphenated_uuids_are_ids() {
        assert!("3c90c3cc-0d44-4b50-8888-8dd25736052a".parse::<TenantId>().is_ok());
        assert!("3C90C3CC-0D44-4B50-8888-8DD25736052A".parse::<TenantId>().is_ok());
        for text in
            ["", "3c90c3cc0d444b5088888dd25736052a", "{3c90c3cc-0d44-4b50-8888-8dd25736052a}"]
        {
            assert!(text.parse::<TenantId>().is_err(), "{text}");
        }
    }
}
