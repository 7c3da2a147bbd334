"""What each function has to answer to its own event: the one line that a new function adds.

`answer` is the status of an HTTP function, or the whole answer of one without HTTP (`ANY` where it
holds new ids). `handled` is what a worker's log line must count, without troubles. `card` and
`also` say how the world before it differs: which card was typed, and what ran besides. `slow` ones
hash a password, a hundred times the instructions of any other call: few calls of theirs are counted.
"""

from collections import namedtuple

ANY = object()
NOTHING_FAILED = {"batchItemFailures": []}

Case = namedtuple(
    "Case", "answer handled card also slow", defaults=(None, "4242424242424242", (), False)
)

ASKS = "4000000000003220"  # asks for 3-D Secure
NEVER = "4000000000003303"  # never reaches the processor

# Two wallets and money in the first; a wallet that money is on its way to.
PAIR = ("wallet", "second wallet", "money")
FUNDED = ("wallet", "bank account", "product", "funding")

# A shop of the links surface that may sell, and its owner's session.
SIGNED_IN = ("shop", "seller", "owner")

CASES = {
    "platform-create-access-token": Case(200),
    "platform-get-jwks": Case(200),
    "platform-get-openapi": Case(200),
    "platform-create-user": Case(200),
    "platform-list-users": Case(200),
    "platform-get-user": Case(200),
    "platform-list-merchant-accounts": Case(200),
    "platform-create-card-payment-link": Case(200),
    "platform-list-payments": Case(200),
    "platform-get-payment": Case(200),
    "platform-create-payment": Case(200, also=PAIR),
    "platform-release-payment": Case(200, also=(*PAIR, "held payment")),
    "platform-cancel-payment": Case(200, also=(*PAIR, "held payment")),
    "platform-review-payment": Case(200, also=(*PAIR, "threshold", "payment")),
    "platform-list-products": Case(200),
    "platform-create-wallet": Case(200, also=("wallet",)),
    "platform-list-wallets": Case(200, also=("wallet", "second wallet")),
    "platform-get-wallet": Case(200, also=("wallet",)),
    "platform-update-wallet": Case(200, also=("wallet",)),
    "platform-list-wallet-entries": Case(200, also=(*PAIR, "payment")),
    "platform-create-bank-payment-method": Case(200),
    "platform-list-payment-methods": Case(200, also=("bank account",)),
    "platform-delete-payment-method": Case(200, also=("bank account",)),
    "platform-create-destination": Case(200),
    "platform-list-destinations": Case(200, also=("platform-create-destination",)),
    "platform-put-webhook-endpoint": Case(200),
    "platform-get-webhook-endpoint": Case(200),
    "platform-delete-webhook-endpoint": Case(200),
    "platform-rotate-webhook-secret": Case(200),
    "platform-send-test-event": Case(200),
    "platform-list-deliveries": Case(200),
    "platform-get-delivery": Case(200),
    "platform-retry-delivery": Case(200, also=("workers-deliver-webhook",)),
    "platform-replay-events": Case(200),
    "payments-create-payment": Case(201, also=("seller",)),
    "payments-get-payment": Case(200, also=("seller", "seller's payment")),
    "payments-create-webhook": Case(201),
    "payments-get-openapi": Case(200),
    "links-login": Case(200, also=SIGNED_IN, slow=True),
    "links-refresh-session": Case(200, also=SIGNED_IN),
    "links-logout": Case(204, also=SIGNED_IN),
    "links-get-me": Case(200, also=SIGNED_IN),
    "links-preview-invitation": Case(200, also=("shop",)),
    "links-accept-invitation": Case(201, also=("shop",), slow=True),
    "links-create-product": Case(201, also=SIGNED_IN),
    "links-create-payment-link": Case(201, also=(*SIGNED_IN, "item")),
    "links-preview-payment-link": Case(200, also=(*SIGNED_IN, "item", "shop's link")),
    "links-start-checkout": Case(201, also=(*SIGNED_IN, "item", "shop's link")),
    "links-create-webhook": Case(201, also=SIGNED_IN),
    "links-get-openapi": Case(200),
    "hosted-show-payment-page": Case(200),
    "hosted-get-payment-status": Case(200),
    "hosted-tokenize-card": Case(200),
    "hosted-submit-payment": Case(200),
    "hosted-show-challenge": Case(200, card=ASKS, also=("hosted-submit-payment",)),
    "hosted-complete-challenge": Case(200, card=ASKS, also=("hosted-submit-payment",)),
    "hosted-not-found": Case(404),
    "workers-publish-events": Case(None, handled=1),
    "workers-fan-out-event": Case(NOTHING_FAILED, handled=1),
    "workers-deliver-webhook": Case(NOTHING_FAILED, handled=1),
    "workers-retry-deliveries": Case(None, handled=0),
    "workers-expire-payments": Case(None, handled=1, also=("overdue exp",)),
    "workers-reconcile-payments": Case(
        None, handled=1, card=NEVER, also=("hosted-submit-payment", "overdue until")
    ),
    "workers-advance-payment": Case(
        NOTHING_FAILED, handled=1, also=(*FUNDED, "overdue until WALLET_PAYMENT_ID")
    ),
    "workers-audit-ledger": Case(ANY, also=FUNDED),
    "operators-republish-events": Case(ANY),
    "operators-provision-tenant": Case(ANY),
    "operators-update-tenant": Case(ANY),
    "operators-put-merchant-account": Case(ANY),
    "operators-rotate-keys": Case(ANY),
}
