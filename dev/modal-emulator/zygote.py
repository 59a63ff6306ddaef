"""Forks containers from one process that has imported the Modal client already, so that a container starts in milliseconds.

Each line on standard input is one container: JSON with `id`, `socket`, `env`, `cwd`, `log`.
"""

import json
import os
import signal
import sys

import container
import processes


def _reap(*_: object) -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass
    except ChildProcessError:
        pass


def main() -> None:
    # What dead containers leave behind comes here, and is gone for good.
    processes.adopt_orphans()
    signal.signal(signal.SIGCHLD, _reap)
    # A pause between reads would be one more thread to fork with: lines are read unbuffered, one container each.
    for line in iter(sys.stdin.readline, ""):
        order = json.loads(line)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            container.main(order)


if __name__ == "__main__":
    main()
