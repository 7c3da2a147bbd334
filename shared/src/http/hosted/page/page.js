// The payment page: a clock, a card form, and the wait for an answer.
// No library, no storage, no markup built from strings. The server decides everything that
// matters (amount, time, whether this link may still be charged); this script only shows it, and
// never says how a payment went before the server has said so.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const { data, words, fill, now, call } = Server;
  const framed = parent !== window;
  const form = $("form");
  const fields = {};
  let view = $("sheet").dataset.shown;
  // Busy: a payment of this page is on its way, and the form waits for its answer.
  let busy = false;
  // Wait: an outcome is open, and this is how often we have asked: { since, step, silent, timer },
  // and whether only the clock made us ask: { clock }.
  let wait = null;
  // Sent: the payment whose answer got lost. It is the same payment however often it is sent, so
  // it is charged once at most: { card_token, save_card, email, at, tries, due, over }.
  let sent = null;
  // What our submit was answered with: by it the server tells us of the invoice, and nobody else who
  // has the link.
  let receipt = history.state && history.state.receipt;
  // What was named in the address is the language of the bank's page, too.
  const named = new URLSearchParams(location.search).get("lang");
  // How long a lost payment is sent again without being asked to.
  const INSIST_MS = 120e3;

  function tick() {
    if (view !== "form" || !data.expires_at_ms) return;
    const left = Math.max(0, Math.ceil((data.expires_at_ms - now()) / 1000));
    // What is on its way to the bank is honoured: time only ends a form at rest. Somebody may have
    // paid elsewhere, so that the server has to say how it ended.
    if (!left && !busy) {
      doubt("time");
      wait.clock = true;
      check();
      return;
    }
    const minutes = Math.floor(left / 60), hours = Math.floor(minutes / 60);
    const two = (n) => String(n % 60).padStart(2, "0");
    $("left").textContent =
      hours > 23 ? fill(words.time_days, { d: Math.floor(hours / 24), h: hours % 24 })
      : hours ? fill(words.time_hours, { h: hours, m: two(minutes) }) : `${minutes}:${two(left)}`;
    $("time").classList.toggle("soon", left <= 60);
    if (left <= 60 && !tick.warned) {
      tick.warned = true;
      announce(words.one_minute);
    }
  }

  const announce = (text) => ($("live").textContent = text);

  // Every view is in the page already; one is shown at a time.
  function show(name) {
    if (view === name) return;
    view = name;
    for (const section of document.querySelectorAll("[data-view]")) {
      section.hidden = section.dataset.view !== name;
    }
    if ($("time")) $("time").hidden = name !== "form";
    const heading = $(`${name}-title`);
    document.title = `${heading.textContent} · ${data.payee}`;
    // Take the reader along, but never pull focus out of the page that embeds this one.
    if (document.hasFocus()) heading.focus();
    else announce(heading.textContent);
  }

  // The embedding page hears of outcomes and of our height, at its exact origin only:
  // { source: "paylink", version: 1, type: "payment", status, payment_intent_id }
  // { source: "paylink", version: 1, type: "resize", height }
  function tell(message) {
    if (!framed) return;
    // Not every browser names who is above, and some say "null": then each origin is tried.
    const above = location.ancestorOrigins;
    for (const origin of data.allowed_origins) {
      if (above && above[0] !== "null" && above[0] !== origin) continue;
      parent.postMessage({ source: "paylink", version: 1, ...message }, origin);
    }
  }

  function tellPayment(status) {
    if (status === tell.last) return;
    tell.last = status;
    tell({ type: "payment", status, payment_intent_id: data.payment_intent_id });
  }

  // An outcome is open: ask for it at growing intervals.
  function watch(name) {
    if (!wait) wait = { since: performance.now(), step: 0, silent: 0 };
    show(name === "processing" && isLate() ? "slow" : name);
    askLater();
  }

  const isLate = () => performance.now() - wait.since > 180e3;

  // Why: lost, silent, open, time.
  function doubt(why) {
    const text = words[why];
    if ($("unsure-why").textContent !== text) {
      $("unsure-why").textContent = text;
      if (view === "unsure") announce(text);
    }
    $("unsure-again").hidden = !sent;
    watch("unsure");
  }

  function askLater() {
    clearTimeout(wait.timer);
    wait.step += 1;
    const pause = wait.silent ? Math.min(2 ** wait.silent, 60)
      : isLate() && view !== "challenge" ? 30 : Math.min(wait.step, 5);
    wait.timer = setTimeout(check, pause * 1e3);
  }

  async function check() {
    if (check.running) return;
    check.running = true;
    const answer = await call("/status", null, 15e3, receipt && { "paylink-receipt": receipt });
    check.running = false;
    // A payment was started meanwhile: its own answer counts.
    if (busy) return;
    if (Server.knows(answer)) {
      if (wait) wait.silent = 0;
      return apply(answer.body);
    }
    if (!wait) return;
    wait.silent += 1;
    if (wait.silent > 1 && /processing|slow|unsure/.test(view)) doubt("silent");
    else askLater();
  }

  // What the server says about this payment, to a submit or to a status request.
  function apply({ status, message, return_url, card, card_saved }) {
    if (status === "succeeded") {
      const link = $("return");
      if (/^https?:\/\//i.test(return_url)) link.href = return_url;
      link.hidden = !link.hasAttribute("href");
      // The card that was charged, which another tab may have sent.
      $("receipt-card").textContent = card ? fill(words.card_ending, { brand: card.name, last4: card.last4 }) : "";
      $("receipt-row").hidden = !card;
      $("receipt-saved").hidden = !card_saved;
      finish("success", status);
      showInvoice();
    } else if (status === "failed") {
      if (message) $("failed-message").textContent = Server.said(message, words.not_charged);
      finish("failed", status);
    } else if (status === "expired" || status === "canceled") {
      finish(status, status === "expired" && status);
    } else if (status === "requires_action") {
      if (view !== "challenge") $("challenge").src = $("challenge-tab").href = `${Server.path}/challenge${named ? `?lang=${encodeURIComponent(named)}` : ""}`;
      tellPayment("processing");
      watch("challenge");
    } else if (status === "processing") {
      tellPayment(status);
      watch("processing");
    } else if (wait) {
      stillOpen(message);
    }
  }

  // The link can be paid. That says nothing about a payment that may still be on its way.
  function stillOpen(message) {
    if (sent && !sent.over) {
      doubt("open");
      const insist = !document.hidden && now() - sent.at < INSIST_MS;
      if (insist && performance.now() > sent.due) send();
      return;
    }
    const { clock } = wait;
    if (clock && !Server.hasTime()) return askLater();
    // What was under way is over without a charge, or this page's clock was wrong.
    remember(null);
    stopWaiting();
    tell.last = null;
    show("form");
    // Only where the server has said so.
    if (!clock) refuse(Server.said(message, words.not_charged));
  }

  // The invoice is made a moment after the payment.
  async function showInvoice(since = performance.now()) {
    if (!receipt) return;
    const answer = await call("/status", null, 15e3, { "paylink-receipt": receipt });
    const made = answer && answer.body.invoice;
    if (made) {
      $("invoice-number").textContent = made.number;
      $("invoice-file").href = new URL(made.url, location.origin + Server.path).href;
      for (const part of ["invoice-row", "invoice-file"]) $(part).hidden = false;
      announce(fill(words.invoice_ready, { number: made.number }));
    } else if (performance.now() - since < 30e3) {
      setTimeout(() => showInvoice(since), 1500);
      return;
    }
    leaveSoon();
  }

  // Back to the shop after a while, unless the buyer is doing something here.
  function leaveSoon() {
    const link = $("return");
    if (framed || link.hidden || !form) return;
    const leave = setTimeout(() => location.assign(link.href), 5e3);
    for (const sign of ["pointerdown", "keydown", "focusin"]) {
      addEventListener(sign, () => clearTimeout(leave), { once: true });
    }
  }

  function stopWaiting() {
    if (wait) clearTimeout(wait.timer);
    wait = null;
    setBusy(false);
  }

  function finish(name, status) {
    remember(null);
    stopWaiting();
    form.reset();
    if (Card.over) Card.over();
    $("challenge").removeAttribute("src");
    show(name);
    if (status) tellPayment(status);
  }

  // A reload goes on waiting instead of offering to pay a second time: the entry in this tab's
  // history says what is open. It is neither cookie nor storage, and goes with the tab.
  function remember(payment) {
    sent = payment;
    try {
      history.replaceState(payment || receipt ? { paylink: payment, receipt } : null, "");
    } catch (_) {
      // Then a reload starts over; the server still charges once at most.
    }
  }

  const text = (name) => fields[name].value;
  const problemOf = (name) => (Card.CHECKS[name] || Tax.CHECKS[name])(text, now());

  function mark(name, problem) {
    $(`${name}-error`).textContent = problem || "";
    fields[name].setAttribute("aria-invalid", Boolean(problem));
  }

  // A sentence above the form, and a link to each field to look at again.
  function refuse(title, problems = []) {
    setBusy(false);
    $("summary-title").textContent = title;
    $("summary-list").replaceChildren(...problems.map(([name, problem]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.href = `#${name}`;
      link.textContent = problem;
      link.onclick = (event) => {
        event.preventDefault();
        fields[name].focus();
      };
      item.append(link);
      mark(name, problem);
      return item;
    }));
    $("summary").hidden = false;
    if (document.hasFocus()) $("summary").focus();
    else announce(title);
  }

  function refused({ body }) {
    if (body.code === "link_expired") return finish("expired", "expired");
    if (body.code === "link_canceled") return finish("canceled");
    const problems = (body.errors || [])
      .map(({ field, message }) => [/^exp_/.test(field) ? "expiry" : field, Server.said(message, words.check_field)])
      .filter(([name]) => fields[name]);
    const why = Server.said(body.message, words.went_wrong);
    refuse(problems.length ? words.check_card : `${why} ${words.again}`, problems);
    // Meanwhile another tab may have paid.
    check();
  }

  function setBusy(on) {
    busy = on;
    // Still focusable, so that the keyboard does not lose its place.
    for (const word of ["aria-disabled", "aria-busy"]) $("pay").setAttribute(word, on);
    $("pay-label").hidden = on;
    $("pay-busy").hidden = !on;
    for (const name in fields) fields[name].readOnly = on;
    if (Card.busy) Card.busy(on);
    if (on) announce(words.paying_wait);
  }

  async function pay(event) {
    event.preventDefault();
    if (busy || view !== "form") return;
    $("summary").hidden = true;
    const problems = Object.keys(fields).map((name) => [name, problemOf(name)]);
    for (const [name, problem] of problems) mark(name, problem);
    const wrong = problems.filter(([, problem]) => problem);
    if (wrong.length) return refuse(words.check_card, wrong);

    setBusy(true);
    // A wallet opens by the press alone, before anything that waits.
    const ready = Card.ready && Card.ready();
    // A field that was typed a moment ago may still change the amount.
    await Tax.settle();
    const late = Object.keys(Tax.CHECKS).map((name) => [name, problemOf(name)]).filter(([, problem]) => problem);
    if (late.length) return refuse(words.check_details, late);
    const save_card = $("save").checked;
    const made = await Card.take(text, ready);
    if (!made) {
      refuse(`${words.unreachable} ${words.not_sent}`);
    } else if (made.problem) {
      refuse(made.problem);
    } else if (made.status === 200 && made.body.card_token) {
      const email = fields.email && text("email").trim();
      const tax = Tax.submitted();
      // Whoever is on the card is who the invoice names.
      if (tax.shown && email) tax.name = text("name").trim() || undefined;
      remember({ card_token: made.body.card_token, save_card, email, tax, at: now(), tries: 0 });
      await send();
    } else if (Server.refuses(made)) {
      refused(made);
    } else {
      const why = made.status === 429 ? words.wait_a_minute : words.went_wrong;
      refuse(`${why} ${words.not_sent}`);
    }
  }

  // Sends the payment, or sends it again: the server knows it by its token.
  async function send() {
    const payment = sent;
    payment.tries += 1;
    payment.due = Infinity;
    const { card_token, save_card, email, tax, tries } = payment;
    const answer = await call("/submit", { card_token, save_card, email, ...tax }, 35e3);
    // How it went has come to light meanwhile.
    if (sent !== payment) return;
    payment.due = performance.now() + Math.min(2 ** tries * 4, 60) * 1e3;
    setBusy(false);
    if (Server.knows(answer)) {
      // The server has it: from now on its status is the payment's.
      receipt = answer.body.receipt || null;
      remember(null);
      if (answer.body.status === "pending") watch(view);
      return apply(answer.body);
    }
    const first = tries === 1;
    if (answer && answer.body.code === "amount_changed" && answer.body.quote) {
      // Nothing was reserved: the buyer looks at the new amount and pays it, or does not.
      remember(null);
      stopWaiting();
      show("form");
      Tax.show(answer.body.quote);
      return refuse(words.amount_changed);
    }
    if (answer && answer.body.code === "link_used") {
      // Another payment has taken the link, and has an outcome.
      if (first) remember(null);
      watch("processing");
      return check();
    }
    if (answer && Server.refuses(answer)) {
      const { code } = answer.body;
      if (first || code === "link_expired" || code === "link_canceled") {
        remember(null);
        return refused(answer);
      }
      // It is refused from now on, but an earlier copy may have got through: ask once more.
      payment.over = true;
      return check();
    }
    // Nothing was charged, and sending it again soon would not help.
    const slow = answer && answer.status === 429 && answer.wait_s > 5;
    if (first && (slow || (answer && answer.body.code === "link_in_use"))) {
      remember(null);
      return refuse(slow ? words.too_many : Server.said(answer.body.message, words.not_charged));
    }
    // No answer, or one that says nothing: the charge may have happened, or may still happen.
    remember(payment);
    doubt("lost");
  }

  Money.translate();
  const startAgain = $("start-again");
  if (startAgain && named) startAgain.search = `?lang=${encodeURIComponent(named)}`;
  if (startAgain && self.navigation) {
    // The link's page that this checkout came from still has what was typed there.
    startAgain.onclick = (event) => {
      const { pathname } = new URL(startAgain.href), at = navigation.currentEntry.index;
      const before = navigation.entries().slice(0, at).reverse()
        .find(({ url }) => url && new URL(url).pathname === pathname);
      if (!before) return;
      event.preventDefault();
      navigation.traverseTo(before.key);
    };
  }
  if (framed) {
    document.documentElement.classList.add("framed");
    const report = () => tell({ type: "resize", height: document.body.offsetHeight });
    new ResizeObserver(report).observe(document.body);
  }
  if (!form) {
    // A link that is done: nothing to do but say so.
    const told = { success: "succeeded", failed: "failed", expired: "expired" }[view];
    if (told) tellPayment(told);
    if (view === "success") showInvoice();
    return;
  }
  // Without an origin of its own, or under an app's own scheme, no request reaches our server.
  if (self.origin === "null" || !/^https?:$/.test(location.protocol)) {
    if (/^https?:$/.test(location.protocol)) $("own-tab").href = location.href;
    else $("own-tab").hidden = true;
    $("own-address").textContent = location.href;
    return show("embedded");
  }

  for (const name in { ...Card.CHECKS, ...Tax.CHECKS }) {
    if (!$(name)) continue;
    const field = (fields[name] = $(name));
    // Never while an input method is still composing: it would write its text a second time.
    const changed = (how) => {
      if (name === "number") formatNumber();
      if (name === "expiry" && field.selectionStart >= field.value.length) {
        write(field, Card.typedExpiry(field.value, how));
      }
      if (field.getAttribute("aria-invalid") === "true" && !problemOf(name)) mark(name);
    };
    field.oninput = (event) => event.isComposing || changed(event.inputType);
    field.addEventListener("compositionend", () => setTimeout(changed));
    field.onblur = () => {
      if (name === "expiry") write(field, Card.wholeExpiry(field.value));
      // Only adds a problem: what the server said stays until the field changes.
      const problem = field.value.trim() && problemOf(name);
      if (!problem || busy) return;
      mark(name, problem);
      announce(`${field.labels[0].textContent}: ${problem}`);
    };
  }
  const write = (field, text) => field.value === text || (field.value = text);

  function formatNumber() {
    const field = fields.number, typed = field.value, grouped = Card.grouped(typed);
    const { id, name, code } = Card.brandOf(Card.digits(typed));
    $("brand").setAttribute("href", `#b-${id}`);
    $("brand-name").textContent = name;
    $("cvc-hint").textContent = code === 4 ? words.hint_4 : words.hint_3;
    if (grouped === typed) return;
    // The caret stays behind the digit it was behind.
    const before = Card.digits(typed.slice(0, field.selectionStart)).length;
    field.value = grouped;
    const [start] = grouped.match(new RegExp(`^(\\D*\\d){${before}}`)) || [grouped];
    if (document.activeElement === field) field.setSelectionRange(start.length, start.length);
  }

  // The button's click and not the form's submit, which a sandboxed frame may never see; Enter in a
  // field clicks it too.
  $("pay").onclick = pay;
  form.onsubmit = (event) => event.preventDefault();
  for (const button of document.querySelectorAll("[data-check]")) {
    button.onclick = () => {
      if (sent) Object.assign(sent, { at: now(), due: Math.min(sent.due, performance.now()) });
      check();
    };
  }

  // The bank's page, framed by ours: it reports its height, and when the buyer has answered.
  addEventListener("message", ({ origin, source, data: message }) => {
    const frame = $("challenge");
    if (origin !== location.origin || source !== frame.contentWindow) return;
    if (message.height) frame.style.height = `${Math.min(Math.max(message.height, 160), 900)}px`;
    if (message.type === "challenge_done") check();
  });

  // Another card is for after the challenge: the bank says how it ended, and it may have been passed.
  if ($("other-card")) {
    $("other-card").onclick = async () => {
      $("other-card").disabled = true;
      await call("/challenge", { approve: false }, 25e3);
      $("other-card").disabled = false;
      check();
    };
  }

  // Back from another tab, from sleep, from no network: ask how things stand.
  let asked = 0;
  function look() {
    if (document.hidden || busy || !(wait || view === "form") || now() - asked < 10e3) return;
    asked = now();
    check();
  }
  addEventListener("visibilitychange", look);
  addEventListener("pageshow", (event) => event.persisted && look());
  addEventListener("online", () => wait && check());

  Tax.start(announce, () => {
    if (!fields.taxId) return;
    const problem = problemOf("taxId");
    if (problem || fields.taxId.getAttribute("aria-invalid") === "true") mark("taxId", problem);
  });
  setBusy(false);
  const enable = () => ($("pay").disabled = false);
  if (Card.start) {
    Card.start(enable);
  } else {
    formatNumber();
    write(fields.expiry, Card.wholeExpiry(text("expiry")));
    enable();
  }
  const open = history.state && history.state.paylink;
  if (open && open.card_token) sent = { ...open, tries: Math.max(open.tries, 1), due: 0 };
  if (view === "form" && sent) {
    doubt("lost");
    check();
  }
  if (view === "processing") watch("processing");
  if (view === "challenge") {
    view = "";
    apply({ status: "requires_action" });
  }
  setInterval(tick, 500);
  tick();
})();
