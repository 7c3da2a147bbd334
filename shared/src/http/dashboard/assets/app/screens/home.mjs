// How it is going, and what needs somebody.

import { may } from "../api.mjs";
import { compareMoney, count, exact, money, percent } from "../format.mjs";
import { has, t, tn } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import {
	Bars,
	Button,
	Chip,
	Failure,
	Figure,
	Head,
	Money,
	Notice,
	Skeleton,
	Tabs,
	When,
	useData,
	useNow,
} from "../parts.mjs";
import { Plot } from "../plot.mjs";
import { html, useState } from "../view.mjs";

/** The spans of figures, by the name of the answer's field. @type {[string, string][]} */
const SPANS = [
	["today", "home.today"],
	["last_7_days", "home.7"],
	["last_30_days", "home.30"],
];

export default function Home() {
	const found = useData("/api/organization/dashboard/");
	const [span, setSpan] = useState("last_30_days");
	const [chosen, choose] = useState(/** @type {string | null} */ (null));
	const now = useNow();
	const all = found.data;
	if (!all)
		return found.error
			? html`<${Head} title=${t("place.home")} /><${Failure} error=${found.error} again=${found.again} />`
			: html`<${Skeleton} kind="page" rows=${4} />`;
	const figures = all[span];
	const currencies = [
		...new Set([...Object.keys(all.last_30_days.gross), ...Object.keys(all.last_30_days.refunded)]),
	].sort();
	const currency =
		chosen ??
		currencies.find((one) => one === all.top_links[0]?.currency) ??
		currencies[0] ??
		"USD";
	const revenue = figures.revenue[currency] ?? "0.00";
	const refunded = figures.refunded[currency] ?? "0.00";
	const stale = all.as_of !== null && now - Date.parse(all.as_of) > 300_000;
	const fresh = all.last_30_days.starts === 0 && all.recent_transactions.length === 0;
	return html`
		<${Head} title=${t("place.home")} acts=${may("manage_links") ? html`<${Button} kind="main" icon="plus" href="#/links/new">${t("link.new")}<//>` : null} />
		${found.error ? html`<${Failure} error=${found.error} again=${found.again} />` : null}
		<${Attention} all=${all.attention} />
		${
			fresh
				? html`<${First} links=${all.top_links} />`
				: html`
		<section class="card" aria-label=${t("figures")}>
			<div class="toolbar"><${Tabs} label=${t("home.span")} value=${span} onPick=${setSpan} options=${SPANS.map(([name, label]) => [name, t(label)])} />${currencies.length > 1 ? html`<${Tabs} label=${t("filter.currency")} value=${currency} onPick=${choose} options=${currencies.map((one) => [one, one])} />` : null}</div>
			<div class="figures">
				<${Figure} label=${t("link.revenue")} value=${html`<span translate="no">${money(revenue, currency)}</span>`} note=${compareMoney(refunded, "0.00") > 0 ? t("home.refunded", { amount: money(refunded, currency) }) : null} />
				<${Figure} label=${t("place.payments")} value=${count(figures.paid)} note=${tn("home.declined", figures.failed_attempts)} />
				<${Figure} label=${t("link.conversion")} value=${percent(figures.conversion)} note=${tn("link.starts", figures.starts)} />
			</div>
		</section>
		<section class="card"><${Plot} days=${all.days} currency=${currency} title=${t("home.revenue")} total=${all.last_30_days.revenue[currency] ?? "0.00"} /></section>`
		}
		${
			fresh
				? null
				: html`<div class="columns">
			<div class="wide-column"><section class="card live" aria-labelledby="recent"><h2 id="recent">${t("home.recent")}</h2>
				${
					all.recent_transactions.length === 0
						? html`<p class="quiet-line">${t("payments.empty.text")}</p>`
						: html`<ol>${all.recent_transactions.map((/** @type {any} */ one) => html`<li key=${one.id}><a href=${`#/payments/${one.id}`}><${Chip} kind="payment" status=${one.status} /><span class="who"><bdi>${one.payer_email ?? t("payment.somebody")}</bdi></span><${Money} amount=${one.amount} currency=${one.currency} /><${When} at=${one.paid_at ?? one.created_at} short=${true} /></a></li>`)}</ol><p><a class="all" href="#/payments">${t("home.all")}<${Icon} name="right" /></a></p>`
				}
			</section></div>
			<div class="side-column">
				${
					fresh
						? null
						: html`<section class="card" aria-labelledby="funnel"><h2 id="funnel">${t("home.funnel")}</h2><${Bars} caption=${t("home.funnel")} rows=${[
								{ label: t("home.started"), n: figures.starts },
								{
									label: t("home.entered"),
									n: figures.attempted,
									note: share(figures.attempted, figures.starts),
								},
								{
									label: t("payment.paid"),
									n: figures.paid,
									note: share(figures.paid, figures.attempted),
									tone: "gold",
								},
							]} /><p class="soft small">${t("home.funnel.text")}</p></section>`
				}
				${all.top_links.length > 0 ? html`<section class="card" aria-labelledby="top"><h2 id="top">${t("home.top")}</h2><ol class="top">${all.top_links.map((/** @type {any} */ link) => html`<li key=${link.uuid}><a href=${`#/links/${link.uuid}`}><bdi>${link.name}</bdi></a><${Money} amount=${link.statistics.revenue[link.currency] ?? "0.00"} currency=${link.currency} /></li>`)}</ol></section>` : null}
			</div>
		</div>`
		}
		${all.as_of === null ? null : stale ? html`<${Notice} kind="warn" icon="clock">${t("home.stale", { time: exact(all.as_of) })}<//>` : html`<p class="soft small">${t("as.of", { time: exact(all.as_of) })}</p>`}
	`;
}

/** A step's share of the step before. @param {number} part @param {number} whole */
const share = (part, whole) =>
	whole > 0 && part <= whole ? percent(String(part / whole)) : undefined;

/** @type {Record<string, string>} */
const PLACES = { webhook: "developers/webhooks", payment_link: "links", refund: "refunds" };

/** @param {{all: {kind: string, object: {type: string, id: string} | null, text: string}[]}} props */
function Attention({ all }) {
	if (all.length === 0) return null;
	return html`<section class="attention" aria-label=${t("home.attention")}>${all.map((one, i) => {
		const place = one.object ? PLACES[one.object.type] : undefined;
		const href =
			place === undefined
				? null
				: one.object?.type === "refund"
					? "#/refunds"
					: `#/${place}/${one.object?.id}`;
		return html`<${Notice} key=${i} kind=${/surge|failed|failing|disabled/.test(one.kind) ? "bad" : "warn"} icon="alert" act=${href ? html`<${Button} small=${true} href=${href}>${t("home.look")}<//>` : null}>${has(`attention.${one.kind}`) ? html`<b>${t(`attention.${one.kind}`)}</b>` : null}<span><bdi lang="en">${one.text}</bdi></span><//>`;
	})}</section>`;
}

/** The first three steps, with what is done ticked. @param {{links: any[]}} props */
function First({ links }) {
	const steps = [
		{
			title: t("first.product"),
			text: t("first.product.text"),
			done: links.length > 0,
			href: "#/products/new",
		},
		{
			title: t("first.link"),
			text: t("first.link.text"),
			done: links.length > 0,
			href: "#/links/new",
		},
		{
			title: t("first.share"),
			text: t("first.share.text"),
			done: false,
			href: links[0] ? `#/links/${links[0].uuid}` : "#/links",
		},
	];
	return html`<section class="card first" aria-labelledby="first"><h2 id="first">${t("first")}</h2><ol>${steps.map((step, i) => html`<li key=${i} class=${step.done ? "done" : ""}><span class="step" aria-hidden="true">${step.done ? html`<${Icon} name="check" />` : i + 1}</span><div><a href=${step.href}>${step.title}</a>${step.done ? html`<span class="sr">${t("first.done")}</span>` : null}<p class="soft">${step.text}</p></div></li>`)}</ol></section>`;
}
