"""The local stack: all of Paylink on this machine, without Docker and without an AWS account.

    python3 tests/local start            what `make start` runs: stays in the foreground
    python3 tests/local start --detach   for tests: returns when target/local/env is written
    python3 tests/local stop             stops a detached stack
    python3 tests/local update [NAME..]  builds functions and puts them into the running stack;
                                         without names, all that changed
    python3 tests/local invoke NAME JSON invokes a function of the running stack
    python3 tests/local readme           runs the blocks of the READMEs on a fresh running stack
    python3 tests/local resources        how many resources each template has, expanded by SAM
    python3 tests/local test             what `make test` runs
    python3 tests/local repeat [N] [WORD..]  runs the tests N times (20), or those whose names
                                         have one of the words; --cores 1 and --busy 2 make a slow
                                         and busy machine of this one, and --late 1500 a stack
                                         whose workers are late at random

`target/local/env` exists exactly while a stack is ready: it is written last and removed first.
PAYLINK_PORT (4566), PAYLINK_RECEIVER_PORT (4580) and PAYLINK_STRIPE_PORT (4585) move the ports.

PAYLINK_LATE=1500 has the stack's workers wait up to so many milliseconds before they begin; what
PAYLINK_LATE_ANSWERS and PAYLINK_LATE_SEED say stands in README.md.

With STRIPE_SECRET_KEY and STRIPE_PUBLISHABLE_KEY of Stripe's test mode in the environment, the demo
tenant of `start` charges there; live keys are refused. Tests never use them: they have a stand-in.

This file needs nothing but Python. It makes the virtual environment with everything else, then
starts itself again inside it.
"""

import argparse
import signal
import sys

from tools import HERE, check_tools, enter, fail


def main():
    parser = argparse.ArgumentParser(
        prog="python3 tests/local",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="build, deploy, provision, and show webhooks")
    start.add_argument("--detach", action="store_true", help="return when the stack is ready")
    start.add_argument("--bare", action="store_true", help="a demo shop without its past")
    commands.add_parser("stop", help="stop a detached stack")
    update = commands.add_parser("update", help="put edited functions into the running stack")
    update.add_argument("names", nargs="*", metavar="NAME")
    invoke = commands.add_parser("invoke", help="invoke a function of the running stack")
    invoke.add_argument("name", metavar="NAME")
    invoke.add_argument("input", metavar="JSON", nargs="?", default="{}")
    commands.add_parser("readme", help="run the blocks of the READMEs on the running stack")
    commands.add_parser("resources", help="count the resources of the expanded templates")
    commands.add_parser("test", help="run every check of the project")
    repeat = commands.add_parser("repeat", help="run the tests many times; say what ever failed")
    repeat.add_argument("runs", nargs="?", type=int, metavar="N", default=20)
    repeat.add_argument("filters", nargs="*", metavar="WORD")
    repeat.add_argument("--skip", action="append", default=[], metavar="WORD")
    repeat.add_argument("--cores", type=int, help="processors that the tests may use")
    repeat.add_argument("--busy", type=int, default=0, help="busy loops beside the tests")
    repeat.add_argument("--late", type=int, metavar="MS", help="how late workers of the running "
                        "stack are at most, on purpose")
    repeat.add_argument("--late-answers", type=int, metavar="MS",
                        help="how late calls and answers are; a tenth unless it is given")
    repeat.add_argument("--threads", type=int, help="tests at the same time")
    args = parser.parse_args()

    check_tools()
    enter(HERE)

    # Known only inside the virtual environment, and therefore imported late.
    import commands as run
    import surroundings

    surroundings.clean()

    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        getattr(run, args.command)(args)
    except run.Failure as failure:
        fail(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
