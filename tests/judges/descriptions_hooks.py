"""What a schema cannot say of a valid request, told to Schemathesis in the words of the API.

Only requests that are meant to be accepted are touched. Each line has its reason: without it, a
request that is rightly refused would count as a finding.
"""

import unicodedata
from datetime import UTC, datetime, timedelta

import schemathesis

# A check digit is no pattern, and the simulator takes test accounts only.
BANK = {"routing_number": "110000000", "account_number": "000123456789"}


@schemathesis.hook
def before_call(_context, case, _kwargs):
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    # A cursor is good for the very list that gave it; a range may end before it begins; events have
    # names of their own.
    for name in ("cursor", "created_from", "created_to", "from", "to", "event"):
        if case.query:
            case.query.pop(name, None)
    # Regions are those of their country.
    if case.query:
        case.query.pop("region", None)
    body = case.body
    if not isinstance(body, dict):
        return
    # The key may come in the header or in the body; both have to agree.
    if "idempotency_key" in body:
        for name in [name for name in case.headers or {} if name.lower() == "idempotency-key"]:
            del case.headers[name]
    for name, value in BANK.items():
        if name in body:
            body[name] = value
    # Above nothing, and no smaller than the currency's unit.
    if isinstance(body.get("amount"), (float, str)):
        body["amount"] = "12.50"
    # A secret of one's own comes with the first registration, and this one may be the second.
    body.pop("secret", None)
    # Replays reach so many days back.
    if "from" in body and case.path.endswith("/replay"):
        body["from"] = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
        body.pop("to", None)
    # Codes of tax are a tenant's own.
    for name in ("taxCode", "tax_code"):
        body.pop(name, None)
    # Two names of one's own id have to agree.
    if "externalId" in body:
        body.pop("id", None)
    # A customer stands for a place.
    if case.path == "/tax/preview" and body.get("customerId") is not None:
        for name in ("country", "region", "postalCode", "taxId", "taxExempt"):
            body.pop(name, None)
    # Times that have to lie ahead.
    for name in ("expiresAt", "expires_at"):
        if body.get(name) is not None:
            del body[name]
    case.body = _printable(body)


def _printable(value):
    """Lines of text have no control characters; the first of a text is never a blank."""
    if isinstance(value, str):
        kept = "".join(c for c in value if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp"))
        return kept.strip() or ("x" if value else value)
    if isinstance(value, list):
        return [_printable(one) for one in value]
    if isinstance(value, dict):
        return {name: _printable(one) for name, one in value.items()}
    return value
