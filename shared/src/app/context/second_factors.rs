//! Second factors of members: their secrets, sealed and opened, and the pepper that their codes for
//! recovery depend on.

use super::{Capability, PasswordPepper, peppers::OpenPepper, ready_keys};
use crate::{
    app::{App, Config, clock, keys::Keys},
    http::Result,
    model::{
        key_ring::Purpose,
        member::Member,
        secret::{Sealed, TotpSecret, kind::Totp},
        totp,
    },
    operations::{Problem, StateRefusal, second_factors::OpenedFactor},
    store::Table,
    webhook::sealing::{self, SealingKey},
};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

/// The keys that seal second factors, and the pepper.
pub struct SecondFactors {
    seals: Keys,
    pepper: PasswordPepper,
}

impl Capability for SecondFactors {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let (seals, pepper) = tokio::join!(
            ready_keys(config, store, Purpose::Webhook),
            PasswordPepper::ready(config, store)
        );
        Ok(Self { seals: seals?, pepper: pepper? })
    }
}

impl<I> App<I, SecondFactors> {
    /// The pepper, opened for one request.
    pub async fn pepper(&self) -> Result<OpenPepper> {
        self.capability.pepper.open(&self.store).await
    }

    /// A new secret for an app, as it is kept, for one member.
    pub async fn new_factor(&self, member: &Member) -> Result<(Vec<u8>, Sealed<Totp>)> {
        let secret = clock::random::<{ totp::SECRET_LEN }>();
        let text = TotpSecret::new(STANDARD_NO_PAD.encode(secret));
        let (number, key) = self.capability.seals.newest(&self.store).await?;
        let sealed =
            sealing::seal(SealingKey { number, secret: &key }, member.id, &text, clock::random());
        let sealed = sealed.ok_or_else(|| Problem::internal("a second factor was not sealed"))?;
        Ok((secret.to_vec(), sealed))
    }

    /// A member's second factor with its secret, confirmed or not.
    ///
    /// # Errors
    /// [`StateRefusal::TotpOff`] where there is none; its key cannot be opened.
    pub async fn opened_factor(&self, member: &Member) -> Result<OpenedFactor> {
        let factor = self.store.second_factor(member.tenant, member.id).await?;
        let factor = factor.ok_or(Problem::State(StateRefusal::TotpOff))?;
        let number = factor.secret.key_number();
        let key = match number {
            Some(number) => self.capability.seals.numbered(&self.store, number).await?,
            None => None,
        };
        let unreadable = || Problem::internal("a second factor does not open");
        let text = sealing::open(&key.ok_or_else(unreadable)?, member.id, &factor.secret);
        let text = text.ok_or_else(unreadable)?;
        let secret = STANDARD_NO_PAD.decode(text.reveal()).map_err(Problem::internal)?;
        Ok(OpenedFactor { factor, secret })
    }
}
