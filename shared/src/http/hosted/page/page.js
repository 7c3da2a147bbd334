// The payment page: a clock, a card form, and the wait for an answer.
// No library, no storage, no markup built from strings. The server decides everything that
// matters (amount, time, whether this link may still be charged); this script only shows it.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("page-data").textContent);
  const path = location.pathname.replace(/\/+$/, "");
  const framed = parent !== window;
  const form = $("form");
  const fields = {};
  let view = $("sheet").dataset.shown;
  // Busy: a payment of this page is on its way. Wait: an outcome is open, and this is how
  // often we have asked: { since, step, silent, pending, timer }.
  let busy = false;
  let wait = null;
  const CHECK_CARD = "Please check your card details.";
  const NOT_CHARGED = "You have not been charged. Please try again.";

  // Time is the server's clock plus what has passed since it answered, so that a wrong clock
  // on this device changes nothing.
  const visit = performance.getEntriesByType("navigation")[0];
  let offset = data.now_ms - (visit ? visit.responseStart : 0);
  const now = () => offset + performance.now();

  function tick() {
    if (view !== "form") return;
    const left = Math.max(0, Math.ceil((data.expires_at_ms - now()) / 1000));
    // What is on its way to the bank is honoured: time only ends a form at rest.
    if (!left && !busy) {
      finish("expired", "expired");
      // Another tab may have paid: the server has the last word.
      check();
      return;
    }
    const minutes = Math.floor(left / 60), hours = Math.floor(minutes / 60);
    const two = (n) => String(n % 60).padStart(2, "0");
    $("left").textContent =
      hours > 23 ? `${Math.floor(hours / 24)} d ${hours % 24} h`
      : hours ? `${hours} h ${two(minutes)} min` : `${minutes}:${two(left)}`;
    $("time").classList.toggle("soon", left <= 60);
    if (left <= 60 && !tick.warned) {
      tick.warned = true;
      announce("One minute left to pay.");
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
    $("time").hidden = name !== "form";
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

  // Answers { status, body }; null when there was no answer at all.
  async function call(where, body, patience_ms) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), patience_ms);
    try {
      const response = await fetch(path + where, {
        method: body ? "POST" : "GET",
        headers: { "content-type": "application/json" },
        body: body && JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: abort.signal,
      });
      // A device that slept may have stopped counting: the answer's date moves us on.
      const date = Date.parse(response.headers.get("date"));
      if (date > now() + 2000) offset = date - performance.now();
      return { status: response.status, body: (await response.json().catch(() => null)) || {} };
    } catch (_) {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  // An outcome is open: ask for it at growing intervals. Never charge again to find out.
  function watch(name) {
    if (!wait || view !== name) {
      if (wait) clearTimeout(wait.timer);
      wait = { since: performance.now(), step: 0, silent: 0, pending: 0 };
    }
    show(name);
    tellPayment("processing");
    askLater();
  }

  function askLater() {
    clearTimeout(wait.timer);
    const minutes = (performance.now() - wait.since) / 60e3;
    if (minutes > (view === "challenge" ? 16 : 3)) return show("slow");
    wait.step += 1;
    wait.timer = setTimeout(check, minutes > 3 ? 10e3 : Math.min(wait.step, 5) * 1e3);
  }

  async function check() {
    if (check.running) return;
    check.running = true;
    const answer = await call("/status", null, 15e3);
    check.running = false;
    // A payment was started meanwhile: its own answer counts.
    if (busy) return;
    if (answer && answer.status === 200) return apply(answer.body);
    if (!wait) return;
    wait.silent += 1;
    if (wait.silent > 1 && view === "processing") show("offline");
    askLater();
  }

  // What the server says about this payment, to a submit or to a status request.
  function apply({ status, message, return_url }) {
    if (status === "succeeded") {
      const link = $("return");
      if (/^https?:\/\//i.test(return_url)) link.href = return_url;
      link.hidden = !link.hasAttribute("href");
      finish("success", status);
    } else if (status === "failed") {
      if (message) $("failed-message").textContent = message;
      finish("failed", status);
    } else if (status === "expired" || status === "canceled") {
      finish(status, status === "expired" && status);
    } else if (status === "requires_action") {
      if (view !== "challenge") $("challenge").src = $("challenge-tab").href = `${path}/challenge`;
      watch("challenge");
    } else if (status === "processing") {
      watch("processing");
    } else if (wait) {
      // Pending: nothing was charged. Asked twice, in case the submit is still on its way.
      wait.pending += 1;
      if (wait.pending < 2) return askLater();
      stopWaiting();
      tell.last = null;
      show("form");
      refuse(message || NOT_CHARGED);
    }
  }

  function stopWaiting() {
    if (wait) clearTimeout(wait.timer);
    wait = null;
    setBusy(false);
  }

  function finish(name, status) {
    stopWaiting();
    form.reset();
    $("challenge").removeAttribute("src");
    show(name);
    if (status) tellPayment(status);
  }

  // Cards: what they start with, how long they are, digits of the security code.
  const BRANDS = [
    ["visa", "Visa", /^4/, [13, 16, 19], 3],
    ["mastercard", "Mastercard", /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16], 3],
    ["amex", "American Express", /^3[47]/, [15], 4],
    ["discover", "Discover", /^(6011|64[4-9]|65)/, [16, 19], 3],
    ["diners", "Diners Club", /^(30[0-5]|3095|36|3[89])/, [14, 16, 19], 3],
    ["unionpay", "UnionPay", /^(62|81)/, [16, 17, 18, 19], 3],
    ["jcb", "JCB", /^35(2[89]|[3-8])/, [16, 17, 18, 19], 3],
    ["none", "", /^/, [12, 13, 14, 15, 16, 17, 18, 19], 0],
  ];

  function brandOf(number) {
    const [id, name, , lengths, code] = BRANDS.find(([, , start]) => start.test(number));
    return { id, name, lengths, code };
  }

  const text = (name) => fields[name].value.normalize("NFKC").trim();
  const digits = (value) => value.normalize("NFKC").replace(/\D/g, "");

  function luhn(number) {
    let sum = 0;
    [...number].reverse().forEach((digit, i) => {
      const n = digit * (1 + (i % 2));
      sum += n > 9 ? n - 9 : n;
    });
    return sum % 10 === 0;
  }

  function formatNumber() {
    const field = fields.number;
    const before = digits(field.value.slice(0, field.selectionStart)).length;
    const typed = digits(field.value), { id, name, lengths, code } = brandOf(typed);
    const number = typed.slice(0, Math.max(...lengths));
    field.value = /amex|diners/.test(id) && number.length < 16
      ? number.replace(/^(\d{4})(\d{1,6})(\d*)$/, "$1 $2 $3").trim()
      : number.replace(/\d{4}(?=\d)/g, "$& ");
    // The caret stays behind the digit it was behind.
    const behind = new RegExp(`^(\\D*\\d){${before}}`);
    const caret = (field.value.match(behind) || [field.value])[0].length;
    if (document.activeElement === field) field.setSelectionRange(caret, caret);
    $("brand").setAttribute("href", `#b-${id}`);
    $("brand-name").textContent = name;
    $("cvc-hint").textContent = code === 4 ? "4 digits on the front" : "3 digits on the back";
  }

  // Writes "MM / YY" while the buyer types at the end; leaves edits in the middle alone.
  function formatExpiry({ inputType }) {
    const field = fields.expiry;
    if (field.selectionStart < field.value.length) return;
    const [, month, gap, year] = text("expiry").match(/^\D*(\d{0,2})(\D*)(\d{0,4})/);
    if (/^delete/.test(inputType)) field.value = year ? field.value : month;
    else if (month > 12) field.value = `0${month[0]} / ${month[1]}${year}`;
    else if (!month || (month.length < 2 && !gap && month < 2)) field.value = month;
    else field.value = `${month.padStart(2, "0")} / ${year}`;
  }

  function expiry() {
    const [, month, year] = text("expiry").match(/^(\d{1,2})\D+(\d{4}|\d\d)$/) || [];
    return { month: Number(month), year: Number(year) + (year < 100 ? 2000 : 0) };
  }

  // Each answers the problem of its field, if there is one.
  const CHECKS = {
    number() {
      const number = digits(text("number")), { lengths } = brandOf(number);
      if (!number) return "Enter your card number.";
      if (!lengths.includes(number.length)) return "This card number is not complete.";
      if (!luhn(number)) return "Check the card number: a digit seems wrong.";
    },
    expiry() {
      const { month, year } = expiry(), today = new Date(now());
      const ahead = (year - today.getUTCFullYear()) * 12 + month - 1 - today.getUTCMonth();
      if (!text("expiry")) return "Enter the expiry date.";
      if (!(month >= 1 && month <= 12)) return "Enter the date as month and year.";
      if (ahead < 0) return "This card has expired.";
      if (ahead > 360) return "Check the year.";
    },
    cvc() {
      const wanted = brandOf(digits(text("number"))).code, length = text("cvc").length;
      if (!length) return "Enter the security code.";
      if (wanted ? length !== wanted : length < 3) {
        return `The security code has ${wanted || "3 or 4"} digits.`;
      }
    },
    name() {
      if (!text("name")) return "Enter the name on the card.";
    },
    // What a postal code looks like depends on the country: the server asks if it must.
    postal_code() {},
  };

  function mark(name, problem) {
    $(`${name}-error`).textContent = problem || "";
    fields[name].setAttribute("aria-invalid", Boolean(problem));
  }

  // Nothing was charged: a sentence above the form, and a link to each field to look at again.
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
    $("summary").focus();
  }

  function refused({ status, body }) {
    if (body.code === "link_expired") return finish("expired", "expired");
    if (body.code === "link_canceled") return finish("canceled");
    const problems = (body.errors || [])
      .map(({ field, message }) => [/^exp_/.test(field) ? "expiry" : field, message])
      .filter(([name]) => fields[name]);
    if (problems.length) return refuse(CHECK_CARD, problems);
    let reason = (status < 500 && body.message) || "Something went wrong.";
    if (status === 429) reason = "Too many tries. Please wait a minute.";
    refuse(`${reason} ${NOT_CHARGED}`);
  }

  function setBusy(on) {
    busy = on;
    // Still focusable, so that the keyboard does not lose its place.
    for (const word of ["aria-disabled", "aria-busy"]) $("pay").setAttribute(word, on);
    $("pay-label").textContent = on ? "Paying…" : data.pay_label;
    for (const name in fields) fields[name].readOnly = on;
    if (on) announce("Paying. Please wait.");
  }

  async function pay(event) {
    event.preventDefault();
    if (busy) return;
    $("summary").hidden = true;
    for (const name in fields) mark(name, CHECKS[name]());
    const problems = Object.keys(fields)
      .map((name) => [name, CHECKS[name]()])
      .filter(([, problem]) => problem);
    if (problems.length) return refuse(CHECK_CARD, problems);

    setBusy(true);
    const number = digits(text("number")), { month, year } = expiry();
    const save_card = $("save").checked;
    const details = {
      number,
      exp_month: month,
      exp_year: year,
      cvc: text("cvc"),
      name: text("name"),
      postal_code: text("postal_code") || null,
    };
    const card = await call("/card", details, 20e3);
    if (!card) return refuse(`We could not reach the server. ${NOT_CHARGED}`);
    if (card.body.code === "link_used") return unclear();
    if (card.status !== 200) return refused(card);
    const brand = brandOf(number).name || "Card";
    $("receipt-card").textContent = `${brand} ending in ${card.body.last4}`;

    const answer = await call("/submit", { card_token: card.body.card_token, save_card }, 35e3);
    // No answer, or one that says nothing: the charge may have happened. Used: it has an outcome.
    if (!answer || answer.status >= 500 || answer.status === 409) return unclear();
    if (answer.status !== 200) return refused(answer);
    $("receipt-saved").hidden = !save_card;
    setBusy(false);
    if (answer.body.status === "pending") return refuse(answer.body.message || NOT_CHARGED);
    apply(answer.body);
  }

  function unclear() {
    setBusy(false);
    watch("processing");
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
    return;
  }

  for (const name in CHECKS) {
    const field = (fields[name] = $(name));
    // Only adds a problem: what the server said stays until the field changes.
    field.onblur = () => text(name) && CHECKS[name]() && mark(name, CHECKS[name]());
    field.oninput = (event) => {
      if (name === "number") formatNumber();
      if (name === "expiry") formatExpiry(event);
      if (name === "cvc") field.value = digits(field.value).slice(0, 4);
      if (field.getAttribute("aria-invalid") === "true" && !CHECKS[name]()) mark(name);
    };
  }
  form.onsubmit = pay;
  for (const button of document.querySelectorAll("[data-check]")) {
    button.onclick = () => {
      watch("processing");
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

  setBusy(false);
  formatNumber();
  $("pay").disabled = false;
  if (view === "processing") watch("processing");
  if (view === "challenge") {
    view = "";
    apply({ status: "requires_action" });
  }
  setInterval(tick, 500);
  tick();
})();
