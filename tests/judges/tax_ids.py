"""Judges random tax ids with python-stdnum: a line `country text verdict` for each.

The seed and the number of ids per form are arguments. A `#` of a form is a digit, an `@` a letter.
Of each id the last two digits run through all their values, so that some have right check digits.
"""

import random
import sys

from stdnum.au import abn
from stdnum.br import cnpj, cpf
from stdnum.ca import bn
from stdnum.ch import uid
from stdnum.eu import vat
from stdnum.gb import vat as british
from stdnum.in_ import gstin
from stdnum.is_ import vsk
from stdnum.jp import cn
from stdnum.mx import rfc
from stdnum.no import orgnr
from stdnum.nz import ird
from stdnum.sg import uen
from stdnum.tr import vkn


def _mexican(text):
    return rfc.is_valid(text, validate_check_digits=True)


FORMS = [
    ("AT", "ATU########", vat.is_valid), ("BE", "BE0#########", vat.is_valid),
    ("BG", "BG#########", vat.is_valid), ("BG", "BG##########", vat.is_valid),
    ("BG", "BG850######", vat.is_valid), ("CY", "CY########@", vat.is_valid),
    ("CZ", "CZ########", vat.is_valid), ("CZ", "CZ6########", vat.is_valid),
    ("CZ", "CZ8506#####", vat.is_valid), ("CZ", "CZ5051#####", vat.is_valid),
    ("DE", "DE#########", vat.is_valid), ("DK", "DK########", vat.is_valid),
    ("EE", "EE#########", vat.is_valid), ("ES", "ES########@", vat.is_valid),
    ("ES", "ESX#######@", vat.is_valid), ("ES", "ESB########", vat.is_valid),
    ("ES", "ESK#######@", vat.is_valid), ("ES", "ESQ#######@", vat.is_valid),
    ("FI", "FI########", vat.is_valid), ("FR", "FR###########", vat.is_valid),
    ("FR", "FRK#@#######", vat.is_valid), ("FR", "FR##303265045", vat.is_valid), ("GR", "EL#########", vat.is_valid),
    ("HR", "HR###########", vat.is_valid), ("HU", "HU########", vat.is_valid),
    ("IE", "IE#######@", vat.is_valid), ("IE", "IE#######@A", vat.is_valid),
    ("IE", "IE#A#####@", vat.is_valid), ("IT", "IT#######001#", vat.is_valid),
    ("IT", "IT###########", vat.is_valid), ("LT", "LT#######1#", vat.is_valid),
    ("LT", "LT##########1#", vat.is_valid), ("LU", "LU########", vat.is_valid),
    ("LV", "LV4##########", vat.is_valid), ("LV", "LV1503#######", vat.is_valid),
    ("LV", "LV32#########", vat.is_valid), ("MT", "MT########", vat.is_valid),
    ("NL", "NL#########B##", vat.is_valid), ("PL", "PL##########", vat.is_valid),
    ("PT", "PT#########", vat.is_valid), ("RO", "RO########", vat.is_valid),
    ("RO", "RO####", vat.is_valid), ("RO", "RO185061204####", vat.is_valid),
    ("SE", "SE##########01", vat.is_valid), ("SI", "SI########", vat.is_valid),
    ("SK", "SK##2#######", vat.is_valid), ("SK", "SK8506######", vat.is_valid),
    ("GB", "GB#########", british.is_valid), ("GB", "GBGD###", british.is_valid),
    ("GB", "GBHA###", british.is_valid), ("GB", "GB############", british.is_valid),
    ("CH", "CHE#########", uid.is_valid), ("NO", "#########", orgnr.is_valid),
    ("IS", "#####", vsk.is_valid), ("AU", "###########", abn.is_valid),
    ("NZ", "0########", ird.is_valid), ("NZ", "########", ird.is_valid),
    ("CA", "#########", bn.is_valid), ("IN", "27AAPFU####F1Z@", gstin.is_valid),
    ("SG", "########@", uen.is_valid), ("SG", "19########@", uen.is_valid),
    ("SG", "S99LL####@", uen.is_valid), ("JP", "#############", cn.is_valid),
    ("MX", "ABC850612AA#", _mexican), ("MX", "GODE561231GR#", _mexican),
    ("BR", "##############", cnpj.is_valid), ("BR", "12@@C34501##", cnpj.is_valid),
    ("BR", "12ABC345##DE##", cnpj.is_valid), ("BR", "###########", cpf.is_valid),
    ("TR", "##########", vkn.is_valid),
]

DIGITS, LETTERS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _filled(form, source):
    alphabets = {"#": DIGITS, "@": LETTERS}
    return [source.choice(alphabets[sign]) if sign in alphabets else sign for sign in form]


def _last(form, source, signs):
    """Places of the last signs that may change: where check digits stand."""
    places = [at for at, sign in enumerate(form) if sign in "#@"]
    return places[-signs:]


def main(seed, count):
    source = random.Random(seed)
    for country, form, judge in FORMS:
        for _ in range(count):
            text = _filled(form, source)
            for first in DIGITS:
                for second in LETTERS if "@" in form[-2:] else DIGITS:
                    for place, sign in zip(_last(form, source, 2), (first, second)):
                        if form[place] == "#" and sign in DIGITS or form[place] == "@":
                            text[place] = sign
                    print(country, "".join(text), int(judge("".join(text))))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
