#!/bin/sh
# Makes configure and the Makefile.in from their sources. Needed once after a clone.
set -e
cd "$(dirname "$0")"
mkdir -p build-aux
exec autoreconf --install --warnings=all,no-portability
