//! What problems are made of: what can be missing or taken, which state forbids an operation, and
//! what is wrong with a credential. None of them carries data.

/// What can be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A customer of the tenant.
    Customer,
    /// A merchant account of the customer.
    MerchantAccount,
    /// A payment of the tenant.
    Payment,
    /// A payment link.
    Link,
    /// A route of the tenant; a product, to callers of the platform surface.
    Route,
    /// A destination of the customer's payees.
    Destination,
    /// A saved card or bank account of the customer.
    PaymentMethod,
    /// A wallet of the tenant.
    Wallet,
    /// The tenant's webhook endpoint.
    Endpoint,
    /// A delivery of the tenant.
    Delivery,
    /// An invoice of the tenant.
    Invoice,
    /// A credit note of the tenant.
    CreditNote,
    /// An API key of the tenant.
    ApiKey,
    /// Something the tenant sells.
    Product,
    /// A submit of a card.
    Transaction,
    /// A refund of the tenant.
    Refund,
    /// A member of the tenant.
    Member,
    /// An invitation of the tenant.
    Invitation,
    /// A member's sign-in.
    Session,
    /// An uploaded picture.
    Picture,
    /// The tenant's account at a processor; whoever tells of it proves that it is the processor.
    ProcessorAccount,
}

/// What must differ from all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unique {
    /// A customer's e-mail address, within the tenant.
    Email,
    /// The address of a webhook endpoint, within the tenant and the surface.
    EndpointUrl,
    /// A wallet's name, within the customer.
    WalletName,
    /// A tenant's mode: a tenant has each at most once.
    TenantMode,
    /// A member's e-mail address, within the deployment.
    MemberEmail,
    /// An address with an open invitation, within the tenant.
    InvitedEmail,
    /// The tenant's own id of a customer.
    OwnId,
}

/// Which state of which thing forbids the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StateRefusal {
    /// Nothing of the payment is in escrow.
    PaymentNotHeld,
    /// The payment does not wait for a review.
    PaymentNotInReview,
    /// The payment can no longer be canceled.
    PaymentNotCancelable,
    /// The webhook endpoint is disabled.
    EndpointDisabled,
    /// There are as many webhook endpoints as there may be.
    TooManyEndpoints,
    /// There are as many API keys as there may be.
    TooManyApiKeys,
    /// There are as many links, deleted ones not counted, as there may be.
    TooManyLinks,
    /// There are as many products, archived ones not counted, as there may be.
    TooManyProducts,
    /// It is deleted: it has to be restored before it can be edited.
    RestoreFirst,
    /// It is not deleted, so there is nothing to restore.
    NotDeleted,
    /// It was deleted too long ago to be restored.
    RestorePeriodOver,
    /// The caller's `Accept` does not put the picture's type first.
    NotAcceptable,
    /// The link's one attempt is under way or over.
    LinkUsed,
    /// The link has expired.
    LinkExpired,
    /// The link was canceled.
    LinkCanceled,
    /// The link was deleted.
    LinkDeleted,
    /// The link is switched off.
    LinkInactive,
    /// The link was paid as often as it may be.
    LinkExhausted,
    /// Charges under way hold every use of the link that is left.
    LinkInUse,
    /// The challenge is over, or there never was one.
    ChallengeOver,
    /// The hold has expired; the money is back with the sender.
    HoldExpired,
    /// The customer has no approved merchant account.
    NoMerchantAccount,
    /// The merchant account that was asked for is not approved.
    MerchantAccountNotApproved,
    /// The card cannot be used here: not a test card, or not a token of this link.
    CardNotAccepted,
    /// The wallet has less to spend than was asked for.
    InsufficientFunds,
    /// The invitation is used, taken back, past its time or unknown; callers are not told which.
    InvitationOver,
    /// The reset is used, voided, past its time or unknown; callers are not told which.
    ResetOver,
    /// A second factor is on already.
    TotpEnabled,
    /// No second factor is on.
    TotpOff,
    /// The organisation asks for a second factor.
    TotpRequired,
    /// The organisation would have no owner any more.
    LastOwner,
    /// There are as many open invitations as there may be.
    TooManyInvitations,
    /// There are as many members, invited ones counted, as there may be.
    TooManyMembers,
    /// The mode needs a second factor, which the member does not have.
    SecondFactorMissing,
    /// Somebody else edited it since the caller read it.
    ChangedMeanwhile,
    /// Password or code were given too long ago for what is asked.
    NotReauthenticated,
    /// The tax that must be collected cannot be computed now.
    TaxUnknown,
    /// The invoice is paid or void already, or a credit.
    InvoiceFinal,
    /// A cookie came from a page of somebody else.
    ForeignOrigin,
    /// The payment took no money by card, so none can go back.
    NotRefundable,
    /// A buyer's bank disputes the payment.
    Disputed,
    /// All of the payment went back already.
    AlreadyRefunded,
    /// All that is left of the payment is held by refunds whose outcome is not known yet.
    RefundInProgress,
    /// The payment has as many refunds as it may have.
    TooManyRefunds,
    /// The customer has no saved card, or not the one that was named.
    NoPaymentMethod,
    /// An attempt to charge this payment is under way.
    ChargeInProgress,
    /// The attempt cannot be made again.
    NotRetryable,
}

/// What is wrong with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unauthenticated {
    /// An access token is expected, and the request has none.
    NoToken,
    /// It is malformed, expired, or not for this API.
    InvalidToken,
    /// It was good until its time was over.
    TokenExpired,
    /// It belongs to a session that was ended.
    SessionRevoked,
    /// An access token is expected, and there is an API key.
    KeyNotToken,
    /// An API key is expected and there is none.
    NoKey,
    /// The API key is unknown, expired or revoked.
    InvalidKey,
    /// The API key is one of another surface.
    OtherKey,
    /// There are several that do not agree.
    Ambiguous,
    /// Its tenant is gone.
    NoTenant,
    /// Client id and secret do not belong together.
    Client,
    /// A code of a second factor is wrong, was used, or came when its sign-in was over.
    Code,
    /// Client id and secret cannot be read.
    MalformedClient,
}
