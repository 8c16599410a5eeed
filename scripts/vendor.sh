#!/bin/sh
# Fetches the third-party dist files of static/vendor again, at the versions written in static/vendor/VERSIONS.
# Only a maintainer needs this (and npm): the files are in the repository, users of the portal never run it.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r package version from to sum; do
    case "$package" in ''|'#'*) continue ;; esac
    npm pack --silent --pack-destination "$work" "$package@$version" >/dev/null
    tar -xzf "$work"/*.tgz -C "$work"
    # a source map is not here, and collecting static files would look for it
    sed '/^\/\/# sourceMappingURL/d' "$work/package/$from" > "static/vendor/$to"
    rm -rf "$work"/*.tgz "$work/package"
    got=$(sha256sum "static/vendor/$to" | cut -d' ' -f1)
    if [ "$got" != "$sum" ]; then
        echo "$to: sha256 is $got, VERSIONS says $sum" >&2
        exit 1
    fi
done < static/vendor/VERSIONS
