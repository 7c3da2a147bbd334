"""The table: for the terminal, as JSON, and between the marks of tests/bench/README.md."""

import json

import binaries
import budgets
import costs
from paths import ROOT
from say import Failure

JSON = binaries.BENCH / "report.json"
README = ROOT / "tests" / "bench" / "README.md"

# Other people's measurements of the same things, on other machines.
FIELD = {
    "hello": "1.0 / 0.5 MB, 0.48 M, 0.07 M, 2.9 MB",
    "hello-http": "1.6 / 0.8 MB, 0.53 M, 0.11 M, 3.3 MB",
    "usual-sdk": "15.9 / 6.4 MB, 27.2 M, 1.39 M, 12.7 MB",
}

_HEAD = (
    "| function | answer | stripped / zipped MB | start M | call M | peak MB | CPU ms: init, first, "
    "call | trips: init, call | units: write, read |\n|---|---|---|---|---|---|---|---|---|\n"
)


def ratios(report):
    """What the usual set-up of the SDK needs, as a multiple of what ours needs."""
    said = {"start_instructions": "start", "zipped": "zipped"}
    lines = [
        f"{said[key]} {times:.1f} times better ({usual / 1e6:.2f} against {ours / 1e6:.2f} M, "
        f"at least {budgets.RATIOS[key]})"
        for key, usual, ours, times in budgets.ratios(report)
    ]
    if not lines:
        return ""
    head = f"`{budgets.COMPARED}` against the usual set-up of the SDK with the same AWS calls: "
    return head + ", ".join(lines) + ".\n"


def table(report):
    rows = [_row(name, one) for name, one in report["functions"].items()]
    rows += [
        _row(f"*{name}* (field: {FIELD[name]})", one)
        for name, one in report.get("baselines", {}).items()
    ]
    return _HEAD + "".join(rows)


def _row(name, one):
    def millions(key):
        return f"{one[key] / 1e6:.2f}" if key in one else ""

    def trips(requests):
        return sum(requests.values())

    sizes = f"{one['stripped'] / 1e6:.2f} / {one['zipped'] / 1e6:.2f}"
    cpu = ", ".join(f"{one[key]:.2f}" for key in ("init_cpu_ms", "first_cpu_ms", "warm_cpu_ms"))
    cells = [
        name, one["answer"], sizes, millions("start_instructions"), millions("warm_instructions"),
        f"{one['peak_kb'] / 1024:.1f}", cpu,
        f"{trips(one['init_requests'])}, {trips(one['requests'])}",
        f"{one['write_units']:g}, {one['read_units']:g}",
    ]
    return "| " + " | ".join(cells) + " |\n"


def notes(report):
    lines = []
    if "tls" in report:
        tls, usual = report["tls"], report.get("usual_tls")
        compared = f"; usual SDK {usual['cpu_ms']:.2f} ms" if usual else ""
        lines.append(
            f"First TLS handshake: {tls['cpu_ms']:.2f} ms of CPU, {tls['least_cpu_ms']:.2f} at "
            f"least, {tls['instructions'] / 1e6:.2f} M instructions{compared}."
        )
    quota = report.get("quota")
    if isinstance(quota, str):
        lines.append(f"Start with little processor: skipped, {quota}.")
    elif quota:
        lines.append(
            "Start with little processor (wall ms over TLS on loopback, first call / later calls):"
        )
        lines.append("")
        lines.append("| memory | `platform-create-card-payment-link` | usual SDK, same calls |\n|---|---|---|")
        for memory_mb, figures in quota.items():
            ours, usual = (
                f"{one['first_ms']:.1f} / {one['warm_ms']:.1f}" for one in figures.values()
            )
            lines.append(f"| {memory_mb} MB | {ours} | {usual} |")
    if "costs" in report:
        lines += ["", "| dollars | " + " | ".join(_lines(report)) + " | sum |"]
        lines.append("|---" * (len(_lines(report)) + 2) + "|")
        for what, figures in report["costs"].items():
            cells = [f"{figures[line]:.2f}" if line in figures else "" for line in _lines(report)]
            lines.append(f"| {what} | {' | '.join(cells)} | {sum(figures.values()):.2f} |")
        lines += ["", "Assumed: " + "; ".join(costs.ASSUMPTIONS) + "."]
    return "\n".join(lines) + "\n"


def _lines(report):
    seen = {}
    for figures in report["costs"].values():
        seen |= dict.fromkeys(figures)
    return list(seen)


def write_json(report):
    JSON.parent.mkdir(parents=True, exist_ok=True)
    JSON.write_text(json.dumps(report, indent=1) + "\n")


def write_readme(report):
    fill_in("figures", ratios(report) + "\n" + table(report) + "\n" + notes(report))


def fill_in(name, text):
    """Puts a text between the marks of this name in the README."""
    readme = README.read_text()
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    if start not in readme or end not in readme:
        raise Failure(f"{README} has no marks for {name}.")
    before, rest = readme.split(start, 1)
    README.write_text(before + start + text + end + rest.split(end, 1)[1])
