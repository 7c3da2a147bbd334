"""A merchant's server for the demo: receives and verifies webhooks, and shows a shop page.

    POST /webhooks   verifies with the standardwebhooks library and with the platform's own header
    POST /webhooks/payments   the same for the payments surface, whose own header is another one
    GET  /received   the verified webhooks of the platform so far, as JSON, for tests
    GET  /           a shop page on another origin than the API: embeds a link, shows its messages
    POST /links      makes a new link for that page; body {"amount": "12.50", "currency": "USD"}
"""

import hashlib
import hmac
import html
import json
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from paths import BASE_URL, RECEIVER_PORT

TOLERANCE_S = 300


class Receiver:
    def __init__(self):
        self.received = []
        self.secret = None
        self.links_secret = None
        self.payments_secret = None
        self.pay_url = ""
        self.new_link = None
        self.invoice_link = None
        handler = type("Handler", (_Handler,), {"receiver": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", RECEIVER_PORT), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def accept(self, headers, body):
        """Raises when any signature is wrong; the two are checked independently of each other."""
        Webhook(self.secret).verify(body, headers)
        _verify_platform_header(self.secret, headers.get("paylink-signature", ""), body)
        event = json.loads(body)
        self.received.append(
            {
                "id": headers["webhook-id"],
                "timestamp": headers["webhook-timestamp"],
                "attempt": headers.get("webhook-attempt"),
                "received_at": time.time(),
                "headers": headers,
                "body": event,
                "text": body.decode(),
            }
        )
        return event


    def accept_links(self, headers, body):
        """The same for the links surface, whose own signature is over the body alone."""
        Webhook(self.links_secret).verify(body, headers)
        mac = hmac.new(self.links_secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"sha256={mac}", headers.get("x-webhook-signature", "")):
            raise WebhookVerificationError("X-Webhook-Signature does not match")
        return json.loads(body)

    def accept_payments(self, headers, body):
        """The payments surface's: its own header signs the body alone."""
        Webhook(self.payments_secret).verify(body, headers)
        expected = hmac.new(self.payments_secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, headers.get("x-paylink-signature", "")):
            raise WebhookVerificationError("X-Paylink-Signature does not match")
        return json.loads(body)


def _verify_platform_header(secret, header, body):
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    if not parts.get("t", "").isdigit() or "v1" not in parts:
        raise WebhookVerificationError("Paylink-Signature is missing or malformed")
    if abs(time.time() - int(parts["t"])) > TOLERANCE_S:
        raise WebhookVerificationError("Paylink-Signature is too old")
    signed = parts["t"].encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts["v1"]):
        raise WebhookVerificationError("Paylink-Signature does not match")


class _Handler(BaseHTTPRequestHandler):
    receiver = None
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/received":
            self._answer(200, "application/json", json.dumps(self.receiver.received))
        elif url.path == "/":
            asked = urllib.parse.parse_qs(url.query).get("pay_url", [""])[0]
            ours = asked.startswith(f"{BASE_URL}/pay/")
            self._answer(200, "text/html; charset=utf-8", _page(asked if ours else self._link()))
        else:
            self._answer(404, "text/plain", "not found")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/webhooks":
            self._webhook(body, self.receiver.accept)
        elif self.path == "/links-webhooks":
            self._webhook(body, self.receiver.accept_links)
        elif self.path == "/webhooks/payments":
            self._webhook(body, self.receiver.accept_payments)
        elif self.path == "/links":
            try:
                self._answer(200, "application/json", json.dumps(self.receiver.new_link(body)))
            except Exception as error:
                self._answer(502, "application/json", json.dumps({"message": str(error)}))
        else:
            self._answer(404, "text/plain", "not found")

    def _link(self):
        return self.receiver.pay_url

    def _webhook(self, body, accept):
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = accept(headers, body)
        except Exception as error:
            print(f"webhook REFUSED: {error}", flush=True)
            self._answer(400, "text/plain", "not verified")
            return
        self._answer(200, "text/plain", "ok")
        data = event.get("data") or {}
        about = data.get("payment_intent_id") or data.get("paymentId") or event.get("id")
        about = event.get("refund_id") or event.get("transaction_id") or about or event["event_id"]
        status = data.get("status") or event.get("status")
        status = f" {status}" if status else ""
        again = headers.get("webhook-attempt", "1")
        again = "" if again == "1" else f" (attempt {again})"
        clock = time.strftime("%H:%M:%S")
        kind = event.get("event")
        print(f"{clock} webhook verified: {kind} {about}{status}{again}", flush=True)
        if kind == "payment_link.completed" and data.get("invoiceId") and self.receiver.invoice_link:
            self._invoice(data)

    def _invoice(self, data):
        try:
            link = self.receiver.invoice_link(data["invoiceId"])
        except Exception as error:
            link = f"no link: {error}"
        print(f"  its invoice {data['invoiceNumber']}: {link}", flush=True)

    def _answer(self, status, media, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def _page(pay_url):
    origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(pay_url or BASE_URL))
    return (
        _PAGE.replace("{{pay_url}}", html.escape(pay_url, quote=True))
        .replace("{{origin}}", json.dumps(origin))
    )


_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Demo Shop</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto }
  body { padding: 0 1rem }
  iframe { width: 100%; height: 44rem; border: 1px solid #ccc; border-radius: 8px }
  input { width: 6rem } pre { background: #f4f4f4; padding: 1rem; white-space: pre-wrap }
  pre { overflow-wrap: anywhere } form { margin-bottom: 1rem }
</style>
<h1>Demo Shop</h1>
<p>This page stands for a merchant's site. The payment page below comes from another origin.</p>
<form id="new">
  <label>Amount <input id="amount" value="12.50" inputmode="decimal"></label>
  <button>New payment</button>
</form>
<iframe id="pay" title="Payment" src="{{pay_url}}"></iframe>
<h2>Messages from the payment page</h2>
<pre id="messages" aria-live="polite"></pre>
<script>
  const messages = document.getElementById("messages");
  const pay = document.getElementById("pay");
  addEventListener("message", (event) => {
    if (event.origin !== {{origin}} || event.data.source !== "paylink") return;
    if (event.data.type === "resize") pay.style.height = `${event.data.height}px`;
    else messages.textContent += JSON.stringify(event.data) + "\\n";
  });
  document.getElementById("new").addEventListener("submit", async (event) => {
    event.preventDefault();
    const amount = document.getElementById("amount").value;
    const answer = await fetch("/links", { method: "POST", body: JSON.stringify({ amount }) });
    const link = await answer.json();
    if (answer.ok) pay.src = link.pay_url;
    else messages.textContent += link.message + "\\n";
  });
</script>
</html>
"""
