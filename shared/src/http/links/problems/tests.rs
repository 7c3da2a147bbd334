use super::*;

/// The codes of the contract's first section that routes of this surface answer today.
#[test]
fn every_code_is_answered_with_its_status() {
    let state = Problem::State;
    let why = Problem::Unauthenticated;
    let found = Problem::NotFound;
    let money = crate::model::Money::from_minor(1, crate::model::Currency::USD);
    answered(vec![
        (Problem::InvalidJson("x".into()), 400, "invalid_json"),
        (Problem::field("name", "is required"), 400, "validation_error"),
        (why(Unauthenticated::NoToken), 401, "token_required"),
        (why(Unauthenticated::KeyNotToken), 401, "token_required"),
        (why(Unauthenticated::TokenExpired), 401, "token_expired"),
        (why(Unauthenticated::SessionRevoked), 401, "session_revoked"),
        (why(Unauthenticated::NoKey), 401, "api_key_required"),
        (why(Unauthenticated::InvalidKey), 401, "api_key_invalid"),
        (why(Unauthenticated::OtherKey), 401, "api_key_invalid"),
        (why(Unauthenticated::Ambiguous), 401, "ambiguous_credentials"),
        (why(Unauthenticated::Client), 401, "invalid_credentials"),
        (Problem::Forbidden { scope: "refund".into() }, 403, "permission_denied"),
        (Problem::RefundAboveLimit { limit: money }, 403, "permission_denied"),
        (Problem::Forbidden { scope: "refunds:write".into() }, 403, "scope_missing"),
        (state(StateRefusal::NotReauthenticated), 403, "reauthentication_required"),
        (state(StateRefusal::SecondFactorMissing), 403, "totp_enrollment_required"),
        (state(StateRefusal::ForeignOrigin), 403, "origin_not_allowed"),
        (Problem::NoRoute { method: "GET".into(), instead: None }, 404, "not_found"),
        (found(Resource::Link), 404, "link_not_found"),
        (found(Resource::Product), 404, "product_not_found"),
        (found(Resource::Payment), 404, "transaction_not_found"),
        (found(Resource::Refund), 404, "refund_not_found"),
        (found(Resource::ApiKey), 404, "api_key_not_found"),
        (found(Resource::Endpoint), 404, "webhook_not_found"),
        (found(Resource::Delivery), 404, "delivery_not_found"),
        (found(Resource::Member), 404, "member_not_found"),
        (found(Resource::Invitation), 404, "invitation_not_found"),
        (found(Resource::Session), 404, "session_not_found"),
        (found(Resource::Picture), 404, "image_not_found"),
    ]);
}

#[test]
fn every_code_of_a_state_is_answered_with_its_status() {
    use crate::operations::Cause;
    let state = Problem::State;
    let money = crate::model::Money::from_minor(1, crate::model::Currency::USD);
    answered(vec![
        (state(StateRefusal::NotAcceptable), 406, "not_acceptable"),
        (state(StateRefusal::ChangedMeanwhile), 412, "changed_meanwhile"),
        (Problem::UnsupportedMediaType, 415, "unsupported_media_type"),
        (Problem::Repeated { differing: vec![] }, 409, "idempotency_key_reused"),
        (Problem::InProgress { retry_after_s: 1 }, 409, "request_in_progress"),
        (Problem::Conflict, 409, "conflict"),
        (Problem::Taken(Unique::EndpointUrl), 409, "conflict"),
        (Problem::Taken(Unique::MemberEmail), 409, "email_taken"),
        (state(StateRefusal::TooManyLinks), 409, "limit_reached"),
        (state(StateRefusal::TooManyProducts), 409, "limit_reached"),
        (state(StateRefusal::TooManyEndpoints), 409, "limit_reached"),
        (state(StateRefusal::TooManyApiKeys), 409, "limit_reached"),
        (state(StateRefusal::LinkInUse), 409, "link_in_use"),
        (state(StateRefusal::NoMerchantAccount), 409, "payments_not_enabled"),
        (state(StateRefusal::NotRefundable), 409, "not_refundable"),
        (state(StateRefusal::TooManyRefunds), 409, "not_refundable"),
        (state(StateRefusal::Disputed), 409, "not_refundable"),
        (state(StateRefusal::AlreadyRefunded), 409, "refund_exceeds_rest"),
        (state(StateRefusal::RefundInProgress), 409, "refund_exceeds_rest"),
        (Problem::RefundExceedsRest { left: money }, 409, "refund_exceeds_rest"),
        (state(StateRefusal::PaymentNotCancelable), 409, "not_cancelable"),
        (state(StateRefusal::EndpointDisabled), 409, "webhook_disabled"),
        (state(StateRefusal::NotDeleted), 409, "not_deleted"),
        (state(StateRefusal::RestoreFirst), 409, "conflict"),
        (state(StateRefusal::RestorePeriodOver), 409, "restore_period_over"),
        (state(StateRefusal::LinkDeleted), 410, "link_deleted"),
        (state(StateRefusal::LinkInactive), 410, "link_inactive"),
        (state(StateRefusal::LinkExpired), 410, "link_expired"),
        (state(StateRefusal::LinkExhausted), 410, "link_exhausted"),
        (state(StateRefusal::InvitationOver), 410, "invitation_over"),
        (state(StateRefusal::ResetOver), 410, "reset_over"),
        (state(StateRefusal::LastOwner), 409, "last_owner"),
        (state(StateRefusal::TotpEnabled), 409, "totp_already_enabled"),
        (state(StateRefusal::TotpOff), 409, "conflict"),
        (state(StateRefusal::TotpRequired), 403, "permission_denied"),
        (state(StateRefusal::TooManyInvitations), 409, "limit_reached"),
        (state(StateRefusal::TooManyMembers), 409, "limit_reached"),
        (Problem::Taken(Unique::InvitedEmail), 409, "email_taken"),
        (Problem::RateLimited { retry_after_s: 1 }, 429, "throttled"),
        (Problem::Contended, 429, "throttled"),
        (Problem::internal("x"), 500, "internal_error"),
        (Problem::Unavailable(Cause::new("x")), 503, "temporarily_unavailable"),
    ]);
}

fn answered(expected: Vec<(Problem, u16, &str)>) {
    for (problem, status, code) in expected {
        let row = row(&problem);
        assert_eq!((row.status, row.code), (status, code), "{problem:?}");
        let told = detail(&problem);
        assert!(told.ends_with('.'), "{code}: {told}");
    }
}

#[test]
fn every_code_that_carries_more_is_answered_with_its_status() {
    let kinds = [
        (ProblemKind::MethodNotAllowed, 405, "method_not_allowed"),
        (ProblemKind::BodyTooLarge, 413, "body_too_large"),
        (ProblemKind::AmountChanged, 409, "amount_changed"),
    ];
    for (kind, status, code) in kinds {
        let row = row_of(kind);
        assert_eq!((row.status, row.code), (status, code));
    }
}
