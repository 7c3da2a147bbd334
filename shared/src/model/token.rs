//! Tokens of sign-ins on the links surface: what each says, and how it is written.
//!
//! | token | text | proof | says |
//! |---|---|---|---|
//! | access | `pls_test_..`, `pls_live_..` | MAC | tenant, member, session, mode, end |
//! | refresh | `plr_..` | MAC | tenant, member, session, counter |
//! | device | `pld_..` | MAC | member, device, end |
//! | invitation, reset, challenge | `pli_..`, `plx_..`, `plc_..` | SHA-256 kept with the record | tenant, id |
//!
//! What follows the prefix is base64url of `version(1) key number(1) fields mac(16)`, or of
//! `tenant(16) id(16) secret(32)`. The MAC covers the prefix too, so no token passes for another
//! kind. Keys and hashes stay outside: whoever calls hands the MAC in.

use super::{
    Mode, Time,
    id::{Id, MemberId, SessionId, TenantId},
};
use crate::{digest::same, model::session::SessionRef};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

const VERSION: u8 = 1;

/// Bytes of a MAC: 128 bits.
pub const MAC_LEN: usize = 16;

/// Longest text that is looked at.
const MAX_LEN: usize = 200;

/// How long an access token is good, in seconds.
pub const ACCESS_S: i64 = 15 * 60;

/// How long a device token is good, in days.
pub const DEVICE_DAYS: i64 = 180;

/// A MAC over bytes, under the key with this number; `None` for a number that names no key.
pub type MacOf<'a> = &'a dyn Fn(u8, &[u8]) -> Option<[u8; MAC_LEN]>;

/// Proves a sign-in to every route. A good one still needs its session and member to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccessToken {
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member whom the token is for.
    pub member: MemberId,
    /// The sign-in that the token belongs to.
    pub session: SessionId,
    /// Which of the tenant's modes.
    pub mode: Mode,
    /// Not good at or after this moment.
    pub ends_at: Time,
}

impl AccessToken {
    /// Where its sign-in is found.
    pub fn place(&self) -> SessionRef {
        SessionRef { tenant: self.tenant, member: self.member, id: self.session }
    }
}

/// Gets the next pair of tokens; good once, see [`super::session`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    /// The organisation that the member belongs to.
    pub tenant: TenantId,
    /// The member whom the token is for.
    pub member: MemberId,
    /// The sign-in that the token belongs to.
    pub session: SessionId,
    /// How often the session had been refreshed.
    pub counter: u32,
}

impl RefreshToken {
    /// Where its sign-in is found.
    pub fn place(&self) -> SessionRef {
        SessionRef { tenant: self.tenant, member: self.member, id: self.session }
    }
}

/// Proves a browser in which the member signed in before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceToken {
    /// The member who signed in with that browser.
    pub member: MemberId,
    /// Which browser: random, the key of its counter of failures.
    pub device: [u8; 8],
    /// Not good at or after this moment.
    pub ends_at: Time,
}

/// What a single-use token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SingleUse {
    /// Lets its holder become a member who was invited.
    Invitation,
    /// Sets a new password.
    Reset,
    /// Goes on with a sign-in that needs a second factor.
    Challenge,
}

impl AccessToken {
    /// Writes the token with the key of this number; `None` when there is no such key.
    pub fn encode(&self, key: u8, mac: MacOf<'_>) -> Option<String> {
        let ends = self.ends_at.ms().to_be_bytes();
        let fields = [self.tenant.uuid(), self.member.uuid(), self.session.uuid()];
        let fields = fields.iter().flat_map(|id| *id.as_bytes()).chain(ends).collect();
        seal(Self::prefix(self.mode), key, fields, mac)
    }

    /// Reads a token that we made; whether it is over is for the caller to see.
    pub fn decode(text: &str, mac: MacOf<'_>) -> Option<Self> {
        let mode = [Mode::Test, Mode::Live]
            .into_iter()
            .find(|mode| text.starts_with(Self::prefix(*mode)))?;
        let fields = open(Self::prefix(mode), text, mac)?;
        let mut fields = Fields(&fields);
        let token = Self {
            tenant: fields.id()?,
            member: fields.id()?,
            session: fields.id()?,
            mode,
            ends_at: fields.time()?,
        };
        fields.end().then_some(token)
    }

    const fn prefix(mode: Mode) -> &'static str {
        match mode {
            Mode::Test => "pls_test_",
            Mode::Live => "pls_live_",
        }
    }
}

impl RefreshToken {
    const PREFIX: &'static str = "plr_";

    /// Writes the token with the key of this number; `None` when there is no such key.
    pub fn encode(&self, key: u8, mac: MacOf<'_>) -> Option<String> {
        let fields = [self.tenant.uuid(), self.member.uuid(), self.session.uuid()];
        let fields = fields.iter().flat_map(|id| *id.as_bytes());
        seal(Self::PREFIX, key, fields.chain(self.counter.to_be_bytes()).collect(), mac)
    }

    /// Reads a token that we made.
    pub fn decode(text: &str, mac: MacOf<'_>) -> Option<Self> {
        let fields = open(Self::PREFIX, text, mac)?;
        let mut fields = Fields(&fields);
        let token = Self {
            tenant: fields.id()?,
            member: fields.id()?,
            session: fields.id()?,
            counter: u32::from_be_bytes(fields.bytes()?),
        };
        fields.end().then_some(token)
    }
}

impl DeviceToken {
    const PREFIX: &'static str = "pld_";

    /// Writes the token with the key of this number; `None` when there is no such key.
    pub fn encode(&self, key: u8, mac: MacOf<'_>) -> Option<String> {
        let fields = self.member.uuid().as_bytes().iter().copied();
        let fields = fields.chain(self.device).chain(self.ends_at.ms().to_be_bytes());
        seal(Self::PREFIX, key, fields.collect(), mac)
    }

    /// Reads a token that we made; whether it is over is for the caller to see.
    pub fn decode(text: &str, mac: MacOf<'_>) -> Option<Self> {
        let fields = open(Self::PREFIX, text, mac)?;
        let mut fields = Fields(&fields);
        let token = Self { member: fields.id()?, device: fields.bytes()?, ends_at: fields.time()? };
        fields.end().then_some(token)
    }
}

impl SingleUse {
    /// Writes a token with its secret. Only the SHA-256 of the whole text is kept, in the record of
    /// this tenant and id.
    pub fn encode<K>(self, tenant: TenantId, id: Id<K>, secret: [u8; 32]) -> String {
        let ids = [tenant.uuid().as_bytes(), id.uuid().as_bytes()];
        let bytes: Vec<u8> = ids.into_iter().flatten().copied().chain(secret).collect();
        format!("{}{}", self.prefix(), URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Where the record of a token would be. It proves nothing before the hash has matched.
    pub fn decode<K>(self, text: &str) -> Option<(TenantId, Id<K>)> {
        let bytes = bytes(self.prefix(), text)?;
        let mut fields = Fields(&bytes);
        let place = (fields.id()?, fields.id()?);
        let _secret: [u8; 32] = fields.bytes()?;
        fields.end().then_some(place)
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Invitation => "pli_",
            Self::Reset => "plx_",
            Self::Challenge => "plc_",
        }
    }
}

/// The number of the key that an access, refresh or device token names; nothing is proved yet.
pub fn key_number(text: &str) -> Option<u8> {
    let prefix = ["pls_test_", "pls_live_", RefreshToken::PREFIX, DeviceToken::PREFIX]
        .into_iter()
        .find(|prefix| text.starts_with(prefix))?;
    bytes(prefix, text)?.get(1).copied()
}

fn seal(prefix: &str, key: u8, fields: Vec<u8>, mac: MacOf<'_>) -> Option<String> {
    let mut bytes = vec![VERSION, key];
    bytes.extend(fields);
    let tag = mac(key, &signed(prefix, &bytes))?;
    bytes.extend(tag);
    Some(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn open(prefix: &str, text: &str, mac: MacOf<'_>) -> Option<Vec<u8>> {
    let bytes = bytes(prefix, text)?;
    let (content, tag) = bytes.split_at_checked(bytes.len().checked_sub(MAC_LEN)?)?;
    let [version, key, fields @ ..] = content else { return None };
    let expected = mac(*key, &signed(prefix, content)).filter(|_| *version == VERSION)?;
    same(&expected, tag).then(|| fields.to_vec())
}

fn signed(prefix: &str, content: &[u8]) -> Vec<u8> {
    prefix.bytes().chain(content.iter().copied()).collect()
}

fn bytes(prefix: &str, text: &str) -> Option<Vec<u8>> {
    let text = Some(text).filter(|text| text.len() <= MAX_LEN)?;
    URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix)?).ok()
}

/// Reads fields of fixed lengths, one after the other.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn id<K>(&mut self) -> Option<Id<K>> {
        self.bytes().map(|bytes| Id::from_uuid(Uuid::from_bytes(bytes)))
    }

    fn time(&mut self) -> Option<Time> {
        self.bytes().map(|bytes| Time::from_ms(i64::from_be_bytes(bytes)))
    }

    const fn end(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
