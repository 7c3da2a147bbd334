//! Operator: a way back in for a member whom nobody else can help; the address is answered once.

use serde_json::Value;
use shared::app::clock::{self, AMBIENT};
use shared::app::context::{Capability, Operator, PasswordPepper};
use shared::app::{ExitCode, operator_function};
use shared::http::Result;
use shared::http::body::Fields;
use shared::http::operators::{answers, bodies::ResetMember};
use shared::operations::Problem;
use shared::operations::resets::{self, OperatorReset};

fn main() -> ExitCode {
    operator_function::serve(reset_member)
}

async fn reset_member(app: &'static Operator, input: String) -> Result<Value> {
    let body: ResetMember = Fields::from_json(&input)?.read()?;
    let pepper = PasswordPepper::ready(&app.config, &app.store).await.map_err(Problem::internal)?;
    let pepper = pepper.open(&app.store).await?;
    let email = body.email.0.to_lowercase();
    let of = OperatorReset {
        tenant: body.tenant_id,
        email: &email,
        removes_totp: body.totp == Some(true),
    };
    let (secret, pepper) = (clock::random(), pepper.pepper());
    let new = resets::begin_for_operator(&app.store, of, secret, pepper, AMBIENT.now()).await?;
    Ok(answers::reset(&new, app.config.public_base_url.as_deref()))
}
