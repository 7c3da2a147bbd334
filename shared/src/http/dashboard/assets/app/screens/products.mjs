// The catalog.

import { may } from "../api.mjs";
import { count } from "../format.mjs";
import { t } from "../i18n.mjs";
import { replace, to } from "../router.mjs";
import {
	Button,
	Chip,
	Empty,
	Failure,
	Foreign,
	Head,
	Money,
	More,
	Search,
	Skeleton,
	Table,
	Tabs,
	When,
	useList,
} from "../parts.mjs";
import { html } from "../view.mjs";
import { productStatus } from "./product_status.mjs";

/** @param {{place: import("../router.mjs").Place}} props */
export default function Products({ place }) {
	const search = place.query.get("search") ?? "";
	const archived = place.query.get("archived") === "true";
	const list = useList(
		`/api/products/?${new URLSearchParams({ ...(search ? { search } : {}), ...(archived ? { archived: "true" } : {}), ordering: "name", limit: "50" })}`,
	);
	const edits = may("manage_links");
	const change = (/** @type {Record<string, string | null>} */ more) =>
		replace(to(["products"], { search, archived: archived ? "true" : null, ...more }));
	const columns = [
		{
			key: "name",
			label: t("product.name"),
			main: true,
			cell: (/** @type {any} */ one) => html`<${Foreign}>${one.name}<//>`,
		},
		{
			key: "status",
			label: t("status"),
			cell: (/** @type {any} */ one) =>
				html`<${Chip} kind="product" status=${productStatus(one)} />`,
		},
		{
			key: "prices",
			label: t("product.prices"),
			numeric: true,
			cell: (/** @type {any} */ one) =>
				Object.entries(one.prices)
					.reverse()
					.map(
						([currency, amount], i) =>
							html`${i > 0 ? html`<span class="soft"> · </span>` : null}<${Money} amount=${amount} currency=${currency} />`,
					),
		},
		{
			key: "sku",
			label: t("product.sku"),
			hide: "wide-only",
			cell: (/** @type {any} */ one) =>
				html`<bdi class="soft" translate="no">${one.sku ?? "–"}</bdi>`,
		},
		{
			key: "links",
			label: t("place.links"),
			numeric: true,
			cell: (/** @type {any} */ one) => count(one.links_count),
		},
		{
			key: "updated",
			label: t("updated"),
			numeric: true,
			hide: "wide-only",
			cell: (/** @type {any} */ one) => html`<${When} at=${one.updated_at} short=${true} />`,
		},
	];
	return html`
		<${Head} title=${t("place.products")} acts=${edits ? html`<${Button} kind="main" icon="plus" href="#/products/new">${t("product.new")}<//>` : null} />
		<div class="toolbar">
			<${Tabs} label=${t("status")} value=${archived ? "true" : ""} onPick=${(/** @type {string} */ name) => change({ archived: name })} options=${[["", t("product.current")], ["true", t("product.archived")]]} />
			<${Search} label=${t("products.search")} value=${search} onSearch=${(/** @type {string} */ text) => change({ search: text })} />
		</div>
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${
			list.rows === null
				? list.error
					? null
					: html`<div class="card flush"><${Skeleton} rows=${6} /></div>`
				: list.rows.length === 0
					? search || archived
						? html`<${Empty} icon="search" title=${search ? t("products.none", { words: search }) : t("products.none.archived")}><${Button} onClick=${() => replace("#/products")}>${t("clear")}<//><//>`
						: html`<${Empty} icon="box" title=${t("products.empty")} text=${t("products.empty.text")}>${edits ? html`<${Button} kind="main" icon="plus" href="#/products/new">${t("product.new")}<//>` : null}<//>`
					: html`<div class=${`card flush${list.loading ? " refreshing" : ""}`}><${Table} caption=${t("place.products")} columns=${columns} rows=${list.rows} reads=${() => []} id=${(/** @type {any} */ one) => one.id} href=${(/** @type {any} */ one) => `#/products/${one.id}`} /></div><${More} list=${list} />`
		}
	`;
}
