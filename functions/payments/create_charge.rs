//! `POST /payments/charge`: charges a customer's saved card, with nobody there.
//!
//! One read finds the key, the settings, the customer and an earlier payment of the same request.
//! Refuses, in this order: `validation_error`, `idempotency_key_mismatch`, `idempotency_in_progress`,
//! `customer_not_found`, `no_payment_method`, `provider_unsupported`, `payment_failed`,
//! `rate_limited`, `charge_failed`.

use shared::app::context::Providers;
use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, clock, payments};
use shared::http::payments::Payments;
use shared::http::payments::charge::{charged, read};
use shared::http::payments::routes::CreateCharge;
use shared::http::route::HttpRoute;
use shared::http::{Request, Result};
use shared::model::tax::BuiltIn;
use shared::operations::charges::{self, ChargeServices};

fn main() -> ExitCode {
    payments::serve(CreateCharge, create_charge)
}

async fn create_charge(app: &'static App<ApiKey<Payments>, Providers>, req: Request) -> Result {
    let key = app.identity.presented(&req)?;
    let charge = read(&req, key.scope(), clock::random(), app.now());
    let needed = charge.as_ref().map(|charge| charge.keys(key.scope())).unwrap_or_default();
    let proof = app.identity.prove(&app.store, key, CreateCharge::SCOPE, needed).await?;
    let (caller, found) = proof;
    let processors = app.processors().await?;
    let services = ChargeServices { processors: &processors, calculator: &BuiltIn };
    let (scope, charge) = (caller.scope, charge?);
    let made = charges::create(&app.store, services, scope, &charge, &found, &clock::now);
    charged(&made.await?, app.now())
}
