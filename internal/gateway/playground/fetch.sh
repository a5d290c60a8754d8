#!/bin/sh
# Fetches the published files that the playground is made of, unchanged, and checks them against npm/SHA256SUMS.
# Needed only to change a version: the files are part of the repository. After such a change run it with --update,
# which writes the sums anew, and read the difference.
set -eu
cd "$(dirname "$0")"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# take PACKAGE@VERSION, then pairs of a path in the package and a name in npm/.
take() {
	package=$1
	shift
	rm -rf "$work/package" "$work"/*.tgz
	(cd "$work" && npm pack --silent "$package" >/dev/null && tar -xzf ./*.tgz)
	while [ $# -gt 0 ]; do
		cp "$work/package/$1" "npm/$2"
		shift 2
	done
}

mkdir -p npm
take react@18.3.1 \
	umd/react.production.min.js react.production.min.js \
	LICENSE react.LICENSE
take react-dom@18.3.1 \
	umd/react-dom.production.min.js react-dom.production.min.js \
	LICENSE react-dom.LICENSE
take graphiql@4.1.2 \
	graphiql.min.js graphiql.min.js \
	graphiql.min.css graphiql.min.css \
	LICENSE graphiql.LICENSE
take @graphiql/plugin-explorer@4.0.6 \
	dist/index.umd.js plugin-explorer.umd.js \
	dist/style.css plugin-explorer.css
take graphiql-explorer@0.9.0 \
	LICENSE graphiql-explorer.LICENSE

cd npm
if [ "${1-}" = --update ]; then
	sha256sum ./*.js ./*.css ./*.LICENSE >SHA256SUMS
fi
sha256sum --check --quiet SHA256SUMS
