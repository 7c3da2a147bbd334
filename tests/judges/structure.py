"""Prints the structure of a PDF in reading order: a line for each element, with the text that it
says it stands for."""

import sys

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject


def walk(node, depth):
    node = node.get_object()
    if isinstance(node, ArrayObject):
        for child in node:
            walk(child, depth)
    elif isinstance(node, DictionaryObject) and "/S" in node:
        print("  " * depth + node["/S"][1:], node.get("/ActualText", ""))
        walk(node.get("/K", ArrayObject()), depth + 1)


if __name__ == "__main__":
    walk(PdfReader(sys.argv[1]).trailer["/Root"]["/StructTreeRoot"]["/K"], 0)
