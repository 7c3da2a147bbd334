"""Runs the commands of the API reference (`/docs`), as they are printed, on the running stack.

What those that read name by a fact of the stack is there; a sample's id finds nothing, and says so
by 404. Those that write have a tenant of their own (writing.py).
"""

import html
import re
import subprocess

from paths import LOCAL, ROOT
from say import Failure
from surroundings import plain
import writing

PAGE = ROOT / "shared" / "src" / "http" / "dashboard" / "docs.html"

_COMMAND = re.compile(r"<pre><code>(curl .*?)</code></pre>", re.DOTALL)
_WRITES = re.compile(r"\s-(?:d|X|u)\s")
# Ids of samples begin as no id of a stack does: with a time before there was one, or with letters.
_SAMPLE = re.compile(r"_0(?:1936d5e|199f3a2)|_01JDPNX3R0|01936d5e-8f00|RF01JDPNX|/A{20}")
# A payment's bank check is there only while it waits for one; a payee whom nobody knows has no
# destinations.
_EITHER = ("$PAY_URL/challenge", "/payees/")


def commands():
    """Every command that reads, and every one that writes, in the order of the page."""
    found = [html.unescape(text) for text in _COMMAND.findall(PAGE.read_text())]
    reads = [command for command in found if not _WRITES.search(command)]
    return reads, [command for command in found if _WRITES.search(command)]


def run():
    """Raises a failure that shows the commands that do not answer what they should."""
    wanted, writes = commands()
    if len(wanted) < 50:
        raise Failure("The reference has hardly any command that reads.")
    writing.run(writes)
    # The token that the stack began with is good for minutes only.
    lines = [
        f". '{LOCAL / 'token'}'",
        'MERCHANT_TOKEN=$(curl -s "$BASE_URL/api/auth/login" -H "Content-Type: application/json" '
        '-d "{\\"email\\": \\"$MERCHANT_EMAIL\\", \\"password\\": \\"$MERCHANT_PASSWORD\\"}" '
        "| sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')",
    ]
    lines += [f"{command} \\\n  -o /dev/null -w '%{{http_code}}\\n'" for command in wanted]
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=ROOT, env=plain(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=3600,
    )
    answered = done.stdout.split()
    if len(answered) != len(wanted):
        raise Failure(f"{len(wanted)} commands of the reference, {len(answered)} answers.")
    wrong = [
        f"{status}: {command}" for status, command in zip(answered, wanted)
        if not _is_right(status, command)
    ]
    if wrong:
        raise Failure("Commands of the reference answer something else:\n" + "\n".join(wrong))


def _is_right(status, command):
    if any(one in command for one in _EITHER):
        return status in ("200", "404", "409", "410")
    return status == "404" if _SAMPLE.search(command) else status.startswith("2")
