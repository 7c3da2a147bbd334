//! Worker on a schedule, each hour: fetches the keys of outside issuers, which rotate them.

use shared::app::context::IssuerKeys;
use shared::app::{ExitCode, issuer_keys, scheduled};

fn main() -> ExitCode {
    scheduled::serve(fetch_issuer_keys)
}

async fn fetch_issuer_keys(app: &'static IssuerKeys) -> scheduled::RunReport {
    issuer_keys::fetch(app).await
}
