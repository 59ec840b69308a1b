#!/bin/sh
# For Compose: makes the servers' passwords once, unless they are given, and the URLs with them. A known
# password would let any signal log in as Signalbox itself.
set -eu
umask 077
cd /run/secrets

make() {
  if [ -n "$2" ]; then
    printf %s "$2" >"$1"
  elif [ ! -s "$1" ]; then
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$1"
  fi
}

make postgres_password "${POSTGRES_PASSWORD:-}"
make redis_password "${REDIS_PASSWORD:-}"
printf 'postgres://signalbox:%s@postgres:5432/signalbox' "$(cat postgres_password)" >database_url
printf 'redis://signalbox:%s@redis:6379' "$(cat redis_password)" >redis_url
# The containers that mount this volume run as users of their own.
chmod 444 -- *
