// Words. Each language is one flat catalogue that is loaded alone; English stands in for what a
// catalogue lacks, which a test does not allow to happen.

import en from "./i18n/en.mjs";

/** Languages that have a catalogue. */
export const LANGUAGES = {
	en: "English",
	de: "Deutsch",
	fr: "Français",
	es: "Español",
	it: "Italiano",
	nl: "Nederlands",
	pl: "Polski",
	pt: "Português",
	da: "Dansk",
	sv: "Svenska",
	ja: "日本語",
	ar: "العربية",
};

/** @type {Record<string, string>} */
let catalogue = en;
let language = "en";
let plural = new Intl.PluralRules("en");

/** The language in use. */
export const locale = () => language;

/** The same for numbers and dates, which are in the digits that everybody types. */
export const formats = () => (language === "ar" ? "ar-u-ca-gregory-nu-latn" : language);

/**
 * The best language of those a person reads.
 * @param {readonly string[]} wanted
 */
export function best(wanted) {
	for (const one of wanted) {
		const short = one.toLowerCase().split("-")[0];
		if (short in LANGUAGES) return short;
	}
	return "en";
}

/**
 * Loads a language and makes it the page's.
 * @param {string} name
 */
export async function use(name) {
	const found = name in LANGUAGES ? name : "en";
	catalogue = found === "en" ? en : (await import(`./i18n/${found}.mjs`)).default;
	language = found;
	plural = new Intl.PluralRules(found);
	if (globalThis.document) {
		document.documentElement.lang = found;
		document.documentElement.dir = found === "ar" ? "rtl" : "ltr";
	}
}

/**
 * A text with its placeholders filled in.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values) {
	const text = catalogue[key] ?? en[key] ?? key;
	return values ? fill(text, values) : text;
}

/**
 * A text that depends on a number: `key.one`, `key.other` and so on. `{n}` is the number as the
 * language writes it.
 * @param {string} key
 * @param {number} n
 * @param {Record<string, string | number>} [values]
 */
export function tn(key, n, values) {
	const form = `${key}.${plural.select(n)}`;
	const found = form in catalogue ? form : `${key}.other`;
	return t(found, { n: new Intl.NumberFormat(formats()).format(n), ...values });
}

/** Whether there is a text for a key, for codes that may be newer than this app. @param {string} key */
export const has = (key) => key in catalogue || key in en;

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
function fill(text, values) {
	return text.replace(/\{(\w+)\}/g, (whole, name) =>
		name in values ? String(values[name]) : whole,
	);
}
