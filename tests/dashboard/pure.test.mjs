// What needs no browser: money, dates, addresses, words, tables, permissions.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { answer, description, IDS } from "./answers.mjs";

const app = new URL("../../shared/src/http/dashboard/assets/app/", import.meta.url);
const at = (/** @type {string} */ name) => import(new URL(name, app).href);
const format = await at("format.mjs");
const i18n = await at("i18n.mjs");
const router = await at("router.mjs");
const exporting = await at("screens/export.mjs");

test("an amount is read as the language writes it, and what could be either is refused", async () => {
	const read = (/** @type {string} */ text) => format.readMoney(text);
	await i18n.use("en");
	for (const [typed, value] of [
		["120", "120.00"],
		["120.5", "120.50"],
		["1,234.56", "1234.56"],
		["1.234,56", "1234.56"],
		["1,234", "1234.00"],
		["1,234,567", "1234567.00"],
		["12,5", "12.50"],
		["0.10", "0.10"],
		["007.5", "7.50"],
		[" 1 234.50 ", "1234.50"],
		["999999.99", "999999.99"],
		["1'234.50", "1234.50"],
	])
		assert.deepEqual(read(typed), { value }, typed);
	for (const [typed, problem] of [
		["", "empty"],
		["abc", "form"],
		["-5", "form"],
		["1e3", "form"],
		["$5", "form"],
		[".", "form"],
		["1.234", "doubt"],
		["12.345", "doubt"],
		["1.2345", "decimals"],
		["1,23,4", "form"],
		["1.2.3", "form"],
		["1234567890123", "large"],
		["٣", "form"],
		["1,2345", "decimals"],
	])
		assert.deepEqual(read(typed), { problem }, typed);
	await i18n.use("de");
	assert.deepEqual(read("1.234"), { value: "1234.00" });
	assert.deepEqual(read("1,234"), { problem: "doubt" });
	assert.deepEqual(read("1.234,56"), { value: "1234.56" });
	assert.deepEqual(read("1,234.56"), { value: "1234.56" });
	assert.equal(format.typedMoney("1234.50"), "1234,50");
	await i18n.use("en");
});

test("amounts larger than a floating point number can hold are shown to the last digit", () => {
	assert.equal(format.money("90071992547409.91", "USD"), "$90,071,992,547,409.91");
	assert.equal(format.money("-0.10", "EUR"), "-€0.10");
	assert.equal(format.money(null, "USD"), "–");
	assert.equal(format.times("999999.99", 999999), "999998990000.01");
	assert.equal(format.compareMoney("0.30", "0.5"), -1);
	assert.equal(format.compareMoney("90071992547409.92", "90071992547409.91"), 1);
});

test("a time of the organisation's zone is the instant it means, also around the changes of clocks", () => {
	format.setZone("Europe/Berlin");
	assert.equal(format.instant("2026-12-31T23:59"), "2026-12-31T22:59:00Z");
	assert.equal(format.instant("2026-07-01T00:00"), "2026-06-30T22:00:00Z");
	assert.equal(format.instant("2026-03-29T03:30"), "2026-03-29T01:30:00Z");
	assert.equal(format.localField("2026-12-31T22:59:00Z"), "2026-12-31T23:59");
	format.setZone("Asia/Kolkata");
	assert.equal(format.instant("2026-12-31T00:00"), "2026-12-30T18:30:00Z");
	format.setZone("Nowhere/Zone");
	assert.equal(format.timeZone(), "UTC");
});

test("what is long ago is not told in hours", () => {
	const now = Date.parse("2026-11-26T12:00:00Z");
	assert.equal(format.ago("2026-11-26T11:57:00Z", now), "3 min. ago");
	assert.equal(format.ago("2026-11-24T11:57:00Z", now), null);
	assert.equal(format.ago("nonsense", now), null);
});

test("only addresses for browsers become links", () => {
	for (const bad of ["javascript:alert(1)", "data:text/html,x", "//x", "", null, 5])
		assert.equal(format.webAddress(bad), null);
	assert.equal(format.webAddress("https://shop.example"), "https://shop.example/");
});

test("an address of the app survives going there and back", () => {
	const hash = router.to(["links", "a/b c"], { search: "café & co", status: "", none: null });
	const { path, query } = router.parse(hash);
	assert.deepEqual(path, ["links", "a/b c"]);
	assert.deepEqual([...query], [["search", "café & co"]]);
	assert.deepEqual(router.parse("#/links/%E0%A4%A").path, ["links", "%E0%A4%A"]);
	assert.deepEqual(router.parse("").path, []);
});

test("parts of an export become one table", () => {
	const first = '\ufeff"name"\r\n"a"\r\n"b ""x""\nand more"\r\n';
	const second = '\ufeff"c"\r\n';
	assert.equal(exporting.countRows(first), 3);
	assert.equal(exporting.joinParts([first, second]), `${first}"c"\r\n`);
	assert.equal(
		exporting.nextPart('<https://pay.example/api/x?cursor=1>; rel="next"'),
		"https://pay.example/api/x?cursor=1",
	);
	assert.equal(exporting.nextPart(null), null);
	// Of all rows those that are marked; a line end within a cell ends no row.
	const table = '"name","uuid"\r\n"a\n""b""","u-1"\r\n"c","u-2"\r\n"u-3","u-4"\r\n';
	assert.equal(
		exporting.rowsOf(table, new Set(["u-1", "u-4"])),
		'"name","uuid"\r\n"a\n""b""","u-1"\r\n"u-3","u-4"\r\n',
	);
	assert.equal(exporting.fileName('a/b\\c:"d"\u202e<e>'), "a b c d e");
});

const catalogues = Object.fromEntries(
	await Promise.all(
		readdirSync(new URL("i18n/", app)).map(async (name) => [
			name.replace(".mjs", ""),
			(await at(`i18n/${name}`)).default,
		]),
	),
);

/** A key without the form of a number that it is for. @param {string} key */
const bare = (key) => key.replace(/\.(zero|one|two|few|many|other)$/, "");

/** Texts that depend on a number, by their bare keys. */
const counted = new Set(
	Object.keys(catalogues.en)
		.filter((key) => key.endsWith(".one") && `${bare(key)}.other` in catalogues.en)
		.map(bare),
);

/** The keys that a language has to have: every form that one of its whole numbers takes. @param {string} language */
function wanted(language) {
	const rules = new Intl.PluralRules(language);
	const forms = new Set(["other", ...Array.from({ length: 201 }, (_, n) => rules.select(n))]);
	const all = Object.keys(catalogues.en).flatMap((key) =>
		counted.has(bare(key)) ? [...forms].map((form) => `${bare(key)}.${form}`) : [key],
	);
	return [...new Set(all)].sort();
}

test("every catalogue has the same texts with the same placeholders", () => {
	const holes = (/** @type {string} */ text) =>
		[...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
	assert.deepEqual(Object.keys(catalogues).sort(), Object.keys(i18n.LANGUAGES).sort());
	assert.equal(Object.keys(catalogues).length, 12);
	for (const [language, catalogue] of Object.entries(catalogues)) {
		assert.deepEqual(Object.keys(catalogue).sort(), wanted(language), language);
		for (const [key, text] of Object.entries(catalogue)) {
			const english = catalogues.en[key] ?? catalogues.en[`${bare(key)}.other`];
			// A language may say one and two in a word.
			const spoken = counted.has(bare(key)) && /\.(one|two)$/.test(key);
			const same = holes(text) === holes(english) || (spoken && holes(text) === "");
			assert.ok(same, `${language}: ${key}`);
			assert.ok(text.trim() === text && text !== "", `${language}: ${key}`);
			// What stands on a button or in the head of a table has to fit.
			const short = Math.max(14, Math.ceil(english.length * 2.2));
			assert.ok(
				english.length > 24 || text.length <= Math.max(26, short),
				`${language}: ${key} is long`,
			);
		}
	}
});

test("no catalogue left a sentence in English", () => {
	for (const [language, catalogue] of Object.entries(catalogues)) {
		if (language === "en") continue;
		for (const [key, text] of Object.entries(catalogue)) {
			const sentence = (catalogues.en[key] ?? "").split(" ").length > 3;
			assert.ok(!sentence || text !== catalogues.en[key], `${language}: ${key}`);
		}
	}
});

test("a number takes the form that its language has for it, in digits that everybody types", async () => {
	for (const [language, n, said] of [
		["pl", 1, "1 dzień"],
		["pl", 3, "3 dni"],
		["pl", 22, "22 sekundy"],
		["pl", 25, "25 sekund"],
		["ar", 2, "يومان"],
		["ar", 5, "5 أيام"],
		["ar", 11, "11 يومًا"],
		["ja", 1, "1 日"],
		["fr", 0, "0 jour"],
		["fr", 2, "2 jours"],
	]) {
		await i18n.use(language);
		const key = /sekund/.test(String(said)) ? "seconds" : "days";
		assert.equal(i18n.tn(key, n), said);
	}
	await i18n.use("ar");
	assert.equal(format.money("1234.50", "USD"), "\u20661,234.50\u00a0US$\u2069");
	assert.match(format.day("2026-11-26T10:00:00Z"), /26.*2026/);
	await i18n.use("en");
});

/** Every file of the app with its text. */
function sources() {
	const list = (/** @type {string} */ folder) =>
		readdirSync(new URL(folder, app))
			.filter((name) => name.endsWith(".mjs"))
			.map((name) => `${folder}${name}`);
	return [...list("./"), ...list("./screens/")].map((path) => ({
		path,
		text: readFileSync(new URL(path, app), "utf8"),
	}));
}

test("every text that is asked for is in the catalogue, and every text in it is asked for", () => {
	const all = sources()
		.map(({ text }) => text)
		.join("\n");
	const keys = new Set(Object.keys(catalogues.en));
	for (const [, key] of all.matchAll(/\bt\(\s*"([^"]+)"/g))
		assert.ok(keys.has(key), `no text ${key}`);
	for (const [, key] of all.matchAll(/\btn\(\s*"([^"]+)"/g))
		assert.ok(keys.has(`${key}.other`), `no text ${key}.other`);
	const families = [...all.matchAll(/`([a-z.]+\.)\$\{/g)].map(([, family]) => family);
	for (const key of keys) {
		const base = key.replace(/\.(one|other|few|many|two|zero)$/, "");
		const used =
			all.includes(`"${key}"`) ||
			all.includes(`"${base}"`) ||
			families.some((family) => key.startsWith(family)) ||
			CHIPS.some((kind) => key.startsWith(`${kind}.`));
		assert.ok(used, `nobody asks for ${key}`);
	}
});

/** Whose statuses are shown as chips. */
const CHIPS = [
	"link",
	"payment",
	"product",
	"key",
	"refund",
	"delivery",
	"webhook",
	"attempt",
	"invitation",
];

test("nothing computes with amounts, nothing makes markup, nothing has a style of its own", () => {
	for (const { path, text } of sources()) {
		for (const word of [
			"parseFloat",
			"Number(",
			"innerHTML",
			"dangerouslySetInnerHTML",
			"eval(",
			"style=",
			"sessionStorage",
			"document.cookie",
		]) {
			assert.ok(!text.includes(word), `${path} contains ${word}`);
		}
		assert.ok(
			path.endsWith("prefs.mjs") || !text.includes("localStorage"),
			`${path} stores something`,
		);
		assert.ok(!/["'`]https?:\/\/[a-z]/.test(text), `${path} names another host`);
	}
});

test("whatever the model says that somebody did has words, and so has what was changed", async () => {
	const model = readFileSync(
		new URL("../../shared/src/model/activity.rs", import.meta.url),
		"utf8",
	);
	const acts = [...model.matchAll(/serialize = "([a-z_]+)\.([a-z0-9_]+)"/g)];
	assert.ok(acts.length > 30, `${acts.length} acts`);
	for (const [name, thing, did] of acts) {
		assert.ok(catalogues.en[`thing.${thing}`], `${name} is done to nothing that has words`);
		assert.ok(catalogues.en[`did.${did}`], `${name} has no words`);
	}
	const { FIELDS } = await at("screens/activity.mjs");
	for (const [field, words] of Object.entries(FIELDS))
		assert.ok(catalogues.en[words], `${field} is called ${words}, which are no words`);
});

test("the roles may do here what they may do in the model", async () => {
	const { ROLES } = await at("permissions.mjs");
	const model = readFileSync(new URL("../../shared/src/model/member.rs", import.meta.url), "utf8");
	const named = [
		...(/pub enum Permission \{([\s\S]*?)\n\}/.exec(model)?.[1] ?? "").matchAll(
			/^ {4}([A-Z]\w+),/gm,
		),
	].map(([, name]) => name.replace(/\B[A-Z]/g, (letter) => `_${letter}`).toLowerCase());
	assert.deepEqual([...ROLES.owner].sort(), named.sort());
	assert.deepEqual(Object.keys(ROLES), ["owner", "admin", "staff", "viewer"]);
	assert.deepEqual(ROLES.viewer, []);
});

/**
 * Holds a value against a schema of the description, as far as the recorded answers need it.
 * @param {any} schema @param {any} value @param {string} where
 */
function holds(schema, value, where) {
	const kinds = [schema.type ?? []].flat();
	const kind =
		value === null
			? "null"
			: Array.isArray(value)
				? "array"
				: Number.isInteger(value)
					? "integer"
					: typeof value;
	if (kinds.length > 0)
		assert.ok(
			kinds.includes(kind) || (kind === "integer" && kinds.includes("number")),
			`${where} is ${kind}, not ${kinds}`,
		);
	if (kind === "object") {
		for (const name of schema.required ?? [])
			assert.ok(value[name] !== undefined, `${where}.${name} is missing`);
		for (const [name, inner] of Object.entries(value)) {
			if (inner === undefined || !schema.properties) continue;
			assert.ok(
				schema.properties[name] || schema.additionalProperties,
				`${where}.${name} is not in the description`,
			);
			if (schema.properties[name]) holds(schema.properties[name], inner, `${where}.${name}`);
		}
	}
	if (kind === "array" && schema.items) {
		for (const [i, one] of value.entries()) holds(schema.items, one, `${where}[${i}]`);
	}
}

test("recorded answers have the form that the description states", () => {
	const { paths, components } = description();
	const resolve = (/** @type {any} */ schema) =>
		schema?.$ref ? components.schemas[schema.$ref.split("/").at(-1)] : schema;
	let held = 0;
	for (const state of ["full", "empty", "hostile", "viewer"]) {
		for (const [path, asked] of [
			["/api/auth/me", "/api/auth/me/"],
			["/api/organization", "/api/organization/"],
			["/api/payment-links", "/api/payment-links/"],
			["/api/payment-links/{uuid}", `/api/payment-links/${IDS.link}/`],
			["/api/payment-links/{uuid}/payments", `/api/payment-links/${IDS.link}/payments/`],
			["/api/transactions", "/api/transactions/"],
			["/api/transactions/{id}", `/api/transactions/${IDS.transaction}/`],
			["/api/products", "/api/products/"],
			["/api/products/{id}", `/api/products/${IDS.product}/`],
			["/api/organization/api-keys", "/api/organization/api-keys/"],
			["/api/refunds", "/api/refunds/"],
			["/api/auth/sessions", "/api/auth/sessions/"],
			["/api/organization/activity", "/api/organization/activity/"],
			["/api/organization/tax", "/api/organization/tax/"],
			["/api/organization/members", "/api/organization/members/"],
			["/api/organization/invitations", "/api/organization/invitations/"],
			["/api/organization/dashboard", "/api/organization/dashboard/"],
			["/api/organization/webhooks", "/api/organization/webhooks/"],
			["/api/organization/webhooks/{id}", `/api/organization/webhooks/${IDS.webhook}/`],
			[
				"/api/organization/webhooks/{id}/deliveries",
				`/api/organization/webhooks/${IDS.webhook}/deliveries/`,
			],
			[
				"/api/organization/webhooks/{id}/deliveries/{delivery_id}",
				`/api/organization/webhooks/${IDS.webhook}/deliveries/${IDS.delivery}/`,
			],
		]) {
			const said = answer(state, "GET", new URL(asked, "http://localhost"), null);
			const found =
				paths[path] ??
				Object.entries(paths).find(
					([known]) => known.replace(/\{\w+\}/g, "{}") === path.replace(/\{\w+\}/g, "{}"),
				)?.[1];
			const schema = resolve(found?.get.responses["200"].content["application/json"].schema);
			assert.ok(schema, `${path} is not described`);
			holds(schema, JSON.parse(JSON.stringify(said?.body)), `${state} ${path}`);
			held += 1;
		}
	}
	assert.ok(held > 30);
});
