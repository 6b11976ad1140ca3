"""What the official Python client does with the sandbox at SANDBOX_URL. Run by python.test.js."""

import json
import os
import queue
import threading
import unittest
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import stripe

BASE = os.environ["SANDBOX_URL"]
DONE = "http://127.0.0.1:9/done"


def client(key="sk_test_python", **options):
    """A client whose API and Connect bases are both the sandbox."""
    bases = {"api": BASE, "connect": BASE}
    return stripe.StripeClient(key, base_addresses=bases, max_network_retries=0, **options)


def control(path, body=None):
    """A call of `/_control`."""
    request = urllib.request.Request(f"{BASE}/_control/{path}", data=json.dumps(body or {}).encode(), method="POST")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


class Receiver:
    """An endpoint for webhooks."""

    def __init__(self):
        self.came = queue.Queue()
        came = self.came

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                came.put((body, self.headers["stripe-signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Sandbox(unittest.TestCase):
    def setUp(self):
        self.stripe = client()
        self.v1 = self.stripe.v1

    def price(self, amount, **more):
        params = {"currency": "usd", "unit_amount": amount, "product_data": {"name": f"Plan {amount}"}, **more}
        return self.v1.prices.create(params)

    def monthly(self, amount):
        return self.price(amount, recurring={"interval": "month"})

    def subscribed(self, price):
        session = self.v1.checkout.sessions.create(
            {"mode": "subscription", "success_url": DONE, "line_items": [{"price": price.id, "quantity": 1}]}
        )
        control(f"checkout/{session.id}/pay", {"email": "python@example.com"})
        return self.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription.latest_invoice"]})

    def test_products_and_prices(self):
        product = self.v1.products.create({"id": "python_pro", "name": "Pro", "metadata": {"tier": "pro"}})
        self.assertEqual(product.id, "python_pro")
        with self.assertRaises(stripe.InvalidRequestError) as taken:
            self.v1.products.create({"id": "python_pro", "name": "Pro"})
        self.assertEqual(taken.exception.code, "resource_already_exists")
        price = self.v1.prices.create(
            {"product": product.id, "currency": "eur", "unit_amount": 500, "lookup_key": "python_key"}
        )
        found = self.v1.prices.list({"lookup_keys": ["python_key"], "expand": ["data.product"]})
        self.assertEqual([(price.id, "Pro")], [(found.data[0].id, found.data[0].product.name)])

    def test_customers_page_by_page(self):
        own = client("sk_test_pythonpages").v1
        for number in range(5):
            own.customers.create({"name": str(number)})
        names = [customer.name for customer in own.customers.list({"limit": 2}).auto_paging_iter()]
        self.assertEqual(names, ["4", "3", "2", "1", "0"])

    def test_errors(self):
        with self.assertRaises(stripe.InvalidRequestError) as missing:
            self.v1.customers.retrieve("cus_none")
        self.assertEqual((missing.exception.http_status, missing.exception.code), (404, "resource_missing"))
        self.assertTrue(missing.exception.request_id.startswith("req_"))
        with self.assertRaises(stripe.InvalidRequestError) as unknown:
            self.v1.products.create({"name": "a", "colour": "red"})
        self.assertEqual(unknown.exception.param, "colour")
        with self.assertRaises(stripe.AuthenticationError):
            client("nonsense").v1.customers.list()
        control("misbehave", {"what": "answer_429", "count": 1})
        with self.assertRaises(stripe.RateLimitError):
            self.v1.customers.list()

    def test_idempotency(self):
        options = {"idempotency_key": "python once"}
        first = self.v1.customers.create({"name": "once"}, options)
        self.assertEqual(self.v1.customers.create({"name": "once"}, options).id, first.id)
        with self.assertRaises(stripe.IdempotencyError):
            self.v1.customers.create({"name": "other"}, options)

    def test_a_delivered_event_is_verified(self):
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        endpoint = self.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["customer.updated"]})
        customer = self.v1.customers.create({"name": "before"})
        self.v1.customers.update(customer.id, {"name": "after"})
        self.assertTrue(control("settle")["settled"])
        body, signature = receiver.came.get(timeout=10)
        event = self.stripe.construct_event(body, signature, endpoint.secret)
        self.assertEqual((event.type, event.data.object.name), ("customer.updated", "after"))
        with self.assertRaises(stripe.SignatureVerificationError):
            self.stripe.construct_event(body, signature, "whsec_other")
        listed = self.v1.events.list({"types": ["customer.updated"], "created": {"gte": event.created}})
        self.assertEqual(listed.data[0].id, event.id)
        self.v1.webhook_endpoints.delete(endpoint.id)

    def test_checkout_is_paid_and_refunded(self):
        price = self.price(700)
        session = self.v1.checkout.sessions.create(
            {"mode": "payment", "success_url": DONE, "line_items": [{"price": price.id, "quantity": 2}]}
        )
        control(f"checkout/{session.id}/pay")
        paid = self.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
        self.assertEqual((paid.status, paid.payment_status, paid.amount_total), ("complete", "paid", 1400))
        self.assertEqual(paid.line_items.data[0].quantity, 2)
        refund = self.v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 400})
        self.assertEqual(refund.status, "succeeded")
        with self.assertRaises(stripe.InvalidRequestError):
            self.v1.refunds.create({"payment_intent": paid.payment_intent, "amount": 1001})

    def test_a_declined_card_is_a_card_error(self):
        intent = self.v1.payment_intents.create({"amount": 900, "currency": "eur"})
        with self.assertRaises(stripe.CardError) as declined:
            self.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})
        self.assertEqual(declined.exception.code, "card_declined")

    def test_a_subscription_is_changed_and_canceled(self):
        small, large = self.monthly(1000), self.monthly(3000)
        subscription = self.subscribed(small).subscription
        self.assertEqual((subscription.status, subscription.latest_invoice.amount_paid), ("active", 1000))
        item = subscription["items"].data[0]
        change = [{"id": item.id, "price": large.id}]
        preview = self.v1.invoices.create_preview(
            {
                "subscription": subscription.id,
                "subscription_details": {"items": change, "proration_behavior": "always_invoice"},
            }
        )
        changed = self.v1.subscriptions.update(
            subscription.id, {"items": change, "proration_behavior": "always_invoice", "expand": ["latest_invoice"]}
        )
        self.assertEqual(changed["items"].data[0].price.id, large.id)
        self.assertAlmostEqual(preview.total, changed.latest_invoice.total, delta=1)
        ending = self.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
        self.assertEqual(ending.cancel_at, item.current_period_end)
        self.assertEqual(self.v1.subscriptions.cancel(subscription.id).status, "canceled")
        every = self.v1.subscriptions.list({"customer": subscription.customer, "status": "all"})
        self.assertEqual([found.id for found in every.data], [subscription.id])

    def test_the_portal(self):
        customer = self.v1.customers.create({"email": "portal@example.com"})
        configuration = self.v1.billing_portal.configurations.create({"features": {"invoice_history": {"enabled": True}}})
        session = self.v1.billing_portal.sessions.create(
            {"customer": customer.id, "configuration": configuration.id, "return_url": DONE}
        )
        self.assertIn("/portal/bps_", session.url)

    def test_connect(self):
        told = control("connect", {"client_id": "ca_python", "redirect_uri": DONE})
        token = self.stripe.oauth.token({"grant_type": "authorization_code", "code": told["code"]})
        self.assertEqual(token.stripe_user_id, told["account"])
        on_account = {"stripe_account": token.stripe_user_id}
        customer = self.v1.customers.create({"name": "theirs"}, on_account)
        with self.assertRaises(stripe.InvalidRequestError):
            self.v1.customers.retrieve(customer.id)
        self.assertEqual(client(token.access_token).v1.customers.retrieve(customer.id).name, "theirs")
        self.assertTrue(self.v1.accounts.retrieve(token.stripe_user_id).charges_enabled)
        self.stripe.oauth.deauthorize({"client_id": "ca_python", "stripe_user_id": token.stripe_user_id})
        with self.assertRaises(stripe.PermissionError):
            self.v1.customers.list({}, on_account)


if __name__ == "__main__":
    unittest.main()
