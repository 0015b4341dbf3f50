#!/usr/bin/env bash
# Builds the image without a container engine, starts it, and looks whether it keeps the Dockerfile's promises.
#
# The base is a small Debian made from this machine's own package sources; buildah builds on it in a chroot. The result
# is started in namespaces of its own: read-only root, loopback only, the image's user, environment and commands.
#
# What this cannot show: how an engine behaves (restarts, memory limit, a volume's first owner, seccomp), compose.yaml,
# and the Dockerfile's default base. BASE_IMAGE=... tests another base, and then needs a registry and a buildah
# configured for it.
#
# Needs root, 3 GB of disk for a while, and the package index that pip is set to. Ends with 3 where it cannot be done.

set -euo pipefail

readonly CANNOT=3 SPACE_MB=3000 TAG=localhost/supportbot-test LOCAL_BASE=localhost/supportbot-test-base
PROJECT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly PROJECT

say() { printf 'image-test: %s\n' "$*"; }
cannot() { say "$*" >&2; exit "$CANNOT"; }
failed() { say "FAILED: $*" >&2; exit 1; }

# ---------------------------------------------------------------------------------------------------------------------
# Outside: build

can_it_be_done() {
    [[ $(id -u) -eq 0 ]] || cannot "needs root, for chroot and mounts"
    local missing=() each
    for each in buildah mmdebstrap; do command -v "$each" >/dev/null || missing+=("$each"); done
    [[ ${#missing[@]} -eq 0 ]] || cannot "missing: ${missing[*]}. On Debian: apt-get install buildah mmdebstrap"
    for each in unshare setpriv chroot python3; do
        command -v "$each" >/dev/null || cannot "missing: $each. On Debian: apt-get install util-linux coreutils python3"
    done
    unshare --mount --pid --net --ipc --uts --fork true 2>/dev/null || cannot "this machine allows no namespaces of its own"
    local free
    free=$(df --output=avail -m "${TMPDIR:-/var/tmp}" | tail -1)
    [[ $free -ge $SPACE_MB ]] || cannot "needs $SPACE_MB MB in ${TMPDIR:-/var/tmp}, $free are free; TMPDIR names another place"
}

build_with() { buildah --root "$WORK/storage" --runroot "$WORK/run" --storage-driver vfs "$@"; }

# Debian's own packages from the sources that this machine uses; what others it has beside them is left out.
package_sources() {
    local codename
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016
    apt-get "$@" indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)|$(CODENAME)|$(ORIGIN)|$(COMPONENT)' \
        'Created-By: Packages' |
        awk -F'|' -v ours="$codename" '
            $4 == "main" && $3 == "Debian" && ($2 == ours || $2 == ours "-updates" || $2 == ours "-security") { print $1 }' |
        sort -u
}

make_base() {
    local sources
    sources=$(package_sources)
    if [[ -z $sources ]]; then  # apt knows its sources only after an update; this one leaves the machine's alone
        mkdir -p "$WORK/lists/partial"
        apt-get -o Dir::State::lists="$WORK/lists" -o APT::Sandbox::User=root update -qq
        sources=$(package_sources -o Dir::State::lists="$WORK/lists")
        rm -r "$WORK/lists"
    fi
    [[ -n $sources ]] || cannot "found no Debian package sources on this machine; BASE_IMAGE=... names a base to use"
    apt-config dump | { grep -E '^Acquire::(https?::|Retries|Check-(Date|Valid-Until))' || true; } >"$WORK/apt.conf"
    mmdebstrap --quiet --variant=essential --include=python3,python3-venv,ca-certificates,libstdc++6,passwd \
        --aptopt="$WORK/apt.conf" --skip=output/dev \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        '' "$WORK/base.tar" - <<<"$sources"
    local container
    container=$(build_with from scratch)
    build_with add --quiet "$container" "$WORK/base.tar" / >/dev/null
    rm "$WORK/base.tar"
    build_with commit --quiet --rm "$container" "$LOCAL_BASE" >/dev/null
}

# pip's settings on this machine, as a file for the build. An index in a folder of this machine is left out: it is not
# in the build.
pip_settings() {
    local python=$PROJECT/.venv/bin/python
    [[ -x $python ]] || python=python3
    "$python" - <<'PYTHON'
import ast, os, subprocess, sys

kept = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"}
listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True).stdout
found = {}
for line in listed.splitlines():  # section.key='value'; :env: comes last, and wins
    name, _, value = line.partition("=")
    key = name.rpartition(".")[2]
    if key in kept:
        words = [word for word in str(ast.literal_eval(value)).split() if not word.startswith(("file:", "/"))]
        if words:
            found[key.removeprefix("default-")] = " ".join(words)
for variable in ("UV_DEFAULT_INDEX", "UV_INDEX_URL"):
    if os.environ.get(variable, "").startswith("http"):
        found.setdefault("index-url", os.environ[variable])
print("[global]", *(f"{key} = {value}" for key, value in found.items()), sep="\n")
PYTHON
}

certificates() {
    local each
    for each in "${PIP_CERT:-}" "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt; do
        if [[ -n $each && -s $each ]]; then echo "$each"; return; fi
    done
}

build_image() {
    local base=${BASE_IMAGE:-} secrets trusted
    if [[ -z $base ]]; then
        make_base
        base=$LOCAL_BASE
        say "base: $(build_with images --format '{{.Size}}' "$LOCAL_BASE"), after $SECONDS s"
    fi
    pip_settings >"$WORK/pip.conf"
    secrets=(--secret "id=pip_conf,src=$WORK/pip.conf")
    trusted=$(certificates)
    [[ -z $trusted ]] || secrets+=(--secret "id=certificates,src=$trusted")
    # The docker format, because OCI's has no health check.
    build_with bud --quiet --isolation chroot --format docker --build-arg "BASE_IMAGE=$base" "${secrets[@]}" \
        --tag "$TAG" "$PROJECT" >/dev/null
    say "image: $(build_with images --format '{{.Size}}' "$TAG"), after $SECONDS s"
}

# What an engine would read from the image, as shell arrays.
image_config() {
    build_with inspect --type image "$TAG" | python3 -c '
import json, shlex, sys

config = json.load(sys.stdin)["Docker"]["config"]
test = config["Healthcheck"]["Test"]
assert test[0] == "CMD", test
for name, words in {
    "ENVIRONMENT": config["Env"],
    "START": config["Entrypoint"] + config["Cmd"],
    "HEALTH": test[1:],
    "VOLUMES": list(config["Volumes"]),
}.items():
    print(f"{name}=({shlex.join(words)})")
for name in ("User", "WorkingDir", "StopSignal"):
    print(f"{name.upper()}={shlex.quote(config[name])}")
'
}

outside() {
    can_it_be_done
    WORK=$(mktemp -d "${TMPDIR:-/var/tmp}/supportbot-image-test.XXXXXXXX")
    trap 'rm -rf --one-file-system "$WORK"' EXIT
    trap 'exit 130' INT TERM
    export TMPDIR=$WORK  # so that what others leave goes as well
    chmod 711 "$WORK"    # apt fetches as a user of its own
    build_image
    image_config >"$WORK/config"
    local container
    container=$(build_with from --pull-never "$TAG")
    ROOT=$(build_with mount "$container")
    mkdir "$WORK/data"
    WORK=$WORK ROOT=$ROOT unshare --mount --pid --net --ipc --uts --fork --kill-child -- bash "${BASH_SOURCE[0]}" --inside
    build_with umount "$container" >/dev/null
    say "passed, in $SECONDS s; $(du -sm "$WORK" | cut -f1) MB of disk, given back now"
}

# ---------------------------------------------------------------------------------------------------------------------
# Inside: start it

# The image's own user and environment, and no way to more rights. In the place of this shell: a signal then reaches
# the program itself.
become_bot() {
    local folder=$1
    shift
    exec env -i "${ENVIRONMENT[@]}" "$SETPRIV" --no-new-privs "$CHROOT" --userspec="$USER" --groups= "$ROOT" \
        env --chdir="$folder" "$@"
}
in_folder() { (become_bot "$@"); }
as_bot() { in_folder "$WORKINGDIR" "$@"; }

passes() {
    local what=$1
    shift
    if ! "$@" >"$WORK/output" 2>&1; then
        cat "$WORK/output" >&2
        failed "$what"
    fi
    say "ok: $what"
}

equal() { [[ $1 == "$2" ]] || { printf 'expected: %s\nfound:    %s\n' "$2" "$1"; return 1; }; }

is_not_root() {
    [[ $USER =~ ^[1-9][0-9]*:[1-9][0-9]*$ ]] || { echo "USER $USER is not two numbers above 0"; return 1; }
    equal "$(as_bot python3 -c 'import os; print(os.getuid(), os.getgid(), os.getgroups())')" "${USER/:/ } []"
}

# Before anything is mounted: what the image's own permissions allow.
writable_places() { equal "$(as_bot find / -xdev ! -type l -writable 2>/dev/null | sort | tr '\n' ' ')" "/data /tmp "; }
raises_no_rights() { equal "$(find "$ROOT" -xdev -type f -perm /6000)" ""; }
data_is_its_own() { equal "$(stat -c '%u:%g %a' "$ROOT/data")" "$USER 700"; }
data_is_the_volume() { equal "${VOLUMES[*]}" /data; }

mount_as_an_engine_would() {
    mount --make-rprivate /
    mount --bind "$ROOT" "$ROOT"
    mount -t proc proc "$ROOT/proc"
    mount -t tmpfs -o mode=1777,size=64m tmpfs "$ROOT/tmp"
    mount -t tmpfs -o mode=755,size=1m tmpfs "$ROOT/dev"
    mount -t tmpfs -o mode=755,size=1m tmpfs "$ROOT/run"
    mkdir "$ROOT/run/secrets"
    local each
    for each in null zero full random urandom; do
        touch "$ROOT/dev/$each"
        mount --bind "/dev/$each" "$ROOT/dev/$each"
    done
    chown "$USER" "$WORK/data"
    chmod 700 "$WORK/data"
    mount --bind "$WORK/data" "$ROOT/data"
    mount -o remount,bind,ro "$ROOT"
    # Loopback, without asking for another package.
    python3 -c 'import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sh", b"lo", 0x41))'
}

root_is_read_only() { ! touch "$ROOT/opt/new" 2>/dev/null; }

has_no_powers() {
    equal "$(as_bot sh -c 'grep -E "^(CapPrm|CapEff|NoNewPrivs)" /proc/self/status' | tr -s '\t\n' ' ')" \
        "CapPrm: 0000000000000000 CapEff: 0000000000000000 NoNewPrivs: 1 "
}

says_its_version() {
    equal "$(as_bot supportbot --version)" "$(sed -n 's/^version = "\(.*\)"$/\1/p' "$PROJECT/pyproject.toml")"
}

# Exit status 0, and every cog and the content from the place where wheels go.
checks_itself() {
    local report
    report=$("$@") || { echo "$report"; return 1; }
    echo "$report" >"$WORK/report"
    local lines installed
    lines=$(grep -cE '^ok +(cogs\.[a-z]+|content): ' "$WORK/report")
    installed=$(grep -cE '^ok +(cogs\.[a-z]+|content): .*from /opt/supportbot/lib/python3[.0-9]*/site-packages/(cogs|data)' "$WORK/report")
    [[ $lines -ge 2 && $lines -eq $installed ]] || { cat "$WORK/report"; return 1; }
}

# Somebody else's cogs/ and data/ in the folder it is started from: `python -m` must not take them.
strangers_are_ignored() {
    mkdir -p "$ROOT/tmp/strange/"{cogs,data,supportbot}
    touch "$ROOT/tmp/strange/"{cogs,data,supportbot}/__init__.py
    checks_itself in_folder /tmp/strange python3 -m supportbot check
}

# As in the bot, on the read-only root; it must not complain, and leaves nothing behind.
draws_a_picture() {
    local found
    found=$(as_bot python3 -W error -c '
import asyncio
from supportbot.domain.pictures import Table, TableRow
from supportbot.render.painter import Painter

rows = (TableRow("Focus", "One thing.", "Another thing."),)
print(asyncio.run(Painter().draw(Table("Who?", "Left", "Right", rows, ())))[1:4].decode())' 2>&1)
    equal "$found $(find "$ROOT/tmp" "$ROOT/data" -name 'supportbot-*' -o -name '*matplotlib*')" "PNG "
}

wants_a_token() {
    local status=0
    as_bot "${START[@]}" || status=$?
    equal "$status" 78
}

wait_for() {
    local seconds=$1
    shift
    for ((; seconds * 5 > 0; seconds--)); do
        for _ in 1 2 3 4 5; do "$@" >/dev/null 2>&1 && return 0; sleep 0.2; done
    done
    echo "waited in vain for: $*"
    return 1
}

get() { as_bot python3 -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=4).status)' "$1"; }

starts_a_sandbox() {
    become_bot "$WORKINGDIR" supportbot sandbox --server-only --no-browser --port 0 >"$WORK/sandbox.log" 2>&1 &
    echo $! >"$WORK/sandbox.pid"
    wait_for 60 grep -q 'sandbox is open at' "$WORK/sandbox.log" || { cat "$WORK/sandbox.log"; return 1; }
    get "$(sed -n 's/.*open at \(http[^ ]*\).*/\1/p' "$WORK/sandbox.log")sandbox/api/clock"
}

# ENTRYPOINT and CMD as they are; only the environment says that Discord is the sandbox. The token is in a file that
# the bot's user alone may read, as compose.yaml gives it.
starts_the_bot() {
    local lines
    mapfile -t lines < <(sed -n 's/^ *\(SUPPORTBOT_[A-Z_]*=.*\)$/\1/p' "$WORK/sandbox.log" | grep -v -e TOKEN -e DATABASE_URL)
    sed -n 's/^ *SUPPORTBOT_TOKEN=//p' "$WORK/sandbox.log" >"$ROOT/run/secrets/supportbot_token"
    chown "$USER" "$ROOT/run/secrets/supportbot_token"
    chmod 400 "$ROOT/run/secrets/supportbot_token"
    become_bot "$WORKINGDIR" env SUPPORTBOT_SECRETS_DIR=/run/secrets "${lines[@]}" "${START[@]}" >"$WORK/bot.log" 2>&1 &
    echo $! >"$WORK/bot.pid"
    wait_for 60 get http://127.0.0.1:8766/readyz || { cat "$WORK/bot.log"; return 1; }
}

keeps_its_files_private() {
    equal "$(cd "$WORK/data" && stat -c '%n %u:%g %a' supportbot.db supportbot.db.keys.json | tr '\n' ' ')" \
        "supportbot.db $USER 600 supportbot.db.keys.json $USER 600 "
}

is_healthy() { as_bot "${HEALTH[@]}"; }
# shellcheck disable=SC2016
is_healthy_beside_a_proxy() { as_bot env http_proxy=http://127.0.0.1:9 "${HEALTH[@]}"; }
is_not_healthy() { ! is_healthy; }

# Runs in this shell, because only a parent can wait for the exit status.
ends_when_asked() {
    local name=$1 pid status=0 started=$SECONDS
    pid=$(<"$WORK/$name.pid")
    kill -s "$STOPSIGNAL" "$pid"
    (sleep 10 && kill -KILL "$pid") 2>/dev/null &
    local alarm=$!
    wait "$pid" || status=$?
    kill "$alarm" 2>/dev/null || true
    equal "$status" 0 || { tail -20 "$WORK/$name.log"; return 1; }
    ! grep -E 'Traceback|"level": "(error|critical)"' "$WORK/$name.log" || return 1
    echo "after $((SECONDS - started)) s"
}

inside() {
    # By their places here: the image's PATH is set by then.
    SETPRIV=$(command -v setpriv)
    CHROOT=$(command -v chroot)
    # shellcheck source=/dev/null
    . "$WORK/config"
    passes "the user is not root" is_not_root
    passes "nothing but /data and /tmp is writable for it" writable_places
    passes "no program in it raises anybody's rights" raises_no_rights
    passes "/data is the only volume" data_is_the_volume
    passes "/data belongs to the bot alone" data_is_its_own
    mount_as_an_engine_would
    passes "from here on the root is read-only" root_is_read_only
    passes "it has no capabilities and gets none" has_no_powers
    passes "supportbot --version" says_its_version
    passes "supportbot check: cogs and data from site-packages" checks_itself as_bot supportbot check
    passes "it draws a picture there, and leaves nothing behind" draws_a_picture
    cat "$WORK/report"
    passes "a stranger's cogs and data are not taken" strangers_are_ignored
    passes "without a token it ends with 78 and a sentence" wants_a_token
    cat "$WORK/output"
    passes "a sandbox starts on loopback" starts_a_sandbox
    passes "the bot connects to it" starts_the_bot
    passes "what it keeps is for its user alone" keeps_its_files_private
    passes "the image's health check passes" is_healthy
    passes "also where the environment names a proxy" is_healthy_beside_a_proxy
    passes "the bot ends cleanly on $STOPSIGNAL" ends_when_asked bot
    passes "then the health check fails" is_not_healthy
    passes "the sandbox ends cleanly on $STOPSIGNAL" ends_when_asked sandbox
}

if [[ ${1:-} == --inside ]]; then inside; else outside; fi
