// The page of a link: quantities, who buys, and the way to the checkout. Nothing is charged here.
// No library, no storage, no markup built from strings; prices and the sum are the server's again
// as soon as the checkout is made.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("page-data").textContent);
  const words = JSON.parse($("page-words").textContent);
  const { lang } = document.documentElement;
  const form = $("form");
  const base = location.pathname.replace(/\/l\/[^/]*\/*$/, "");
  const api = `${base}/api/payment-links/public/${data.uuid}`;
  const REQUIRED = ["billing_email", "billing_first_name", "billing_last_name", "billing_country"];
  const FIELDS = [...REQUIRED, "billing_postal_code", "billing_region", "billing_company", "billing_tax_id", "billing_phone"];
  const STEPS = [...document.querySelectorAll("[data-step]")];
  const picks = data.lines.map((_, i) => $(`q${i}`));
  let currency = data.currency;
  let busy = false;
  // What was asked for last: the same again is the same checkout, however often it is sent.
  let last = { body: "", key: "" };

  const announce = (text) => ($("live").textContent = text);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // Decimal texts as whole numbers of the smallest unit, and back: never a float.
  const minor = (text) => BigInt(text.replace(".", ""));
  const major = (amount, like) => {
    const decimals = (like.split(".")[1] || "").length;
    const digits = String(amount).padStart(decimals + 1, "0");
    return decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
  };

  function quantity(i) {
    const pick = picks[i];
    if (!pick) return data.lines[i].quantity;
    const typed = pick.value.normalize("NFKC").trim();
    const count = /^\d{1,6}$/.test(typed) ? Number(typed) : NaN;
    return count >= Number(pick.dataset.min) && count <= Number(pick.dataset.max) ? count : null;
  }

  function setMoney(element, amount) {
    element.dataset.amount = amount;
    try {
      element.textContent = Money.write(amount, currency);
    } catch (_) {
      element.textContent = `${amount} ${currency}`;
    }
  }

  function count() {
    let sum = 0n, like = "";
    data.lines.forEach(({ prices }, i) => {
      const many = quantity(i);
      like = prices[currency];
      const pick = picks[i];
      if (pick) {
        const wrong = many === null;
        mark(`q${i}`, wrong ? fill(words.between, { min: pick.dataset.min, max: pick.dataset.max }) : "");
        for (const button of STEPS.filter((step) => Number(step.dataset.line) === i)) {
          const next = (many === null ? data.lines[i].quantity : many) + Number(button.dataset.step);
          button.disabled = next < Number(pick.dataset.min) || next > Number(pick.dataset.max);
        }
      }
      const total = minor(like) * BigInt(many === null ? data.lines[i].quantity : many);
      setMoney($(`u${i}`), like);
      setMoney($(`t${i}`), major(total, like));
      sum += total;
    });
    setMoney($("sum"), major(sum, like));
  }

  function payIn(code) {
    currency = code;
    for (const link of document.querySelectorAll("[data-pay-in]")) {
      if (link.textContent === code) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    count();
  }

  function mark(name, problem) {
    const error = $(`${name}-error`);
    if (!error) return;
    error.textContent = problem || "";
    $(name).setAttribute("aria-invalid", Boolean(problem));
  }

  async function ask(url, body, headers) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 20e3);
    try {
      const response = await fetch(url, {
        method: body ? "POST" : "GET",
        headers: body ? { "content-type": "application/json", ...headers } : {},
        body,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: abort.signal,
      });
      return { status: response.status, body: (await response.json().catch(() => null)) || {} };
    } catch (_) {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  // Somebody else is paying: look again after a while, not all at the same moment.
  function lookLater(found) {
    clearTimeout(lookLater.timer);
    const pause = data.retry_after_s * (0.25 + Math.random() * 0.25);
    lookLater.timer = setTimeout(() => look(found), pause * 1e3);
  }

  async function look(found) {
    if (document.hidden) return lookLater(found);
    const answer = await ask(`${api}/`);
    if (answer && answer.status === 200 && !answer.body.available) return lookLater(found);
    if (!answer || answer.status >= 500 || answer.status === 429) return lookLater(found);
    found(answer);
  }

  function showEnd() {
    if (!data.expires_at_ms) return;
    const left = data.expires_at_ms - data.now_ms;
    // Over: the server's page says so. Timers hold 24 days at most.
    if (left < 2e9) setTimeout(() => location.reload(), left + 1500);
    if (left > 7 * 864e5) return;
    const options = { dateStyle: "medium", timeStyle: "short", numberingSystem: "latn", calendar: "gregory" };
    const text = new Date(data.expires_at_ms).toLocaleString(Money.locales, options);
    $("until-text").textContent = fill(words.until, { time: text });
    $("until").hidden = false;
  }

  Money.translate();
  count();
  showEnd();
  if (!form) {
    const again = $("again");
    if (!again) return;
    const reload = () => location.reload();
    again.disabled = false;
    again.onclick = reload;
    return lookLater(reload);
  }

  // Countries in the buyer's language, in its order.
  const country = $("billing_country");
  try {
    const names = new Intl.DisplayNames(Money.locales, { type: "region" });
    const [first, ...options] = country.options;
    for (const option of options) {
      option.value = option.text;
      option.text = names.of(option.value);
    }
    const order = new Intl.Collator(Money.locales);
    options.sort((a, b) => order.compare(a.text, b.text));
    country.replaceChildren(first, ...options);
    country.value = "";
  } catch (_) {
    // Their codes will do.
  }

  const text = (name) => $(name).value.trim();
  const needsPostal = () => text("billing_country") === "US";

  function problemOf(name) {
    const value = text(name);
    if (!value) return REQUIRED.includes(name) || (name === "billing_postal_code" && needsPostal()) ? words.required : "";
    if (name === "billing_email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return words.check_email;
    return "";
  }

  // What was typed stays with this entry of the tab's history: neither cookie nor storage.
  function remember(checkout) {
    const typed = Object.fromEntries(FIELDS.map((name) => [name, $(name).value]));
    const quantities = picks.map((pick) => pick && pick.value);
    try {
      history.replaceState({ paylink: { typed, quantities, checkout } }, "");
    } catch (_) {
      // Then coming back means typing again.
    }
  }

  // The checkout speaks the language that was chosen here.
  function inThisLanguage(address) {
    const url = new URL(address, location.href);
    url.searchParams.set("lang", lang);
    return url.href;
  }

  const state = () => (history.state && history.state.paylink) || {};

  function restore() {
    const { typed, quantities } = state();
    for (const name of FIELDS) if (typed && typed[name] && !$(name).value) $(name).value = typed[name];
    (quantities || []).forEach((value, i) => value && picks[i] && (picks[i].value = value));
    $("more").open = ["billing_company", "billing_tax_id", "billing_phone"].some((name) => $(name).value);
    country.onchange();
    count();
  }

  // Back from a checkout: say how it stands before anything is bought a second time.
  async function comeBack() {
    const { checkout } = state();
    if (!checkout || new URL(checkout, location.href).origin !== location.origin) return;
    const answer = await ask(`${checkout}/status`);
    if (!answer || answer.status !== 200) return;
    const { status } = answer.body;
    const name =
      status === "succeeded" ? "back_paid"
      : status === "processing" || status === "requires_action" ? "back_processing"
      : status === "pending" ? "back_open" : "";
    if (!name) return;
    $("back-text").textContent = words[name];
    $("back-link").textContent = words[`${name}_link`];
    $("back-link").href = inThisLanguage(checkout);
    $("back").hidden = false;
  }

  function setBusy(on) {
    busy = on;
    for (const word of ["aria-disabled", "aria-busy"]) $("go").setAttribute(word, on);
    $("go-label").hidden = on;
    $("go-busy").hidden = !on;
    if (on) announce(words.going_on);
  }

  function nameOf(name) {
    const [label] = $(name).labels;
    return label ? label.firstChild.textContent.trim() : $(name).getAttribute("aria-label");
  }

  // A sentence above the form, and a link to each field to look at again.
  function refuse(title, problems = []) {
    setBusy(false);
    $("summary-title").textContent = title;
    $("summary-list").replaceChildren(...problems.map(([name, problem]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      link.textContent = $(name) ? `${nameOf(name)}: ${problem}` : problem;
      if ($(name)) {
        link.href = `#${name}`;
        link.onclick = (event) => {
          event.preventDefault();
          const more = $(name).closest("details");
          if (more) more.open = true;
          $(name).focus();
        };
        mark(name, problem);
      }
      item.append(link);
      return item;
    }));
    $("summary").hidden = false;
    $("summary").focus();
  }

  // The server's list of what is wrong, field by field. Its sentences are in English: in other
  // languages the field says what it wants, and what is wrong with the whole is said above.
  function wrongs(body) {
    const found = [];
    const wanted = (name) => words[name.replace("billing_", "wrong_")] || words.check_field;
    const said = (text, name = "") => (lang === "en" ? String(text) : wanted(name));
    for (const [name, value] of Object.entries(body)) {
      if (name === "detail" || name === "code") continue;
      if (name === "quantities") {
        for (const [at, line] of (Array.isArray(value) ? value : []).entries()) {
          const messages = line && (line.quantity || line.product_id);
          if (messages) found.push([`q${chosen()[at].line}`, said(messages[0])]);
        }
      } else if (Array.isArray(value)) found.push([name, said(value[0], name)]);
    }
    return found;
  }

  const chosen = () => data.lines
    .map(({ product_id }, line) => ({ line, product_id, quantity: quantity(line) }))
    .filter(({ line }) => picks[line]);

  function keyOf(body) {
    if (last.body === body) return last.key;
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    last = { body, key: [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") };
    return last.key;
  }

  async function start() {
    const body = { currency };
    for (const name of FIELDS) if (text(name)) body[name] = text(name);
    const quantities = chosen().map(({ product_id, quantity }) => ({ product_id, quantity }));
    if (quantities.length) body.quantities = quantities;
    const json = JSON.stringify(body);
    setBusy(true);
    const answer = await ask(`${api}/start/`, json, { "idempotency-key": keyOf(json) });
    const made = answer && answer.status === 201 && /^https?:\/\//.test(answer.body.checkout_url);
    if (made) {
      remember(answer.body.checkout_url);
      return location.assign(inThisLanguage(answer.body.checkout_url));
    }
    const { status, body: said } = answer || { status: 0, body: {} };
    if (status === 404 || status === 410) return location.reload();
    if (status === 400) {
      const found = wrongs(said);
      const whole = found.some(([name]) => name === "non_field_errors");
      const named = found.filter(([name]) => lang === "en" || $(name));
      return refuse(whole ? words.check_order : words.check_details, named);
    }
    if (status === 409 && said.code === "payments_not_enabled") return refuse(words.not_enabled);
    if (status === 409 && said.code === "link_in_use") {
      refuse(words.in_use);
      return lookLater(({ status: seen }) => {
        if (seen !== 200) return location.reload();
        $("summary").hidden = true;
        announce(words.free_again);
      });
    }
    if (status === 429 && said.retry_after) return refuse(fill(words.wait_seconds, { n: said.retry_after }));
    refuse(words.no_answer);
  }

  function go(event) {
    event.preventDefault();
    if (busy) return;
    $("summary").hidden = true;
    const problems = FIELDS.map((name) => [name, problemOf(name)]);
    for (const [name, problem] of problems) mark(name, problem);
    count();
    const wrong = problems.filter(([, problem]) => problem);
    picks.forEach((pick, i) => {
      if (pick && quantity(i) === null) wrong.unshift([`q${i}`, $(`q${i}-error`).textContent]);
    });
    if (wrong.length) return refuse(words.check_details, wrong);
    start();
  }

  country.onchange = () => {
    $("postal-optional").hidden = needsPostal();
    $("billing_postal_code").setAttribute("aria-required", needsPostal());
    if (country.value) mark("billing_country", "");
  };
  for (const name of FIELDS) {
    $(name).addEventListener("input", () => {
      if ($(name).getAttribute("aria-invalid") === "true" && !problemOf(name)) mark(name, "");
    });
    $(name).addEventListener("blur", () => {
      const problem = $(name).value && problemOf(name);
      if (problem) mark(name, problem);
    });
  }
  for (const step of STEPS) {
    step.onclick = () => {
      const i = Number(step.dataset.line), now = quantity(i);
      picks[i].value = (now === null ? data.lines[i].quantity : now) + Number(step.dataset.step);
      count();
      announce(`${picks[i].value}, ${$("sum").textContent}`);
    };
  }
  for (const pick of picks) {
    if (!pick) continue;
    pick.disabled = false;
    pick.onchange = count;
  }
  for (const link of document.querySelectorAll("[data-pay-in]")) {
    link.onclick = (event) => {
      event.preventDefault();
      // Whatever else the address says stays in it.
      const url = new URL(location.href);
      url.searchParams.set("currency", link.textContent);
      history.replaceState(history.state, "", url);
      payIn(link.textContent);
      announce($("sum").textContent);
    };
  }
  // The button's click and not the form's submit, which a sandboxed frame may never see; Enter in a
  // field clicks it too.
  $("go").onclick = go;
  form.onsubmit = (event) => event.preventDefault();
  addEventListener("pagehide", () => remember(state().checkout));
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    setBusy(false);
    comeBack();
  });

  restore();
  comeBack();
  setBusy(false);
  $("go").disabled = false;
})();
