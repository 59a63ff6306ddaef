"""What only a real Modal account can show: eight questions, asked once, for less than a dollar.

    python modal/check_account.py --dry-run      the plan and its cost; needs no account
    python modal/check_account.py --yes          everything (token from the environment or ~/.modal.toml)
    python modal/check_account.py --yes --only 1,2,6

Needs `npm run modal:deploy -- --build-only` before, because it starts the same image as the product. Works in an app of its own
that ends with the script and on Volumes named `check-<run>-…` that it deletes; deployed functions, their Volumes and Secrets are
not touched. Prints what it found; nothing here is a verdict. Exit code 1: a question could not be asked.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import modal  # noqa: E402

import app as product  # noqa: E402

RUN = secrets.token_hex(4)
MOUNT = product.MOUNT
REMOTION = "remotion@4.0.400 @remotion/cli@4.0.400"
GPU_MINUTES, VARIANTS = 4, 40

app = modal.App(f"dreamcore-check-{RUN}")
image = product.image.add_local_python_source("app")
#: As the product's functions that meet model output.
LOCKED: dict[str, Any] = {"image": image, "retries": 0, "restrict_modal_access": True, "single_use_containers": True, "timeout": 120}


def shell(*command: str, timeout_s: int = 60, **env: str) -> dict[str, Any]:
    """One program's exit code and the ends of what it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, env={**os.environ, **env}, input="", check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return {"failed": repr(error)[:300]}
    return {"code": done.returncode, "stdout": done.stdout[-800:], "stderr": done.stderr[-400:]}


# -- Probes: what runs over there ------------------------------------------------------------------------------------------


@app.function(**LOCKED)
def write(text: str) -> dict[str, Any]:
    root = product.user_root()
    (root / "probe.txt").write_text(text)
    started = time.monotonic()
    product.sync(root)
    return {"syncMs": round((time.monotonic() - started) * 1000), "mode": oct(root.stat().st_mode), "uid": os.getuid()}


@app.function(**LOCKED)
def read() -> str | None:
    file = product.user_root() / "probe.txt"
    return file.read_text() if file.exists() else None


@app.function(image=image, retries=0, timeout=120)
def reload_and_read() -> dict[str, Any]:
    """In a container that serves several calls, as `file-operation`."""
    volume_id = product.mounted_volume_id()
    product.reload_volume()
    file = product.user_root() / "probe.txt"
    return {"volumeId": volume_id, "text": file.read_text() if file.exists() else None, "container": os.environ.get("MODAL_TASK_ID")}


@app.function(**LOCKED)
def isolation() -> dict[str, Any]:
    """Which of the two ways of locking the model program in works there."""
    # As src/runner/claude/sandbox.ts asks for it.
    box = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin"]
    box += ["--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--uid", "1000", "--gid", "1000", "--"]
    other_user = ["setpriv", "--reuid", "10001", "--regid", "10001", "--clear-groups", "--inh-caps=-all", "--no-new-privs", "--pdeathsig", "KILL", "--"]
    return {
        "bubblewrap": shell(*box, "/usr/bin/true"),
        "otherUser": shell(*other_user, "id"),
        "otherUserReadsKey": shell(*other_user, "cat", f"/proc/{os.getpid()}/environ"),
        "otherUserWritesVolume": shell(*other_user, "touch", str(product.user_root() / "by-other-user")),
    }


@app.function(**LOCKED)
def sleep(seconds: float) -> None:
    time.sleep(seconds)


@app.function(**{**LOCKED, "memory": (256, 256)})
def eat_memory() -> int:
    eaten = [b"x" * (64 * 1024 * 1024) for _ in range(64)]
    return len(eaten)


@app.function(**LOCKED)
def nothing() -> str:
    return "ok"


@app.function(**{key: value for key, value in LOCKED.items() if key != "retries"})
def count(to: int):  # noqa: ANN201 - a generator
    yield from range(to)


@app.function(**LOCKED)
def claude_without_terminal() -> dict[str, Any]:
    """With a key that is none: costs nothing, and shows whether lines of JSON come without a terminal."""
    program = str(product.IMAGE_DIR / "node_modules" / ".bin" / "claude")
    stream = shell(
        program, "-p", "hi", "--output-format", "stream-json", "--verbose", ANTHROPIC_API_KEY="none", CLAUDE_CODE_MAX_RETRIES="0", HOME="/tmp",
    )
    first = stream.get("stdout", "").split("\n")[0]
    with contextlib.suppress(ValueError):
        stream["firstLineType"] = json.loads(first).get("type")
    return {"version": shell(program, "--version"), "stream": stream}


@app.function(image=image, gpu="L4", retries=0, timeout=600)
def graphics() -> dict[str, Any]:
    installed = shell("npm", "install", "--prefix", "/tmp/r", "--no-audit", "--no-fund", *REMOTION.split(), timeout_s=240)
    return {"install": installed.get("code"), "gpu": shell("/tmp/r/node_modules/.bin/remotion", "gpu", "--gl=angle-egl", timeout_s=200)}


# -- Questions -------------------------------------------------------------------------------------------------------------

VOLUMES: list[str] = []


def volume(name: str) -> modal.Volume:
    full = f"check-{RUN}-{name}"
    VOLUMES.append(full)
    return modal.Volume.from_name(full, create_if_missing=True, version=2)


def bound(function: modal.Function, to: modal.Volume) -> modal.Function:
    return function.with_options(volumes={MOUNT: to}, max_containers=2)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.monotonic()
    result = work()
    return round(time.monotonic() - started, 2), result


def ending_of(work: Callable[[], Any]) -> str:
    try:
        return f"ended with {work()!r}"
    except Exception as error:  # noqa: BLE001 - the message is the finding
        return f"{type(error).__name__}: {error!r}"[:400]


def volumes_and_restriction() -> None:
    shared = volume("visible")
    seen = []
    for number in range(5):
        say(f"write {number}", bound(write, shared).remote(str(number)))
        seen.append(bound(read, shared).remote() == str(number))
    say("seen by the next container right after the answer", seen)
    say("other user's Volume", bound(read, volume("other")).remote())
    first = bound(reload_and_read, shared).remote()
    bound(write, shared).remote("later")
    say("container that stays: reload", {"before": first, "after": bound(reload_and_read, shared).remote()})
    say("isolation", bound(isolation, shared).remote())


def messages_of_ends() -> None:
    for terminate in (False, True):
        call = sleep.spawn(60)
        time.sleep(8)
        call.cancel(terminate_containers=terminate)
        say(f"cancelled (terminate_containers={terminate})", ending_of(lambda: call.get(timeout=60)))  # noqa: B023
    say("out of memory", ending_of(eat_memory.remote))
    say("time-out", ending_of(lambda: sleep.with_options(timeout=5).remote(30)))
    print("    preempted: cannot be provoked; look for it in the logs of the first weeks")


def cold_start() -> None:
    say("first call of a new user, s", timed(bound(nothing, volume("cold")).remote)[0])
    again = volume("cold-again")
    say("another new user, s", timed(bound(nothing, again).remote)[0])
    say("the same user once more (single use: cold again), s", timed(bound(nothing, again).remote)[0])


def input_plane() -> None:
    nothing.hydrate()
    say("input plane", getattr(nothing, "_input_plane_url", None) or "not used")
    say("a call, s", timed(nothing.remote)[0])


def generator_output() -> None:
    say("items of a restricted generator", ending_of(lambda: len(list(count.remote_gen(100)))))


def claude_lines() -> None:
    say("Claude Code without a terminal", claude_without_terminal.remote())


def many_variants() -> None:
    started = time.monotonic()
    for number in range(VARIANTS):
        trouble = ending_of(lambda: bound(nothing, volume(f"many-{number}")).hydrate() and None)  # noqa: B023
        if not trouble.startswith("ended"):
            say(f"variant {number} was refused", trouble)
            return
    say(f"{VARIANTS} Volumes with a variant each: no limit met, s", round(time.monotonic() - started, 1))


def gpu() -> None:
    say("remotion gpu on an L4", graphics.remote())


#: Number, question, work, cost in US dollars as of the price list of October 2026, rounded up.
QUESTIONS: list[tuple[int, str, Callable[[], None], float]] = [
    (1, "Volume by with_options in restricted, single-use containers; sync; visibility; isolation", volumes_and_restriction, 0.03),
    (2, "How a call ends that was cancelled, ran out of memory or of time", messages_of_ends, 0.02),
    (3, "Cold start of a new user", cold_start, 0.02),
    (4, "Is the input plane used", input_plane, 0.01),
    (5, "Output of a generator under restriction", generator_output, 0.01),
    (6, "Claude Code's stream-json without a terminal", claude_lines, 0.01),
    (7, f"{VARIANTS} Volumes and variants", many_variants, 0.01),
    (8, f"remotion gpu on an L4, at most {GPU_MINUTES} min", gpu, 0.08),
]


def say(what: str, found: Any) -> None:
    print(f"    {what}: {json.dumps(found, ensure_ascii=False, default=repr)}", flush=True)


def clean_up() -> None:
    for name in VOLUMES:
        with contextlib.suppress(Exception):
            modal.Volume.objects.delete(name, allow_missing=True)
    try:
        left = [str(each.name) for each in modal.Volume.objects.list() if (each.name or "").startswith(f"check-{RUN}-")]
        print(f"Cleaned up {len(VOLUMES)} Volumes; still there: {', '.join(left) or 'none'}")
    except Exception as error:  # noqa: BLE001 - what was found is not lost for want of a list
        print(f"Cleaned up; whether Volumes named check-{RUN}-… are left could not be seen: {error!r}")


def ask(chosen: list[tuple[int, str, Callable[[], None], float]], with_logs: bool) -> int:
    failed = 0
    try:
        with modal.enable_output() if with_logs else contextlib.nullcontext(), app.run():
            for number, question, work, _ in chosen:
                print(f"{number}. {question}", flush=True)
                try:
                    work()
                except Exception:  # noqa: BLE001 - the other questions are still worth their answers
                    failed += 1
                    print(f"    COULD NOT BE ASKED: {traceback.format_exc(limit=2)}", flush=True)
    finally:
        clean_up()
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry-run", action="store_true", help="print the plan and its cost, ask nothing")
    parser.add_argument("--yes", action="store_true", help="spend the money")
    parser.add_argument("--logs", action="store_true", help="show the build of the image and what containers print")
    parser.add_argument("--only", default="", help="numbers of questions, for example 1,3")
    options = parser.parse_args()
    wanted = {int(number) for number in options.only.split(",") if number}
    chosen = [each for each in QUESTIONS if not wanted or each[0] in wanted]
    for number, question, _, usd in chosen:
        print(f"{number}. {question} (about ${usd:.2f})")
    print(f"Together about ${sum(each[3] for each in chosen):.2f}, and once the build of the image. Runner {product.MANIFEST['version']}.")
    if options.dry_run or not options.yes:
        print("Nothing was asked." if options.dry_run else "Nothing was asked: say --yes.")
        return 0
    return ask(chosen, options.logs)


if __name__ == "__main__":
    sys.exit(main())
