//! `POST /api/auth/reauthenticate`: takes your password as given just now, for what asks for that.
//!
//! Refuses, in this order: `token_required`, `token_expired`, `session_revoked`, `validation_error`,
//! `throttled`, `invalid_credentials`.

use shared::app::context::SecondFactors;
use shared::app::identity::EnrollingSession;
use shared::app::{App, Call, ExitCode, links};
use shared::http::links::account::Proof;
use shared::http::links::routes;
use shared::http::{Reply, Request, Result};
use shared::model::password::Password;
use shared::operations::own_account::{self, Prover};
use shared::operations::second_factors::{self, TypedCode};

fn main() -> ExitCode {
    links::serve(routes::Reauthenticate, reauthenticate)
}

async fn reauthenticate(
    app: &'static App<EnrollingSession, SecondFactors>,
    req: Request,
) -> Result {
    let Call { caller, body, .. } = app.call::<routes::Reauthenticate>(&req).await?;
    let proof = body.proof(caller.member.totp_enabled)?;
    let (store, now, pepper) = (&app.store, app.now(), app.pepper().await?);
    let network = req.network(&app.config.trusted_proxies);
    let prover = Prover { session: caller.session, member: caller.member, network };
    match proof {
        Proof::Password(typed) => {
            let password = Password::new(typed.0.reveal());
            own_account::reauthenticate(store, prover, &password, pepper.pepper(), now).await?;
        }
        Proof::Code(typed) => {
            let opened = app.opened_factor(&prover.member).await?;
            let typed = TypedCode { opened: &opened, code: typed.0.reveal() };
            second_factors::reauthenticate(store, prover, typed, pepper.pepper(), now).await?;
        }
    }
    Ok(Reply::nothing())
}
