"""Release builds: the functions, and what they are compared with."""

import io
import re
import shutil
import subprocess
import zipfile

from paths import ROOT
from say import Failure, Step

BENCH = ROOT / "target" / "bench"
RELEASE = ROOT / "target" / "release"
LOGS = BENCH / "logs"
BASELINES = ("hello", "hello-http", "usual-sdk")

_BIN = re.compile(r'\{ name = "([a-z0-9-]+)"')


def catalogue():
    """Every function, in the order of functions/Cargo.toml."""
    return _BIN.findall((ROOT / "functions" / "Cargo.toml").read_text())


def functions(names=()):
    """Builds functions, all of them or some, with the profile that AWS gets."""
    bins = [flag for name in names for flag in ("--bin", name)] or ["--bins"]
    _cargo("building release functions", ROOT, "--package", "functions", *bins)


def baselines():
    """Builds each by itself: features that one asks for would be built into the others too."""
    for name in (*BASELINES, "certificates"):
        baseline(name)


def baseline(name):
    target = ["--target-dir", str(BENCH / "baselines")]
    workspace = ROOT / "tests" / "bench" / "baselines"
    _cargo(f"building the baseline {name}", workspace, "--package", name, *target)
    return baseline_path(name)


def baseline_path(name):
    return BENCH / "baselines" / "release" / name


def path(name):
    return RELEASE / name


def sizes(binary):
    """Bytes of a binary as built, which is stripped, and in a zip as SAM makes it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        z.write(binary, "bootstrap")
    return {"stripped": binary.stat().st_size, "zipped": archive.tell()}


def certificates():
    """A folder with a chain for 127.0.0.1."""
    folder = BENCH / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([baseline("certificates"), folder], check=True)
    return folder


def has_valgrind():
    return shutil.which("valgrind") is not None


def _cargo(what, folder, *arguments):
    command = ["cargo", "build", "--release", "--locked", *arguments]
    with Step(what, every_s=60):
        if subprocess.run([*command, "--quiet"], cwd=folder).returncode:
            raise Failure(f"{what} failed; cargo's messages are above.")
