"""`sync [mount…]` inside a local container: asks the emulator to commit the Volumes mounted there (all without an argument)."""

import json
import os
import socket
import sys


def main() -> int:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ["MODAL_EMULATOR_SOCKET"])
    asked = json.dumps({"type": "sync", "id": os.environ["MODAL_TASK_ID"], "paths": sys.argv[1:]})
    connection.sendall(f"{asked}\n".encode())
    answer = connection.makefile().readline().strip()
    if answer == "ok":
        return 0
    print(f"sync: {answer or 'the emulator has gone'}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
