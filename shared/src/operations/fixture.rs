//! The world of tests: one organisation with one member, and an endpoint.

use super::Ambient;
use crate::{
    model::{
        Mode, Scope, Surface, Time,
        event::History,
        id::{MemberId, TenantId, WebhookEndpointId},
        member::{Member, PasswordHash, Role, Theme},
        password::{Password, Pepper},
        tenant::{Setup, Tenant},
        webhook_endpoint::{DeliverySettings, WebhookEndpoint},
    },
    store::{self, Table, member, memory::Memory},
};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// What passwords are hashed with.
pub const PEPPER: Pepper<'static> = Pepper { number: 1, key: &[9; 32], older: &[] };

/// The password whose hash [`member()`] has.
pub const PASSWORD: &str = "correct horse battery";

/// The e-mail address of [`member()`].
pub const EMAIL: &str = "grace@example.com";

/// Time stands still at [`now`]; no two draw the same bytes.
pub const AMBIENT: Ambient = Ambient { now, random: drawn };

/// The moment of the tests.
pub fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

/// Bytes that nobody drew before.
pub fn drawn() -> [u8; 10] {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    let mut bytes = [7; 10];
    bytes[2..].copy_from_slice(&DRAWN.fetch_add(1, Relaxed).to_be_bytes());
    bytes
}

/// The id of the one organisation, the same in every test.
pub fn tenant() -> TenantId {
    TenantId::mint(now(), [1; 10])
}

/// The id of [`member()`], the same in every test.
pub fn member_id() -> MemberId {
    MemberId::mint(now(), [2; 10])
}

/// The member, an owner.
pub fn member() -> Member {
    Member {
        id: member_id(),
        email: EMAIL.into(),
        name: "Grace".into(),
        password: Password::new(PASSWORD).hash(PEPPER, [3; 16]).unwrap(),
        ..somebody(2, Role::Owner)
    }
}

/// A member whom no password opens: hashing one takes a while.
pub fn somebody(n: u8, role: Role) -> Member {
    Member {
        id: MemberId::mint(now(), [n; 10]),
        tenant: tenant(),
        email: format!("m{n}@example.com"),
        name: format!("Member {n}"),
        role,
        password: PasswordHash(String::new()),
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

/// The organisation in a mode, as it is set up.
pub fn setup(mode: Mode) -> Setup {
    let tenant = Tenant {
        scope: Scope { tenant: tenant(), mode },
        name: "Demo Shop".into(),
        allowed_origins: Vec::new(),
        limits: BTreeMap::new(),
        review: BTreeMap::new(),
        created_at: now(),
        version: 1,
    };
    Setup { tenant, routes: Vec::new() }
}

/// An endpoint of the platform surface that wants everything, of a tenant of its own.
pub fn endpoint(tenant: u8, at: Time) -> WebhookEndpoint {
    WebhookEndpoint {
        id: WebhookEndpointId::mint(at, [2; 10]),
        scope: Scope { tenant: TenantId::mint(at, [tenant; 10]), mode: Mode::Test },
        surface: Surface::Platform,
        url: "https://shop.example/hooks".into(),
        events: vec![],
        description: String::new(),
        settings: DeliverySettings::default(),
        secrets: vec![],
        disabled: None,
        fresh_from: at,
        warned: None,
        created_at: at,
        updated_at: at,
        history: History::default(),
        version: 1,
    }
}

/// The organisation in these modes, with its member.
pub async fn world(modes: &[Mode]) -> Table {
    let store = Table::Memory(Memory::default());
    for mode in modes {
        store.commit(store::tenant::insert(&setup(*mode)).to_vec()).await.unwrap();
    }
    store.commit(member::insert(&member()).to_vec()).await.unwrap();
    store
}

/// The member as it is kept now.
pub async fn known(store: &Table) -> Member {
    store.member(tenant(), member_id()).await.unwrap().unwrap()
}
