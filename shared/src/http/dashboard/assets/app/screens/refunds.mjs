// All refunds.

import { t } from "../i18n.mjs";
import { replace, to } from "../router.mjs";
import {
	Chip,
	Empty,
	Failure,
	Head,
	Money,
	More,
	Skeleton,
	Table,
	Tabs,
	When,
	Button,
	useList,
} from "../parts.mjs";
import { html } from "../view.mjs";

/** @param {{place: import("../router.mjs").Place}} props */
export default function Refunds({ place }) {
	const status = place.query.get("status") ?? "";
	const list = useList(
		`/api/refunds/?${new URLSearchParams({ ...(status ? { status } : {}), limit: "50" })}`,
	);
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
			cell: (/** @type {any} */ one) => html`<${Chip} kind="refund" status=${one.status} />`,
		},
		{
			key: "reason",
			label: t("refund.reason"),
			cell: (/** @type {any} */ one) => html`<bdi class="clip">${one.reason ?? "–"}</bdi>`,
		},
		{
			key: "time",
			label: t("time"),
			numeric: true,
			cell: (/** @type {any} */ one) => html`<${When} at=${one.created_at} short=${true} />`,
		},
	];
	return html`
		<${Head} title=${t("place.refunds")} />
		<div class="toolbar"><${Tabs} label=${t("status")} value=${status} onPick=${(/** @type {string} */ name) => replace(to(["refunds"], { status: name }))} options=${[["", t("all")], ...["processing", "completed", "failed"].map((one) => [one, t(`refund.${one}`)])]} /></div>
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${
			list.rows === null
				? list.error
					? null
					: html`<div class="card flush"><${Skeleton} rows=${6} /></div>`
				: list.rows.length === 0
					? status
						? html`<${Empty} icon="search" title=${t("refunds.none")}><${Button} onClick=${() => replace("#/refunds")}>${t("clear")}<//><//>`
						: html`<${Empty} icon="refund" title=${t("refunds.empty")} text=${t("refunds.empty.text")} />`
					: html`<div class=${`card flush${list.loading ? " refreshing" : ""}`}><${Table} caption=${t("place.refunds")} columns=${columns} rows=${list.rows} reads=${() => []} id=${(/** @type {any} */ one) => one.id} href=${(/** @type {any} */ one) => `#/payments/${one.transaction_id}`} /></div><${More} list=${list} />`
		}
	`;
}
