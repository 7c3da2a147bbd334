"""Shapes: functions that are alike in what makes them heavy or slow.

A shape is what `main` runs the handler with (a surface, a queue, a stream, a schedule, an operator)
and the context that the handler names (which clients, which identity, which keys). Functions of one
shape differ in their own code only, so CI builds and measures one of each.
"""

import re

import binaries
from cases import case_of
from extras import EXTRAS
from paths import ROOT
from say import Failure
from world import STEPS

# Who stands for a shape, before the first of the catalogue: those whose figures are stated, then
# those that make the others' world and are built anyway.
_FIRST = (
    "platform-create-card-payment-link", "platform-get-openapi", "hosted-submit-payment",
    "hosted-show-payment-page", "workers-deliver-webhook", *(name for name, _ in STEPS),
)

_BIN = re.compile(r'\{ name = "([a-z0-9-]+)", path = "([a-z0-9_/]+\.rs)"')
_MAIN = re.compile(r"fn main\(\)[^{]*\{\s*([\w:]+)\(")
_CONTEXT = "&'static "


def shape(source):
    """The shape of a function with this source: its shim, and its context."""
    main, start = _MAIN.search(source), source.find(_CONTEXT)
    if not main or start < 0:
        return None
    return main[1], _type_at(source, start + len(_CONTEXT))


def representatives():
    """One function of each shape, in the order of the catalogue."""
    sources = dict(_BIN.findall((ROOT / "functions" / "Cargo.toml").read_text()))
    by_shape = {}
    for name in binaries.catalogue():
        found = shape((ROOT / "functions" / sources[name]).read_text())
        if not found:
            raise Failure(f"tests/bench/shapes.py cannot tell the shape of {name}.")
        by_shape.setdefault(found, []).append(name)
    chosen = {next((name for name in _FIRST if name in alike), alike[0])
              for alike in by_shape.values()}
    return [name for name in binaries.catalogue() if name in chosen]


def needed(names):
    """Functions that have to be built to measure these: they, and all that make their worlds."""
    found = {*names, *(name for name, _ in STEPS)}
    for name in names:
        for step in case_of(name).also:
            if step in EXTRAS:
                found.add(EXTRAS[step].function)
            elif step in binaries.catalogue():
                found.add(step)
    return [name for name in binaries.catalogue() if name in found]


def _type_at(source, start):
    """The type that starts here: up to a comma or parenthesis outside its angle brackets."""
    depth = 0
    for end in range(start, len(source)):
        letter = source[end]
        depth += {"<": 1, ">": -1}.get(letter, 0)
        if letter in ",)" and depth == 0:
            return source[start:end]
    return source[start:]
