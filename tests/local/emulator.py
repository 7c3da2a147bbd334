"""The emulator's process, which sends what it has at once.

Its Runtime API writes each event in two packets; by Nagle's rule the second waits until the
first is acknowledged, which is 40 ms in every call of a function.
"""

import socketserver
import sys

# The modules beside this file are not the emulator's.
del sys.path[0]

from ministack.app import main  # noqa: E402

socketserver.StreamRequestHandler.disable_nagle_algorithm = True
sys.exit(main())
