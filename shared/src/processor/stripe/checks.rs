//! The bank's check of a card (3-D Secure), as Stripe's script on the buyer's page shows it.

use super::{
    Stripe,
    charges::Known,
    objects::{StripeCheck, StripeStatus},
    out_of_reach,
};
use crate::processor::{CheckSecret, Task, Unreachable};

impl Stripe<'_> {
    /// What the script shows the check of a charge by, while there is one to show. It is asked of Stripe
    /// each time and kept nowhere: with it, whoever has the page can go on with this payment.
    pub(super) async fn secret_of_check(
        &self,
        task: &Task,
    ) -> Result<Option<CheckSecret>, Unreachable> {
        let Known::Open(account, begun) = self.known(task).await? else { return Ok(None) };
        let path = format!("/v1/payment_intents/{}", begun.id);
        let api = self.api(&account, begun.connected.as_deref());
        let said: StripeCheck =
            api.get(&path).await.map_err(|fault| out_of_reach(task.scope, &fault))?;
        let open = said.status == StripeStatus::RequiresAction;
        Ok(said.client_secret.filter(|_| open))
    }
}
