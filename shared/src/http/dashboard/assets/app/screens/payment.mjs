// One payment: what happened, and what can be done about it.

import { api, may } from "../api.mjs";
import { money } from "../format.mjs";
import { has, t } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import {
	Button,
	Chip,
	Confirm,
	Empty,
	Facts,
	Failure,
	Foreign,
	Head,
	Id,
	Money,
	Notice,
	Skeleton,
	Table,
	When,
	toast,
	useData,
	useFormKey,
} from "../parts.mjs";
import { html, useEffect, useState } from "../view.mjs";
import { brand, partly } from "./paid.mjs";
import { Refund } from "./refund.mjs";

const nothing = (/** @type {string} */ amount) => /^0(\.0+)?$/.test(amount);

/** @param {{place: import("../router.mjs").Place}} props */
export default function Payment({ place }) {
	const id = place.path[1];
	const found = useData(`/api/transactions/${encodeURIComponent(id)}/`);
	const [canceling, setCanceling] = useState(false);
	const [refunding, setRefunding] = useState(false);
	const key = useFormKey();
	const one = found.data;
	const waits = one?.status === "processing" || one?.status === "refund_pending";
	useEffect(() => {
		if (!waits) return;
		const timer = setInterval(() => document.hidden || found.again(), 4000);
		return () => clearInterval(timer);
	}, [waits, found.again]);
	if (!one) {
		if (found.error?.status === 404)
			return html`<${Head} title=${t("payment.unknown")} back=${["#/payments", t("place.payments")]} /><${Empty} icon="search" title=${t("payment.unknown.text")}><${Button} href="#/payments">${t("place.payments")}<//><//>`;
		return found.error
			? html`<${Head} title=${t("place.payments")} back=${["#/payments", t("place.payments")]} /><${Failure} error=${found.error} again=${found.again} />`
			: html`<${Skeleton} kind="page" />`;
	}
	const payer = one.payer;
	const name = payer ? [payer.first_name, payer.last_name].filter(Boolean).join(" ") : null;
	const place_ = payer
		? [payer.postal_code, payer.region, country(payer.country)].filter(Boolean).join(", ")
		: null;
	const refundable =
		may("refund") &&
		["paid", "refund_pending"].includes(one.status) &&
		!nothing(one.refundable_amount);
	const cancelable =
		one.status === "processing" &&
		may("refund") &&
		!one.depositAttempts.some((/** @type {any} */ attempt) => attempt.status === "processing");
	return html`
		<${Head} title=${money(one.amount, one.currency)} shown=${html`<span class="amount" translate="no">${money(one.amount, one.currency)}</span>`} back=${["#/payments", t("place.payments")]} chip=${html`<${Chip} kind="payment" status=${one.status} />${partly(one) ? html`<${Chip} kind="payment" status="partly" />` : null}`} acts=${refundable ? html`<${Button} kind="main" icon="refund" onClick=${() => setRefunding(true)}>${t("refund")}<//>` : cancelable ? html`<${Button} icon="cross" onClick=${() => setCanceling(true)}>${t("payment.cancel")}<//>` : null}>
			<p class="sub"><${When} at=${one.paid_at ?? one.created_at} both=${true} />${one.payer_email ? html` · <bdi>${one.payer_email}</bdi>` : null}</p>
		<//>
		${found.error ? html`<${Failure} error=${found.error} again=${found.again} />` : null}
		${one.failure_code && has(`decline.${one.failure_code}`) ? html`<${Notice} kind="warn" icon="info">${t(`decline.${one.failure_code}`)}<//>` : null}
		<div class="columns">
			<div class="wide-column">
				<section class="card" aria-labelledby="bought"><h2 id="bought">${t("payment.bought")}</h2>
					${
						one.products.length > 0
							? html`<${Table} caption=${t("payment.bought")} id=${(/** @type {any} */ line) => `${line.product_id ?? line.name}`} rows=${one.products} columns=${[
									{
										key: "name",
										label: t("product.name"),
										main: true,
										cell: (/** @type {any} */ line) => html`<${Foreign}>${line.name}<//>`,
									},
									{
										key: "quantity",
										label: t("new.quantity"),
										numeric: true,
										cell: (/** @type {any} */ line) => line.quantity,
									},
									{
										key: "unit",
										label: t("product.price"),
										numeric: true,
										cell: (/** @type {any} */ line) =>
											html`<${Money} amount=${line.unit_price} currency=${one.currency} />`,
									},
									{
										key: "total",
										label: t("amount"),
										numeric: true,
										cell: (/** @type {any} */ line) =>
											html`<${Money} amount=${line.line_total} currency=${one.currency} />`,
									},
								]} />`
							: null
					}
					<dl class="sums">
						<div><dt>${t("payment.subtotal")}</dt><dd><${Money} amount=${one.subtotal} currency=${one.currency} /></dd></div>
						${
							one.taxes.length > 0
								? one.taxes.map(
										(/** @type {any} */ tax, /** @type {number} */ i) =>
											html`<div key=${i}><dt>${tax.name} ${tax.rate}%</dt><dd><${Money} amount=${tax.tax} currency=${one.currency} /></dd></div>`,
									)
								: html`<div><dt>${t("payment.tax")}<small>${has(`tax.${one.tax_treatment}`) ? t(`tax.${one.tax_treatment}`) : null}</small></dt><dd><${Money} amount=${one.tax} currency=${one.currency} /></dd></div>`
						}
						<div class="sum"><dt>${t("payment.total")}</dt><dd><${Money} amount=${one.amount} currency=${one.currency} /></dd></div>
						${[
							["payment.refunded.sum", one.refunded_amount],
							["payment.disputed.sum", one.dispute_lost],
						].map(([words, gone]) =>
							nothing(gone)
								? null
								: html`<div key=${words}><dt>${t(words)}</dt><dd><${Money} amount=${`-${gone}`} currency=${one.currency} /></dd></div>`,
						)}
						${nothing(one.refunded_amount) && nothing(one.dispute_lost) ? null : html`<div class="sum"><dt>${t("payment.net")}</dt><dd><${Money} amount=${one.net_amount} currency=${one.currency} /></dd></div>`}
					</dl>
				</section>
				<section class="card" aria-labelledby="happened"><h2 id="happened">${t("payment.happened")}</h2><${Timeline} one=${one} /></section>
			</div>
			<div class="side-column">
				<section class="card" aria-labelledby="buyer"><h2 id="buyer">${t("payment.buyer")}</h2><${Facts} rows=${[
					name ? [t("payment.name"), html`<bdi>${name}</bdi>`] : null,
					[
						t("sign.email"),
						one.payer_email ? html`<bdi translate="no">${one.payer_email}</bdi>` : "–",
					],
					payer?.company ? [t("payment.company"), html`<bdi>${payer.company}</bdi>`] : null,
					payer?.tax_id
						? [t("payment.tax.id"), html`<bdi translate="no">${payer.tax_id}</bdi>`]
						: null,
					payer?.phone
						? [t("payment.phone"), html`<bdi translate="no">${payer.phone}</bdi>`]
						: null,
					place_ ? [t("payment.place"), html`<bdi>${place_}</bdi>`] : null,
					one.payment_method
						? [
								t("payment.card"),
								html`<span translate="no">${brand(one.payment_method.brand)} •••• ${one.payment_method.last4}, ${String(one.payment_method.exp_month).padStart(2, "0")}/${one.payment_method.exp_year}</span>`,
							]
						: null,
				]} />${may("see_buyers") ? null : html`<p class="soft small">${t("payment.masked")}</p>`}</section>
				<section class="card" aria-labelledby="details"><h2 id="details">${t("details")}</h2><${Facts} rows=${[
					[t("filter.origin"), t(`origin.${one.origin}`)],
					one.payment_link_id
						? [
								t("filter.link"),
								html`<a href=${`#/links/${one.payment_link_id}`}>${t("payment.to.link")}</a>`,
							]
						: null,
					one.client_reference
						? [t("payment.reference"), html`<bdi translate="no">${one.client_reference}</bdi>`]
						: null,
					[t("payment.id"), html`<${Id} value=${one.id} label=${t("copy.id")} />`],
					[t("payment.order"), html`<${Id} value=${one.order_id} label=${t("copy.id")} />`],
					one.invoice_number
						? [t("payment.invoice"), html`<span translate="no">${one.invoice_number}</span>`]
						: null,
					Object.keys(one.metadata).length > 0
						? [
								t("metadata"),
								html`<pre translate="no" tabindex="0">${JSON.stringify(one.metadata, null, 1)}</pre>`,
							]
						: null,
				]} /></section>
			</div>
		</div>
		${
			refunding
				? html`<${Refund} one=${one} onClose=${() => setRefunding(false)} onDone=${() => {
						setRefunding(false);
						found.again();
					}} />`
				: null
		}
		${
			canceling
				? html`<${Confirm} title=${t("payment.cancel.title")} text=${t("payment.cancel.text")} act=${t("payment.cancel")} onNo=${() => setCanceling(false)} onYes=${async () => {
						found.put(
							await api.post(
								`/api/transactions/${encodeURIComponent(id)}/cancel/`,
								{},
								key.current(),
							),
						);
						setCanceling(false);
						toast(t("payment.was.canceled"));
					}} />`
				: null
		}
	`;
}

/** @param {string} code */
function country(code) {
	try {
		return (
			new Intl.DisplayNames([document.documentElement.lang], { type: "region" }).of(code) ?? code
		);
	} catch {
		return code;
	}
}

/** What happened, the newest first. @param {{one: any}} props */
function Timeline({ one }) {
	/** @type {{at: string, kind: string, title: string, text?: any}[]} */
	const steps = [
		...one.refunds.map((/** @type {any} */ refund) => ({
			at: refund.completed_at ?? refund.created_at,
			kind: refund.status === "failed" || refund.status === "rejected" ? "bad" : "info",
			title: `${t(`refund.${refund.status}`)}: ${money(refund.amount, refund.currency)}`,
			text: html`<bdi>${refund.reason}</bdi>`,
		})),
		...one.depositAttempts.map((/** @type {any} */ attempt) => ({
			at: attempt.attemptedAt,
			kind: attempt.status === "succeeded" ? "good" : attempt.errorCode ? "bad" : "info",
			title: t(`attempt.${attempt.status}`),
			text: html`<span translate="no">${brand(attempt.paymentMethod.brand)} •••• ${attempt.paymentMethod.last4}</span>${attempt.errorCode ? html`<br />${has(`decline.${attempt.errorCode}`) ? t(`decline.${attempt.errorCode}`) : attempt.errorMessage}` : null}`,
		})),
		{ at: one.created_at, kind: "", title: t("payment.started") },
	].sort((a, b) => (a.at < b.at ? 1 : -1));
	return html`<ol class="timeline">${steps.map((step, i) => html`<li key=${i} class=${step.kind}><i aria-hidden="true"><${Icon} name=${step.kind === "good" ? "check" : step.kind === "bad" ? "cross" : step.kind === "info" ? "clock" : "play"} /></i><div><p><b>${step.title}</b></p>${step.text ? html`<p class="soft">${step.text}</p>` : null}</div><${When} at=${step.at} /></li>`)}</ol>`;
}
