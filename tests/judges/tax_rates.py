"""Rates of consumption tax as `eu-vat-rates-data` has them: a line `country standard others` each.

The data set takes the European Union's from the Commission's TEDB. `others` are the reduced,
super-reduced and parking rates, joined by commas, or `-`.
"""

import json
from importlib.resources import files

DATA = json.loads(files("eu_vat_rates_data").joinpath("eu_vat_rates_data.json").read_text())


def _text(rate):
    return f"{rate:g}"


for country, rates in sorted(DATA["rates"].items()):
    others = {*rates["reduced"], rates["super_reduced"], rates["parking"]} - {None}
    joined = ",".join(_text(rate) for rate in sorted(others)) or "-"
    print(country, _text(rates["standard"]), joined)
