// Amounts as the buyer's own language writes them, exact to the last decimal. The currency's
// decimals are the server's; the browser only knows where marks and signs go.
const Money = (() => {
  "use strict";
  function write(amount, currency) {
    const [whole, decimals = ""] = amount.split(".");
    const format = new Intl.NumberFormat(navigator.languages, {
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

  function translate() {
    for (const element of document.querySelectorAll("[data-amount]")) {
      const { amount, currency } = element.dataset, before = element.textContent;
      try {
        element.textContent = write(amount, currency);
      } catch (_) {
        // An old browser, or a currency it has never heard of: the server's words stay.
        return;
      }
      document.title = document.title.split(before).join(element.textContent);
    }
  }

  return { write, translate };
})();
