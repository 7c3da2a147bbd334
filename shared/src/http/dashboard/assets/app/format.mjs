// How amounts, dates and counts are written and read. Amounts stay decimal text from the server to
// the screen and back: no amount is ever a floating point number.

import { formats, locale } from "./i18n.mjs";

/** @type {Map<string, Intl.NumberFormat | Intl.DateTimeFormat>} */
const made = new Map();

/**
 * @template T
 * @param {string} key
 * @param {() => T} make
 * @returns {T}
 */
function kept(key, make) {
	const name = `${locale()}|${key}`;
	if (!made.has(name)) made.set(name, /** @type {any} */ (make()));
	return /** @type {any} */ (made.get(name));
}

/**
 * An amount with its currency: "120.00" and "USD" are $120.00.
 * @param {string | null | undefined} amount decimal text in major units
 * @param {string} currency
 */
export function money(amount, currency) {
	if (amount === null || amount === undefined) return "–";
	const format = kept(
		`money|${currency}`,
		() => new Intl.NumberFormat(formats(), { style: "currency", currency }),
	);
	// A decimal string is formatted exactly, however long it is.
	const text = format.format(/** @type {any} */ (amount));
	// Between marks of its own it reads from left to right wherever it stands.
	return locale() === "ar" ? `\u2066${text.replace(/[\u200e\u200f\u061c]/g, "")}\u2069` : text;
}

/** A whole number. @param {number} n */
export const count = (n) => kept("count", () => new Intl.NumberFormat(formats())).format(n);

/**
 * A share such as "0.1967" in percent.
 * @param {string | null | undefined} share
 */
export function percent(share) {
	if (share === null || share === undefined) return "–";
	const style = { style: "percent", maximumFractionDigits: 1 };
	const format = kept(
		"percent",
		() => new Intl.NumberFormat(formats(), /** @type {any} */ (style)),
	);
	return format.format(/** @type {any} */ (share));
}

/** The organisation's zone; every time is shown in it. */
let zone = "UTC";

/** @param {string} name */
export function setZone(name) {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		zone = name;
	} catch {
		zone = "UTC";
	}
	made.clear();
}

/** The organisation's zone. */
export const timeZone = () => zone;

/** Whether the person looks from another zone than the organisation's. */
export const elsewhere = () => new Intl.DateTimeFormat().resolvedOptions().timeZone !== zone;

/**
 * @param {string} at RFC 3339
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} [inZone]
 */
function date(at, options, inZone = zone) {
	const key = `${inZone}|${JSON.stringify(options)}`;
	const format = kept(
		key,
		() => new Intl.DateTimeFormat(formats(), { ...options, timeZone: inZone }),
	);
	return format.format(new Date(at));
}

/** Day and minute. @param {string} at */
export const moment = (at) => date(at, { dateStyle: "medium", timeStyle: "short" });

/** Day and second, with the zone. @param {string} at */
export const exact = (at) =>
	date(at, {
		day: "numeric",
		month: "long",
		year: "numeric",
		hour: "2-digit",
		minute: "2-digit",
		second: "2-digit",
		timeZoneName: "short",
	});

/** The same where the person is. @param {string} at */
export const exactHere = (at) =>
	date(
		at,
		{ dateStyle: "long", timeStyle: "long" },
		new Intl.DateTimeFormat().resolvedOptions().timeZone,
	);

/** The day alone. @param {string} at */
export const day = (at) => date(at, { dateStyle: "medium" });

/** Hour and minute alone. @param {string} at */
export const clock = (at) => date(at, { hour: "2-digit", minute: "2-digit" });

/**
 * A calendar day such as "2026-11-14", which has no zone.
 * @param {string} text
 * @param {Intl.DateTimeFormatOptions} [options]
 */
export const calendarDay = (text, options) =>
	date(`${text}T12:00:00Z`, options ?? { day: "numeric", month: "short" }, "UTC");

/**
 * How long ago something was, within a day; `null` beyond that.
 * @param {string} at
 * @param {number} now ms
 */
export function ago(at, now) {
	const seconds = Math.round((Date.parse(at) - now) / 1000);
	const past = Math.abs(seconds);
	if (!(past < 86_400)) return null;
	const format = kept(
		"ago",
		() => new Intl.RelativeTimeFormat(formats(), { numeric: "auto", style: "short" }),
	);
	if (past < 45) return format.format(0, "second");
	if (past < 3_570) return format.format(Math.round(seconds / 60), "minute");
	return format.format(Math.round(seconds / 3600), "hour");
}

/** How the language writes numbers. */
function signs() {
	const parts = new Intl.NumberFormat(formats()).formatToParts(/** @type {any} */ ("12345.6"));
	const of = (/** @type {string} */ type) => parts.find((part) => part.type === type)?.value;
	return { decimal: of("decimal") ?? ".", group: of("group") ?? "" };
}

/**
 * Reads an amount as people type it. What could be either a group or a decimal is refused, not
 * guessed: "1.234" is twelve hundred to some and one and a bit to others.
 * @param {string} typed
 * @returns {{value: string} | {problem: "empty" | "form" | "decimals" | "doubt" | "large"}}
 */
export function readMoney(typed) {
	const text = typed.replace(/[\s\u00a0\u202f]/g, "");
	if (text === "") return { problem: "empty" };
	if (!/^[0-9.,'’]+$/.test(text) || !/[0-9]/.test(text)) return { problem: "form" };
	const { decimal } = signs();
	const last = Math.max(text.lastIndexOf("."), text.lastIndexOf(","));
	const digits = (/** @type {string} */ part) => part.replace(/[.,'’]/g, "");
	let whole = digits(text);
	let fraction = "";
	if (last >= 0) {
		const sign = text[last];
		const after = text.slice(last + 1);
		const before = text.slice(0, last);
		const others = /[.,]/.test(before);
		const repeated = before.includes(sign);
		if (after.length === 3 && !others && before !== "" && before !== "0") {
			// One sign and three digits after it: a group, if the language groups by that sign.
			if (sign === decimal) return { problem: before.length > 3 ? "decimals" : "doubt" };
			if (before.length > 3) return { problem: "form" };
		} else if (repeated) {
			// 1,234,567: groups, and no decimals.
			if (!/^\d{1,3}([.,'’]\d{3})+$/.test(text)) return { problem: "form" };
		} else if (after.length > 2) {
			if (!(others && after.length === 3)) return { problem: "decimals" };
			return { problem: "form" };
		} else {
			if (others && !/^\d{1,3}([.,'’]\d{3})+$/.test(before)) return { problem: "form" };
			whole = digits(before);
			fraction = after;
		}
	}
	whole = whole.replace(/^0+(?=\d)/, "") || "0";
	if (whole.length > 12) return { problem: "large" };
	return { value: `${whole}.${fraction.padEnd(2, "0")}` };
}

/**
 * An amount as it stands in a field: with the language's decimal sign and without groups.
 * @param {string} amount
 */
export const typedMoney = (amount) => amount.replace(".", signs().decimal);

/**
 * Compares two amounts of one currency without turning them into numbers.
 * @param {string} a
 * @param {string} b
 */
export function compareMoney(a, b) {
	const minor = (/** @type {string} */ amount) => {
		const [whole, fraction = ""] = amount.split(".");
		return BigInt(whole + fraction.padEnd(2, "0").slice(0, 2));
	};
	const [x, y] = [minor(a), minor(b)];
	return x < y ? -1 : x > y ? 1 : 0;
}

/**
 * A price times a quantity, exactly.
 * @param {string} amount
 * @param {number} quantity
 */
export function times(amount, quantity) {
	const [whole, fraction = ""] = amount.split(".");
	const minor = BigInt(whole + fraction.padEnd(2, "0").slice(0, 2)) * BigInt(quantity);
	const text = minor.toString().padStart(3, "0");
	return `${text.slice(0, -2)}.${text.slice(-2)}`;
}

/**
 * The instant of a day and time in the organisation's zone, as the API wants it.
 * @param {string} local "2026-12-31T23:59" as a field gives it
 */
export function instant(local) {
	const asUtc = Date.parse(`${local}:00Z`);
	// The zone's offset is looked up twice, for it may change between the two guesses.
	let at = asUtc;
	for (let i = 0; i < 2; i += 1) at = asUtc - offset(at);
	return new Date(at).toISOString().replace(".000Z", "Z");
}

/**
 * A moment as a field shows it, in the organisation's zone.
 * @param {string} at
 */
export function localField(at) {
	const ms = Date.parse(at);
	return new Date(ms + offset(ms)).toISOString().slice(0, 16);
}

/** How far the organisation's clocks are ahead of UTC, in ms. @param {number} at */
function offset(at) {
	const format = kept(
		`offset|${zone}`,
		() =>
			new Intl.DateTimeFormat("en-US", {
				timeZone: zone,
				hourCycle: "h23",
				year: "numeric",
				month: "numeric",
				day: "numeric",
				hour: "numeric",
				minute: "numeric",
				second: "numeric",
			}),
	);
	const parts = Object.fromEntries(
		format.formatToParts(new Date(at)).map(({ type, value }) => [type, value]),
	);
	const [y, mo, d] = [parts.year, parts.month, parts.day].map((part) => Number.parseInt(part, 10));
	const [hh, mi, s] = [parts.hour, parts.minute, parts.second].map((p) => Number.parseInt(p, 10));
	return Date.UTC(y, mo - 1, d, hh, mi, s) - Math.floor(at / 1000) * 1000;
}

/** An address only if it is one for browsers. @param {unknown} text */
export function webAddress(text) {
	if (typeof text !== "string") return null;
	try {
		const url = new URL(text);
		return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
	} catch {
		return null;
	}
}
