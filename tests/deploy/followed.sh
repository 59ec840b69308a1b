#!/usr/bin/env bash
# In the container of debian.sh: does what the documents say, and checks what comes of it.
set -euo pipefail
cd /opt/signalbox
passed=0

# block FILE LANGUAGE N: the N-th block of that language in a document.
block() {
  awk -v fence="\`\`\`$2" -v wanted="$3" \
    '$0 == "```" { on = 0 } on { print } $0 == fence { on = ++n == wanted }' "$1"
}

# check WHAT COMMAND...: tries again for half a minute.
check() {
  local what=$1 tries
  shift
  for tries in {1..30}; do
    if "$@" >/tmp/said 2>&1; then
      echo "ok: $what"
      passed=$((passed + 1))
      return
    fi
    sleep 1
  done
  echo "NOT: $what"
  cat /tmp/said
  journalctl --unit=signalbox --no-pager --output=cat --lines=20
  echo "$passed passed, 1 failed"
  exit 1
}

# status PATH [CURL'S OPTIONS]: the status of an answer.
status() {
  curl --silent --max-time 15 --output /tmp/answer --write-out '%{http_code}' "${@:2}" "${base:-http://127.0.0.1:8000}$1"
}
answers() { [[ $(status "${@:2}") == "$1" ]]; }
property() { [[ $(systemctl show signalbox --property="$1" --value) == $2 ]]; }
said() { journalctl --unit=signalbox --no-pager --output=cat --since="$since" | grep -q "$1"; }

block docs/deploy.md sh 1 >/tmp/install.sh
[[ $(wc -l </tmp/install.sh) == 10 ]]
bash -euxo pipefail /tmp/install.sh
apt-get install --yes -qq --no-install-recommends curl docker-compose nginx-light >/tmp/apt.log
check "ten lines lead to a host that is ready" answers 200 /readyz
check "each signal has logins of its own" eval 'deno task ctl doctor | grep "logins of their own at the servers: .*quotes"'
check "doctor speaks of no private servers" eval '! deno task ctl doctor | grep "deno task dev"'
check "systemd is told how it fares" property StatusText "ready*"

check "the unit is sound" systemd-analyze verify deploy/signalbox.service
check "the unit's exposure is below 2.0" systemd-analyze security --offline=true --threshold=19 deploy/signalbox.service

systemctl stop signalbox postgresql redis-server
systemctl start signalbox # returns: it is up, and waits
check "it starts without its servers" answers 503 /readyz
check "a page is 503 meanwhile" answers 503 /
systemctl start postgresql redis-server
check "it goes on when they come" answers 200 /readyz
check "a page is 200 again" answers 200 /

block docs/deploy.md sh 2 >/tmp/token.sh
bash -euxo pipefail /tmp/token.sh
check "without the token nobody gets in" answers 401 /api/actors
check "ctl gets in with it" bash -c "$(block docs/deploy.md sh 3)"
check "ctl without the token says where it may be" eval 'grep ACCESS_TOKEN_FILE <(deno task ctl status 2>&1)'

{
  printf 'server {\n  listen 127.0.0.1:80;\n  listen 127.0.0.1:8081;\n'
  block docs/operations.md nginx 1
  echo '}'
} >/etc/nginx/sites-enabled/default
nginx -t 2>/dev/null
systemctl restart nginx
login() {
  # As a browser without Sec-Fetch-Site: by the Host that arrives it is told where the form is from.
  answers 303 /login --data-urlencode "token=$(cat /etc/signalbox/access_token)" --header "origin: $base"
}
for base in http://127.0.0.1 http://127.0.0.1:8081; do
  check "a form is taken behind nginx at $base" login
done
unset base

mkdir -p /run/systemd/system/signalbox.service.d
printf '[Service]\nWatchdogSec=6\n' >/run/systemd/system/signalbox.service.d/quick.conf
systemctl daemon-reload
systemctl restart signalbox
check "it is ready before it hangs" answers 200 /readyz
systemctl kill --signal=STOP signalbox
check "the watchdog ends one that hangs, and it is started again" property NRestarts 1
check "it is ready again" answers 200 /readyz

since=$(date '+%F %T')
echo '// changed' >>islands/Watchlist.tsx
systemctl restart signalbox
check "an old bundle is served, and said to be old" said "dist/ is older than the sources"
mv dist /tmp/dist
systemctl restart signalbox 2>/dev/null || true
check "without a bundle it says what to do" said "run \`deno task build\`"
check "and is not started again and again" property NRestarts 0
mv /tmp/dist dist
systemctl stop signalbox

# Compose: its file, its passwords, and the container's command, as the container runs it.
# An .env with whatever a password in it may hold, and a file with anything.
odd='p@ss:/w?o $r#d%&"ü'
printf "POSTGRES_PASSWORD='%s'\n" "$odd" >.env
mkdir -p /run/secrets secrets
printf '%s' "$odd'\\" >secrets/redis_password
check "the Compose file is sound" docker-compose config --quiet
check "with Kafka too" docker-compose --profile kafka config --quiet
check "each image is pinned by its digest" eval \
  '! grep -hE "^FROM|^ +image:" docker-compose.yml deploy/Containerfile | grep -vE "@sha256:[0-9a-f]{64}( |$)"'
docker-compose config --format json >/tmp/compose.json
# What it prints is a Compose file again, so a dollar stands twice.
handed_on() {
  node -e '
    const { services } = JSON.parse(require("fs").readFileSync("/tmp/compose.json"));
    const { POSTGRES_PASSWORD } = services.passwords.environment;
    process.exit(POSTGRES_PASSWORD.split("$$").join("$") === process.argv[1] ? 0 : 1)' "$odd"
}
check "a password arrives as it was given" handed_on
GIVEN=$PWD/secrets POSTGRES_PASSWORD=$odd sh deploy/passwords.sh
echo '127.0.0.1 postgres redis' >>/etc/hosts
printf '%s\n' '\set password `cat /run/secrets/postgres_password`' "alter role signalbox password :'password'" |
  runuser -u postgres -- psql --quiet
runuser -u redis -- sh deploy/redis.sh /var/lib/redis/users.acl /run/secrets/redis_password
systemctl restart redis-server
command=$(sed -n 's/^CMD //p' deploy/Containerfile | tr -d '[",]')
systemd-run --quiet --unit=container --uid=65534 --gid=65534 --working-directory=/opt/signalbox \
  --property=ReadOnlyPaths=/ --property=TemporaryFileSystem=/tmp --property=NoNewPrivileges=yes \
  --property=CapabilityBoundingSet= --setenv=HOST=0.0.0.0 --setenv=PORT=8000 --setenv=DENO_DIR=/tmp/deno \
  --setenv=DATABASE_URL_FILE=/run/secrets/database_url --setenv=REDIS_URL_FILE=/run/secrets/redis_url \
  --setenv=ACCESS_TOKEN_FILE=/run/secrets/access_token --setenv=FINNHUB_API_KEY_FILE=/run/secrets/finnhub_api_key \
  $command
check "the container's command works on a read-only root, with any password" answers 200 /readyz
echo "$passed passed, 0 failed"
