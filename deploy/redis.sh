#!/bin/sh
# For Compose: writes Signalbox's user into the file of users, keeps those that Signalbox made, and starts.
set -eu
umask 077
file=/data/users.acl
others=$(grep -Ev '^user (default|signalbox) ' "$file" 2>/dev/null || true)
printf '%s\n' 'user default off' \
  "user signalbox on >$(cat /run/secrets/redis_password) ~signalbox:* &signalbox:* -@all +ping +hello +info +client|setname +client|id +client|unblock +eval +evalsha +select +config|get +script|load +get +set +setnx +mget +del +exists +pttl +time +publish +subscribe +unsubscribe +hget +hset +hkeys +hmget +hvals +hdel +hincrbyfloat +pexpire +zadd +zrem +zcard +zcount +zrange +zrank +zscore +zremrangebyscore +xadd +xack +xautoclaim +xclaim +xinfo +xlen +xpending +xrange +xrevrange +xreadgroup +xgroup +xtrim +acl|setuser +acl|save" \
  "$others" >"$file.new"
mv "$file.new" "$file"
exec docker-entrypoint.sh "$@" --aclfile "$file"
