#!/usr/bin/env bash
# Boots a bare Debian 13 in a container, follows docs/deploy.md in it line by line, and checks what came of
# it (followed.sh). Needs root, mmdebstrap and systemd-nspawn, and a package mirror; 127.0.0.1's ports 80,
# 5432, 6379 and 8000 must be free, because the container shares them. Takes some minutes.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
root=$(mktemp -d /var/tmp/signalbox-debian-XXXXXX)
container=

stop() {
  if [[ $container ]]; then
    # Its first process takes all others of the container with it.
    pkill --signal KILL --parent "$container" || true
    wait "$container" || true
  fi
  # What is still mounted in there is not removed.
  rm -rf --one-file-system "$root" "$root.log"
}
trap stop EXIT

# untried WHY: on a machine that cannot try it nothing has failed.
untried() {
  echo "NOT TRIED: $1"
  exit 0
}

[[ $(id -u) == 0 ]] || untried "this account may boot no container"
for port in 80 5432 6379 8000; do
  if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    untried "port $port of 127.0.0.1 is taken"
  fi
done

mmdebstrap --quiet --variant=minbase --include=systemd-sysv,dbus trixie "$root" ||
  untried "no Debian can be had here"
mkdir -p "$root/opt/signalbox"
cd "$project"
# As a clone has it: also what is not committed yet, but nothing that is ignored.
git ls-files -z --cached --others --exclude-standard |
  tar --null --files-from=- --create --file=- | tar --extract --directory="$root/opt/signalbox"
# Where this machine reaches its mirrors through a proxy with a certificate of its own.
certificates=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
cp "$certificates" "$root/etc/certificates.crt"

SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --register=no --keep-unit --machine=signalbox \
  --resolv-conf=replace-host --directory="$root" --boot </dev/null >"$root.log" 2>&1 &
container=$!

# inside COMMAND...: in the container, as root.
inside() {
  nsenter --target "$(pgrep --parent "$container")" --mount --uts --ipc --pid -- \
    /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    DEBIAN_FRONTEND=noninteractive NO_COLOR=1 NODE_EXTRA_CA_CERTS=/etc/certificates.crt \
    DENO_CERT=/etc/certificates.crt npm_config_cafile=/etc/certificates.crt "$@"
}

for _ in {1..60}; do
  if inside systemctl is-active --quiet multi-user.target 2>/dev/null; then break; fi
  sleep 1
done
inside systemctl is-active --quiet multi-user.target || { cat "$root.log"; untried "no container boots here"; }
inside apt-get update -qq
inside bash /opt/signalbox/tests/deploy/followed.sh
