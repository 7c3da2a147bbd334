//! `POST /api/auth/totp/recovery-codes`: other codes for recovery; those before are void.
//!
//! Refuses, in this order: `reauthentication_required`, `conflict` without a second factor.

use shared::app::context::PasswordPepper;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{routes, second_factor};
use shared::http::{Request, Result};
use shared::operations::second_factors::{self, RecoveryBytes};

fn main() -> ExitCode {
    links::serve(routes::RenewRecoveryCodes, renew_recovery_codes)
}

async fn renew_recovery_codes(
    app: &'static App<RecentSession, PasswordPepper>,
    req: Request,
) -> Result {
    let Call { caller, .. } = app.call::<routes::RenewRecoveryCodes>(&req).await?;
    let pepper = app.capability.open(&app.store).await?;
    let random: RecoveryBytes = std::array::from_fn(|_| clock::random());
    let (store, pepper) = (&app.store, pepper.pepper());
    let codes = second_factors::renew_recovery(store, &caller.member, pepper, &random).await?;
    Ok(second_factor::codes(codes))
}
