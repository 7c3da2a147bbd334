//! `POST /api/auth/totp`: a secret for an authenticator app; it counts once a code has confirmed it.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`,
//! `reauthentication_required`, `totp_already_enabled`.

use shared::app::context::SecondFactors;
use shared::app::identity::EnrollingSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::{routes, second_factor};
use shared::http::{Request, Result};
use shared::operations::second_factors;

fn main() -> ExitCode {
    links::serve(routes::BeginTotp, begin_totp)
}

async fn begin_totp(app: &'static App<EnrollingSession, SecondFactors>, req: Request) -> Result {
    let Call { caller, .. } = app.call::<routes::BeginTotp>(&req).await?;
    let member = caller.recently(app.now())?.member;
    let (secret, sealed) = app.new_factor(&member).await?;
    second_factors::begin(&app.store, &member, sealed).await?;
    let organization = app.store.tenant_in_all_modes(member.tenant).await?;
    let issuer = organization.first().map_or("Paylink", |tenant| tenant.name.as_str());
    second_factor::begun(&secret, issuer, &member.email)
}
