// Amounts as the page's language writes them, exact to the last decimal. The currency's decimals
// are the server's; the browser only knows where marks and signs go.
const Money = (() => {
  "use strict";
  // The page's language, as the buyer's own region writes it where the browser says one.
  const { lang } = document.documentElement;
  const locales = [...navigator.languages.filter((one) => one.split("-")[0] === lang), lang];

  function write(amount, currency) {
    const [whole, decimals = ""] = amount.split(".");
    const format = new Intl.NumberFormat(locales, {
      style: "currency",
      currency,
      currencyDisplay: decimals.length > 2 ? "code" : "symbol",
      numberingSystem: "latn",
      minimumFractionDigits: decimals.length,
      maximumFractionDigits: decimals.length,
    });
    const parts = format.formatToParts(BigInt(whole));
    // One mark with three digits behind it may group them or divide them: a space only groups.
    const groups = parts.filter(({ type }) => type === "group").length;
    const text = parts.map(({ type, value }) => {
      if (type === "fraction") return decimals;
      return type === "group" && groups === 1 && !decimals ? "\u202f" : value;
    });
    return text.join("").replace(/[\u200e\u200f\u061c]/g, "");
  }

  // A longer way to write it is written smaller, so that a number always stands on one line; the
  // server chose by its own way.
  function fit(element) {
    const whole = element.closest("[data-total]"), text = element.textContent;
    if (!whole) return;
    const width = text.length + (text.match(/\p{L}/gu) || []).length;
    whole.classList.remove("long", "longer", "longest");
    if (width >= 10) whole.classList.add(width < 15 ? "long" : width < 21 ? "longer" : "longest");
  }

  function translate() {
    for (const element of document.querySelectorAll("[data-amount]")) {
      const { amount, currency } = element.dataset, before = element.textContent;
      try {
        element.textContent = write(amount, currency);
      } catch (_) {
        // An old browser, or a currency it has never heard of: the server's words stay.
        return;
      }
      fit(element);
      document.title = document.title.split(before).join(element.textContent);
    }
    // A language that writes the code for the sign needs it once.
    const code = document.querySelector(".amount .code");
    if (code && document.querySelector(".amount .money").textContent.includes(code.textContent)) code.hidden = true;
  }

  return { locales, write, fit, translate };
})();
