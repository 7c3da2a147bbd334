use super::*;

fn signer(session: Option<&str>, service: &'static str) -> Signer {
    let credentials = Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: session.map(str::to_owned),
    };
    Signer::new(credentials, "eu-central-1", service)
}

fn signature(signed: &Signed) -> &str {
    signed.authorization.rsplit_once("Signature=").unwrap().1
}

/// The expected values come from botocore 1.x, the library behind the AWS CLI.
#[test]
fn requests_are_signed_as_aws_expects() {
    let now = Time::parse("2026-11-21T10:15:30.250Z").unwrap();
    let get = ("application/x-amz-json-1.0", "DynamoDB_20120810.GetItem");
    let body = br#"{"TableName":"paylink"}"#;
    let host = "dynamodb.eu-central-1.amazonaws.com";
    let plain = signer(None, "dynamodb");
    let signed = plain.sign(now, host, get, body);
    assert_eq!(signed.date, "20261121T101530Z");
    assert_eq!(
        signed.authorization,
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-central-1/dynamodb/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
         Signature=49b8ba0c346199dc1ec68d946039457f7a4a5bf0b7e0a6073a00eeb53c371f2c"
    );
    let of_a_role = signer(Some("a-session"), "dynamodb").sign(now, host, get, body);
    assert!(of_a_role.authorization.contains(";x-amz-date;x-amz-security-token;x-amz-target,"));
    let expected = "9c023e05de317614d87dbb01f19257648d7f5ff552d1b47020ac711e39c962b6";
    assert_eq!(signature(&of_a_role), expected);
    let decrypt = ("application/x-amz-json-1.1", "TrentService.Decrypt");
    let host = "kms.eu-central-1.amazonaws.com";
    let signed = signer(Some("a-session"), "kms").sign(now, host, decrypt, b"{}");
    let expected = "1d41d9c1bbc6aa6b21e0f296e60030bc48d57287b1b9618234c760b95c3eda83";
    assert_eq!(signature(&signed), expected);
}

#[test]
fn the_kept_key_of_a_day_does_not_sign_the_next_day() {
    let sign = |signer: &Signer, day: &str| {
        let now = Time::parse(&format!("2026-11-{day}T23:59:59Z")).unwrap();
        signer.sign(now, "host", ("type", "target"), b"").authorization
    };
    let kept = signer(None, "sqs");
    let first = sign(&kept, "21");
    let second = sign(&kept, "22");
    assert_eq!(sign(&kept, "21"), first);
    assert_eq!(second, sign(&signer(None, "sqs"), "22"));
    assert_ne!(first, second);
}
