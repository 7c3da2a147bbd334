// The bank's check of a card at Stripe: Stripe's script shows it, our server reads how it went, and
// the page around this one is told to look.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const { key, connected, secret } = JSON.parse($("page-data").textContent);
  const PATIENCE_MS = 20e3;
  const framed = parent !== window;
  let begun = false;
  if (!framed) $("bank").setAttribute("role", "main");

  function tell(message) {
    if (framed) parent.postMessage({ source: "paylink", version: 1, ...message }, location.origin);
  }

  function show(name) {
    for (const part of ["ask", "failed", "done"]) $(part).hidden = part !== name;
    if (document.hasFocus()) $(`${name}-title`).focus();
    tell({ type: "challenge_height", height: name === "ask" ? 620 : $("bank").offsetHeight + 2 });
  }

  // Whatever the browser believes: the server asks Stripe.
  async function settle() {
    try {
      const response = await fetch(location.pathname, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ approve: true }),
        cache: "no-store",
        credentials: "omit",
      });
      // 4xx: answered before, or too late. The payment page knows how it ended.
      if (response.status >= 500 || response.status === 429) throw new Error("no answer");
      const said = await response.json().catch(() => ({}));
      if (response.ok && said.status === "requires_action") throw new Error("not answered");
      show("done");
      tell({ type: "challenge_done" });
    } catch (_) {
      show("failed");
    }
  }

  async function open() {
    if (begun) return;
    // Passed or given up already: there is nothing to show.
    if (!secret) {
      begun = true;
      return settle();
    }
    if (!self.Stripe) return;
    begun = true;
    try {
      const stripe = Stripe(key, {
        locale: document.documentElement.lang,
        ...(connected ? { stripeAccount: connected } : {}),
      });
      await stripe.handleNextAction({ clientSecret: secret });
    } catch (_) {
      // Over meanwhile, or never shown: the server knows.
    }
    settle();
  }

  const failed = () => begun || show("failed");
  // The page is made anew from where the payment stands by then.
  $("again").onclick = () => location.reload();
  const script = $("fields-script");
  script.addEventListener("load", open);
  script.addEventListener("error", () => (secret ? failed() : open()));
  setTimeout(failed, PATIENCE_MS);
  show("ask");
  open();
})();
