//! `POST /api/auth/totp/confirm`: puts the second factor on; answers codes for recovery, once.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`, `validation_error`,
//! `conflict` without a secret, `totp_already_enabled`, `throttled`.

use shared::app::context::SecondFactors;
use shared::app::identity::EnrollingSession;
use shared::app::{App, Call, ExitCode, clock, links};
use shared::http::links::{routes, second_factor};
use shared::http::{Request, Result};
use shared::operations::own_account::Prover;
use shared::operations::second_factors::{self, RecoveryBytes, TypedCode};

fn main() -> ExitCode {
    links::serve(routes::ConfirmTotp, confirm_totp)
}

async fn confirm_totp(app: &'static App<EnrollingSession, SecondFactors>, req: Request) -> Result {
    let Call { caller, body, .. } = app.call::<routes::ConfirmTotp>(&req).await?;
    let (opened, pepper) = (app.opened_factor(&caller.member).await?, app.pepper().await?);
    let network = req.network(&app.config.trusted_proxies);
    let prover = Prover { session: caller.session, member: caller.member, network };
    let random: RecoveryBytes = std::array::from_fn(|_| clock::random());
    let typed = TypedCode { opened: &opened, code: body.code.0.reveal() };
    let (store, pepper) = (&app.store, pepper.pepper());
    let codes = second_factors::confirm(store, prover, typed, pepper, &random, app.now()).await?;
    Ok(second_factor::codes(codes))
}
