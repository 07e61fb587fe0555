"""Run a command with the port of a small HTTP server on this machine as its last argument.

    python3 with-server.py tur run download.tur

The server has the pages /page/0, /page/1 and so on.  /page/4 answers with an error at first, /page/7
takes far too long.  In the end this says how many requests there were at most at the same time.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

FLAKY = "/page/4"
SLOW = "/page/7"
DELAY = 0.1
ENDED = threading.Event()


class Pages(BaseHTTPRequestHandler):
    lock = threading.Lock()
    asked: ClassVar[Counter[str]] = Counter()
    busy = most = 0

    def do_GET(self) -> None:
        with Pages.lock:
            Pages.asked[self.path] += 1
            Pages.busy += 1
            Pages.most = max(Pages.most, Pages.busy)
        try:
            self.answer()
        finally:
            with Pages.lock:
                Pages.busy -= 1

    def answer(self) -> None:
        if self.path == SLOW:
            with Pages.lock:
                Pages.busy -= 1  # who asked gives up, and asks for other pages meanwhile
            ENDED.wait(60)
            with Pages.lock:
                Pages.busy += 1
            return
        time.sleep(DELAY)
        if self.path == FLAKY and Pages.asked[self.path] == 1:
            self.send_error(503)
            return
        number = int(self.path.rpartition("/")[2])
        body = f"page {number}: {'abc' * number}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def main() -> int:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    status = subprocess.run([*sys.argv[1:], str(server.server_port)], check=False).returncode
    ENDED.set()
    print("the server had at most", Pages.most, "requests at a time")
    return status


if __name__ == "__main__":
    sys.exit(main())
