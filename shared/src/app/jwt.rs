//! JSON Web Tokens: ES256 for our own, ES256 and RS256 for an outside issuer, on `ring`.
//!
//! The algorithm belongs to the key, never to the token's header; `exp`, `iss` and `aud` must be
//! there (RFC 8725).

use crate::model::{
    Mode, Scope, Time,
    id::TenantId,
    issuer::{ClaimNames, Issuer},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Algorithm, DecodingKey, DecodingKeyKind, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result as JwtResult},
    jwk::{AlgorithmParameters, JwkSet},
    signature::{Error as SignatureError, Signer, Verifier},
};
use ring::{
    rand::SystemRandom,
    signature::{self, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use serde::Serialize;
use serde_json::{Map, Value};

/// `aud` of our own tokens.
pub const AUDIENCE: &str = "paylink";

/// Tokens live this long, in seconds.
pub const LIFETIME_S: i64 = 3600;

/// Longest token looked at.
const MAX_TOKEN: usize = 8 * 1024;

/// What a caller may do, as a verified token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The tenant and mode whose data the caller may touch.
    pub scope: Scope,
    /// Scopes, separated by spaces.
    pub scopes: String,
    /// When the token ends.
    pub expires_at: Time,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'static str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    tenant: String,
    mode: &'static str,
    scope: &'a str,
}

/// A key that verifies tokens, with everything it is pinned to.
pub struct VerifyingKey {
    kid: Option<String>,
    key: DecodingKey,
    validation: Validation,
    claims: ClaimNames,
}

/// Makes `jsonwebtoken` use `ring`. Doing it twice is fine.
pub fn install() {
    static PROVIDER: CryptoProvider = CryptoProvider {
        signer_factory: |algorithm, key| {
            if *algorithm == Algorithm::ES256 {
                Ok(Box::new(Es256Signer::new(key)?))
            } else {
                Err(ErrorKind::InvalidAlgorithm.into())
            }
        },
        verifier_factory: |algorithm, key| {
            if matches!(algorithm, Algorithm::ES256 | Algorithm::RS256) {
                Ok(Box::new(RingVerifier(*algorithm, key.clone())))
            } else {
                Err(ErrorKind::InvalidAlgorithm.into())
            }
        },
        key_utils: KeyUtils::new_unimplemented(),
    };
    let _ = PROVIDER.install_default();
}

/// Makes an access token with a signing key in PKCS #8.
pub fn issue(
    kid: &str,
    key: &[u8],
    issuer: &str,
    client_id: &str,
    caller: &Caller,
    id: String,
) -> Option<String> {
    let claims = Claims {
        iss: issuer,
        aud: AUDIENCE,
        sub: client_id,
        iat: caller.expires_at.seconds() - LIFETIME_S,
        exp: caller.expires_at.seconds(),
        jti: id,
        tenant: caller.scope.tenant.to_string(),
        mode: caller.scope.mode.as_str(),
        scope: &caller.scopes,
    };
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
    jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(key)).ok()
}

impl VerifyingKey {
    /// One of our own keys: `point` is base64url of the uncompressed point.
    pub fn own(kid: &str, point: &str, issuer: &str) -> Option<Self> {
        let point = URL_SAFE_NO_PAD.decode(point).ok()?;
        Some(Self {
            kid: Some(kid.to_owned()),
            key: DecodingKey::from_ec_der(&point),
            validation: validation(Algorithm::ES256, issuer, AUDIENCE),
            claims: ClaimNames::default(),
        })
    }

    /// The keys of an outside issuer, from its key set. Keys of other algorithms are left out.
    pub fn outside(issuer: &Issuer, jwks: &str) -> Vec<Self> {
        let set: JwkSet =
            serde_json::from_str(jwks).unwrap_or_else(|_| JwkSet { keys: Vec::new() });
        let keys = set.keys.iter().filter_map(|jwk| {
            let algorithm = if matches!(jwk.algorithm, AlgorithmParameters::EllipticCurve(_)) {
                Algorithm::ES256
            } else if matches!(jwk.algorithm, AlgorithmParameters::RSA(_)) {
                Algorithm::RS256
            } else {
                return None;
            };
            Some(Self {
                kid: jwk.common.key_id.clone(),
                key: DecodingKey::from_jwk(jwk).ok()?,
                validation: validation(algorithm, &issuer.issuer, &issuer.audience),
                claims: issuer.claims.clone(),
            })
        });
        keys.collect()
    }

    /// Whether a token names this key.
    pub fn is_named(&self, kid: Option<&str>) -> bool {
        self.kid.as_deref() == kid
    }

    /// Whom a token stands for; `None` when its signature, its time or a claim is wrong.
    pub fn verify(&self, token: &str) -> Option<Caller> {
        let decoded =
            jsonwebtoken::decode::<Map<String, Value>>(token, &self.key, &self.validation);
        let claims = decoded.ok()?.claims;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let tenant: TenantId = text(&self.claims.tenant)?.parse().ok()?;
        let mode: Mode = text(&self.claims.mode)?.parse().ok()?;
        let scopes = claims.get(&self.claims.scope)?;
        let scopes = match (scopes.as_str(), scopes.as_array()) {
            (Some(text), _) => text.to_owned(),
            (None, list) => list?.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        };
        let expires_at = Time::from_ms(claims.get("exp")?.as_i64()?.checked_mul(1000)?);
        Some(Caller { scope: Scope { tenant, mode }, scopes, expires_at })
    }
}

/// The `kid` in a token's header; `None` for what is no token at all.
pub fn kid(token: &str) -> Option<Option<String>> {
    if token.len() > MAX_TOKEN {
        return None;
    }
    jsonwebtoken::decode_header(token).ok().map(|header| header.kid)
}

fn validation(algorithm: Algorithm, issuer: &str, audience: &str) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.validate_nbf = true;
    validation.leeway = 0;
    validation
}

struct Es256Signer(EcdsaKeyPair);

impl Es256Signer {
    fn new(key: &EncodingKey) -> JwtResult<Self> {
        let random = SystemRandom::new();
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_bytes(), &random)
            .map(Self)
            .map_err(|_| ErrorKind::InvalidEcdsaKey.into())
    }
}

impl Signer<Vec<u8>> for Es256Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let signed = self.0.sign(&SystemRandom::new(), message);
        signed.map(|signature| signature.as_ref().to_vec()).map_err(|_| SignatureError::new())
    }
}

impl JwtSigner for Es256Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

struct RingVerifier(Algorithm, DecodingKey);

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], sig: &Vec<u8>) -> Result<(), SignatureError> {
        let verified = match (self.0, self.1.kind()) {
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
                signature::UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, sig)
            }
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                signature::RsaPublicKeyComponents { n, e }.verify(
                    &signature::RSA_PKCS1_2048_8192_SHA256,
                    message,
                    sig,
                )
            }
            _ => return Err(SignatureError::new()),
        };
        verified.map_err(|_| SignatureError::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}

#[cfg(test)]
mod tests;
