# shellcheck shell=bash
# What the scripts share; they source it. It goes to the project's root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Debian's own Python: its packages (pytest, aiohttp, requests) are seen by no other.
PYTHON=/usr/bin/python3
[[ -x $PYTHON ]] || PYTHON=python3
export PYTHON PYTHONDONTWRITEBYTECODE=1

# heading TEXT...
heading()
{
    printf '\n== %s\n' "$*"
}

# configure BUILD OPTION...: a build directory with these options, made or changed.
configure()
{
    local build=$1
    shift
    if [[ -f $build/build.ninja ]]; then
        meson configure "$build" "$@"
    else
        meson setup "$build" "$@"
    fi
}

# run_pytest PROGRAM REPORT OPTION...: the tests of runs, with a program. Signals are as at a terminal,
# also where the caller ignores them (a job in the background): tests send them.
run_pytest()
{
    local program=$PWD/$1 report=$2
    shift 2
    SHOAL=$program env --default-signal=HUP,INT,QUIT,TERM \
        "$PYTHON" -m pytest tests/run -p no:cacheprovider --junitxml="$report" "$@"
}
