#!/bin/sh
# Regenerates the Go accessors from model_subset.fbs. The result is committed,
# so this does nothing where flatc is not installed (Debian package
# flatbuffers-compiler; the committed file was made by version 2.0.8).
set -eu
cd "$(dirname "$0")"
if ! command -v flatc >/dev/null 2>&1; then
	echo "flatc is not installed: the committed accessors are kept" >&2
	exit 0
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
flatc --go --gen-onefile -o "$out" model_subset.fbs
# flatc 2.0 leaves the package clause of a single Go file empty.
sed 's/^package *$/package schema/' "$out"/model_subset_generated.go | gofmt >model_subset_generated.go
