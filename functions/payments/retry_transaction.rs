//! `POST /transactions/{id}/retry`: tries a declined charge again with the customer's default card.
//!
//! Refuses, in this order: `transaction_not_found`, `idempotency_in_progress`, `charge_in_progress`,
//! `transaction_not_retryable`, `no_payment_method`, `provider_unsupported`, `payment_failed`,
//! `rate_limited`, `charge_failed`.

use shared::app::context::Providers;
use shared::app::identity::ApiKey;
use shared::app::{App, Call, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::charge::retried;
use shared::http::payments::routes::RetryTransaction;
use shared::http::payments::transaction::asked_transaction;
use shared::http::{Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::charges::{self, ChargeRetry, ChargeServices};

fn main() -> ExitCode {
    payments::serve(RetryTransaction, retry_transaction)
}

async fn retry_transaction(app: &'static App<ApiKey<Payments>, Providers>, req: Request) -> Result {
    let Call { caller, idempotency, .. } = app.call::<RetryTransaction>(&req).await?;
    let transaction = asked_transaction(&req)?;
    let processors = app.processors().await?;
    let services = ChargeServices { processors: &processors, calculator: &BuiltIn };
    let retry = ChargeRetry {
        scope: caller.scope,
        transaction,
        idempotency: &idempotency,
        new_id: clock::new_id(),
    };
    let made = charges::retry(&app.store, services, retry, &clock::now).await?;
    Ok(retried(&made))
}
