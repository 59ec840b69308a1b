#!/bin/sh
# Starts Signalbox on a host or in a container, with the rights that its settings need and no others: it
# reaches where it listens, its servers and the market; it reads its own folder and its secrets. It writes
# nothing and starts nothing; under systemd it may write to the one socket that tells how it fares.
set -eu
cd "$(dirname "$0")/.."
# Where npm has installed it, `deno` may be a script of Node that stays beside it.
deno=$(deno eval --no-config 'console.log(Deno.execPath())')
read=.,${CREDENTIALS_DIRECTORY:-/run/secrets}
run="$deno run --cached-only --no-prompt --allow-env"
# Each isolate's heap grows by steps, and not four times over: half the memory (docs/operations.md).
memory=--v8-flags=--max-semi-space-size=8,--heap-growing-percent=100
# Wrong settings are told by main.ts, which reaches nothing then.
net=$($run --allow-read="$read" host/reach.ts) || net=127.0.0.1:1
if [ -n "${NOTIFY_SOCKET:-}" ] && [ -n "${RUNTIME_DIRECTORY:-}" ]; then
  net=$net,unix:$NOTIFY_SOCKET,unix:$RUNTIME_DIRECTORY/notify
  read=$read,$RUNTIME_DIRECTORY
  write=$NOTIFY_SOCKET,$RUNTIME_DIRECTORY
fi
exec $run "$memory" --allow-sys=hostname --allow-net="$net" --allow-read="$read" ${write:+"--allow-write=$write"} main.ts
