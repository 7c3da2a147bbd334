//! The bucket of documents: files that are written once, and addresses that show one for minutes.
//!
//! Requests are signed by the SDK's own signer. Two kinds of them are made in all, and the service's
//! own client is larger than everything else of a function together.

use crate::{digest::hex, model::Time};
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
        SigningInstructions, SigningSettings, UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    identity::Identity,
    orchestrator::HttpRequest,
};
use aws_smithy_types::body::SdkBody;
use hyper::{Request, StatusCode};
use ring::digest::{SHA256, digest};
use std::{
    fmt,
    time::{Duration, UNIX_EPOCH},
};

/// Why a file was not written, or an address not made.
#[derive(Debug)]
pub struct BucketTrouble(pub String);

/// A bucket, and who we are there.
pub struct Bucket {
    /// The bucket's name, which its address contains.
    pub name: String,
    /// The AWS region in which the bucket is.
    pub region: String,
    /// The credentials that sign the address.
    pub credentials: Credentials,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// Whether endpoints with validated cryptography (FIPS 140) are called.
    pub fips: bool,
    /// Whether endpoints that also speak IPv6 are called.
    pub dual_stack: bool,
}

/// How an address shows a file.
#[derive(Debug, Clone, Copy)]
pub struct FileShown<'a> {
    /// The media type with which the file is served, such as `application/pdf`.
    pub content_type: &'a str,
    /// The name under which it is saved.
    pub file_name: &'a str,
    /// How long the address works.
    pub lasts: Duration,
}

impl fmt::Display for BucketTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn trouble(error: impl fmt::Display) -> BucketTrouble {
    BucketTrouble(error.to_string())
}

impl Bucket {
    /// An address that shows a file for some minutes to whoever has it.
    ///
    /// # Errors
    /// The bucket's settings make no address.
    pub fn shown(
        &self,
        key: &str,
        as_what: FileShown<'_>,
        now: Time,
    ) -> Result<String, BucketTrouble> {
        let disposition = format!("attachment; filename=\"{}\"", as_what.file_name);
        let url = format!(
            "{}?response-content-disposition={}&response-content-type={}",
            self.url(key),
            encoded(&disposition),
            encoded(as_what.content_type),
        );
        let mut request = Request::get(url).body(()).map_err(trouble)?;
        let mut settings = settings(SignatureLocation::QueryParams);
        settings.expires_in = Some(as_what.lasts);
        self.signed(&request, SignableBody::UnsignedPayload, settings, now)?
            .apply_to_request_http1x(&mut request);
        Ok(request.uri().to_string())
    }

    /// Writes a file that is not there yet. One that is there has the same bytes, since their hash
    /// stands in its key.
    pub async fn put_once(
        &self,
        connector: &SharedHttpConnector,
        key: &str,
        content_type: &str,
        bytes: Vec<u8>,
        now: Time,
    ) -> Result<(), BucketTrouble> {
        let request = Request::put(self.url(key))
            .header("content-type", content_type)
            .header("if-none-match", "*");
        let mut request = request.body(()).map_err(trouble)?;
        let mut settings = settings(SignatureLocation::Headers);
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        self.signed(&request, SignableBody::Bytes(&bytes), settings, now)?
            .apply_to_request_http1x(&mut request);
        let request = HttpRequest::try_from(request.map(|()| SdkBody::from(bytes)));
        let answer = connector.call(request.map_err(trouble)?).await;
        let answer = answer.map_err(|error| BucketTrouble(format!("PutObject: {error:?}")))?;
        match StatusCode::from_u16(answer.status().as_u16()) {
            Ok(StatusCode::OK | StatusCode::PRECONDITION_FAILED) => Ok(()),
            Ok(other) => Err(BucketTrouble(format!("PutObject: {other}"))),
            Err(error) => Err(trouble(error)),
        }
    }

    fn url(&self, key: &str) -> String {
        let Self { name, region, .. } = self;
        match &self.endpoint {
            Some(endpoint) => format!("{}/{name}/{key}", endpoint.trim_end_matches('/')),
            None => {
                let service = if self.fips { "s3-fips" } else { "s3" };
                let kind = if self.dual_stack { ".dualstack" } else { "" };
                let domain = domain(region);
                format!("https://{name}.{service}{kind}.{region}.{domain}/{key}")
            }
        }
    }

    fn signed<B>(
        &self,
        request: &Request<B>,
        body: SignableBody<'_>,
        settings: SigningSettings,
        now: Time,
    ) -> Result<SigningInstructions, BucketTrouble> {
        let identity = Identity::from(self.credentials.clone());
        let ms = u64::try_from(now.ms()).unwrap_or_default();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(UNIX_EPOCH + Duration::from_millis(ms))
            .settings(settings)
            .build()
            .map_err(trouble)?
            .into();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body);
        let signed = sign(signable.map_err(trouble)?, &params).map_err(trouble)?;
        Ok(signed.into_parts().0)
    }
}

/// The domain of a region's partition, as the SDK's own rules have it.
fn domain(region: &str) -> &'static str {
    let of = |prefix: &str| region.starts_with(prefix);
    if of("cn-") {
        "amazonaws.com.cn"
    } else if of("eusc-") {
        "amazonaws.eu"
    } else if of("us-isob-") {
        "sc2s.sgov.gov"
    } else if of("us-isof-") {
        "csp.hci.ic.gov"
    } else if of("eu-isoe-") {
        "cloud.adc-e.uk"
    } else if of("us-iso-") {
        "c2s.ic.gov"
    } else {
        "amazonaws.com"
    }
}

/// Signing as this service wants it: paths as they are.
fn settings(location: SignatureLocation) -> SigningSettings {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.signature_location = location;
    settings
}

/// The hash of a file, in hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(digest(&SHA256, bytes).as_ref())
}

/// A text as it stands in a query (RFC 3986).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex(&[byte]).to_ascii_uppercase());
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(endpoint: Option<&str>) -> Bucket {
        Bucket {
            name: "paylink-documents".to_owned(),
            region: "eu-central-1".to_owned(),
            credentials: Credentials::new("AKID", "secret", Some("token".to_owned()), None, "test"),
            endpoint: endpoint.map(str::to_owned),
            fips: false,
            dual_stack: false,
        }
    }

    #[test]
    fn an_address_is_in_the_regions_partition_and_of_the_wanted_kind() {
        let host = |region: &str, fips, dual_stack| {
            let bucket = Bucket { region: region.to_owned(), fips, dual_stack, ..bucket(None) };
            let url = shown(&bucket);
            url.strip_prefix("https://paylink-documents.")
                .unwrap()
                .split('/')
                .next()
                .unwrap()
                .to_owned()
        };
        for (region, fips, dual_stack, expected) in [
            ("eu-central-1", false, false, "s3.eu-central-1.amazonaws.com"),
            ("us-east-1", true, false, "s3-fips.us-east-1.amazonaws.com"),
            ("us-east-1", false, true, "s3.dualstack.us-east-1.amazonaws.com"),
            ("us-gov-west-1", true, true, "s3-fips.dualstack.us-gov-west-1.amazonaws.com"),
            ("cn-north-1", false, false, "s3.cn-north-1.amazonaws.com.cn"),
            ("cn-north-1", false, true, "s3.dualstack.cn-north-1.amazonaws.com.cn"),
            ("eusc-de-east-1", false, false, "s3.eusc-de-east-1.amazonaws.eu"),
            ("us-iso-east-1", false, false, "s3.us-iso-east-1.c2s.ic.gov"),
            ("us-isob-east-1", false, false, "s3.us-isob-east-1.sc2s.sgov.gov"),
        ] {
            assert_eq!(host(region, fips, dual_stack), expected);
        }
    }

    fn shown(bucket: &Bucket) -> String {
        let as_what = FileShown {
            content_type: "application/pdf",
            file_name: "2026-R-000001.pdf",
            lasts: Duration::from_secs(300),
        };
        let now = Time::parse("2026-11-26T10:00:00Z").unwrap();
        bucket.shown("a/b.pdf", as_what, now).unwrap()
    }

    #[test]
    fn an_address_says_what_the_file_is_and_how_long_it_works() {
        let url = shown(&bucket(None));
        assert!(
            url.starts_with("https://paylink-documents.s3.eu-central-1.amazonaws.com/a/b.pdf?"),
            "{url}"
        );
        for part in [
            "response-content-disposition=attachment%3B%20filename%3D%222026-R-000001.pdf%22",
            "response-content-type=application%2Fpdf",
            "X-Amz-Expires=300",
            "X-Amz-Date=20261126T100000Z",
            "X-Amz-SignedHeaders=host",
            "X-Amz-Signature=",
        ] {
            assert!(url.contains(part), "{part} in {url}");
        }
        assert!(!url.contains("secret"), "{url}");
        assert!(
            shown(&bucket(Some("http://127.0.0.1:4566/")))
                .starts_with("http://127.0.0.1:4566/paylink-documents/a/b.pdf?")
        );
    }
}
