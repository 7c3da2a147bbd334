"""What each function has to answer to its own event: the one line that a new function adds.

`answer` is the status of an HTTP function, or the whole answer of one without HTTP (`ANY` where it
holds new ids). `handled` is what a worker's log line must count, without troubles. `card` and
`also` say how the world before it differs: which card was typed, and what ran besides.
"""

from collections import namedtuple

ANY = object()
NOTHING_FAILED = {"batchItemFailures": []}

Case = namedtuple("Case", "answer handled card also", defaults=(None, "4242424242424242", ()))

ASKS = "4000000000003220"  # asks for 3-D Secure
NEVER = "4000000000003303"  # never reaches the processor

# Two wallets and money in the first; a wallet that money is on its way to.
PAIR = ("wallet", "second wallet", "money")
FUNDED = ("wallet", "bank account", "product", "funding")

CASES = {
    "create-access-token": Case(200),
    "get-jwks": Case(200),
    "get-openapi": Case(200),
    "create-user": Case(200),
    "list-users": Case(200),
    "get-user": Case(200),
    "list-merchant-accounts": Case(200),
    "create-card-payment-link": Case(200),
    "list-payments": Case(200),
    "get-payment": Case(200),
    "create-payment": Case(200, also=PAIR),
    "release-payment": Case(200, also=(*PAIR, "held payment")),
    "cancel-payment": Case(200, also=(*PAIR, "held payment")),
    "review-payment": Case(200, also=(*PAIR, "threshold", "payment")),
    "list-products": Case(200),
    "create-wallet": Case(200, also=("wallet",)),
    "list-wallets": Case(200, also=("wallet", "second wallet")),
    "get-wallet": Case(200, also=("wallet",)),
    "update-wallet": Case(200, also=("wallet",)),
    "list-wallet-entries": Case(200, also=(*PAIR, "payment")),
    "create-bank-payment-method": Case(200),
    "list-payment-methods": Case(200, also=("bank account",)),
    "delete-payment-method": Case(200, also=("bank account",)),
    "create-destination": Case(200),
    "list-destinations": Case(200, also=("create-destination",)),
    "put-webhook-endpoint": Case(200),
    "get-webhook-endpoint": Case(200),
    "delete-webhook-endpoint": Case(200),
    "rotate-webhook-secret": Case(200),
    "send-test-event": Case(200),
    "list-deliveries": Case(200),
    "get-delivery": Case(200),
    "retry-delivery": Case(200, also=("deliver-webhook",)),
    "replay-events": Case(200),
    "show-payment-page": Case(200),
    "get-payment-status": Case(200),
    "tokenize-card": Case(200),
    "submit-payment": Case(200),
    "show-challenge": Case(200, card=ASKS, also=("submit-payment",)),
    "complete-challenge": Case(200, card=ASKS, also=("submit-payment",)),
    "not-found": Case(404),
    "publish-events": Case(None, handled=1),
    "fan-out-event": Case(NOTHING_FAILED, handled=1),
    "deliver-webhook": Case(NOTHING_FAILED, handled=1),
    "retry-deliveries": Case(None, handled=0),
    "expire-payments": Case(None, handled=1, also=("overdue exp",)),
    "reconcile-payments": Case(
        None, handled=1, card=NEVER, also=("submit-payment", "overdue until")
    ),
    "advance-payment": Case(
        NOTHING_FAILED, handled=1, also=(*FUNDED, "overdue until WALLET_PAYMENT_ID")
    ),
    "audit-ledger": Case(ANY, also=FUNDED),
    "republish-events": Case(ANY),
    "provision-tenant": Case(ANY),
    "update-tenant": Case(ANY),
    "put-merchant-account": Case(ANY),
    "rotate-keys": Case(ANY),
}
