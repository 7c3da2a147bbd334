"""The table in memory: what DynamoDB answers to the expressions the store writes.

Items are never changed in place, so a snapshot is a shallow copy. Expressions that the store does
not write today are refused loudly instead of half understood.
"""

import base64
import re

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+-]|[#:]?[A-Za-z0-9_]+)")
_COMPARE = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


INDEXES = ("gsi1", "gsi2", "gsi3", "gsi4")
KEYS_ONLY = ("gsi3", "gsi4")


class Refused(Exception):
    """A condition does not hold."""

    def __init__(self, old):
        super().__init__("The conditional request failed")
        self.old = old


class Table:
    """Items by (pk, sk), and its indexes."""

    def __init__(self):
        self.items = {}
        self.changes = []  # (old, new) of every write, as the stream tells it

    def snapshot(self):
        return dict(self.items)

    def restore(self, items):
        self.items = dict(items)
        self.changes = []

    def get(self, key):
        return self.items.get(_place(key))

    def check(self, key, request):
        """Raises where the condition of a write does not hold; answers the item as it is."""
        old = self.get(key)
        condition = request.get("ConditionExpression")
        if condition and not _Condition(condition, request, old or {}).holds():
            raise Refused(old)
        return old

    def write(self, key, new):
        """Puts an item in place, or removes it (None); answers its write units."""
        place = _place(key)
        old = self.items.get(place)
        if new is None:
            self.items.pop(place, None)
        else:
            self.items[place] = new
        self.changes.append((old, new))
        return _write_units(old, new)

    def query(self, request):
        """The items of one partition in their order, and the key to go on from."""
        pk, sk = keys = _keys(request.get("IndexName"))
        found = []
        # Most items are of other partitions, and conditions are slow to read.
        values = list(request["ExpressionAttributeValues"].values())
        for item in self.items.values():
            if item.get(pk) in values and _Condition(request["KeyConditionExpression"], request, item).holds():
                found.append(item)
        forward = request.get("ScanIndexForward", True)
        found.sort(key=lambda item: item[sk]["S"], reverse=not forward)
        if start := request.get("ExclusiveStartKey"):
            after = start[sk]["S"]
            beyond = (lambda s: s > after) if forward else (lambda s: s < after)
            found = [item for item in found if beyond(item[sk]["S"])]
        limit = request.get("Limit", 1000)
        page = found[:limit]
        last = None
        if len(page) == limit:
            last = {name: page[-1][name] for name in ("pk", "sk", *keys)}
        if request.get("IndexName") in KEYS_ONLY:
            page = [{name: item[name] for name in ("pk", "sk", *keys)} for item in page]
        return page, last


def read_units(size, consistent):
    units = -(-max(size, 1) // 4096)
    return units if consistent else units / 2


def item_size(item):
    """DynamoDB's count: names and values in UTF-8, one byte per scalar of a document, and so on."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value):
    kind, content = next(iter(value.items()))
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return -(-len(content.strip("-").replace(".", "")) // 2) + 1
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "B":
        return len(base64.b64decode(content))
    if kind == "L":
        return 3 + sum(1 + _value_size(one) for one in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_size(one) for name, one in content.items())
    raise ValueError(f"no attribute of type {kind} is used")


def _write_units(old, new):
    def kib(*items):
        return -(-max(max((item_size(item) for item in items if item), default=1), 1) // 1024)

    def entry(item, index):
        pk, sk = _keys(index)
        return (item[pk], item[sk]) if item and pk in item else None

    units = kib(old, new)
    for index in INDEXES:
        before, after = entry(old, index), entry(new, index)
        if before != after:
            small = index in KEYS_ONLY
            units += (1 if small else kib(old)) if before else 0
            units += (1 if small else kib(new)) if after else 0
        elif after and old != new and index not in KEYS_ONLY:
            units += kib(old, new)
    return units


def _keys(index):
    """The attributes that are an index's key, or the table's own (None)."""
    return (f"{index}pk", f"{index}sk") if index else ("pk", "sk")


def _place(key):
    return key["pk"]["S"], key["sk"]["S"]


def _plain(value):
    """A value that compares as DynamoDB compares it."""
    kind, content = next(iter(value.items()))
    return int(content) if kind == "N" else content


def _tokens(text):
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise ValueError(f"cannot read {text[at:]!r} of {text!r}")
        tokens.append(found[1])
        at = found.end()
    return tokens


class _Reader:
    """Walks over the tokens of an expression."""

    def __init__(self, text, request, item):
        self.text, self.item = text, item
        self.tokens = _tokens(text)
        self.names = request.get("ExpressionAttributeNames") or {}
        self.values = request.get("ExpressionAttributeValues") or {}

    def peek(self):
        return self.tokens[0] if self.tokens else None

    def take(self, wanted=None):
        token = self.tokens.pop(0) if self.tokens else None
        if token is None or (wanted and token.upper() != wanted):
            raise ValueError(f"expected {wanted} and not {token} in {self.text!r}")
        return token

    def takes(self, wanted):
        if (self.peek() or "").upper() == wanted:
            self.take()
            return True
        return False

    def name(self):
        token = self.take()
        return self.names[token] if token.startswith("#") else token

    def operand(self):
        """A value as DynamoDB writes it; None for an attribute that is not there."""
        token = self.peek()
        if token.startswith(":"):
            return self.values[self.take()]
        if token == "list_append":
            self.take()
            first, second = self._two()
            return {"L": first["L"] + second["L"]}
        if token == "if_not_exists":
            self.take()
            first, second = self._two()
            return second if first is None else first
        return self.item.get(self.name())

    def _two(self):
        self.take("(")
        first = self.operand()
        self.take(",")
        second = self.operand()
        self.take(")")
        return first, second


_FUNCTIONS = ("attribute_exists", "attribute_not_exists", "begins_with", "contains")


class _Condition(_Reader):
    def holds(self):
        result = self._any()
        if self.tokens:
            raise ValueError(f"cannot read the end of {self.text!r}")
        return result

    def _any(self):
        result = self._all()
        while self.takes("OR"):
            # Both sides are read in any case: the tokens have to go.
            result = self._all() or result
        return result

    def _all(self):
        result = self._one()
        while self.takes("AND"):
            result = self._one() and result
        return result

    def _one(self):
        if self.takes("NOT"):
            return not self._one()
        if self.takes("("):
            result = self._any()
            self.take(")")
            return result
        if self.peek() in _FUNCTIONS:
            return self._function(self.take())
        left = self.operand()
        if self.takes("BETWEEN"):
            low = self.operand()
            self.take("AND")
            high = self.operand()
            return left is not None and _plain(low) <= _plain(left) <= _plain(high)
        compare = _COMPARE[self.take()]
        right = self.operand()
        if left is None or right is None or left.keys() != right.keys():
            return False
        return compare(_plain(left), _plain(right))

    def _function(self, function):
        self.take("(")
        value = self.item.get(self.name())
        if function in ("begins_with", "contains"):
            self.take(",")
            part = self.operand()
            self.take(")")
            if value is None:
                return False
            if function == "begins_with":
                return value.get("S", "").startswith(part["S"])
            return part in value["L"] if "L" in value else part["S"] in value["S"]
        self.take(")")
        return (value is not None) == (function == "attribute_exists")


class _Update(_Reader):
    def result(self):
        new = dict(self.item)
        while self.tokens:
            {"SET": self._set, "ADD": self._add, "REMOVE": self._remove}[self.take().upper()](new)
        return new

    def _each(self, one):
        one()
        while self.takes(","):
            one()

    def _set(self, new):
        def one():
            name = self.name()
            self.take("=")
            value = self.operand()
            if self.peek() in ("+", "-"):
                sign = 1 if self.take() == "+" else -1
                value = {"N": str(_plain(value) + sign * _plain(self.operand()))}
            new[name] = value

        self._each(one)

    def _add(self, new):
        def one():
            name = self.name()
            delta = _plain(self.operand())
            new[name] = {"N": str(_plain(new.get(name, {"N": "0"})) + delta)}

        self._each(one)

    def _remove(self, new):
        self._each(lambda: new.pop(self.name(), None))


def updated(item, request):
    """The item after an update expression."""
    return _Update(request["UpdateExpression"], request, item).result()
