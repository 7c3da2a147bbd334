// Payments of every surface: find, filter, export. The filters stand in the address, so that a view
// can be sent to a colleague.

import { may } from "../api.mjs";
import { exact, instant } from "../format.mjs";
import { t } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import { replace, to } from "../router.mjs";
import {
	Button,
	Chip,
	Dialog,
	Empty,
	Failure,
	Field,
	Head,
	Money,
	More,
	Search,
	Select,
	Skeleton,
	Table,
	Tabs,
	When,
	useList,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";
import { Export } from "./export.mjs";
import { brand, partly } from "./paid.mjs";

/** The filters of the address as the API names them. @param {URLSearchParams} query */
export function filters(query) {
	const day = (/** @type {string | null} */ text, /** @type {string} */ clock) =>
		text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? instant(`${text}T${clock}`) : "";
	const all = {
		status: query.get("status") ?? "",
		payment_link_id: query.get("link") ?? "",
		origin: query.get("origin") ?? "",
		currency: query.get("currency") ?? "",
		search: query.get("search") ?? "",
		from: day(query.get("from"), "00:00"),
		to: day(query.get("to"), "23:59"),
	};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
}

/** @param {{place: import("../router.mjs").Place}} props */
export default function Payments({ place }) {
	const query = place.query;
	const asked = filters(query);
	const list = useList(`/api/transactions/?${new URLSearchParams({ ...asked, limit: "50" })}`);
	const [exporting, setExporting] = useState(false);
	const [filtering, setFiltering] = useState(false);
	const change = (/** @type {Record<string, string | null>} */ more) =>
		replace(to(["payments"], { ...Object.fromEntries(query), ...more }));
	const chosen = ["link", "origin", "currency", "from", "to"].filter((name) => query.get(name));
	const columns = [
		{
			key: "amount",
			label: t("amount"),
			main: true,
			cell: (/** @type {any} */ one) =>
				html`<${Money} amount=${one.amount} currency=${one.currency} />`,
		},
		{
			key: "status",
			label: t("status"),
			cell: (/** @type {any} */ one) =>
				html`<${Chip} kind="payment" status=${partly(one) ? "partly" : one.status} />`,
		},
		{
			key: "buyer",
			label: t("payment.buyer"),
			cell: (/** @type {any} */ one) => html`<bdi class="clip">${one.payer_email ?? "–"}</bdi>`,
		},
		{
			key: "what",
			label: t("payment.what"),
			hide: "wide-only",
			cell: (/** @type {any} */ one) =>
				html`<bdi class="clip">${one.products[0]?.name ?? t(`origin.${one.origin}`)}</bdi>`,
		},
		{
			key: "card",
			label: t("payment.card"),
			hide: "widest-only",
			cell: (/** @type {any} */ one) =>
				one.payment_method
					? html`<span class="nowrap" translate="no">${brand(one.payment_method.brand)} ${one.payment_method.last4}</span>`
					: "–",
		},
		{
			key: "time",
			label: t("time"),
			numeric: true,
			cell: (/** @type {any} */ one) =>
				html`<${When} at=${one.paid_at ?? one.created_at} short=${true} />`,
		},
	];
	const filtered = Object.keys(asked).length > 0;
	return html`
		<${Head} title=${t("place.payments")} acts=${may("manage_links") ? html`<${Button} icon="download" onClick=${() => setExporting(true)}>${t("export")}<//>` : null} />
		<div class="toolbar">
			<${Tabs} label=${t("status")} value=${query.get("status") ?? ""} onPick=${(/** @type {string} */ status) => change({ status })} options=${[["", t("all")], ...["paid", "processing", "refund_pending", "refunded", "disputed", "failed", "canceled"].map((one) => /** @type {[string, string]} */ ([one, t(`payment.${one}`)]))]} />
			<div class="tools"><${Search} label=${t("payments.search")} placeholder=${t("payments.search.short")} value=${query.get("search") ?? ""} onSearch=${(/** @type {string} */ search) => change({ search })} />
			<${Button} icon="filter" onClick=${() => setFiltering(true)}>${chosen.length > 0 ? t("filters.n", { n: chosen.length }) : t("filters")}<//></div>
		</div>
		${chosen.length > 0 ? html`<p class="filters">${chosen.map((name) => html`<span class="tag" key=${name}>${t(`filter.${name}`)}: <bdi>${name === "link" ? `${query.get(name)?.slice(0, 8)}…` : name === "origin" ? t(`origin.${query.get(name)}`) : query.get(name)}</bdi><button type="button" aria-label=${t("filter.remove", { name: t(`filter.${name}`) })} onClick=${() => change({ [name]: null })}><${Icon} name="cross" /></button></span>`)}</p>` : null}
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${
			list.rows === null
				? list.error
					? null
					: html`${list.until ? html`<p class="soft" role="status">${t("payments.until", { time: exact(list.until) })}</p>` : null}<div class="card flush"><${Skeleton} rows=${7} /></div>`
				: list.rows.length === 0
					? filtered
						? html`<${Empty} icon="search" title=${t("payments.none")}><${Button} onClick=${() => replace("#/payments")}>${t("clear")}<//><//>`
						: html`<${Empty} icon="payment" title=${t("payments.empty")} text=${t("payments.empty.text")}><${Button} kind="main" icon="link" href="#/links">${t("place.links")}<//><//>`
					: html`<div class=${`card flush${list.loading ? " refreshing" : ""}`}><${Table} caption=${t("place.payments")} columns=${columns} rows=${list.rows} reads=${() => []} id=${(/** @type {any} */ one) => one.id} href=${(/** @type {any} */ one) => `#/payments/${one.id}`} /></div><${More} list=${list} />`
		}
		${exporting ? html`<${Export} what="payments" path=${`/api/transactions/export/?${new URLSearchParams(asked)}`} span=${[query.get("from"), query.get("to")].filter(Boolean).join(" ") || undefined} onClose=${() => setExporting(false)} />` : null}
		${
			filtering
				? html`<${Filters} query=${query} onClose=${() => setFiltering(false)} onDone=${(
						/** @type {any} */ more,
					) => {
						setFiltering(false);
						change(more);
					}} />`
				: null
		}
	`;
}

/** @param {{query: URLSearchParams, onClose: () => void, onDone: (more: Record<string, string | null>) => void}} props */
function Filters({ query, onClose, onDone }) {
	const [from, setFrom] = useState(query.get("from") ?? "");
	const [until, setUntil] = useState(query.get("to") ?? "");
	const [currency, setCurrency] = useState(query.get("currency") ?? "");
	const [origin, setOrigin] = useState(query.get("origin") ?? "");
	const submit = (/** @type {any} */ event) => {
		event.preventDefault();
		onDone({ from, to: until, currency, origin });
	};
	const date = (
		/** @type {string} */ label,
		/** @type {string} */ value,
		/** @type {(text: string) => void} */ onInput,
	) =>
		html`<${Field} label=${label}>${(/** @type {any} */ ids) => html`<input type="date" value=${value} onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} />`}<//>`;
	return html`<${Dialog} title=${t("filters")} onClose=${onClose}><form class="form" onSubmit=${submit}>
		<div class="pair">${date(t("filter.from"), from, setFrom)}${date(t("filter.to"), until, setUntil)}</div>
		<${Select} label=${t("filter.currency")} value=${currency} onInput=${setCurrency} options=${[["", t("all")], ["USD", "USD"], ["EUR", "EUR"]]} />
		<${Select} label=${t("filter.origin")} value=${origin} onInput=${setOrigin} options=${[["", t("all")], ...["links", "api", "payments", "platform"].map((one) => /** @type {[string, string]} */ ([one, t(`origin.${one}`)]))]} />
		<footer><${Button} onClick=${() => onDone({ from: null, to: null, currency: null, origin: null, link: null })}>${t("clear")}<//><${Button} kind="main" type="submit">${t("filters.show")}<//></footer>
	</form><//>`;
}
