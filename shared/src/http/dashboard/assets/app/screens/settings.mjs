// Settings of the organisation, and who may come in.

import { may } from "../api.mjs";
import { readMoney, typedMoney } from "../format.mjs";
import { LANGUAGES, t } from "../i18n.mjs";
import { rolesWith } from "../permissions.mjs";
import {
	Empty,
	FormErrors,
	MoneyField,
	Select,
	TextArea,
	TextField,
	Toggle,
	fieldError,
	Button,
	Head,
} from "../parts.mjs";
import { html } from "../view.mjs";
import { ReadOnly, Setting, useSetting } from "./setting.mjs";

/** @param {{place: import("../router.mjs").Place}} props */
export default function Settings({ place }) {
	const here = place.path[1] ?? "";
	if (here === "") return html`<${Setting} here="" Form=${Organization} />`;
	if (here === "security") return html`<${Setting} here="security" Form=${Security} />`;
	return html`<${Head} title=${t("lost.title")} /><${Empty} icon="search" title=${t("lost.what")}><${Button} kind="main" href="#/settings">${t("place.settings")}<//><//>`;
}

/** Zones by their names. @param {string} now the one that is set */
const zones = (now) => [
	...new Set([now, "UTC", .../** @type {any} */ (Intl.supportedValuesOf?.("timeZone") ?? [])]),
];

/** @param {string} text */
const lines = (text) =>
	text
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean);

/** The roles with a permission, in words. @param {import("../permissions.mjs").Permission} permission */
const words = (permission) =>
	rolesWith(permission)
		.map((role) => t(`role.${role}`))
		.join(", ");

/** @param {{found: any, onFound: (found: any) => void, onSaved: () => void}} props */
function Organization(props) {
	const labels = {
		name: t("settings.name"),
		website: t("settings.website"),
		contact_email: t("settings.contact"),
		telegram: "Telegram",
		default_currency: t("new.currency"),
		pricing_mode: t("new.pricing"),
		timezone: t("settings.zone"),
		locale: t("language"),
		redirect_origins: t("settings.origins"),
		ad_hoc_lines: t("settings.adhoc"),
		invoice: t("settings.invoice"),
	};
	const { form, set, error, submit, conflict, note, foot } = useSetting({
		...props,
		name: "organization",
		labels,
		formOf: (data) => ({
			name: data.name,
			website: data.website ?? "",
			contact_email: data.contact_email ?? "",
			telegram: data.telegram ?? "",
			default_currency: data.default_currency,
			pricing_mode: data.pricing_mode,
			timezone: data.timezone,
			locale: data.locale,
			redirect_origins: data.redirect_origins.join("\n"),
			ad_hoc_lines: data.ad_hoc_lines,
			invoice: data.invoice,
		}),
		bodyOf: (form) => ({
			...form,
			name: form.name.trim(),
			website: form.website.trim() || null,
			contact_email: form.contact_email.trim(),
			telegram: form.telegram.trim() || null,
			redirect_origins: lines(form.redirect_origins),
		}),
	});
	const edits = may("manage_organization");
	const field = (/** @type {string} */ key, /** @type {any} */ more = {}) =>
		html`<${TextField} key=${key} label=${/** @type {any} */ (labels)[key]} value=${form[key]} onInput=${(/** @type {string} */ text) => set({ [key]: text })} error=${fieldError(error, key)} ...${more} />`;
	return html`<${ReadOnly} permission="manage_organization" roles=${words("manage_organization")} />${note}
		<form class="form card narrow" onSubmit=${submit} novalidate><fieldset class="plain-set" disabled=${!edits}>
			<${FormErrors} error=${error} known=${labels} />
			${field("name", { help: t("settings.name.help"), maxlength: "100", autocomplete: "organization" })}
			<div class="pair">${field("website", { type: "url", optional: true, maxlength: "2048", inputmode: "url" })}${field("contact_email", { type: "email", optional: !props.found.data.contact_email, maxlength: "254", help: t("settings.contact.help") })}</div>
			<div class="pair"><${Select} label=${labels.default_currency} value=${form.default_currency} onInput=${(/** @type {string} */ text) => set({ default_currency: text })} options=${[["USD", "USD"], ["EUR", "EUR"]]} error=${fieldError(error, "default_currency")} />
			<${Select} label=${labels.pricing_mode} value=${form.pricing_mode} onInput=${(/** @type {string} */ text) => set({ pricing_mode: text })} help=${t("settings.pricing.help")} options=${[["TAX_INCLUSIVE", t("new.inclusive")], ["TAX_EXCLUSIVE", t("new.exclusive")]]} error=${fieldError(error, "pricing_mode")} /></div>
			<div class="pair"><${Select} label=${labels.timezone} value=${form.timezone} onInput=${(/** @type {string} */ text) => set({ timezone: text })} help=${t("settings.zone.help")} options=${zones(form.timezone).map((zone) => [zone, zone.replaceAll("_", " ")])} error=${fieldError(error, "timezone")} />
			<${Select} label=${labels.locale} value=${form.locale} onInput=${(/** @type {string} */ text) => set({ locale: text })} help=${t("settings.language.help")} options=${Object.entries(LANGUAGES)} error=${fieldError(error, "locale")} /></div>
			${field("telegram", { optional: true, maxlength: "64" })}
			<${TextArea} label=${labels.redirect_origins} optional=${true} help=${t("settings.origins.help")} value=${form.redirect_origins} onInput=${(/** @type {string} */ text) => set({ redirect_origins: text })} error=${fieldError(error, "redirect_origins")} />
			<${Toggle} label=${labels.ad_hoc_lines} help=${t("settings.adhoc.help")} checked=${form.ad_hoc_lines} disabled=${!edits} onChange=${(/** @type {boolean} */ on) => set({ ad_hoc_lines: on })} />
			<${Toggle} label=${labels.invoice} help=${t("settings.invoice.help")} checked=${form.invoice} disabled=${!edits} onChange=${(/** @type {boolean} */ on) => set({ invoice: on })} />
			${edits ? foot : null}
		</fieldset></form>${conflict}`;
}

const CURRENCIES = ["USD", "EUR"];

/** @param {{found: any, onFound: (found: any) => void, onSaved: () => void}} props */
function Security(props) {
	const labels = {
		require_totp: t("settings.totp"),
		USD: t("settings.refunds.in", { currency: "USD" }),
		EUR: t("settings.refunds.in", { currency: "EUR" }),
	};
	const { form, set, error, submit, conflict, note, foot } = useSetting({
		...props,
		name: "security",
		labels,
		formOf: (data) => ({
			require_totp: data.require_totp,
			...Object.fromEntries(
				CURRENCIES.map((code) => [
					code,
					data.staff_refund_limit?.[code] ? typedMoney(data.staff_refund_limit[code]) : "",
				]),
			),
		}),
		bodyOf: (form) => {
			/** @type {Record<string, string>} */
			const limit = {};
			for (const code of CURRENCIES) {
				const read = readMoney(form[code]);
				// What is no amount is sent as it stands: the server says what is wrong with it.
				if (form[code].trim() !== "")
					limit[code] = "value" in read ? read.value : form[code].trim();
			}
			return {
				require_totp: form.require_totp,
				staff_refund_limit: Object.keys(limit).length > 0 ? limit : null,
			};
		},
	});
	const edits = may("manage_owners");
	return html`<${ReadOnly} permission="manage_owners" roles=${words("manage_owners")} />${note}
		<form class="form card narrow" onSubmit=${submit} novalidate><fieldset class="plain-set" disabled=${!edits}>
			<${FormErrors} error=${error} known=${{ ...labels, "staff_refund_limit.USD": labels.USD, "staff_refund_limit.EUR": labels.EUR }} />
			<${Toggle} label=${labels.require_totp} help=${t("settings.totp.help")} checked=${form.require_totp} disabled=${!edits} onChange=${(/** @type {boolean} */ on) => set({ require_totp: on })} />
			<fieldset class="line"><legend>${t("settings.refunds")}</legend><p class="help">${t("settings.refunds.help")}</p>
			<div class="pair">${CURRENCIES.map((code) => html`<${MoneyField} key=${code} label=${/** @type {any} */ (labels)[code]} optional=${true} currency=${code} value=${form[code]} onInput=${(/** @type {string} */ text) => set({ [code]: text })} error=${fieldError(error, `staff_refund_limit.${code}`)} />`)}</div></fieldset>
			${edits ? foot : null}
		</fieldset></form>${conflict}`;
}
