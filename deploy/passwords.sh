#!/bin/sh
# For Compose: puts every secret into a file of its own, in the volume that the other services read. From
# a file in secrets/ if there is one, else from .env; the servers' passwords are made once, unless they are
# given: a known one would let any signal log in as Signalbox itself.
set -eu
umask 077
given=${GIVEN:-/given}
cd "${SECRETS:-/run/secrets}"

# put NAME VALUE: the file of that name in secrets/, or the value; false if there is neither.
put() {
  if [ -s "$given/$1" ]; then
    printf %s "$(cat "$given/$1")" >"$1"
  elif [ -n "$2" ]; then
    printf %s "$2" >"$1"
  else
    return 1
  fi
}

make() {
  put "$1" "$2" || [ -s "$1" ] ||
    od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$1"
}

# Each byte as a URL may hold it, whatever the password holds.
encoded() {
  od -An -v -tx1 "$1" | tr -d ' \n' | sed 's/../%&/g'
}

make postgres_password "${POSTGRES_PASSWORD:-}"
make redis_password "${REDIS_PASSWORD:-}"
printf 'postgres://signalbox:%s@postgres:5432/signalbox' "$(encoded postgres_password)" >database_url
printf 'redis://signalbox:%s@redis:6379' "$(encoded redis_password)" >redis_url
# An empty file is a setting that is not made.
put finnhub_api_key "${FINNHUB_API_KEY:-}" || : >finnhub_api_key
put access_token "${ACCESS_TOKEN:-}" || : >access_token
# The containers that mount this volume run as users of their own.
chmod 444 -- *
