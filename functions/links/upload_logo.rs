//! `PUT /api/organization/logo`: shows a logo on pages and receipts.
//!
//! Refuses, in this order: `permission_denied`, `validation_error`, `throttled`.

use shared::app::{App, Call, ExitCode, Session, links};
use shared::http::links::{picture, routes};
use shared::http::{Reply, Request, Result};
use shared::operations::{organizations, pictures};

fn main() -> ExitCode {
    links::serve(routes::UploadLogo, upload_logo)
}

async fn upload_logo(app: &'static App<Session>, req: Request) -> Result {
    let Call { caller, body, .. } = app.call::<routes::UploadLogo>(&req).await?;
    let logo = body.picture()?;
    let before = organizations::find(&app.store, caller.scope()).await?;
    let kept = pictures::set_logo(&app.store, before, Some(&logo), app.now()).await?;
    let base = app.base_url(&req)?;
    let logo_url = picture::url(&base, kept.organization.branding.logo.as_ref());
    Ok(Reply::json(&picture::LogoView { logo_url }))
}
