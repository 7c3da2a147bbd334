// How the organisation collects tax: whether, as whom, and where it is registered.

import { api, may } from "../api.mjs";
import { exact, instant, localField } from "../format.mjs";
import { formats, has, t } from "../i18n.mjs";
import { rolesWith } from "../permissions.mjs";
import {
	Button,
	FormErrors,
	Money,
	Notice,
	Select,
	TextField,
	fieldError,
	useBusy,
	useList,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";
import { ReadOnly, Setting, useSetting } from "./setting.mjs";

const PATH = "/api/organization/tax/";

const COLLECT = ["never", "registered", "everywhere"];
const SCHEMES = ["standard", "oss", "simplified"];

/** Most registrations, and most rules. */
const MOST = { registrations: 100, overrides: 200 };

/** What a rule may put in place of the usual rate. */
const CLASSES = ["standard", "reduced_1", "reduced_2", "super_reduced"];
const TREATMENTS = ["exempt", "zero"];

/** Fields of the seller, and of its address. */
const SELLER = ["legal_name", "tax_id"];
const ADDRESS = ["line1", "postal_code", "city", "country", "region"];

export default function Tax() {
	return html`<${Setting} here="tax" path=${PATH} Form=${Editor} />`;
}

/** A country's name in the reader's language. @param {string} code */
function country(code) {
	if (!/^[a-z]{2}$/i.test(code.trim())) return t("tax.country.help");
	const names = new Intl.DisplayNames(formats(), { type: "region" });
	return names.of(code.trim().toUpperCase()) ?? code;
}

/** What holds by a rule, in a word. @param {string} effect */
const effectText = (effect) =>
	effect === "rate"
		? t("product.tax.rate")
		: t(TREATMENTS.includes(effect) ? `tax.code.${effect}` : `tax.class.${effect}`);

/** A registration or a rule in a word: its code, its place, and what holds there. @param {any} one */
const inShort = (one) =>
	[
		one.tax_code,
		[one.country, one.region].filter(Boolean).join("-"),
		one.rate ? `${one.rate} %` : one.effect && effectText(one.effect),
	]
		.filter(Boolean)
		.join(" ");

/** Times as fields show them, with what they were before. @param {any} one */
const timed = (one) => ({
	...one,
	was: one,
	...Object.fromEntries(
		["from", "to"]
			.filter((name) => name in one)
			.map((name) => [name, one[name] ? localField(one[name]) : ""]),
	),
});

/** The same as the API wants it. A time that nobody touched stays to the second. @param {any} row */
function untimed({ was, ...one }) {
	for (const name of ["from", "to"]) {
		if (!one[name]) continue;
		const before = was?.[name];
		one[name] = before && localField(before) === one[name] ? before : instant(one[name]);
	}
	return sent(one);
}

/** A rule as the form has it. @param {any} rule */
const ruled = (rule) => ({ ...timed(rule), effect: rule.class ?? rule.treatment ?? "rate" });

/** The same as the API wants it. @param {any} rule */
const unruled = ({ effect, ...rule }) => ({
	...untimed({ ...rule, class: null, treatment: null, rate: null }),
	...(effect === "rate"
		? { rate: (rule.rate ?? "").trim().replace(",", ".") }
		: { [TREATMENTS.includes(effect) ? "treatment" : "class"]: effect }),
});

/** What is sent of a record: without what is empty. @param {Record<string, any>} record */
const sent = (record) =>
	Object.fromEntries(
		Object.entries(record)
			.map(([name, value]) => [name, typeof value === "string" ? value.trim() : value])
			.filter(([, value]) => value !== "" && value !== null && value !== undefined),
	);

/** @param {{found: any, onFound: (found: any) => void, onSaved: () => void}} props */
function Editor(props) {
	const { seller: kept, default_tax_code: code } = props.found.data;
	const labels = Object.fromEntries([
		["collect", t("tax.collect")],
		["default_tax_code", t("tax.default")],
		["registrations", t("tax.registrations")],
		["overrides", t("tax.rules")],
		...[...SELLER, ...ADDRESS].map((name) => [name, t(`tax.seller.${name}`)]),
	]);
	const { form, set, error, submit, conflict, note, foot } = useSetting({
		...props,
		path: PATH,
		versioned: true,
		name: "tax",
		labels,
		shown: (value) => (Array.isArray(value) ? value.map(inShort).join(", ") : value),
		formOf: (data) => ({
			collect: data.collect,
			default_tax_code: data.default_tax_code,
			...Object.fromEntries(SELLER.map((name) => [name, data.seller?.[name] ?? ""])),
			...Object.fromEntries(ADDRESS.map((name) => [name, data.seller?.address[name] ?? ""])),
			registrations: data.registrations.map(timed),
			overrides: data.overrides.map(ruled),
		}),
		bodyOf: (form) => {
			const some = (/** @type {string[]} */ names) =>
				Object.fromEntries(names.map((name) => [name, form[name]]));
			const none = [...SELLER, ...ADDRESS].every((name) => form[name].trim() === "");
			return {
				collect: form.collect,
				default_tax_code: form.default_tax_code,
				// What this form does not show of the seller stays.
				seller: none
					? null
					: {
							...sent({ ...kept, ...some(SELLER) }),
							address: sent({ ...kept?.address, ...some(ADDRESS) }),
						},
				registrations: form.registrations.map(untimed),
				overrides: form.overrides.map(unruled),
			};
		},
	});
	const edits = may("manage_organization");
	const field = (/** @type {string} */ name, /** @type {string} */ path, /** @type {any} */ more) =>
		html`<${TextField} key=${name} label=${labels[name]} value=${form[name]} onInput=${(/** @type {string} */ text) => set({ [name]: text })} error=${fieldError(error, path)} ...${more} />`;
	const codes = [
		...new Set([
			code,
			"digital",
			"service",
			"exempt",
			"zero",
			...form.overrides.map((/** @type {any} */ one) => one.tax_code),
		]),
	].filter(Boolean);
	const known = Object.fromEntries([
		...Object.entries(labels),
		...SELLER.map((name) => [`seller.${name}`, labels[name]]),
		...ADDRESS.map((name) => [`seller.address.${name}`, labels[name]]),
	]);
	const rows = (/** @type {"registrations" | "overrides"} */ list, /** @type {any} */ Row) =>
		form[list].map(
			(/** @type {any} */ one, /** @type {number} */ at) =>
				html`<${Row} key=${at} one=${one} at=${at} error=${error} edits=${edits} onInput=${(
					/** @type {any} */ change,
				) =>
					set({
						[list]: form[list].map((/** @type {any} */ other, /** @type {number} */ i) =>
							i === at ? { ...other, ...change } : other,
						),
					})} onRemove=${() => set({ [list]: form[list].filter((/** @type {any} */ _, /** @type {number} */ i) => i !== at) })} />`,
		);
	const adds = (
		/** @type {"registrations" | "overrides"} */ list,
		/** @type {string} */ words,
		/** @type {any} */ empty,
	) =>
		edits && form[list].length < MOST[list]
			? html`<div class="acts"><${Button} icon="plus" onClick=${() => set({ [list]: [...form[list], empty] })}>${words}<//></div>`
			: null;
	return html`<${ReadOnly} permission="manage_organization" roles=${rolesWith("manage_organization")
		.map((role) => t(`role.${role}`))
		.join(", ")} />${note}
		${form.collect === "never" ? html`<${Notice} kind="info" icon="info">${t("tax.nothing")}<//>` : null}
		<form class="form card narrow" onSubmit=${submit} novalidate><fieldset class="plain-set" disabled=${!edits}>
			<${FormErrors} error=${error} known=${known} />
			<${Select} label=${labels.collect} value=${form.collect} onInput=${(/** @type {string} */ text) => set({ collect: text })} help=${t("tax.collect.help")} options=${COLLECT.map((one) => [one, t(`tax.collect.${one}`)])} error=${fieldError(error, "collect")} />
			<${Select} label=${labels.default_tax_code} value=${form.default_tax_code} onInput=${(/** @type {string} */ text) => set({ default_tax_code: text })} help=${t("tax.default.help")} options=${codes.map((one) => [one, has(`tax.code.${one}`) ? t(`tax.code.${one}`) : one])} error=${fieldError(error, "default_tax_code")} />
			<fieldset class="line"><legend>${t("tax.seller")}</legend>
				<div class="pair">${field("legal_name", "seller.legal_name", { maxlength: "200" })}${field("tax_id", "seller.tax_id", { maxlength: "64", optional: true, autocapitalize: "characters" })}</div>
				${field("line1", "seller.address.line1", { maxlength: "200" })}
				<div class="pair">${field("postal_code", "seller.address.postal_code", { maxlength: "20" })}${field("city", "seller.address.city", { maxlength: "100" })}</div>
				<div class="pair">${field("country", "seller.address.country", { maxlength: "2", autocapitalize: "characters", help: country(form.country) })}${field("region", "seller.address.region", { maxlength: "20", optional: true })}</div></fieldset>
			<fieldset class="line"><legend>${t("tax.registrations")}</legend><p class="help">${t("tax.registrations.help")}</p>
				${rows("registrations", Registration)}
				${adds("registrations", t("tax.registrations.add"), { country: "", region: "", scheme: "standard", rate: "", tax_id: "", from: "", to: "" })}
			</fieldset>
			<fieldset class="line"><legend>${t("tax.rules")}</legend><p class="help">${t("tax.rules.help")}</p>
				${rows("overrides", Rule)}
				${adds("overrides", t("tax.rules.add"), { tax_code: "", country: "", region: "", effect: "rate", rate: "", name: "", from: "" })}
			</fieldset>
			<p class="soft small">${t("tax.when")}</p>
			${edits ? foot : null}
		</fieldset></form><${Asked} />${conflict}`;
}

/** What a buyer of some place would pay through a link, as its page answers it. */
function Asked() {
	const { rows } = useList("/api/payment-links/?status=active&limit=100");
	const [wish, setWish] = useState(/** @type {any} */ ({ country: "", region: "" }));
	const [answer, setAnswer] = useState(/** @type {any} */ (null));
	const [error, setError] = useState(/** @type {any} */ (null));
	const [busy, setBusy, sending] = useBusy();
	if (!rows?.length) return null;
	const { link = rows[0].uuid, ...place } = wish;
	// An answer is one to what stands in the form.
	const set = (/** @type {any} */ change) => {
		setWish({ ...wish, ...change });
		setAnswer(null);
	};
	const ask = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		setBusy(true);
		setError(null);
		const query = new URLSearchParams(sent(place));
		await api.get(`/api/payment-links/public/${link}/?${query}`).then(setAnswer, setError);
		setBusy(false);
	};
	const field = fieldOf({ one: wish, error, onInput: set }, "");
	return html`<form class="form card narrow" onSubmit=${ask} novalidate>
		<h2>${t("tax.ask")}</h2><p class="help">${t("tax.ask.help")}</p>
		<${FormErrors} error=${error} known=${{ country: t("tax.at.country"), region: t("tax.at.region") }} />
		<${Select} label=${t("thing.payment_link")} value=${link} onInput=${(/** @type {string} */ link) => set({ link })} options=${rows.map((/** @type {any} */ one) => [one.uuid, one.name])} />
		<div class="pair">${field("country", { maxlength: "2", autocapitalize: "characters", help: country(wish.country) })}${field("region", { maxlength: "10", optional: true })}</div>
		<div class="acts"><${Button} type="submit" busy=${busy}>${t("tax.ask.act")}<//></div>
		<div role="status">${answer ? html`<dl class="sums">${["subtotal", "tax", "total"].map((name) => html`<div key=${name} class=${name === "total" ? "sum" : null}><dt>${t(`payment.${name}`)}</dt><dd>${answer[name] === null ? "–" : html`<${Money} amount=${answer[name]} currency=${answer.currency} />`}</dd></div>`)}</dl>` : null}</div>
	</form>`;
}

/** @typedef {{one: any, at: number, error: unknown, edits: boolean, onInput: (change: any) => void, onRemove: () => void}} Row */

/** A field of a row. @param {{one: any, error: unknown, onInput: (change: any) => void}} row @param {string} path what stands before its name */
const fieldOf =
	({ one, error, onInput }, path) =>
	(/** @type {string} */ name, /** @type {any} */ more = {}) =>
		html`<${TextField} label=${t(`tax.at.${name}`)} value=${one[name] ?? ""} onInput=${(/** @type {string} */ text) => onInput({ [name]: text })} error=${fieldError(error, path + name)} ...${more} />`;

/** From when, or until when: in the organisation's zone, and spelled out. @param {string} value */
const time = (value) => ({
	type: "datetime-local",
	optional: true,
	help: value ? exact(instant(value)) : null,
});

/** @param {Row} row */
function Registration(row) {
	const { one, at, error, edits, onInput, onRemove } = row;
	const field = fieldOf(row, `registrations.${at}.`);
	return html`<div class="registration" role="group" aria-label=${t("tax.registration", { n: at + 1 })}>
		<div class="pair">${field("country", { maxlength: "2", autocapitalize: "characters", help: country(one.country) })}${field("region", { maxlength: "20", optional: true })}</div>
		<div class="pair"><${Select} label=${t("tax.at.scheme")} value=${one.scheme ?? "standard"} onInput=${(/** @type {string} */ scheme) => onInput({ scheme })} options=${SCHEMES.map((name) => [name, t(`tax.scheme.${name}`)])} error=${fieldError(error, `registrations.${at}.scheme`)} />${field("rate", { inputmode: "decimal", maxlength: "8", optional: true, help: t("tax.at.rate.help") })}</div>
		<div class="pair">${field("from", time(one.from))}${field("to", time(one.to))}</div>
		<div class="pair">${field("tax_id", { maxlength: "64", optional: true })}${edits ? html`<div class="acts"><${Button} icon="trash" onClick=${onRemove}>${t("tax.registration.remove", { n: at + 1 })}<//></div>` : null}</div>
	</div>`;
}

/** A rule of one's own: a code, where it holds, and what. @param {Row} row */
function Rule(row) {
	const { one, at, error, edits, onInput, onRemove } = row;
	const field = fieldOf(row, `overrides.${at}.`);
	const where = one.country?.trim() ? country(one.country) : t("tax.rule.everywhere");
	const wrong = ["class", "treatment"].map((name) => fieldError(error, `overrides.${at}.${name}`));
	return html`<div class="registration" role="group" aria-label=${t("tax.rule", { n: at + 1 })}>
		${field("tax_code", { maxlength: "40", autocapitalize: "none", help: t("tax.at.tax_code.help") })}
		<div class="pair">${field("country", { maxlength: "2", autocapitalize: "characters", optional: true, help: where })}${field("region", { maxlength: "20", optional: true })}</div>
		<div class="pair"><${Select} label=${t("tax.rule.effect")} value=${one.effect} onInput=${(/** @type {string} */ effect) => onInput({ effect })} options=${["rate", ...CLASSES, ...TREATMENTS].map((name) => [name, effectText(name)])} error=${wrong.find(Boolean) ?? null} />${one.effect === "rate" ? field("rate", { inputmode: "decimal", maxlength: "8" }) : null}</div>
		<div class="pair">${field("name", { maxlength: "40", optional: true })}${field("from", time(one.from))}</div>
		${edits ? html`<div class="acts"><${Button} icon="trash" onClick=${onRemove}>${t("tax.rule.remove", { n: at + 1 })}<//></div>` : null}
	</div>`;
}
