#!/bin/sh
# redis.sh FILE PASSWORD_FILE [COMMAND...]: writes Signalbox' user into the file of users, keeps those that
# Signalbox made, and runs the command. Nobody else logs in. The file holds a hash, so that a password may
# hold any character.
set -eu
umask 077
file=$1
hash=$(printf %s "$(cat "$2")" | sha256sum | cut -d ' ' -f 1)
shift 2
others=$(grep -Ev '^user (default|signalbox) ' "$file" 2>/dev/null || true)
printf '%s\n' 'user default off' \
  "user signalbox on #$hash ~signalbox:* &signalbox:* -@all +ping +hello +info +client|setname +client|id +client|unblock +eval +evalsha +select +config|get +script|load +get +set +setnx +mget +del +exists +pttl +time +publish +subscribe +unsubscribe +hget +hset +hkeys +hmget +hvals +hdel +hincrbyfloat +pexpire +zadd +zrem +zcard +zcount +zrange +zrank +zscore +zremrangebyscore +xadd +xack +xautoclaim +xclaim +xinfo +xlen +xpending +xrange +xrevrange +xreadgroup +xgroup +xtrim +acl|setuser +acl|save" \
  "$others" >"$file.new"
mv "$file.new" "$file"
if [ $# -gt 0 ]; then exec "$@"; fi
