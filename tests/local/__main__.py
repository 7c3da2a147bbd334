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

`target/local/env` exists exactly while a stack is ready: it is written last and removed first.
PAYLINK_PORT (4566) and PAYLINK_RECEIVER_PORT (4580) move the two ports.

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
    commands.add_parser("stop", help="stop a detached stack")
    update = commands.add_parser("update", help="put edited functions into the running stack")
    update.add_argument("names", nargs="*", metavar="NAME")
    invoke = commands.add_parser("invoke", help="invoke a function of the running stack")
    invoke.add_argument("name", metavar="NAME")
    invoke.add_argument("input", metavar="JSON", nargs="?", default="{}")
    commands.add_parser("readme", help="run the blocks of the READMEs on the running stack")
    commands.add_parser("resources", help="count the resources of the expanded templates")
    commands.add_parser("test", help="run every check of the project")
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
