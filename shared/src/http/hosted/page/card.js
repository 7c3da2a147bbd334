// A card as people, browsers and password managers write it, and what that means. Knows nothing
// of the page, and never throws away what it does not know: text that makes no sense stays.
const Card = (() => {
  "use strict";
  const { words, call } = Server;
  // What they start with, how long they are, digits of the security code.
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
  const HALF_A_DAY_MS = 12 * 3600e3;

  function brandOf(number) {
    const [id, name, , lengths, code] = BRANDS.find(([, , start]) => start.test(number));
    return { id, name, lengths, code };
  }

  // Unicode keeps the decimal digits of a script together, zero first: what a digit is worth is
  // how many digits stand before it.
  function worth(digit) {
    let before = 0;
    while (/^\p{Nd}$/u.test(String.fromCodePoint(digit.codePointAt(0) - before - 1))) before += 1;
    return before % 10;
  }

  // The digits of every script as 0 to 9, without invisible marks.
  const plain = (text) =>
    text.normalize("NFKC").replace(/\p{Nd}/gu, worth).replace(/\p{Cf}/gu, "").trim();

  // Without what people put between digits. Anything else stays, and is no digit.
  const digits = (text) => plain(text).replace(/[\s\p{Pd}._·]/gu, "");
  const areDigits = (text) => /^\d*$/.test(text);

  function grouped(text) {
    const number = digits(text), { id, lengths } = brandOf(number);
    if (!areDigits(number) || number.length > Math.max(...lengths)) return text;
    return /amex|diners/.test(id) && number.length < 16
      ? number.replace(/^(\d{4})(\d{1,6})(\d*)$/, "$1 $2 $3").trim()
      : number.replace(/\d{4}(?=\d)/g, "$& ");
  }

  // 12/28, 12 - 2028, 1228, 122028, 1/28; year first as programs write it: 2028-12, 202812,
  // 2028-12-31; and 28-12, since no month is the twenty-eighth.
  function expiry(text) {
    const typed = plain(text);
    let [, year, month] = typed.match(/^\D*(20\d\d)\D*(\d\d?)(?:\D+\d\d?)?\D*$/) || [];
    if (!year) {
      const parts = typed.match(/^\D*(\d\d?)\D+(\d{4}|\d\d)\D*$/) || typed.match(/^(\d\d?)(\d{4}|\d\d)$/);
      [, month, year] = parts || [];
      if (month > 12 && year.length === 2 && year <= 12) [month, year] = [year, month];
    }
    if (!(month >= 1 && month <= 12)) return null;
    return { month: Number(month), year: Number(year) + (year < 100 ? 2000 : 0) };
  }

  const two = (n) => String(n).padStart(2, "0");

  function wholeExpiry(text) {
    const { month, year } = expiry(text) || {};
    return year >= 2000 && year < 2100 ? `${two(month)} / ${two(year % 100)}` : text;
  }

  // "MM / YY" while somebody types at the end of the field; `how` is the event's inputType.
  function typedExpiry(text, how) {
    if (/^delete/.test(how)) return text.replace(/^(\s*\p{Nd}{1,2})[\s/]*$/u, "$1");
    const typed = plain(text);
    // Pasted, or filled in by a program.
    if (how !== "insertText" || /^20\d\d\D*\d\d$/.test(typed)) return wholeExpiry(text);
    const [, month, gap, year] = typed.match(/^(\d\d?)([\s/.\p{Pd}]*)(\d{0,4})$/u) || [];
    // Not a date so far, or one that begins with the year.
    if (!month || month === "20") return text;
    if (month > 12) return `0${month[0]} / ${month[1]}${year}`;
    // One digit may be all of the month, or half of it; a two may begin the year.
    if (month.length < 2 && !gap && month < 3) return month;
    return `${two(month)} / ${year}`;
  }

  function luhn(number) {
    let sum = 0;
    [...number].reverse().forEach((digit, i) => {
      const n = digit * (1 + (i % 2));
      sum += n > 9 ? n - 9 : n;
    });
    return sum % 10 === 0;
  }

  // What is wrong with a field, if anything. `of` answers the text of any field.
  const CHECKS = {
    email: Payer.email,
    number(of) {
      const number = digits(of("number")), { lengths } = brandOf(number);
      if (!number) return words.number_missing;
      if (!areDigits(number)) return words.number_digits;
      if (number.length > Math.max(...lengths)) return words.number_long;
      if (!lengths.includes(number.length)) return words.number_short;
      if (!luhn(number)) return words.number_wrong;
    },
    expiry(of, now) {
      if (!plain(of("expiry"))) return words.expiry_missing;
      const { month, year } = expiry(of("expiry")) || {};
      if (!year) return words.expiry_unclear;
      // A card is good until its month is over everywhere, twelve hours after Greenwich.
      const today = new Date(now - HALF_A_DAY_MS);
      const years = year - today.getUTCFullYear();
      if (years * 12 + month - 1 < today.getUTCMonth()) return words.card_expired;
      if (years > 25) return words.year_wrong;
    },
    cvc(of) {
      const wanted = brandOf(digits(of("number"))).code, code = digits(of("cvc"));
      if (!code) return words.code_missing;
      if (!areDigits(code) || (wanted ? code.length !== wanted : code.length < 3 || code.length > 4)) {
        return wanted ? words[`code_${wanted}`] : words.code_any;
      }
    },
    name: Payer.name,
    // What a postal code looks like depends on the country: the server asks if it must.
    postal_code(of) {
      if (of("postal_code").trim().length > 20) return words.postal_long;
    },
  };

  // Hands the card over for a token.
  function take(of) {
    const { month, year } = expiry(of("expiry"));
    const card = {
      number: digits(of("number")),
      exp_month: month,
      exp_year: year,
      cvc: digits(of("cvc")),
      name: of("name").trim(),
      postal_code: of("postal_code").trim() || null,
    };
    return call("/card", card, 20e3);
  }

  return { brandOf, digits, grouped, wholeExpiry, typedExpiry, take, CHECKS };
})();
