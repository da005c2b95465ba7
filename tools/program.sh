#!/bin/sh
# Make sure that the tests have a program, named as its Debian package; print nothing when it is
# there. A variable with its name in capitals (CHROMIUM, NGINX) names one outside PATH.
set -eu

name=$1
variable=$(echo "$name" | tr '[:lower:]' '[:upper:]')
eval "own=\${$variable:-}"
PATH="$PATH:/usr/sbin:/sbin"

found() {
    if [ -n "$own" ]; then
        command -v "$own" >/dev/null && return 0
        echo "$name: $variable is '$own', which is not a program" >&2
        exit 2
    fi
    command -v "$name" >/dev/null
}

found && exit 0

if command -v apt-get >/dev/null; then
    root=none
    if [ "$(id -u)" -eq 0 ]; then
        root=""
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        root="sudo -n"
    fi
    if [ "$root" != none ]; then
        echo "$name: installing it for the tests"
        $root apt-get update -qq
        $root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "$name" >/dev/null
        # The tests start their own; Debian starts a server as soon as it is installed.
        if [ "$name" = nginx ] && [ -d /run/systemd/system ]; then
            $root systemctl disable --quiet --now nginx
        fi
        found && exit 0
    fi
fi

echo "$name: not found, and the tests need it" >&2
echo "$name: install it (Debian: apt-get install $name), or set $variable to its path" >&2
exit 2
