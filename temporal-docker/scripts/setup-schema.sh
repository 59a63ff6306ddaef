#!/bin/sh
# Makes Temporal's two databases with their schemas, or brings them up to date; may be repeated: the
# tool leaves alone what is there, and its schemas are those of its own version.
# Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD, as temporal-sql-tool does.
# TEMPORAL_SQL_TOOL names another program than the one on PATH.
set -eu

: "${SQL_PASSWORD:?is required}"
tool=${TEMPORAL_SQL_TOOL:-temporal-sql-tool}

# set_up <database> <schema>
set_up() {
  "$tool" --database "$1" create-database
  "$tool" --database "$1" setup-schema --version 0.0
  "$tool" --database "$1" update-schema --schema-name "$2"
}

set_up "${DBNAME:-temporal}" postgresql/v12/temporal
set_up "${VISIBILITY_DBNAME:-temporal_visibility}" postgresql/v12/visibility
echo 'The schemas are up to date.'
