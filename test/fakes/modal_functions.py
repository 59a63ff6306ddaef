"""Functions for the emulator's own tests."""

import json
import os
import subprocess
import time

import modal

app = modal.App("emulator-test")
# Both ways of adding a file: when a container starts, and when the image is built.
image = (
    modal.Image.debian_slim().env({"FROM_IMAGE": "yes"}).add_local_file(__file__, "/opt/built.txt", copy=True).add_local_file(__file__, "/opt/added.txt")
)


def root() -> str:
    return json.loads(os.environ["MODAL_LOCAL_MOUNTS"])["/user"]


@app.function(name="echo", image=image, secrets=[modal.Secret.from_name("greeting")])
def echo(value, **named):
    image_dir = os.environ["MODAL_LOCAL_IMAGE"]
    return {
        "value": value, "named": named, "pid": os.getpid(), "isLocal": modal.is_local(), "secret": os.environ.get("GREETING"),
        "fromImage": os.environ.get("FROM_IMAGE"), "files": sorted(os.listdir(f"{image_dir}/opt")), "call": modal.current_function_call_id(),
        "clientToken": os.environ.get("MODAL_TOKEN_ID"), "mounts": json.loads(os.environ["MODAL_LOCAL_MOUNTS"]),
    }


@app.function(name="grow", image=image)
def grow(count):
    return b"\x07" * count


@app.function(name="fail", image=image)
def fail(text):
    raise ValueError(text)


@app.function(name="leave", image=image, single_use_containers=True, restrict_modal_access=True)
def leave(name, text, sync):
    """Writes a file onto the Volume and says what it finds there."""
    found = sorted(os.listdir(root()))
    with open(os.path.join(root(), name), "w") as file:
        file.write(text)
    if sync:
        subprocess.run(["sync", root()], check=True)
    return {"found": found, "pid": os.getpid(), "clientToken": os.environ.get("MODAL_TOKEN_ID")}


@app.function(name="linger", image=image, timeout=600)
def linger(seconds, mark):
    """Starts a process in a session of its own, leaves both pids on the Volume, and waits."""
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with open(os.path.join(root(), mark), "a") as file:
        file.write(f"{os.getpid()} {child.pid}\n")
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and not os.path.exists(os.path.join(root(), f"{mark}.go")):
        time.sleep(0.02)
    child.kill()
    return "done"


@app.function(name="attend", image=image)
def attend(mark):
    """Waits for a process of its own, and would tell of its death."""
    child = subprocess.Popen(["sleep", "600"])
    with open(os.path.join(root(), mark), "w") as file:
        file.write(f"{os.getpid()} {child.pid}\n")
    return f"it ended with {child.wait()}"
