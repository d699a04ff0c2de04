"""Serve the built website on localhost and print its address.

Usage: python book/tools/serve.py [--port 8000]
"""

import argparse
import functools
import http.server
from pathlib import Path

HTML = Path(__file__).resolve().parents[2] / "_build" / "html"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve files quietly, with the media types that modules and WebAssembly need on every system."""

    extensions_map = {  # noqa: RUF012  (the base class declares it so)
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def log_message(self, *arguments: object) -> None:
        """Write nothing for a request."""


def bind(port: int) -> http.server.ThreadingHTTPServer:
    """Return a server on `port`, or on a free port when that one is taken."""
    handler = functools.partial(Handler, directory=str(HTML))
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        return http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)


def main() -> None:
    """Serve until the reader presses Ctrl+C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    with bind(parser.parse_args().port) as server:
        print(f"The book is at http://localhost:{server.server_address[1]}/  (Ctrl+C stops it)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
