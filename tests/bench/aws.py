"""The AWS services a function talks to, on one loopback port: DynamoDB, KMS, SQS, EventBridge.

They really answer, check every request's signature, judge it by the role that the calling function
has in its template, and count requests and units.
"""

import base64
import hashlib
import hmac
import json
import threading
import uuid
from collections import Counter

import rights
import roles
from say import warn
from table import Refused, Table, item_size, read_units, updated
from wire import Server

REGION = "us-east-1"
ACCESS_KEY = "AKIDBENCH"
SECRET_KEY = "bench-secret"
QUEUE_OWNER = "123456789012"


def _arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{QUEUE_OWNER}:{resource}"


# What the templates' parameters are here.
_PARAMETERS = {
    "TableArn": _arn("dynamodb", "table/paylink"),
    "TableStreamArn": _arn("dynamodb", "table/paylink/stream/bench"),
    "KeyArn": _arn("kms", "key/bench-key"),
    "BusArn": _arn("events", "event-bus/paylink"),
    "DeliveryQueueArn": _arn("sqs", "webhook-delivery"),
    "FanoutQueueArn": _arn("sqs", "event-fanout"),
    "PaymentAdvanceQueueArn": _arn("sqs", "payment-advance"),
    "StripeEventsQueueArn": _arn("sqs", "stripe-events"),
    "NumberingQueueArn": _arn("sqs", "numbering.fifo"),
    "RenderingQueueArn": _arn("sqs", "rendering"),
    "StatisticsQueueArn": _arn("sqs", "statistics"),
    "DocumentsArn": "arn:aws:s3:::documents",
    "FailedEventsQueueArn": _arn("sqs", "publish-events-failed"),
    "StreamDeadLettersArn": _arn("sqs", "publish-events-dead"),
}


def access_key(function):
    """The key of a function, by which its calls are known."""
    return f"{ACCESS_KEY}.{function}"


# What an operator's function asks Stripe about a key.
_STRIPE = {"/v1/balance": {"livemode": False}, "/v1/account": {"id": "acct_bench"}}


class Aws:
    """The services. `calls` counts requests by "service.Operation", `units` what they cost."""

    def __init__(self, tls=None):
        self.table = Table()
        self.published = []  # entries the bus has taken
        self.queued = []  # (queue, body) of every message sent
        self.on_message = None  # called with (queue, body, delay in seconds) of each
        self.delay_s = 0  # how long each answer is held back
        self.check_signatures = True
        self._roles = {
            function: roles.Role(rights.resolved(policy, _PARAMETERS))
            for function, policy in rights.statements().items()
        }
        self._lock = threading.Lock()
        self.reset_counts()
        self._server = Server(self._serve, tls)
        self.url = self._server.url

    def reset_counts(self):
        self.calls = Counter()
        self.units = {"read": 0.0, "write": 0.0}

    def environment(self):
        """What a function needs in its environment to find everything here."""
        return {
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_SESSION_TOKEN": "bench-session",
            "AWS_ENDPOINT_URL": self.url,
            "STRIPE_API_URL": self.url,
            "TABLE_NAME": "paylink",
            "EVENT_BUS_NAME": "paylink",
            "KMS_KEY_ID": "bench-key",
            "DELIVERY_QUEUE_URL": self.queue_url("webhook-delivery"),
            "ADVANCE_QUEUE_URL": self.queue_url("payment-advance"),
            "STRIPE_EVENTS_QUEUE_URL": self.queue_url("stripe-events"),
            "NUMBERING_QUEUE_URL": self.queue_url("numbering.fifo"),
            "RENDERING_QUEUE_URL": self.queue_url("rendering"),
            "STATISTICS_QUEUE_URL": self.queue_url("statistics"),
            "FAILED_EVENTS_QUEUE_URL": self.queue_url("publish-events-failed"),
            "ISSUER": "https://paylink.invalid",
            "PUBLIC_BASE_URL": "https://pay.example.com",
            "ALLOW_LOCAL_WEBHOOKS": "true",
        }

    def keep(self, item):
        """Puts an item into the table from outside, while functions may be at it."""
        with self._lock:
            self.table.write(item, item)

    def queue_url(self, name):
        return f"{self.url}/{QUEUE_OWNER}/{name}"

    def stop(self):
        self._server.stop()

    def _serve(self, request):
        if self.delay_s:
            threading.Event().wait(self.delay_s)
        if request.path in _STRIPE:
            return 200, {"content-type": "application/json"}, json.dumps(_STRIPE[request.path]).encode()
        target = request.headers.get("x-amz-target", "")
        service, _, operation = target.partition(".")
        if self.check_signatures and not _is_signed(request):
            return _error("InvalidSignatureException", f"{target} is not signed as it should be")
        if refusal := self._refused_by_role(request, target):
            return refusal
        with self._lock:
            self.calls[f"{_SERVICES.get(service, service)}.{operation}"] += 1
            handle = getattr(self, f"_{_SERVICES.get(service, 'unknown')}_{operation}", None)
            if handle is None:
                return _error("UnknownOperationException", f"nobody here knows {target}")
            try:
                answer = handle(json.loads(request.body))
            except Refused as refused:
                return _refusal(refused)
            except _Canceled as canceled:
                return _error(
                    "TransactionCanceledException", "canceled", CancellationReasons=canceled.reasons
                )
        body = json.dumps(answer).encode()
        return 200, {"content-type": request.headers["content-type"]}, body

    def _refused_by_role(self, request, target):
        """What a role refuses; what a function is compared with has none, and may do everything."""
        function = _caller(request).removeprefix(f"{ACCESS_KEY}.")
        role = self._roles.get(function)
        if role is None:
            return None
        try:
            role.judge(target, request.body, (REGION, QUEUE_OWNER))
        except roles.Denied as denied:
            warn(f"the role of {function} refuses {denied}")
            return _error("AccessDeniedException", f"{function} may not {denied}")
        return None

    # DynamoDB

    def _dynamodb_GetItem(self, request):
        item = self.table.get(request["Key"])
        answer = self._read(item_size(item or {}), request.get("ConsistentRead"))
        return answer if item is None else {"Item": item, **answer}

    def _dynamodb_BatchGetItem(self, request):
        found, units = {}, 0.0
        for table, wanted in request["RequestItems"].items():
            items = [self.table.get(key) for key in wanted["Keys"]]
            found[table] = [item for item in items if item]
            consistent = wanted.get("ConsistentRead")
            units += sum(read_units(item_size(item or {}), consistent) for item in items)
        self.units["read"] += units
        consumed = [{"TableName": "paylink", "CapacityUnits": units}]
        return {"Responses": found, "UnprocessedKeys": {}, "ConsumedCapacity": consumed}

    def _dynamodb_Query(self, request):
        page, last = self.table.query(request)
        size = sum(item_size(item) for item in page)
        answer = self._read(size, request.get("ConsistentRead"))
        answer |= {"Items": page, "Count": len(page), "ScannedCount": len(page)}
        return answer | ({"LastEvaluatedKey": last} if last else {})

    def _dynamodb_PutItem(self, request):
        self.table.check(request["Item"], request)
        return self._wrote(self.table.write(request["Item"], request["Item"]))

    def _dynamodb_DeleteItem(self, request):
        self.table.check(request["Key"], request)
        return self._wrote(self.table.write(request["Key"], None))

    def _dynamodb_UpdateItem(self, request):
        old = self.table.check(request["Key"], request)
        new = updated(old or dict(request["Key"]), request)
        return {"Attributes": new, **self._wrote(self.table.write(request["Key"], new))}

    def _dynamodb_TransactWriteItems(self, request):
        writes, reasons = [], []
        for item in request["TransactItems"]:
            kind, write = next(iter(item.items()))
            key = write["Item"] if kind == "Put" else write["Key"]
            try:
                old = self.table.check(key, write)
            except Refused as refused:
                item = {"Item": refused.old} if refused.old else {}
                reasons.append({"Code": "ConditionalCheckFailed", **item})
                continue
            reasons.append({"Code": "None"})
            if kind == "Put":
                writes.append((key, write["Item"]))
            elif kind == "Delete":
                writes.append((key, None))
            elif kind == "Update":
                writes.append((key, updated(old or dict(key), write)))
        if any(reason["Code"] != "None" for reason in reasons):
            raise _Canceled(reasons)
        checks = len(request["TransactItems"]) - len(writes)
        units = 2 * (checks + sum(self.table.write(key, new) for key, new in writes))
        consumed = self._wrote(units)["ConsumedCapacity"]
        return {"ConsumedCapacity": [consumed]}

    def _read(self, size, consistent):
        units = read_units(size, consistent)
        self.units["read"] += units
        return {"ConsumedCapacity": {"TableName": "paylink", "CapacityUnits": units}}

    def _wrote(self, units):
        self.units["write"] += units
        return {"ConsumedCapacity": {"TableName": "paylink", "CapacityUnits": float(units)}}

    # KMS: what is wrapped carries its context, so that a wrong one is noticed

    def _kms_Encrypt(self, request):
        context = json.dumps(request.get("EncryptionContext", {}), sort_keys=True)
        wrapped = json.dumps([context, request["Plaintext"]]).encode()
        return {"CiphertextBlob": base64.b64encode(wrapped).decode(), "KeyId": request["KeyId"]}

    def _kms_Decrypt(self, request):
        context, plaintext = json.loads(base64.b64decode(request["CiphertextBlob"]))
        if context != json.dumps(request.get("EncryptionContext", {}), sort_keys=True):
            raise ValueError("the encryption context is another one")
        return {"Plaintext": plaintext, "KeyId": request["KeyId"]}

    # The bus and the queues

    def _events_PutEvents(self, request):
        self.published += request["Entries"]
        entries = [{"EventId": str(uuid.uuid4())} for _ in request["Entries"]]
        return {"FailedEntryCount": 0, "Entries": entries}

    def _sqs_SendMessage(self, request):
        self._enqueue(request["QueueUrl"], request)
        digest = hashlib.md5(request["MessageBody"].encode()).hexdigest()
        return {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest}

    def _sqs_SendMessageBatch(self, request):
        sent = []
        for entry in request["Entries"]:
            self._enqueue(request["QueueUrl"], entry)
            digest = hashlib.md5(entry["MessageBody"].encode()).hexdigest()
            one = {"Id": entry["Id"], "MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest}
            sent.append(one)
        return {"Successful": sent, "Failed": []}

    def _enqueue(self, url, message):
        queue, body = url.rsplit("/", 1)[1], message["MessageBody"]
        self.queued.append((queue, body))
        if self.on_message:
            self.on_message(queue, body, message.get("DelaySeconds", 0))


_SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "AWSEvents": "events",
    "AmazonSQS": "sqs",
}


class _Canceled(Exception):
    def __init__(self, reasons):
        super().__init__("canceled")
        self.reasons = reasons


def _refusal(refused):
    item = {"Item": refused.old} if refused.old else {}
    return _error("ConditionalCheckFailedException", str(refused), **item)


def _error(kind, message, **more):
    body = {"__type": f"com.amazonaws#{kind}", "message": message, **more}
    return 400, {"content-type": "application/x-amz-json-1.0"}, json.dumps(body).encode()


def _caller(request):
    """The access key that a request says it is signed with."""
    _, _, rest = request.headers.get("authorization", "").partition("Credential=")
    return rest.partition("/")[0]


def _is_signed(request):
    """Whether the signature (version 4) of a request is the one it should have."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return False
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    key_id, *scope = parts["Credential"].split("/")
    names = parts["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{request.headers.get(name, '')}\n" for name in names)
    path, _, query = request.path.partition("?")
    digest = hashlib.sha256(request.body).hexdigest()
    canonical = "\n".join([request.method, path, query, headers, ";".join(names), digest])
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    moment = request.headers["x-amz-date"]
    text = "\n".join(["AWS4-HMAC-SHA256", moment, "/".join(scope), hashed])
    key = f"AWS4{SECRET_KEY}".encode()
    for part in (*scope, text):
        key = hmac.digest(key, part.encode(), "sha256")
    needed = {"host", "x-amz-date", "x-amz-security-token"}
    ours = key_id.startswith(ACCESS_KEY)
    return ours and needed <= set(names) and key.hex() == parts["Signature"]
