"""Order records in memory: the service behind the gateway. It knows nothing of tokens."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ORDERS = {"1": {"id": "1", "item": "tea", "quantity": 2}}


class Orders(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value=None):
        body = b"" if value is None else json.dumps(value).encode() + b"\n"
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def order(self):
        path = urlsplit(self.path).path
        return ORDERS.get(path.removeprefix("/orders/"))

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/healthz":
            self.answer(200, {"status": "up"})
        elif url.path == "/orders":
            items = parse_qs(url.query).get("item")
            found = [order for order in ORDERS.values() if not items or order["item"] in items]
            self.answer(200, {"orders": found})
        elif order := self.order():
            self.answer(200, order)
        else:
            self.answer(404, {"error": "no such order"})

    def do_POST(self):
        try:
            order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            order = {"item": str(order["item"]), "quantity": int(order["quantity"])}
        except (KeyError, TypeError, ValueError):
            return self.answer(400, {"error": "expected an item and a quantity"})
        order["id"] = str(max(map(int, ORDERS), default=0) + 1)
        # Who asks comes from the gateway, which drops such a field of the caller's.
        order["takenBy"] = self.headers.get("Gatehouse-Subject", "somebody")
        ORDERS[order["id"]] = order
        self.answer(201, order)

    def do_DELETE(self):
        order = self.order()
        if order is None:
            return self.answer(404, {"error": "no such order"})
        del ORDERS[order["id"]]
        self.answer(204)


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9001
    with ThreadingHTTPServer(("127.0.0.1", port), Orders) as server:
        print(f"orders: listening on http://127.0.0.1:{port}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
