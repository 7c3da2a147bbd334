// A stand-in for Stripe.js, with the calls that the pages make, by https://docs.stripe.com/js: strict
// about what it is given, since the real one throws at what it does not know. Card fields and the
// bank's check are frames of its own host, as the real ones are.
(() => {
  "use strict";
  const base = new URL(document.currentScript.src).origin;
  const wrong = (what) => {
    throw new Error(`IntegrationError: ${what}`);
  };
  const known = (given, names, where) => {
    for (const name of Object.keys(given)) if (!names.includes(name)) wrong(`${name} in ${where}`);
  };

  // One question to a frame, and its answer.
  function ask(frame, question) {
    return new Promise((done) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = ({ data }) => done(data);
      frame.contentWindow.postMessage(question, base, [channel.port2]);
    });
  }

  function framed(page, title, height) {
    const frame = document.createElement("iframe");
    frame.title = title;
    frame.src = `${base}/frames/${page}`;
    frame.style.cssText = `display:block;width:100%;height:${height}px;border:0`;
    return frame;
  }

  function whole({ mode, amount, currency, paymentMethodCreation, paymentMethodTypes, setupFutureUsage }) {
    if (mode !== "payment") wrong("mode");
    if (!Number.isInteger(amount) || amount < 1) wrong(`amount ${amount}`);
    if (!/^[a-z]{3}$/.test(currency)) wrong("currency");
    if (paymentMethodCreation !== "manual") wrong("paymentMethodCreation");
    if (String(paymentMethodTypes) !== "card") wrong("paymentMethodTypes");
    if (![null, undefined, "off_session"].includes(setupFutureUsage)) wrong("setupFutureUsage");
  }

  function elementsOf(options) {
    const names = ["mode", "amount", "currency", "paymentMethodCreation", "paymentMethodTypes", "setupFutureUsage", "appearance"];
    known(options, names, "elements");
    whole(options);
    let settings = { ...options }, made = null, submitted = false;
    const listeners = {};
    const element = {
      frame: null,
      mount(place) {
        const frame = framed("fields.html", "Secure payment input frame", 250);
        frame.addEventListener("load", async () => {
          await ask(frame, { ask: "look", appearance: settings.appearance });
          for (const listener of listeners.ready || []) listener({ elementType: "payment" });
        });
        document.querySelector(place).append(frame);
        element.frame = frame;
      },
      on(event, listener) {
        if (!["ready", "loaderror", "change"].includes(event)) wrong(event);
        (listeners[event] = listeners[event] || []).push(listener);
        return element;
      },
      update(changes) {
        known(changes, ["readOnly"], "element.update");
        ask(element.frame, { ask: "readOnly", on: changes.readOnly });
      },
      destroy() {
        element.frame.remove();
      },
    };
    return {
      create(type, choices) {
        if (type !== "payment" || made) wrong("create");
        known(choices, ["terms", "wallets", "fields"], "payment element");
        made = element;
        return element;
      },
      update(changes) {
        known(changes, names, "elements.update");
        settings = { ...settings, ...changes };
        whole(settings);
      },
      async submit() {
        const { error } = await ask(element.frame, { ask: "check" });
        submitted = !error;
        return error ? { error: { type: "validation_error", message: error } } : { selectedPaymentMethod: "card" };
      },
      takes() {
        if (!submitted) wrong("elements.submit() was not called");
        submitted = false;
        return element.frame;
      },
      told: () => settings,
    };
  }

  // The bank's check, above everything on the page.
  function check(secret, key) {
    const cover = document.createElement("div");
    cover.style.cssText = "position:fixed;inset:0;z-index:9;background:#fff";
    const frame = framed(`check.html?${new URLSearchParams({ secret, key })}`, "3D Secure authentication", 400);
    cover.append(frame);
    document.body.append(cover);
    return new Promise((done) => {
      addEventListener("message", function heard({ source, origin }) {
        if (source !== frame.contentWindow || origin !== base) return;
        removeEventListener("message", heard);
        cover.remove();
        done();
      });
    });
  }

  self.Stripe = (key, options = {}) => {
    if (!/^pk_(test|live)_\w+$/.test(key)) wrong(`key ${key}`);
    known(options, ["locale", "stripeAccount"], "Stripe()");
    async function look(secret) {
      const [id] = secret.split("_secret_");
      const query = new URLSearchParams({ key, client_secret: secret });
      const answer = await fetch(`${base}/js/payment_intents/${id}?${query}`);
      return answer.json();
    }
    return {
      elements: elementsOf,
      async createPaymentMethod({ elements, params }) {
        known(params, ["billing_details"], "createPaymentMethod");
        return ask(elements.takes(), { ask: "make", key });
      },
      async handleNextAction(asked) {
        known(asked, ["clientSecret"], "handleNextAction");
        const before = await look(asked.clientSecret);
        if (before.status !== "requires_action") wrong(`nothing to do: ${before.status}`);
        await check(asked.clientSecret, key);
        const after = await look(asked.clientSecret);
        return after.status === "requires_payment_method"
          ? { error: { type: "invalid_request_error", code: "payment_intent_authentication_failure" } }
          : { paymentIntent: after };
      },
    };
  };
})();
