#!/bin/sh
# roll.sh [options of `dreamcore deploy roll`]: moves a running DreamCore to the images of
# DREAMCORE_VERSION. A worker of it starts beside the others, is tried with a job, and gets a part of
# the new runs, then all of them; when no run is left on the others, API and workers are replaced.
# Where it is worse, the command goes back, this ends with 1, and API and workers stay as they are.
set -eu
cd "$(dirname "$0")/.."
next=dreamcore-next-worker

compose() {
  docker compose --profile app "$@"
}

# As long as stop_grace_period of the workers: its runs end, or others go on with them.
stop_next() {
  docker stop -t 90 "$next" >/dev/null 2>&1 || true
}

compose build api worker
trap stop_next EXIT
DEPLOY_CURRENT=manual compose run --detach --rm --no-deps --name "$next" worker
compose run --rm --no-deps worker node bin/dreamcore.js deploy roll "$@"
# What is left after its time goes on with the new workers, as runs of stopped builds do.
compose run --rm --no-deps worker node bin/dreamcore.js deploy drain || true
compose up --detach --wait
