#!/bin/sh
# For any CI with a store for files. Put your own commands in place of fetch and store:
# `fetch NAME FILE` is to find the entry NAME or, where NAME ends with a dash, the newest that begins with it.
set -eu
eval "$(drift workspace cache-key)"
for name in "$key" $restore_keys; do
  if fetch "$name" "$path"; then break; fi
done
drift workspace import --ci --baseline
drift workspace scan || drift workspace init
result=0
drift workspace check --new-only --record || result=$?
drift workspace export --ci
# A pull request stores nothing.
if [ "$save" = true ]; then store "$path" "$key"; fi
exit "$result"
