"""Everything that a container started ends with it, whatever process groups or sessions it opened."""

import os
import signal
import subprocess
import time


def adopt_orphans() -> None:
    """Makes this process the parent of what its descendants leave behind, so that nobody gets out of sight (Linux only)."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    except (OSError, AttributeError):
        pass


def _children() -> dict[int, list[int]]:
    """Parent → children of every process of this machine that we can see."""
    tree: dict[int, list[int]] = {}
    for pid, parent in _pairs():
        tree.setdefault(parent, []).append(pid)
    return tree


def _pairs() -> list[tuple[int, int]]:
    if os.path.isdir("/proc/self"):
        pairs = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                pairs.append((int(name), int(fields[1])))
        return pairs
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [(int(pid), int(parent)) for pid, parent in (line.split() for line in listed.splitlines())]


def descendants(root: int) -> list[int]:
    """Every living process below `root`, without itself."""
    tree = _children()
    found: list[int] = []
    level = tree.get(root, [])
    while level:
        found.extend(level)
        level = [pid for parent in level for pid in tree.get(parent, [])]
    return found


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def kill_below(root: int) -> None:
    """Kills what `root` has started, however deep; looks again until nothing is left (a second at most)."""
    deadline = time.monotonic() + 1
    while (found := descendants(root)) and time.monotonic() < deadline:
        for pid in found:
            kill(pid)
        time.sleep(0.005)


def kill_tree(root: int) -> None:
    """Kills `root` and everything below it. `root` is stopped first: it must not see its children die, and tell of it."""
    kill(root, signal.SIGSTOP)
    kill_below(root)
    kill(root)
