//! A table with whoever acts on it, and one record of each class, each with a secret in it.

use super::super::*;
use crate::{
    model::{
        Currency, Money, Surface,
        activity::ActivityAction,
        actor::Actor,
        api_key::ApiKey,
        catalog::{Offer, Prices, Product},
        dispute::Disputed,
        event::{EventType, History},
        id::Id,
        invitation::Invitation,
        member::{Member, PasswordHash, Role, Theme},
        metadata::Metadata,
        payment_link::{Limit, LinkDetails, LinkUses, PaymentLink, ReturnAddresses, Sells},
        refund::{RESERVATION_S, Refund, RefundStatus, Standing},
        secret::{PublicKey, Sealed},
        session::Session,
        webhook_endpoint::{DeliverySettings, EndpointSecret, SigningPair, WebhookEndpoint},
    },
    store::{
        Key,
        acting::{self, Stamp},
        memory::Memory,
        tests::{id, now, scope},
    },
};
use futures_util::FutureExt;
use std::collections::BTreeMap;

/// What must never be in an entry.
pub(super) const MARK: &str = "SECRET";

pub(super) fn secret(n: u8) -> String {
    format!("{MARK}{n}")
}

pub(super) struct ActingWorld {
    pub(super) store: Table,
    nonce: u8,
}

impl ActingWorld {
    pub(super) fn new() -> Self {
        Self { store: Table::Memory(Memory::default()), nonce: 0 }
    }

    pub(super) fn everything(&self) -> BTreeMap<Key, Item> {
        let Table::Memory(memory) = &self.store else { panic!("it is in memory") };
        memory.everything().into_iter().map(|item| (Key::of(&item).unwrap(), item)).collect()
    }

    /// Commits as a member; what the stream then tells, of test mode.
    pub(super) fn act(&mut self, writes: Vec<Write>) -> Vec<Activity> {
        self.nonce += 1;
        let stamp = Stamp::new(ada(), Some("Ada"), now(), [self.nonce; 10]);
        let before = self.everything();
        acting::by(stamp, self.store.commit(writes)).now_or_never().unwrap().unwrap();
        self.stream(&before)
    }

    pub(super) fn stream(&self, before: &BTreeMap<Key, Item>) -> Vec<Activity> {
        let mut entries = Vec::new();
        for (key, item) in self.everything() {
            let old = before.get(&key);
            if old != Some(&item) {
                let old = old.map_or(Before::Nothing, Before::Known);
                entries.extend(told(old, &item).unwrap());
            }
        }
        entries.retain(|entry| entry.scope == scope());
        entries
    }
}

pub(super) fn ada() -> Actor {
    Actor::Member(id(2))
}

/// The actions and the changed fields.
pub(super) fn told_of(entries: &[Activity]) -> Vec<(ActivityAction, Vec<String>)> {
    let fields = |entry: &Activity| -> Vec<String> {
        entry.changes.iter().map(|change| change.field.clone()).collect()
    };
    entries.iter().map(|entry| (entry.action, fields(entry))).collect()
}

pub(super) fn metadata(n: u8) -> Option<Metadata> {
    Some(Metadata::new(&format!(r#"{{"note":"{}"}}"#, secret(n))).unwrap())
}

pub(super) fn member_of(n: u8) -> Member {
    Member {
        id: id(n),
        tenant: scope().tenant,
        email: "ada@example.com".into(),
        name: "Ada Lovelace".into(),
        role: Role::Staff,
        password: PasswordHash(secret(1)),
        totp_enabled: false,
        locale: "en".into(),
        theme: Theme::System,
        security_notice: None,
        last_login_at: None,
        removed_at: None,
        created_at: now(),
        version: 1,
    }
}

pub(super) fn product() -> Product {
    Product {
        id: id(5),
        scope: scope(),
        offer: Offer {
            name: "Seat".into(),
            description: Some("A day".into()),
            image: None,
            tax_code: None,
            tax_rate: None,
            prices: Prices::new([Money::from_minor(12_000, Currency::USD)]).unwrap(),
        },
        sku: None,
        image_url: None,
        active: true,
        archived_at: None,
        metadata: metadata(1),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

pub(super) fn link() -> (PaymentLink, LinkDetails) {
    let link = PaymentLink {
        id: "6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap(),
        scope: scope(),
        surface: Surface::Links,
        sells: Sells::Amount(Money::from_minor(500, Currency::USD)),
        account: None,
        uses: LinkUses::none(Limit::UNLIMITED),
        attempts: Limit::UNLIMITED,
        expires_at: None,
        active: true,
        deleted_at: None,
        edits: 0,
        created_at: now(),
        updated_at: now(),
        version: 1,
    };
    let addresses = ReturnAddresses {
        success: Some(format!("https://shop.example/{MARK}")),
        ..ReturnAddresses::default()
    };
    let details = LinkDetails {
        name: "Autumn".into(),
        metadata: metadata(1),
        snapshot: None,
        addresses,
        created_by: ada(),
        cloned_from: None,
        version: 1,
    };
    (link, details)
}

pub(super) fn webhook() -> WebhookEndpoint {
    WebhookEndpoint {
        id: id(6),
        scope: scope(),
        surface: Surface::Links,
        url: format!("https://user:{MARK}@shop.example:8443/{MARK}?token={MARK}#{MARK}"),
        events: Vec::new(),
        description: secret(1),
        settings: DeliverySettings::default(),
        secrets: vec![sealed(1)],
        disabled: None,
        fresh_from: now(),
        warned: None,
        created_at: now(),
        updated_at: now(),
        history: History::default(),
        version: 1,
    }
}

pub(super) fn sealed(n: u8) -> EndpointSecret {
    EndpointSecret {
        sealed: Sealed::kept(secret(n)),
        pair: Some(SigningPair { sealed: Sealed::kept(secret(n)), public: PublicKey(secret(n)) }),
        created_at: now(),
        ends_at: None,
    }
}

pub(super) fn api_key_of(n: u8) -> ApiKey {
    ApiKey {
        id: id(n),
        scope: scope(),
        surface: Surface::Links,
        name: "Server".into(),
        secret_hash: secret(n),
        scopes: vec!["payments:read".into()],
        created_by: ada(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        created_at: now(),
        version: 1,
    }
}

pub(super) fn refund_of(n: u8) -> Refund {
    Refund {
        id: Id::derive(now(), [n; 10]),
        scope: scope(),
        surface: Surface::Links,
        payment: id(4),
        transaction: id(8),
        link: None,
        customer: None,
        amount: Money::from_minor(4_000, Currency::USD),
        charge: secret(1),
        processor: "simulator".into(),
        reason: Some(secret(2)),
        requested_by: ada(),
        metadata: metadata(3),
        status: RefundStatus::Processing { until: now().plus_seconds(RESERVATION_S) },
        invoice: None,
        invoiced: false,
        credit_note: None,
        invoiced_later: false,
        first: None,
        began: Standing { refunded: 0, pending: 4_000, left: 0, disputed: Disputed::default() },
        ended: None,
        history: History::starting(EventType::RefundCreated, now()),
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

pub(super) fn invited() -> Invitation {
    Invitation {
        id: id(7),
        tenant: scope().tenant,
        email: "bob@example.com".into(),
        role: Role::Viewer,
        token_hash: secret(1),
        end: None,
        invited_by: ada(),
        created_at: now(),
        expires_at: now().plus_days(7),
        version: 1,
    }
}

pub(super) fn signed_in() -> Session {
    Session {
        id: id(3),
        tenant: scope().tenant,
        member: id(2),
        mode: scope().mode,
        counter: 0,
        by_cookie: false,
        device: "Firefox on Windows".into(),
        network: "203.0.113.0/24".into(),
        created_at: now(),
        refreshed_at: now(),
        authenticated_at: now(),
        enrolling: false,
        revoked_at: None,
        version: 1,
    }
}
