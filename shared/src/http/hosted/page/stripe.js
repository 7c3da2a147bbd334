// Card fields that Stripe shows in frames of its own, so that no number reaches this page. Stands in
// for card.js. Its script is named in the page's markup: nothing here may name one.
const Card = (() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const { data, words } = Server;
  const { key, connected, currency, amount, times, by } = data.fields;
  const PATIENCE_MS = 20e3;
  let stripe = null, elements = null, element = null, shown = false, wallet = false;
  let enable = () => {};

  const typed = () => [...$("form").elements].filter(({ id }) => id && id !== "pay");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // Frames see nothing of the page's style.
  function look() {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(name).trim();
    return {
      theme: dark.matches ? "night" : "stripe",
      variables: {
        colorPrimary: color("--brand"),
        colorBackground: color("--paper"),
        colorText: color("--ink"),
        colorTextSecondary: color("--soft"),
        colorDanger: color("--bad"),
        fontFamily: "system-ui, sans-serif",
        fontSizeBase: "16px",
        borderRadius: "10px",
      },
    };
  }

  const usage = () => ($("save").checked ? "off_session" : null);

  // Stripe counts some currencies in other units.
  const units = (minor) => Math.round((minor * times) / by);

  function mount() {
    if (element || !self.Stripe) return;
    try {
      stripe = Stripe(key, {
        locale: document.documentElement.lang,
        ...(connected ? { stripeAccount: connected } : {}),
      });
      elements = stripe.elements({
        mode: "payment",
        amount: units(amount),
        currency,
        paymentMethodCreation: "manual",
        paymentMethodTypes: ["card"],
        setupFutureUsage: usage(),
        appearance: look(),
      });
      element = elements.create("payment", {
        // The page says itself what a saved card is for.
        terms: { card: "never", applePay: "never", googlePay: "never" },
        wallets: { link: "never" },
      });
      element.on("ready", ready);
      element.on("loaderror", failed);
      element.on("change", ({ value }) => {
        wallet = value.type !== "card";
        $("name-field").hidden = wallet;
      });
      element.mount("#fields");
    } catch (_) {
      failed();
    }
  }

  function ready() {
    shown = true;
    $("fields-wait").hidden = $("fields-failed").hidden = true;
    enable();
  }

  // A script or a frame that was blocked, a network that is not there. What comes late is welcome.
  function failed() {
    if (shown) return;
    $("fields-wait").hidden = true;
    $("fields-failed").hidden = false;
  }

  // A script that did not come is asked for by loading the page anew; this tab's history keeps what
  // was typed, which is no card.
  function again() {
    const kept = typed().map(({ id, type, value, checked }) => [id, type === "checkbox" ? checked : value]);
    try {
      history.replaceState({ ...history.state, typed: kept }, "");
    } catch (_) {
      // Then it is typed again.
    }
    location.reload();
  }

  function restore() {
    const { typed: kept, ...rest } = history.state || {};
    for (const [id, value] of kept || []) {
      const field = $(id);
      if (!field) continue;
      if (field.type === "checkbox") field.checked = value;
      else field.value = value;
    }
    return rest;
  }

  function start(enabled) {
    enable = enabled;
    // Regions stand there only now.
    const rest = restore();
    if (history.state && history.state.typed) history.replaceState(rest, "");
    const script = $("fields-script");
    // No script: this cannot be paid here.
    if (!script) return;
    $("fields-again").onclick = again;
    script.addEventListener("load", mount);
    script.addEventListener("error", failed);
    mount();
    setTimeout(failed, PATIENCE_MS);
    $("save").addEventListener("change", () => elements && elements.update({ setupFutureUsage: usage() }));
    dark.addEventListener("change", () => elements && elements.update({ appearance: look() }));
  }

  const silence = () => new Promise((done) => setTimeout(() => done(null), PATIENCE_MS));
  const problem = ({ type, message }) =>
    type === "validation_error" ? { problem: words.check_card }
    : type === "card_error" ? { problem: message || words.check_card }
    : type === "api_connection_error" ? null
    : { status: type === "rate_limit_error" ? 429 : 500, body: {} };

  async function take(of, submitted) {
    try {
      const { error } = await submitted;
      if (error) return problem(error);
      const address = $("email") && of("email").trim();
      // A wallet names its holder itself.
      const billing_details = {
        ...(wallet ? {} : { name: of("name").trim() }),
        ...(address ? { email: address } : {}),
      };
      const made = await Promise.race([stripe.createPaymentMethod({ elements, params: { billing_details } }), silence()]);
      if (!made) return null;
      if (made.error) return problem(made.error);
      const { id } = made.paymentMethod;
      return { status: 200, body: { card_token: connected ? `${id}@${connected}` : id } };
    } catch (_) {
      return { status: 500, body: {} };
    }
  }

  restore();
  return {
    CHECKS: { email: Payer.email, name: (of) => (wallet ? "" : Payer.name(of)) },
    start,
    take,
    ready: async () => elements.submit(),
    busy: (on) => element && element.update({ readOnly: on }),
    over() {
      if (element) element.destroy();
      element = elements = null;
    },
    priced: (total) => elements && total > 0 && elements.update({ amount: units(total) }),
  };
})();
