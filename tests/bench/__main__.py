"""The bench: what each function weighs, how it starts, and what a call costs.

    python3 tests/bench                what `make bench` runs: everything, for every function
    python3 tests/bench NAME..         the same for some functions, without the comparisons
    python3 tests/bench --check        what CI runs: one function of each shape, and the usual SDK
                                       set-up (see shapes.py)
    python3 tests/bench --accept       sets the functions' requests and units to what was measured
    python3 tests/bench --readme       also writes the figures into tests/bench/README.md
    python3 tests/bench --profiles     the table of profiles: builds for an hour
    python3 tests/bench --sender       deliveries per second, against a plain sender
    python3 tests/bench --fairness     what one dead endpoint of twenty does to the others
    python3 tests/bench --pages        what a silent receiver does to pages in a small account

Each real `bootstrap` runs against a Runtime API and AWS services on loopback, with its own event.
Needs Rust, Python and valgrind. Figures end up in target/bench/report.json; a budget that is passed
fails the command.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "local"))

import tools  # noqa: E402

# Roles stand in the templates, which only SAM's library can read.
tools.enter(HERE)

import binaries  # noqa: E402
import budgets  # noqa: E402
import costs  # noqa: E402
import fairness  # noqa: E402
import measure  # noqa: E402
import pages  # noqa: E402
import profiles  # noqa: E402
import quota  # noqa: E402
import rendering  # noqa: E402
import report  # noqa: E402
import sender  # noqa: E402
import shapes  # noqa: E402
import shops  # noqa: E402
import tls  # noqa: E402
from say import Failure, Step, warn  # noqa: E402

# Warm calls under valgrind: all of them, and what is enough to hold a budget.
CALLS = {False: measure.CALLS, True: 40}


def checked():
    """What CI measures: one function of each shape, and those whose costs are summed up."""
    wanted = {*shapes.representatives(), *costs.FUNCTIONS}
    return [name for name in binaries.catalogue() if name in wanted]


def functions(names, calls):
    """The figures of functions; instructions over so many warm calls, where there are any."""
    figures = {}
    with Step(f"measuring {len(names)} functions") as step:
        for name in names:
            step.detail = name
            one = binaries.sizes(binaries.path(name)) | measure.cost(name)
            if calls:
                one |= measure.instructions(name, calls)
            figures[name] = one
    return figures


def baselines(names, calls):
    """The figures of what they are compared with, which is built first."""
    figures = {}
    for name in names:
        binaries.baseline(name)
        one = binaries.sizes(binaries.baseline_path(name)) | measure.baseline_cost(name)
        if calls:
            one |= measure.baseline_instructions(name, calls)
        figures[name] = one
    return figures


def comparisons():
    found = {"baselines": baselines(binaries.BASELINES, measure.CALLS)}
    with Step("measuring what they are compared with"):
        found["tls"] = tls.handshake()
        found["usual_tls"] = tls.usual_handshake()
        found["quota"] = quota.reason_against() or quota.throttled()
    found["rendering"] = rendering.figures()
    return found


def webhooks(kinds, readme):
    binaries.functions((*shops.FUNCTIONS, pages.PAGE))
    tables = []
    for kind in kinds:
        found = kind.figures()
        tables.append((kind, found))
        print(kind.table(found))
        if readme:
            report.fill_in(kind.__name__, kind.table(found))
    for kind, found in tables:
        kind.hold(found)


def run(args):
    if args.profiles:
        return profiles.run()
    kinds = [kind for kind in (sender, fairness, pages) if getattr(args, kind.__name__)]
    if kinds:
        return webhooks(kinds, args.readme)
    counted = binaries.has_valgrind()
    if not counted and not args.check:
        raise Failure("valgrind is missing: it counts instructions (apt-get install valgrind).")
    names = args.names or (checked() if args.check else binaries.catalogue())
    unknown = sorted(set(names) - set(binaries.catalogue()))
    if unknown:
        raise Failure(f"There is no function {', '.join(unknown)} in functions/Cargo.toml.")
    for name in names:
        measure.case_of(name)
    binaries.functions(shapes.needed(names) if args.check or args.names else ())
    if not counted:
        warn("instructions are not checked: valgrind is missing (apt-get install valgrind)")
    calls = CALLS[args.check] if counted else 0
    figures = functions(names, calls)
    found = {"functions": figures}
    if not args.names:
        found["costs"] = costs.figures(figures)
    if args.check:
        found["baselines"] = baselines(["usual-sdk"], calls)
    elif not args.names:
        found |= comparisons()
    print(report.ratios(found))
    print(report.table(found))
    print(report.notes(found))
    print("\n".join(found.get("rendering", ())))
    report.write_json(found)
    if args.accept:
        budgets.accept(figures)
    if args.readme:
        report.write_readme(found)
    budgets.hold(found)
    if found.get("tls", {}).get("least_cpu_ms", 0) > tls.MAX_CPU_MS:
        raise Failure(f"The first TLS handshake takes more than {tls.MAX_CPU_MS} ms of CPU.")
    if isinstance(found.get("quota"), str):
        warn(f"the start with little processor was skipped: {found['quota']}")


def main():
    parser = argparse.ArgumentParser(
        prog="python3 tests/bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    for option in (
        "check", "accept", "readme", "profiles", "sender", "fairness", "pages",
    ):
        parser.add_argument(f"--{option}", action="store_true")
    try:
        run(parser.parse_args())
    except Failure as failure:
        print(f"paylink: {failure}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
