// Who did what in the organisation. The filters stand in the address.

import { may } from "../api.mjs";
import { exact, instant, moment } from "../format.mjs";
import { has, t } from "../i18n.mjs";
import { replace, to } from "../router.mjs";
import {
	Button,
	Empty,
	Failure,
	Field,
	Foreign,
	Head,
	More,
	NoPermission,
	Select,
	Skeleton,
	Table,
	When,
	useList,
} from "../parts.mjs";
import { html } from "../view.mjs";

/** What something can be done to, in the order of the places. */
const THINGS = [
	"payment_link",
	"transaction",
	"refund",
	"product",
	"member",
	"invitation",
	"session",
	"organization",
	"tax_settings",
	"merchant_accounts",
	"api_key",
	"webhook",
	"export",
	"payer",
];

/** Where a thing is looked at. @param {any} one */
function where({ object, changes }) {
	const id = encodeURIComponent(object.id);
	const paid = changes.find((/** @type {any} */ { field }) => field === "transaction_id")?.after;
	switch (object.type) {
		case "payment_link":
			return `#/links/${id}`;
		case "product":
			return `#/products/${id}`;
		case "transaction":
			return `#/payments/${id}`;
		case "export":
		case "payer":
			return "#/payments";
		case "refund":
			return paid ? `#/payments/${encodeURIComponent(paid)}` : "#/refunds";
		case "webhook":
			return `#/developers/webhooks/${id}`;
		case "api_key":
			return "#/developers/keys";
		case "tax_settings":
			return "#/settings/tax";
		case "organization":
		case "merchant_accounts":
			return "#/settings";
		default:
			return "#/team";
	}
}

/** Words for a thing and for what was done to it; the API's own name where there is none yet. @param {string} name */
const thing = (name) => (has(`thing.${name}`) ? t(`thing.${name}`) : name);
/** @param {string} name */
const did = (name) => (has(`did.${name}`) ? t(`did.${name}`) : name);

/** @param {any} actor */
const who = ({ type, name, id }) =>
	type === "operator" ? t("actor.operator") : html`<${Foreign}>${name ?? id}<//>`;

/** What is changed, in the words of the form that changes it. @type {Record<string, string>} */
export const FIELDS = {
	ad_hoc_lines: "settings.adhoc",
	amount: "amount",
	"branding.accent_color": "brand.accent_color",
	"branding.button_color": "brand.button_color",
	"branding.display_name": "brand.name",
	"branding.logo": "picture.logo",
	"branding.panel_color": "brand.panel_color",
	collect: "tax.collect",
	contact_email: "settings.contact",
	currency: "filter.currency",
	default_currency: "new.currency",
	default_tax_code: "tax.default",
	description: "product.description",
	device: "session.device",
	email: "sign.email",
	event: "webhook.event",
	events: "webhook.events",
	expires_at: "link.end",
	from: "filter.from",
	image: "picture.image",
	image_url: "picture.image",
	invoice: "settings.invoice",
	is_active: "link.active",
	locale: "language",
	max_uses: "link.limit",
	"messages.deleted": "brand.when.deleted",
	"messages.exhausted": "brand.when.exhausted",
	"messages.expired": "brand.when.expired",
	"messages.inactive": "brand.when.inactive",
	metadata: "metadata",
	name: "key.name",
	only_undelivered: "replay.missed",
	ordered: "webhook.ordered",
	overrides: "tax.rules",
	payment_link: "thing.payment_link",
	payments: "place.payments",
	pricing_mode: "new.pricing",
	redirect_origins: "settings.origins",
	registrations: "tax.registrations",
	require_totp: "settings.totp",
	role: "role",
	scopes: "key.scopes",
	seller: "tax.seller",
	sku: "product.sku",
	"support.email": "brand.email",
	"support.phone": "brand.phone",
	"support.url": "brand.url",
	surface: "filter.origin",
	tax_code: "tax.at.tax_code",
	tax_rate: "tax.at.rate",
	timeout_seconds: "webhook.timeout",
	timezone: "settings.zone",
	to: "filter.to",
	totp: "factor",
	totp_enabled: "factor",
	transaction_id: "thing.transaction",
	url: "webhook.url",
	website: "settings.website",
};

/** The API's own name where there are no words. @param {string} name */
function field(name) {
	const price = /^prices\.([A-Z]{3})$/.exec(name);
	if (price) return t("product.price.in", { currency: price[1] });
	const words = FIELDS[name];
	return words ? t(words) : html`<code translate="no">${name}</code>`;
}

/** @param {string} name @param {string} value */
function told(name, value) {
	if (value === "true" || value === "false") return t(value === "true" ? "yes" : "no");
	if (name === "role" && has(`role.${value}`)) return t(`role.${value}`);
	if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return moment(value);
	return html`<bdi translate="no">${value}</bdi>`;
}

/** @param {{changes: any[]}} props */
const Changes = ({ changes }) =>
	changes.length === 0
		? "–"
		: html`${changes.map(
				({ field: name, before, after }) =>
					html`<small class="block" key=${name}><span class="soft">${field(name)}</span>${" "}${
						before === null && after === null
							? html`<span class="soft">${t("activity.unsaid")}</span>`
							: html`${before === null ? null : html`<del>${told(name, before)}</del>${" "}`}${after === null ? null : told(name, after)}`
					}</small>`,
			)}`;

/** @param {{place: import("../router.mjs").Place}} props */
export default function Activity({ place }) {
	return html`<${Head} title=${t("place.activity")} back=${["#/team", t("place.team")]} />${may("manage_members") ? html`<${Acts} query=${place.query} />` : html`<${NoPermission} permission="manage_members" />`}`;
}

/** @param {{query: URLSearchParams}} props */
function Acts({ query }) {
	const day = (/** @type {string} */ name, /** @type {string} */ clock) => {
		const text = query.get(name) ?? "";
		return /^\d{4}-\d{2}-\d{2}$/.test(text) ? instant(`${text}T${clock}`) : "";
	};
	const asked = Object.entries({
		actor: query.get("actor") ?? "",
		action: query.get("action") ?? "",
		from: day("from", "00:00"),
		to: day("to", "23:59"),
	}).filter(([, value]) => value !== "");
	const list = useList(
		`/api/organization/activity/?${new URLSearchParams([...asked, ["limit", "50"]])}`,
	);
	const members = useList("/api/organization/members/?limit=100");
	const change = (/** @type {Record<string, string | null>} */ more) =>
		replace(to(["activity"], { ...Object.fromEntries(query), ...more }));
	const actor = query.get("actor") ?? "";
	/** @type {[string, string][]} */
	const people = [
		["", t("all")],
		...(members.rows ?? []).map(
			(/** @type {any} */ one) => /** @type {[string, string]} */ ([one.id, one.name || one.email]),
		),
		["operator", t("actor.operator")],
	];
	// A key, or somebody who has left.
	if (!people.some(([id]) => id === actor)) {
		const known = list.rows?.find((/** @type {any} */ one) => one.actor.id === actor);
		people.push([actor, known?.actor.name ?? actor]);
	}
	const date = (/** @type {string} */ name) =>
		html`<${Field} label=${t(`filter.${name}`)}>${(/** @type {any} */ ids) => html`<input type="date" value=${query.get(name) ?? ""} onChange=${(/** @type {any} */ e) => change({ [name]: e.currentTarget.value })} ...${ids} />`}<//>`;
	const columns = [
		{
			key: "what",
			label: t("activity.what"),
			main: true,
			cell: (/** @type {any} */ one) => thing(one.object.type),
		},
		{
			key: "did",
			label: t("activity.did"),
			cell: (/** @type {any} */ one) => did(one.action.split(".")[1]),
		},
		{
			key: "who",
			label: t("activity.who"),
			cell: (/** @type {any} */ one) =>
				html`${who(one.actor)}${one.actor.type === "api_key" ? html`<small class="soft block">${t("actor.api_key")}</small>` : null}`,
		},
		{
			key: "changes",
			label: t("activity.changes"),
			cell: (/** @type {any} */ one) => html`<${Changes} changes=${one.changes} />`,
		},
		{
			key: "time",
			label: t("time"),
			numeric: true,
			cell: (/** @type {any} */ one) => html`<${When} at=${one.at} short=${true} />`,
		},
	];
	return html`
		<div class="pair">
			<${Select} label=${t("activity.who")} value=${actor} onInput=${(/** @type {string} */ id) => change({ actor: id })} options=${people} />
			<${Select} label=${t("activity.what")} value=${query.get("action") ?? ""} onInput=${(/** @type {string} */ action) => change({ action })} options=${[["", t("all")], ...THINGS.map((one) => /** @type {[string, string]} */ ([one, t(`thing.${one}`)]))]} />
			${date("from")}${date("to")}
		</div>
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${
			list.rows === null
				? list.error
					? null
					: html`${list.until ? html`<p class="soft" role="status">${t("activity.until", { time: exact(list.until) })}</p>` : null}<div class="card flush"><${Skeleton} rows=${7} /></div>`
				: list.rows.length === 0
					? asked.length > 0
						? html`<${Empty} icon="search" title=${t("activity.none")}><${Button} onClick=${() => replace("#/activity")}>${t("clear")}<//><//>`
						: html`<${Empty} icon="team" title=${t("activity.empty")} text=${t("activity.empty.text")} />`
					: html`<div class=${`card flush${list.loading ? " refreshing" : ""}`}><${Table} caption=${t("place.activity")} columns=${columns} rows=${list.rows.map((/** @type {any} */ one, /** @type {number} */ at) => ({ ...one, at_row: `${at}` }))} id=${(/** @type {any} */ one) => one.at_row} href=${where} /></div><${More} list=${list} />`
		}
	`;
}
