"""The table of profiles: what each costs to build, and what comes out.

Three functions stand for all; each profile is built from nothing in a folder of its own, the
libraries first, so that the time of one more function can be told. Times are processor seconds.
"""

import os
import resource
import shutil
import subprocess

import binaries
import measure
from paths import ROOT
from say import Failure, Step

NAMES = ("platform-create-card-payment-link", "hosted-submit-payment", "platform-get-openapi")

# opt-level, lto, codegen-units, panic.
PROFILES = (
    ("3", "off", "1", "unwind"),
    ("3", "off", "16", "unwind"),
    ("s", "off", "1", "unwind"),
    ("3", "off", "1", "abort"),
    ("3", "thin", "1", "unwind"),
    ("3", "fat", "1", "unwind"),
    ("3", "fat", "1", "abort"),
    ("s", "fat", "1", "abort"),
)


def run():
    if not binaries.has_valgrind():
        raise Failure("valgrind is missing: it counts instructions (apt-get install valgrind).")
    print("| opt-level, LTO, units, panic | first function s | one more s | MB | zipped | start M |"
          " call M |\n|---|---|---|---|---|---|---|")
    for profile in PROFILES:
        print(_row(profile), flush=True)


def _row(profile):
    folder = binaries.BENCH / "profiles"
    shutil.rmtree(folder, ignore_errors=True)
    first, *others = NAMES
    times = [_build(profile, folder, first)]
    times += [_build(profile, folder, name) for name in others]
    more = sum(times[1:]) / len(others)
    built = folder / "release" / first
    sizes = binaries.sizes(built)
    counted = measure.instructions(first, binary=built)
    cells = [
        ", ".join(profile), f"{times[0]:.0f}", f"{more:.0f}",
        f"{sizes['stripped'] / 1e6:.2f}", f"{sizes['zipped'] / 1e6:.2f}",
        f"{counted['start_instructions'] / 1e6:.2f}", f"{counted['warm_instructions'] / 1e6:.2f}",
    ]
    return "| " + " | ".join(cells) + " |"


def _build(profile, folder, name):
    """Builds one function and answers the processor seconds it took."""
    keys = ("OPT_LEVEL", "LTO", "CODEGEN_UNITS", "PANIC")
    settings = {f"CARGO_PROFILE_RELEASE_{key}": value for key, value in zip(keys, profile)}
    command = ["cargo", "build", "--release", "--locked", "--quiet", "--package", "functions"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Step(f"building {name} with {', '.join(profile)}", every_s=60):
        built = subprocess.run(
            [*command, "--bin", name, "--target-dir", str(folder)], cwd=ROOT,
            env={**os.environ, **settings},
        )
    if built.returncode:
        raise Failure(f"{name} could not be built with {', '.join(profile)}.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
