#!/bin/sh
# Make sure that the browser tests have a Chromium; print nothing when one is there.
# CHROMIUM names a browser outside PATH.
set -eu

found() {
    if [ -n "${CHROMIUM:-}" ]; then
        command -v "$CHROMIUM" >/dev/null && return 0
        echo "chromium: CHROMIUM is '$CHROMIUM', which is not a program" >&2
        exit 2
    fi
    command -v chromium >/dev/null
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
        echo "chromium: installing the browser for the tests"
        $root apt-get update -qq
        $root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends chromium >/dev/null
        found && exit 0
    fi
fi

echo "chromium: not found, and the browser tests need it" >&2
echo "chromium: install it (Debian: apt-get install chromium), or set CHROMIUM to its path" >&2
exit 2
