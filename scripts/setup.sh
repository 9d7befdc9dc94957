#!/bin/sh
# Set up .tools (Poetry) and .venv (the locked dependencies): `main`, or `dev` with what tests need. `lock` resolves anew.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "setup: $1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        if is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.11 or later is needed and none was found; PYTHON=/path/to/python names one."
}

# The package index that pip uses, which Poetry does not read by itself.
package_index() {
    .tools/bin/python - <<'PYTHON'
import os, subprocess, sys
from pip._internal.models.index import PyPI
asked = subprocess.run([sys.executable, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True)
print(os.environ.get("PIP_INDEX_URL") or asked.stdout.strip() or PyPI.simple_url)
PYTHON
}

# Started as a module: the script `poetry` names the folder that it was installed in, and a checkout may be moved.
poetry() {
    .tools/bin/python -m poetry "$@"
}

make_tools() {
    if cmp -s requirements-tools.txt .tools/requirements-tools.txt && poetry --version >/dev/null 2>&1; then
        return
    fi
    python=$(find_python) || exit 1
    "$python" -c 'import ensurepip, venv' 2>/dev/null || fail \
        "$python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv."
    echo "setup: Poetry in .tools (once)" >&2
    rm -rf .tools
    "$python" -m venv .tools
    .tools/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-tools.txt || fail \
        "Poetry could not be installed; is there a network, and does pip reach its package index?"
    cp requirements-tools.txt .tools/
}

use_the_index_of_pip() {
    for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
        if [ -z "${REQUESTS_CA_BUNDLE:-}" ] && [ -r "$bundle" ]; then
            export REQUESTS_CA_BUNDLE="$bundle"
        fi
    done
    POETRY_PYPI_MIRROR_URL="${POETRY_PYPI_MIRROR_URL:-$(package_index)}"
    export POETRY_PYPI_MIRROR_URL
    unset VIRTUAL_ENV
}

# Scripts and the path to this package are written for one place: a moved checkout needs an environment anew.
is_for_this_checkout() {
    grep -qsxF "$(pwd -P)" .venv/lib/python*/site-packages/web_single.pth
}

make_environment() {
    if is_new_enough .venv/bin/python && is_for_this_checkout; then
        return
    fi
    .tools/bin/python -m venv --clear --without-pip .venv
}

# Development tools stay where they were installed: who develops also serves.
install() {
    if [ "$1" = dev ] || [ -e .venv/.installed-dev ]; then
        groups="--with dev"
        marks=".venv/.installed-main .venv/.installed-dev"
    else
        groups="--only main"
        marks=".venv/.installed-main"
    fi
    echo "setup: the locked dependencies in .venv" >&2
    # shellcheck disable=SC2086 - two words on purpose
    poetry sync --quiet --no-interaction $groups || fail \
        "the dependencies could not be installed; is there a network, and is poetry.lock that of this checkout?"
    # shellcheck disable=SC2086 - as above
    touch $marks
}

make_tools
use_the_index_of_pip
make_environment
case "$1" in
    lock) poetry lock --no-interaction ;;
    *) install "$1" ;;
esac
