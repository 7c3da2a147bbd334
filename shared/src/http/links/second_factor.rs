//! Second factors: what members send, and what they are shown once.

use super::{field::Typed, qr, session::SessionView};
use crate::{
    http::{Reply, Result, revealed::Revealed, view::Described},
    model::{
        second_factor::CHALLENGE_S,
        secret::{ChallengeToken, TotpSecret, kind},
        totp,
    },
};
use derive::{Body, View};
use serde_json::{Value, json};

/// The second step of a sign-in.
#[derive(Body)]
pub struct VerifySignIn {
    /// The `challenge_token` that the first step of the sign-in answered.
    pub challenge_token: Typed<1, 256>,
    /// Six digits of your app, or a code for recovery.
    pub code: Typed<1, 64>,
}

/// A code that proves that your app has the secret.
#[derive(Body)]
pub struct ConfirmTotp {
    /// The six digits that the app shows now.
    pub code: Typed<1, 64>,
}

/// A sign-in that needs a second step.
#[derive(View)]
pub struct MfaRequiredView {
    /// Always `mfa_required`: the password was right, and a code is asked for.
    pub status: &'static str,
    /// The token for the second step, below `/api/auth/mfa/`.
    pub challenge_token: Revealed<kind::Challenge>,
    /// The kinds of code that are taken: `totp` and `recovery_code`.
    pub methods: Vec<&'static str>,
    /// In how many seconds `challenge_token` ends.
    pub expires_in: i64,
}

/// A secret for an authenticator app, shown once.
#[derive(View)]
pub struct TotpView {
    /// The shared secret in base32, for apps that cannot read the drawing. It is shown once.
    pub secret: Revealed<kind::Totp>,
    /// The same as an address that apps open.
    pub otpauth_url: String,
    /// The same as a picture that apps read: SVG.
    pub qr_svg: String,
}

/// Codes for whoever loses the app, shown once.
#[derive(View)]
pub struct RecoveryCodesView {
    /// Ten codes for recovery, each good once. They are shown once.
    pub recovery_codes: Vec<String>,
}

/// What a sign-in is answered with: a session, or the need for a second step.
pub struct LoginAnswer;

impl Described for LoginAnswer {
    fn schema() -> Value {
        json!({"oneOf": [SessionView::schema(), MfaRequiredView::schema()]})
    }
}

/// The answer that asks for a second step.
pub fn required(token: &ChallengeToken) -> Reply {
    Reply::json(&MfaRequiredView {
        status: "mfa_required",
        challenge_token: Revealed::once(token),
        methods: vec!["totp", "recovery_code"],
        expires_in: CHALLENGE_S,
    })
}

/// The answer that shows a secret.
pub fn begun(secret: &[u8], issuer: &str, account: &str) -> Result {
    let url = totp::otpauth_url(secret, issuer, account);
    let qr_svg = qr::drawing(&url)?;
    let secret = TotpSecret::new(totp::base32(secret));
    Ok(Reply::json(&TotpView { secret: Revealed::once(&secret), otpauth_url: url, qr_svg }))
}

/// The answer that shows codes for recovery.
pub fn codes(recovery_codes: Vec<String>) -> Reply {
    Reply::json(&RecoveryCodesView { recovery_codes })
}
