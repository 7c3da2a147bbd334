// Where the buyer is, and what tax that makes. The server computes; this part asks, shows the
// answer, and says at the submit what it has shown.
const Tax = (() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const { data, words, fill, call } = Server;
  const asked = data.tax;
  const PLACE = ["country", "region", "postalCode", "company", "taxId", "line1", "city"];
  const REGIONS = {
    US: "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY",
    CA: "AB BC MB NB NL NS NT NU ON PE QC SK YT",
  };
  // What the server said last, and for which fields; what is being asked.
  let quote = null, quoted = "", running = null, timer = 0, told = () => {};

  const field = (name) => asked && $(name);
  const value = (name) => (field(name) && !$(`${name}-field`).hidden ? $(name).value.trim() : "");
  const business = () => Boolean(field("business") && $("business").checked);

  function place() {
    return {
      country: value("country") || null,
      region: value("region") || null,
      postalCode: value("postalCode") || null,
      business: business(),
      taxId: value("taxId") || null,
    };
  }

  // Only what this country, and this kind of buyer, is asked for.
  function arrange() {
    const country = $("country").value, full = asked.full;
    const shown = {
      region: Boolean(REGIONS[country]) && (country !== "US" || asked.us || full),
      postalCode: full || /^(US|CA|ES|PT)$/.test(country),
      company: business(),
      taxId: business(),
      line1: full || (business() && $("taxId").value.trim()),
      city: full || (business() && $("taxId").value.trim()),
    };
    const regions = shown.region ? REGIONS[country] : "";
    if ($("region").dataset.of !== regions) {
      $("region").dataset.of = regions;
      const choose = $("region").options[0];
      $("region").replaceChildren(choose, ...regions.split(" ").filter(Boolean).map((code) => {
        const option = document.createElement("option");
        option.textContent = code;
        return option;
      }));
    }
    for (const name in shown) if (field(name)) $(`${name}-field`).hidden = !shown[name];
  }

  const shownAndEmpty = (name, text) => (field(name) && !$(`${name}-field`).hidden && !$(name).value.trim() ? text : "");
  const CHECKS = asked && asked.place ? {
    country: () => shownAndEmpty("country", words.country_missing),
    region: () => shownAndEmpty("region", words.region_missing),
    postalCode: () => shownAndEmpty("postalCode", words.postal_missing),
    company: () => "",
    taxId: () => (value("taxId") && quote && quote.taxIdStatus === "format_invalid" ? words.tax_id_wrong : ""),
    line1: () => shownAndEmpty("line1", words.street_missing),
    city: () => shownAndEmpty("city", words.town_missing),
  } : {};

  function setMoney(element, amount) {
    element.dataset.amount = amount;
    try {
      element.textContent = Money.write(amount, element.dataset.currency);
    } catch (_) {
      element.textContent = `${amount} ${element.dataset.currency}`;
    }
    Money.fit(element);
  }

  function row(name, amount, currency) {
    const item = document.createElement("li");
    const label = document.createElement("span"), sum = document.createElement("span");
    label.textContent = name;
    sum.className = "money";
    sum.translate = false;
    sum.dataset.currency = currency;
    setMoney(sum, amount);
    item.append(label, sum);
    return item;
  }

  // A tax as the page's language names it: what it is, its rate, where it is due.
  function nameOf({ name, rate }) {
    const [, kind, place] = name.match(/^(.*) \S+ % \((.*)\)$/) || [];
    if (!kind) return name;
    const known = { VAT: words.vat, "Sales tax": words.sales_tax }[kind] || kind;
    return fill(words.tax_line, { name: known, rate: rate.replace(".", words.decimal), place });
  }

  // The amount, the button and the lines say what the server said.
  function show(next) {
    quote = next;
    const { display, currency, lines, needs } = next;
    for (const element of document.querySelectorAll("[data-total] .money")) {
      const before = element.textContent;
      setMoney(element, display.total);
      document.title = document.title.split(before).join(element.textContent);
    }
    // They were those of the amount before.
    for (const words of document.querySelectorAll("[data-total] .words")) words.remove();
    const rows = lines.map((line) => row(nameOf(line), line.display, currency));
    $("taxes").replaceChildren(...(rows.length ? [row(words.subtotal, display.subtotal, currency), ...rows] : []));
    $("taxes").hidden = !rows.length;
    if (Card.priced) Card.priced(next.total);
    $("tax-note").textContent = needs.length ? words.plus_tax : next.note && words[next.treatment] || "";
    told(fill(words.total, { amount: document.querySelector("[data-total] .money").textContent }));
  }

  async function ask() {
    const body = place(), of = JSON.stringify(body);
    if (of === quoted && quote) return quote;
    const answer = await call("/tax", body, 15e3);
    if (of !== JSON.stringify(place())) return ask();
    if (!answer || answer.status !== 200) {
      if (answer && answer.status === 400) return null;
      $("tax-note").textContent = words.tax_failed;
      return null;
    }
    quoted = of;
    show(answer.body);
    return quote;
  }

  // One question at a time; whoever pays waits for the answer.
  function settle() {
    clearTimeout(timer);
    if (!asked || !asked.place || !value("country")) return Promise.resolve(quote);
    running = running || ask().finally(() => (running = null));
    return running;
  }

  function start(announce, changed) {
    if (!asked || !asked.place) return;
    const country = $("country");
    try {
      const names = new Intl.DisplayNames(Money.locales, { type: "region" });
      const options = [...country.options].slice(1);
      for (const option of options) {
        option.value = option.textContent;
        option.textContent = names.of(option.value);
      }
      const order = new Intl.Collator(Money.locales).compare;
      country.append(...options.sort((a, b) => order(a.textContent, b.textContent)));
    } catch (_) {
      // An old browser shows the codes.
    }
    const later = (pause) => {
      arrange();
      clearTimeout(timer);
      timer = setTimeout(async () => {
        told = announce;
        await settle();
        changed();
      }, pause);
    };
    for (const name of ["country", "region", "business"]) if ($(name)) $(name).addEventListener("change", () => later(0));
    for (const name of ["postalCode", "taxId"]) if ($(name)) $(name).addEventListener("input", () => later(600));
    arrange();
    if (country.value) later(0);
  }

  // What the submit says besides the card.
  function submitted() {
    if (!asked) return {};
    const seen = quote ? { tax: quote.tax, total: quote.total } : asked.shown;
    const typed = asked.place ? {
      ...place(),
      company: value("company") || null,
      line1: value("line1") || null,
      city: value("city") || null,
    } : {};
    return { ...typed, shown: seen };
  }

  return { CHECKS, names: PLACE, settle, show, start, submitted };
})();
