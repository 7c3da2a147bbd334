//! Tokens of cards and bank accounts that their owners have taken away, until their processors have
//! deleted them, too. The timer stands in the commit that takes the card away: a token cannot be
//! forgotten here and stay there.

use super::{Consistency, Error, Result, Table, Write, key, timer};
use crate::{
    digest::sha256,
    model::{
        Id, Scope, Time, id::PaymentIntentId, payment_method::PaymentMethod, secret::ProcessorToken,
    },
    store::timer::{Timer, TimerKind},
};

/// How long after a card was taken away its token is deleted, in seconds: a charge that was sent just
/// before goes on with it.
pub const WAIT_S: i64 = 60;

/// A token that is to be deleted at its processor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The adapter that made the token.
    pub processor: String,
    /// The token, as its processor made it.
    pub token: ProcessorToken,
}

impl Table {
    /// The token that a timer is about; `None` once it is deleted.
    pub async fn erasure_of(&self, timer: &Timer) -> Result<Option<Erasure>> {
        let key = key::erasure(timer.scope, timer.id);
        let Some(item) = self.get(&key, Consistency::Strong).await? else { return Ok(None) };
        let token = ProcessorToken::new(item.text("tok")?.to_owned());
        Ok(Some(Erasure { processor: item.text("proc")?.to_owned(), token }))
    }

    /// Forgets a token that its processor has deleted. One that is forgotten already is fine.
    pub async fn erased(&self, timer: &Timer) -> Result<()> {
        let key = key::erasure(timer.scope, timer.id);
        match self.commit(vec![Write::Remove { key, version: 1 }]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// The writes that have a payment method's token deleted at its processor: for the commit that takes
/// the method away, or gives it another token.
pub fn begin(method: &PaymentMethod, now: Time) -> [Write; 2] {
    let id = place(method.scope, method.token.reveal(), now);
    let record = key::erasure(method.scope, id)
        .item()
        .with("v", 1_i64)
        .with("proc", method.processor.as_str())
        .with("tok", method.token.reveal());
    let due = now.plus_seconds(WAIT_S);
    [Write::Insert(record), timer::insert(TimerKind::Erase, due, method.scope, id)]
}

/// Derived from token and time: the same token may be saved and taken away more than once.
fn place(scope: Scope, token: &str, now: Time) -> PaymentIntentId {
    Id::derive(now, sha256(&format!("{}#{}#{token}#{}", scope.tenant, scope.mode, now.ms())))
}
