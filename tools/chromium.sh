#!/bin/sh
# The browser that the tests drive: says where it is; where it is missing and we may, installs Debian's. The shell without
# windows comes first: the same engine, without the process that draws them.
set -eu
found() {
  for name in chromium-headless-shell chromium google-chrome google-chrome-stable chromium-browser; do
    command -v "$name" && return
  done
  for folder in "$HOME/Applications" /Applications; do # macOS
    for name in Chromium "Google Chrome"; do
      path="$folder/$name.app/Contents/MacOS/$name"
      if [ -x "$path" ]; then echo "$path" && return; fi
    done
  done
  return 1
}
found && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing chromium for the browser tests" >&2
  apt-get update -qq >&2
  for package in chromium-headless-shell chromium; do # older Debians have no package of the shell
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null || continue
    found && exit 0
  done
fi
case "$(uname)" in
  Darwin) how="brew install --cask chromium" ;;
  *) how="on Debian or Ubuntu, sudo apt-get install chromium" ;;
esac
echo "the browser tests need Chromium or Chrome, and none is installed: $how" >&2
exit 1
