#!/bin/sh
# The browser that the tests drive: Debian's, installed where it is missing and we may.
set -eu
for name in chromium chromium-browser google-chrome; do
  if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing chromium for the browser tests"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
  exit 0
fi
echo "the browser tests need Chromium, and it is not installed: on Debian or Ubuntu, sudo apt-get install chromium" >&2
exit 1
