#!/bin/sh
# Starts Zebra Lab with Node.js or Python, whichever is there. With --room, other computers can open it, too.
cd "$(dirname "$0")" || exit 1
if command -v node >/dev/null 2>&1; then exec node serve/serve.mjs "$@"; fi
if command -v python3 >/dev/null 2>&1; then exec python3 serve/serve.py "$@"; fi
echo "Zebra Lab needs Node.js (https://nodejs.org) or Python (https://www.python.org)."
exit 1
