"""Builds functions with cargo's profile "local" and lays them out for `sam deploy`."""

import hashlib
import json
import re
import subprocess
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

from paths import FUNCTIONS, LOCAL, NESTED, ROOT, STACK, STRIPE_STAND_IN, TEMPLATES
from say import Failure, Step, wait
from surroundings import for_builds, stripe_keys

_FUNCTION = re.compile(
    r"(    Metadata: \{BuildMethod: rust-cargolambda, BuildProperties: \{Binary: ([a-z0-9-]+)\}\}\n"
    r"    Properties:\n)"
)


def names():
    """Every function of the nested templates, in their order."""
    texts = (path.read_text() for path in NESTED)
    return [name for text in texts for _, name in _FUNCTION.findall(text)]


def compile_functions(wanted=()):
    """Plain cargo: it shares its work with nothing, needs no zig, and rebuilds least."""
    # The demo's past comes along: it is one small program more over what functions are made of.
    bins = [flag for name in wanted for flag in ("--bin", name)] or ["--package", "demo", "--bins"]
    command = ["cargo", "build", "--profile", "local", "--package", "functions", *bins]
    STACK.mkdir(parents=True, exist_ok=True)
    log = STACK / "build.log"
    what = " ".join(wanted) if wanted else "all functions"
    with Step(f"building {what}", "" if wanted else "the first time takes some minutes") as step:
        with log.open("w") as out:
            cargo = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                env=for_builds(), start_new_session=True,
            )
            reader = threading.Thread(target=_follow, args=(cargo.stderr, out, step), daemon=True)
            reader.start()
            code = wait(cargo)
            reader.join()
        if code:
            errors = [line for line in log.read_text().splitlines() if not _is_progress(line)]
            print("\n".join(errors[:80]))
            raise Failure(f"The build failed; cargo's messages are above and in {_short(log)}.")


def _follow(lines, out, step):
    units = 0
    for line in lines:
        out.write(line)
        if line.lstrip().startswith("Compiling "):
            units += 1
            step.detail = f"{units} crates so far, {line.split()[1]} last"


def _is_progress(line):
    return line.lstrip().startswith(("Compiling ", "Downloaded ", "Downloading ", "Blocking "))


def _short(path):
    return path.relative_to(ROOT)


def package(wanted):
    """Puts each binary into <name>/bootstrap and <name>.zip; returns the binaries' digests.

    `sam deploy` would zip the folders itself, one after the other and with full compression, which
    took most of its time. A CodeUri that is a zip already is uploaded as it is.
    """
    FUNCTIONS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:
        return dict(zip(wanted, pool.map(_package_one, wanted)))


def _package_one(name):
    built = LOCAL / name
    if not built.exists():
        raise Failure(f"There is no binary {_short(built)}; is {name} in functions/Cargo.toml?")
    content = built.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    stamp = FUNCTIONS / f"{name}.sha256"
    if stamp.exists() and stamp.read_text() == digest:
        return digest
    folder = FUNCTIONS / name
    folder.mkdir(exist_ok=True)
    bootstrap = folder / "bootstrap"
    bootstrap.unlink(missing_ok=True)
    bootstrap.write_bytes(content)
    bootstrap.chmod(0o755)
    archive = FUNCTIONS / f"{name}.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        z.writestr(entry, content)
    stamp.write_text(digest)
    return digest


def write_templates():
    """The real templates; only where each function's code lies is added, and where Stripe is: at a
    stand-in on loopback, unless the terminal has keys of Stripe's test mode.
    """
    own = "STRIPE_API_URL: ''"
    stripe = own if stripe_keys() else f"STRIPE_API_URL: '{STRIPE_STAND_IN}'"
    for path in TEMPLATES:
        copy = STACK / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = _FUNCTION.sub(r"\1      CodeUri: ../\2.zip\n", path.read_text())
        copy.write_text(text.replace(own, stripe))


def template_digest():
    return hashlib.sha256(b"".join(path.read_bytes() for path in TEMPLATES)).hexdigest()


def remember(path, digests):
    path.write_text(json.dumps({"template": template_digest(), "functions": digests}, indent=1))
