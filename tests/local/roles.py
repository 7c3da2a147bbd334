"""What roles allow: the one evaluator that the emulator and the bench's AWS services ask.

It is stricter than AWS. The documentation leaves open which keys `dynamodb:LeadingKeys` holds for
an item of a transaction: its own, those of all items with the same action, or those of the whole
transaction. A call passes only where it would under each reading, and so does a batch. What is not
known here is denied: operations, operators, keys that cannot be found.
"""

import functools
import itertools
import json
import re
from collections import namedtuple

SERVICES = {
    "DynamoDB_20120810": "dynamodb",
    "TrentService": "kms",
    "AWSEvents": "events",
    "AmazonSQS": "sqs",
}

# What a call asks of a role; `context` holds the values of condition keys, as tuples.
Question = namedtuple("Question", "action resource context")

# One thing that a role allows: the statement's number, an action, the resource's number in its
# list, and a leading key or an encryption context (None where the statement has no such list).
Right = namedtuple("Right", "statement action resource value")

_LEADING_KEYS = "dynamodb:leadingkeys"
_ENCLOSING = "dynamodb:enclosingoperation"
_CONTEXT = "kms:encryptioncontext:"
_MEMBERS = {
    "Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem",
    "ConditionCheck": "ConditionCheckItem",
}
_SINGLE = ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")


class Denied(Exception):
    """A role does not allow what was asked."""

    def __init__(self, question):
        super().__init__(f"{question.action} on {question.resource} {dict(question.context)}")
        self.question = question


class Role:
    """The statements of a policy whose references are resolved."""

    def __init__(self, statements):
        self.statements = [_Statement(number, one) for number, one in enumerate(statements)]

    def judge(self, target, body, place):
        """The rights that a call uses; `place` is (region, account).

        Raises `Denied` for the first question that the role does not answer with yes.
        """
        used = set()
        for question in questions(target, body, place):
            matching = [one for one in self.statements if one.matches(question)]
            if not matching or any(one.effect != "Allow" for one in matching):
                raise Denied(question)
            for one in matching:
                used |= one.used(question)
        return used


class _Statement:
    def __init__(self, number, statement):
        self.number = number
        self.effect = statement["Effect"]
        self.actions = listed(statement["Action"])
        self.resources = listed(statement["Resource"])
        self.conditions = [
            (operator, key.lower(), listed(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        ]

    def matches(self, question):
        return (
            any(_like(one.lower(), question.action.lower()) for one in self.actions)
            and any(_like(one, question.resource) for one in self.resources)
            and all(_holds(*condition, dict(question.context)) for condition in self.conditions)
        )

    def used(self, question):
        context = dict(question.context)
        actions = [one for one in self.actions if _like(one.lower(), question.action.lower())]
        places = enumerate(self.resources)
        places = [place for place, one in places if _like(one, question.resource)]
        values = [None]
        for _, key, wanted in self._lists():
            values = [one for one in wanted if any(_like(one, had) for had in context.get(key, ()))]
        return set(itertools.starmap(
            Right, itertools.product([self.number], actions, places, values)
        ))

    def rights(self):
        """Everything that the statement allows."""
        values = [None]
        for _, _, wanted in self._lists():
            values = wanted
        places = range(len(self.resources))
        return list(itertools.starmap(
            Right, itertools.product([self.number], self.actions, places, values)
        ))

    def _lists(self):
        return [
            condition for condition in self.conditions
            if condition[0] != "Null" and condition[1].startswith((_LEADING_KEYS, _CONTEXT))
        ]


def rights(statements):
    """Everything that a policy allows."""
    return [right for one in Role(statements).statements for right in one.rights()]


def questions(target, body, place):
    """What a call of an AWS service asks; each has to be answered with yes."""
    name, _, operation = target.partition(".")
    if name == "S3":
        return _s3(operation)
    service = SERVICES.get(name)
    ask = _ASK.get(service)
    if ask is None:
        return [Question(f"{name}:{operation}", "", ())]
    return ask(operation, json.loads(body or b"{}"), place)


def _dynamodb(operation, request, place):
    if operation in _SINGLE:
        index = request.get("IndexName")
        table = _table(request["TableName"], place) + (f"/index/{index}" if index else "")
        return [_about(operation, table, [_leading_key(operation, request)])]
    if operation == "BatchGetItem":
        return [
            _about(operation, _table(name, place), keys)
            for name, wanted in request["RequestItems"].items()
            for keys in _readings([_text(key.get("pk")) for key in wanted["Keys"]])
        ]
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return _transaction(operation, request["TransactItems"], place)
    return [_about(operation, _table(request.get("TableName", "*"), place), [])]


def _transaction(operation, items, place):
    asked = []
    for item in items:
        for member, one in item.items():
            action = _MEMBERS.get(member, member)
            asked.append((action, _table(one["TableName"], place), _leading_key(action, one)))
    every = [key for _, _, key in asked]
    found = []
    for action, table, key in asked:
        alike = [other for same, _, other in asked if same == action]
        for keys in ([key], alike, every):
            question = _about(action, table, keys, operation)
            if question not in found:
                found.append(question)
    return found


def _readings(keys):
    """A batch, judged at once and key by key."""
    return [keys, *([key] for key in keys)]


def _about(operation, resource, keys, enclosing=None):
    context = {_LEADING_KEYS: tuple(keys)} if keys and None not in keys else {}
    if enclosing:
        context[_ENCLOSING] = (enclosing,)
    return Question(f"dynamodb:{operation}", resource, tuple(context.items()))


def _leading_key(action, request):
    """The value of the partition key; None where it cannot be told."""
    if action == "PutItem":
        return _text(request.get("Item", {}).get("pk"))
    if action == "Query":
        return _queried(request)
    return _text(request.get("Key", {}).get("pk"))


def _queried(request):
    wanted = f"{request.get('IndexName') or ''}pk"
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    for name, value in re.findall(r"(#?\w+) *= *(:\w+)", request.get("KeyConditionExpression", "")):
        if names.get(name, name) == wanted:
            return _text(values.get(value))
    return None


def _text(value):
    return value.get("S") if isinstance(value, dict) else None


def _table(name, place):
    return name if name.startswith("arn:") else _arn("dynamodb", place, f"table/{name}")


def _kms(operation, request, place):
    key = request.get("KeyId", "")
    key = key if key.startswith("arn:") else _arn("kms", place, f"key/{key}")
    given = request.get("EncryptionContext", {})
    context = tuple((f"{_CONTEXT}{name}".lower(), (value,)) for name, value in given.items())
    return [Question(f"kms:{operation}", key, context)]


def _sqs(operation, request, place):
    # IAM has no action of its own for a batch.
    action = operation.removesuffix("Batch")
    queue = request.get("QueueUrl", "").rsplit("/", 1)[-1]
    return [Question(f"sqs:{action}", _arn("sqs", place, queue), ())]


# A bucket is asked by method and path; whoever may read an object may ask for its head.
_OF_OBJECTS = {"PUT": "PutObject", "GET": "GetObject", "HEAD": "GetObject"}


def _s3(request):
    method, _, path = request.partition(" ")
    action = _OF_OBJECTS.get(method, method)
    return [Question(f"s3:{action}", f"arn:aws:s3:::{path.lstrip('/')}", ())]


def _events(operation, request, place):
    buses = {entry.get("EventBusName", "default") for entry in request.get("Entries", [{}])}
    buses = [bus if bus.startswith("arn:") else _arn("events", place, f"event-bus/{bus}")
             for bus in sorted(buses)]
    return [Question(f"events:{operation}", bus, ()) for bus in buses]


_ASK = {"dynamodb": _dynamodb, "kms": _kms, "sqs": _sqs, "events": _events}


def _arn(service, place, resource):
    region, account = place
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def listed(value):
    """What a policy writes as one value or as a list of them."""
    return value if isinstance(value, list) else [value]


def _holds(operator, key, wanted, context):
    values = context.get(key)
    scope, _, plain = operator.rpartition(":")
    if plain == "Null":
        return (values is None) == (str(wanted[0]).lower() == "true")
    compare = {"StringLike": _like, "StringEquals": lambda one, had: one == had}.get(plain)
    if compare is None:
        return False

    def fits(value):
        return any(compare(one, value) for one in wanted)

    if scope == "ForAllValues":
        return all(map(fits, values or ()))
    if scope == "ForAnyValue":
        return any(map(fits, values or ()))
    # Of a key with several values a plain operator can say nothing.
    return not scope and values is not None and key != _LEADING_KEYS and key != _ENCLOSING and (
        len(values) == 1 and fits(values[0])
    )


@functools.lru_cache(maxsize=None)
def _pattern(text):
    parts = (".*" if c == "*" else "." if c == "?" else re.escape(c) for c in text)
    return re.compile("".join(parts), re.DOTALL)


def _like(pattern, value):
    return _pattern(pattern).fullmatch(value) is not None
