#!/usr/bin/env bash
# Compiles the client for Mono, and runs it.
set -euo pipefail
program=$(mktemp --suffix=.exe)
trap 'rm -f "$program"' EXIT
mcs -nologo -out:"$program" "$(dirname "$0")/calls.mono"
mono "$program" "$@"
