//! `POST /api/auth/password`: another password of your own; ends your other sign-ins.
//!
//! Refuses, in this order: `reauthentication_required`, `validation_error`, `throttled`.

use shared::app::context::PasswordPepper;
use shared::app::identity::RecentSession;
use shared::app::{App, Call, ExitCode, clock::AMBIENT, links};
use shared::http::links::routes;
use shared::http::{Reply, Request, Result};
use shared::model::password::Password;
use shared::operations::own_account::{self, NewPassword};

fn main() -> ExitCode {
    links::serve(routes::ChangePassword, change_password)
}

async fn change_password(app: &'static App<RecentSession, PasswordPepper>, req: Request) -> Result {
    let Call { caller, body, .. } = app.call::<routes::ChangePassword>(&req).await?;
    let wish = NewPassword {
        current: Password::new(body.current_password.0.reveal()),
        new: Password::new(body.new_password.0.reveal()),
        network: req.network(&app.config.trusted_proxies),
    };
    let pepper = app.capability.open(&app.store).await?;
    let (session, member, pepper) = (&caller.session, caller.member, pepper.pepper());
    own_account::change_password(&app.store, session, member, wish, pepper, AMBIENT).await?;
    Ok(Reply::nothing())
}
