//! Members who signed in.

use super::{Identity, Principal};
use crate::{
    app::{
        App, Config, clock,
        context::ready_keys,
        keys::{Keys, Secret, hmac_key},
        log,
    },
    digest::first_of,
    http::{
        Request, Result,
        links::{credential, session::Tokens},
    },
    model::{
        self, Mode, Scope, Time,
        key_ring::Purpose,
        member::{Member, Permission},
        token::{self, ACCESS_S, AccessToken, DeviceToken, MAC_LEN, RefreshToken},
    },
    operations::{Problem, Unauthenticated, sign_in},
    store::Table,
};

/// Access tokens of members, and every other token of a sign-in.
pub struct Session {
    keys: Keys,
}

/// A member who is signed in.
#[derive(Debug)]
pub struct Caller {
    /// Who.
    pub member: Member,
    /// The sign-in.
    pub session: model::session::Session,
    /// The mode of the access token.
    pub mode: Mode,
}

impl Caller {
    /// Whose data, in which mode.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        Scope { tenant: self.member.tenant, mode: self.mode }
    }
}

impl Principal for Caller {
    fn scope(&self) -> Scope {
        Self::scope(self)
    }
}

impl Identity for Session {
    type Caller = Caller;

    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        Ok(Self { keys: ready_keys(config, store, Purpose::Session).await? })
    }

    /// The scope is the name of a [`Permission`]; without one, every role may do it.
    async fn caller(
        &self,
        store: &Table,
        req: &Request,
        scope: Option<&'static str>,
    ) -> Result<Caller> {
        let token = self.access_token(store, credential::access_token(req)?).await?;
        let (session, member) = sign_in::find(store, &token, clock::now()).await?;
        let caller = Caller { member, session, mode: token.mode };
        log::about(caller.scope());
        let permission = scope.and_then(Permission::named);
        match (scope, permission) {
            (Some(_), Some(permission)) if caller.member.role.may(permission) => Ok(caller),
            (None, _) => Ok(caller),
            (Some(scope), _) => Err(Problem::Forbidden { scope: scope.to_owned() }),
        }
    }
}

impl Session {
    /// Reads an access token of ours, over or not. A forged one costs no read of a session.
    ///
    /// # Errors
    /// 401 for a token that is not ours.
    pub async fn access_token(&self, store: &Table, text: &str) -> Result<AccessToken> {
        let unknown = || Problem::Unauthenticated(Unauthenticated::InvalidToken);
        let key = self.key_of(store, text).await?.ok_or_else(unknown)?;
        AccessToken::decode(text, &key.mac()).ok_or_else(unknown)
    }

    /// Reads a refresh token of ours.
    ///
    /// # Errors
    /// 401 for a token that is not ours.
    pub async fn refresh_token(&self, store: &Table, text: &str) -> Result<RefreshToken> {
        let unknown = || Problem::Unauthenticated(Unauthenticated::TokenExpired);
        let key = self.key_of(store, text).await?.ok_or_else(unknown)?;
        RefreshToken::decode(text, &key.mac()).ok_or_else(unknown)
    }

    /// Reads a device's token of ours; one that is not proves nothing, which is no fault.
    ///
    /// # Errors
    /// The session key cannot be opened.
    pub async fn device_token(&self, store: &Table, text: &str) -> Result<Option<DeviceToken>> {
        let key = self.key_of(store, text).await?;
        Ok(key.and_then(|key| DeviceToken::decode(text, &key.mac())))
    }

    /// Writes the tokens of a session.
    ///
    /// # Errors
    /// The session key cannot be opened.
    pub async fn tokens(
        &self,
        store: &Table,
        session: &model::session::Session,
        device: Option<DeviceToken>,
        now: Time,
    ) -> Result<Tokens> {
        let (number, secret) = self.keys.newest(store).await?;
        let key = NumberedKey { number, secret };
        let (tenant, member, id) = (session.tenant, session.member, session.id);
        let ends_at = now.plus_seconds(ACCESS_S).min(session.ends_at());
        let access = AccessToken { tenant, member, session: id, mode: session.mode, ends_at };
        let refresh = RefreshToken { tenant, member, session: id, counter: session.counter };
        let (access, refresh) =
            (access.encode(number, &key.mac()), refresh.encode(number, &key.mac()));
        let device = device.and_then(|device| device.encode(number, &key.mac()));
        let unwritten = || Problem::internal("a token could not be written");
        Ok(Tokens {
            access: access.ok_or_else(unwritten)?,
            refresh: refresh.ok_or_else(unwritten)?,
            device,
        })
    }

    async fn key_of(&self, store: &Table, text: &str) -> Result<Option<NumberedKey>> {
        let Some(number) = token::key_number(text) else { return Ok(None) };
        let secret = self.keys.numbered(store, number).await?;
        Ok(secret.map(|secret| NumberedKey { number, secret }))
    }
}

/// A key with its number.
struct NumberedKey {
    number: u8,
    secret: Secret,
}

impl NumberedKey {
    fn mac(&self) -> impl Fn(u8, &[u8]) -> Option<[u8; MAC_LEN]> {
        let key = hmac_key(&self.secret);
        let ours = self.number;
        move |number, bytes| {
            (number == ours).then(|| first_of(ring::hmac::sign(&key, bytes).as_ref()))
        }
    }
}

impl<C> App<Session, C> {
    /// The answer that shows a session: its tokens, in the body or the cookie.
    ///
    /// # Errors
    /// The session key cannot be opened.
    pub async fn session_tokens(
        &self,
        session: &model::session::Session,
        device: Option<DeviceToken>,
    ) -> Result<Tokens> {
        self.identity.tokens(&self.store, session, device, clock::now()).await
    }
}
