#!/usr/bin/env python3
"""Serves the folder `site` beside this one, with the headers that its pages need.

Needs nothing but Python 3.7. serve.mjs does the same in Node.js.

    python3 serve.py [--room] [--port 8177] [--site FOLDER]

Without --room only this computer can open it.
"""

import argparse
import json
import os
import re
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = 8177  # always the same, because a browser keeps answers and progress by address
TRIES = 20
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
    ".png": "image/png",
}

parser = argparse.ArgumentParser()
parser.add_argument("--room", action="store_true")
parser.add_argument("--port", type=int)
parser.add_argument("--site", default=os.path.join(HERE, "..", "site"))
given = parser.parse_args()
with open(os.path.join(HERE, "headers.json"), encoding="utf-8") as file:
    headers = json.load(file)


def parts_of(url):
    """The parts of a URL's path; None if it could lead out of the site."""
    try:
        path = unquote(re.sub(r"[?#].*$", "", url, flags=re.S), errors="strict")
    except UnicodeDecodeError:
        return None
    parts = [part for part in path.split("/") if part]
    odd = re.search(r"[\\\0:]", path) or any(part.startswith(".") for part in parts)
    return parts if path.startswith("/") and not odd else None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body leave together
    server_version = "ZebraLab"
    sys_version = ""

    def respond(self, status, path=None, more=None):
        size = os.path.getsize(path) if path else 0
        sent = {**headers, "Cache-Control": "no-cache", "Content-Length": str(size)}
        if path:
            sent["Content-Type"] = TYPES.get(os.path.splitext(path)[1], "application/octet-stream")
        self.send_response(status)
        for name, value in {**sent, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if not path or self.command == "HEAD":
            return
        with open(path, "rb") as source:
            while True:
                block = source.read(1 << 16)
                if not block:
                    return
                self.wfile.write(block)

    def not_found(self):
        self.respond(404, os.path.join(given.site, "404.html"))

    def do_GET(self):
        parts = parts_of(self.path)
        if parts is None:
            return self.not_found()
        path = os.path.join(given.site, *parts)
        before = re.sub(r"[?#].*$", "", self.path, flags=re.S)
        if os.path.isdir(path):
            if not os.path.isfile(os.path.join(path, "index.html")):
                return self.not_found()
            if not before.endswith("/"):
                query = re.sub(r"#.*$", "", self.path[len(before) :], flags=re.S)
                folder = "/".join(quote(part, safe="") for part in parts)
                return self.respond(301, more={"Location": f"/{folder}/{query}"})
            path = os.path.join(path, "index.html")
        elif not os.path.isfile(path) or before.endswith("/"):
            return self.not_found()
        forever = {"Cache-Control": "max-age=31536000, immutable"}
        return self.respond(200, path, forever if parts[:1] == ["assets"] else None)

    do_HEAD = do_GET

    def refuse(self):
        # The body is not read, so nothing that follows it could be.
        self.respond(405, more={"Allow": "GET, HEAD", "Connection": "close"})

    do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = refuse

    def log_message(self, *_):
        pass


def addresses():
    """Of this computer in its network; the address that its route outwards would use, without sending anything."""
    found = []
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.connect(("192.0.2.1", 9))  # reserved for documentation
            found.append(one.getsockname()[0])
    except OSError:
        pass
    try:
        found += socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        pass
    return [one for one in dict.fromkeys(found) if not one.startswith("127.")]


def say(port):
    print("\nZebra Lab is running. Keep this window open; close it to stop.\n")
    print(f"  On this computer:    http://localhost:{port}/")
    if given.room:
        found = addresses()
        for address in found:
            print(f"  On other computers:  http://{address}:{port}/")
        if not found:
            print("  This computer is in no network, so others cannot open it.")
        with open(os.path.join(HERE, "room.txt"), encoding="utf-8") as text:
            print("\n" + text.read().strip())
    print("", flush=True)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # elsewhere two servers would share a port


def main():
    if not os.path.isfile(os.path.join(given.site, "index.html")):
        sys.exit(f"{given.site} does not contain the site.")
    first = PORT if given.port is None else given.port
    host = "0.0.0.0" if given.room else "127.0.0.1"
    for port in range(first, first + (TRIES if given.port is None else 0) + 1):
        try:
            server = Server((host, port), Handler)
            break
        except OSError as error:
            reason = error
            if port == PORT:
                print(
                    f"Port {PORT} is taken, so this is a different address: "
                    "answers and progress of other times are not found there."
                )
    else:
        sys.exit(f"Zebra Lab could not start: {reason}")
    say(server.server_address[1])
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


main()
