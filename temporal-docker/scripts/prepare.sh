#!/bin/sh
# prepare.sh <file of search attributes>: gives a Temporal server what DreamCore needs: the
# namespace with its retention, and every search attribute. Makes what is missing; may be repeated.
# Reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, RETENTION and what else the program `temporal` reads
# (TLS, API key). TEMPORAL_CLI_PATH names another program than the one on PATH.
set -eu

attributes=${1:?names no file of search attributes}
[ -r "$attributes" ] || { echo "$attributes cannot be read" >&2; exit 1; }
: "${TEMPORAL_ADDRESS:?is required}"
: "${TEMPORAL_NAMESPACE:?is required}"
retention=${RETENTION:-14d}
temporal=${TEMPORAL_CLI_PATH:-temporal}
export TEMPORAL_ADDRESS TEMPORAL_NAMESPACE

# retry <seconds> <command …>: until it succeeds; what it says last is shown when it does not.
retry() {
  left=$1
  shift
  until said=$("$@" 2>&1); do
    left=$((left - 1))
    if [ "$left" -le 0 ]; then
      printf '%s\n' "$said" >&2
      return 1
    fi
    sleep 1
  done
}

namespace_is_there() {
  "$temporal" operator namespace describe --namespace "$TEMPORAL_NAMESPACE"
}

make_namespace() {
  if namespace_is_there >/dev/null 2>&1; then
    "$temporal" operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
  else
    "$temporal" operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
  fi
}

# has_attribute <name> <type>
has_attribute() {
  "$temporal" operator search-attribute list | grep -Eq "^ *$1 +$2 *\$"
}

# A new namespace is unknown to the part that makes attributes for some ten seconds.
make_attribute() {
  has_attribute "$1" "$2" && return
  "$temporal" operator search-attribute create --name "$1" --type "$2"
  has_attribute "$1" "$2"
}

echo "Waiting for $TEMPORAL_ADDRESS …"
retry 60 "$temporal" operator cluster health
retry 30 make_namespace
echo "Namespace $TEMPORAL_NAMESPACE keeps closed workflows for $retention."
while read -r name type; do
  [ -n "$name" ] || continue
  retry 60 make_attribute "$name" "$type" || {
    echo "The search attribute $name ($type) could not be made." >&2
    exit 1
  }
  echo "Search attribute $name ($type)"
done <"$attributes"
echo 'The server is prepared.'
