//! Who is calling with an API key: the key is looked up with each request, so that revoking it acts
//! at once.

use super::{
    clock,
    keys::{Keys, hmac_key},
    log,
};
use crate::{
    digest::{hex, same},
    http::{Request, Result},
    model::{
        Scope, Surface,
        api_key::{ApiKey, ClaimedKey},
        secret::ApiKeyText,
    },
    operations::{Problem, Unauthenticated},
    store::{Consistency, Item, Key, Table, api_key},
};

/// Verifies the API keys of one surface.
pub struct ApiKeys {
    surface: Surface,
    header: &'static str,
    pepper: Keys,
}

/// What a request claims; nothing of it is proven yet.
pub struct PresentedKey {
    text: ApiKeyText,
    claimed: ClaimedKey,
}

impl PresentedKey {
    /// Whose key it claims to be: good for saying what to read, and for nothing else.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.claimed.scope
    }
}

impl ApiKeys {
    /// Keys of the payments surface, in the header `x-api-key`.
    #[must_use]
    pub const fn of_payments(pepper: Keys) -> Self {
        Self { surface: Surface::Payments, header: "x-api-key", pepper }
    }

    /// The key in a request's header. The same key twice is one.
    ///
    /// # Errors
    /// 401 when there is none, several, or one that is not of this surface.
    pub fn presented(&self, req: &Request) -> Result<PresentedKey> {
        let refuse = |why| Problem::Unauthenticated(why);
        let mut texts = req.headers(self.header);
        let text = texts.next().ok_or(refuse(Unauthenticated::NoKey))?;
        if texts.any(|other| other != text) {
            return Err(refuse(Unauthenticated::Ambiguous));
        }
        let claimed = ClaimedKey::parse(text).filter(|claimed| claimed.surface == self.surface);
        let claimed = claimed.ok_or(refuse(Unauthenticated::InvalidKey))?;
        Ok(PresentedKey { text: ApiKeyText::new(text.to_owned()), claimed })
    }

    /// The key that was presented, if it is good and carries the scope, and in the same read what
    /// else the request needs of its tenant, in the order of `keys`: nothing of that comes back
    /// before the key is proven.
    ///
    /// # Errors
    /// 401 without a good key; 403 without the scope.
    pub async fn prove(
        &self,
        store: &Table,
        presented: PresentedKey,
        scope: &str,
        mut keys: Vec<Key>,
    ) -> Result<(ApiKey, Vec<Option<Item>>)> {
        let whose = presented.scope();
        keys.push(api_key::key_of(&presented.claimed));
        let mut found = match keys.as_slice() {
            [one] => vec![store.get(one, Consistency::Strong).await?],
            several => store.get_many(several, Consistency::Strong).await?,
        };
        let refused = || Problem::Unauthenticated(Unauthenticated::InvalidKey);
        let item = found.pop().flatten().ok_or_else(refused)?;
        let key = api_key::from_item(whose, &item)?;
        let now = clock::now();
        if !self.fits(store, &presented, &key).await? || !key.good_at(now) {
            return Err(refused());
        }
        log::about(whose);
        if !key.may(scope) {
            return Err(Problem::Forbidden { scope: scope.to_owned() });
        }
        store.note_key_use(&key, now).await?;
        Ok((key, found))
    }

    /// Whether a text is the one behind a key's hash. Takes the same time whatever differs.
    async fn fits(&self, store: &Table, presented: &PresentedKey, key: &ApiKey) -> Result<bool> {
        let (_, pepper) = self.pepper.newest(store).await?;
        let tag = ring::hmac::sign(&hmac_key(&pepper), presented.text.reveal().as_bytes());
        Ok(same(hex(tag.as_ref()).as_bytes(), key.secret_hash.as_bytes()))
    }
}
