use super::*;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_smithy_runtime_api::{client::result::ConnectorError, http::StatusCode};
use aws_smithy_types::{body::SdkBody, error::ErrorMetadata};

fn refusal(status: u16, code: Option<&str>) -> SdkError<GetItemError, HttpResponse> {
    let mut metadata = ErrorMetadata::builder().message("why");
    if let Some(code) = code {
        metadata = metadata.code(code);
    }
    let status = StatusCode::try_from(status).unwrap();
    let raw = HttpResponse::new(status, SdkBody::from("a secret"));
    SdkError::service_error(GetItemError::generic(metadata.build()), raw)
}

#[test]
fn every_code_means_one_thing() {
    for (status, code, kind) in [
        (400, "ConditionalCheckFailedException", Kind::Condition),
        (400, "TransactionCanceledException", Kind::Canceled),
        (400, "TransactionConflictException", Kind::Conflict),
        (400, "TransactionInProgressException", Kind::Conflict),
        (400, "ReplicatedWriteConflictException", Kind::Conflict),
        (400, "ProvisionedThroughputExceededException", Kind::Throttled),
        (400, "ThrottlingException", Kind::Throttled),
        (400, "RequestLimitExceeded", Kind::Throttled),
        (429, "SomethingNew", Kind::Throttled),
        (500, "InternalServerError", Kind::Unavailable),
        (503, "SomethingNew", Kind::Unavailable),
        (408, "RequestTimeoutException", Kind::Unavailable),
        (400, "AccessDeniedException", Kind::Permanent),
        (403, "UnrecognizedClientException", Kind::Permanent),
        (400, "ExpiredTokenException", Kind::Permanent),
        (400, "ValidationException", Kind::Permanent),
        (400, "ResourceNotFoundException", Kind::Permanent),
        (400, "ItemCollectionSizeLimitExceededException", Kind::Permanent),
        (400, "IdempotentParameterMismatchException", Kind::Permanent),
        (400, "SomethingNew", Kind::Permanent),
    ] {
        assert_eq!(Kind::of(&refusal(status, Some(code))), kind, "{status} {code}");
    }
    assert_eq!(Kind::of(&refusal(500, None)), Kind::Unavailable);
    assert_eq!(Kind::of(&refusal(404, None)), Kind::Permanent);
}

#[test]
fn reasons_of_canceled_transactions_have_codes_of_their_own() {
    for (code, kind) in [
        ("ConditionalCheckFailed", Some(Kind::Condition)),
        ("TransactionConflict", Some(Kind::Conflict)),
        ("ThrottlingError", Some(Kind::Throttled)),
        ("ProvisionedThroughputExceeded", Some(Kind::Throttled)),
        ("ValidationError", None),
        ("ItemCollectionSizeLimitExceeded", None),
    ] {
        assert_eq!(Kind::of_code(code), kind, "{code}");
    }
}

#[test]
fn calls_without_an_answer_may_be_repeated_and_calls_that_cannot_be_made_may_not() {
    let error = || -> BoxError { "why".into() };
    type Sdk = SdkError<GetItemError, HttpResponse>;
    let unreached = Sdk::dispatch_failure(ConnectorError::io(error()));
    assert_eq!(Kind::of(&unreached), Kind::Unavailable);
    assert_eq!(Kind::of(&Sdk::timeout_error(error())), Kind::Unavailable);
    let unusable = Sdk::dispatch_failure(ConnectorError::user(error()));
    assert_eq!(Kind::of(&unusable), Kind::Permanent);
    assert_eq!(Kind::of(&Sdk::construction_failure(error())), Kind::Permanent);
}

type BoxError = Box<dyn Error + Send + Sync>;

#[test]
fn a_description_names_the_operation_and_quotes_no_answer() {
    let text = describe("GetItem", &refusal(400, Some("AccessDeniedException")));
    assert_eq!(text, "GetItem: 400 AccessDeniedException: why");
    let error = SdkError::<GetItemError, HttpResponse>::timeout_error("too late");
    assert!(describe("GetItem", &error).starts_with("GetItem: "), "{error}");
    assert!(describe("GetItem", &error).ends_with(": too late"), "{error}");
}
