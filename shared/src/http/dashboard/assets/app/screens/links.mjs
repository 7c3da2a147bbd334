// All links: find one, see how all do.

import { api, may } from "../api.mjs";
import { money, percent } from "../format.mjs";
import { t, tn } from "../i18n.mjs";
import { replace, to } from "../router.mjs";
import {
	Button,
	Chip,
	Confirm,
	Empty,
	Failure,
	Foreign,
	Head,
	Menu,
	Money,
	More,
	Search,
	Skeleton,
	Table,
	Tabs,
	When,
	sentence,
	toast,
	useList,
} from "../parts.mjs";
import { html, useEffect, useState } from "../view.mjs";
import { Export } from "./export.mjs";
import { Qr } from "./share.mjs";

const SORTS = { name: ["name", "-name"], created: ["created_at", "-created_at"] };

/** @param {{place: import("../router.mjs").Place}} props */
export default function Links({ place }) {
	const query = place.query;
	const status = query.get("deleted") ? "deleted" : (query.get("status") ?? "");
	const search = query.get("search") ?? "";
	const ordering = query.get("ordering") ?? "-created_at";
	const filters = {
		search,
		ordering,
		...(status === "deleted" ? { deleted: "true" } : status ? { status } : {}),
	};
	const path = `/api/payment-links/?${new URLSearchParams(Object.entries({ ...filters, limit: "50", aggregates: "true" }).filter(([, value]) => value !== ""))}`;
	const list = useList(path);
	const [asked, ask] = useState(/** @type {any} */ (null));
	const [exporting, setExporting] = useState(false);
	const [qr, showQr] = useState(/** @type {any} */ (null));
	// What is marked, by id; another list begins without.
	const [marked, setMarked] = useState(/** @type {Set<string>} */ (new Set()));
	const [turning, setTurning] = useState(false);
	useEffect(() => setMarked(new Set()), [path]);
	const change = (/** @type {Record<string, string | null>} */ more) => {
		const at = {
			search,
			ordering: ordering === "-created_at" ? null : ordering,
			status: status === "deleted" ? null : status,
			deleted: status === "deleted" ? "true" : null,
			...more,
		};
		replace(to(["links"], at));
	};
	const put = (/** @type {any} */ link) =>
		list.setRows((rows) =>
			rows.map((row) =>
				row.uuid === link.uuid ? { ...row, ...link, statistics: row.statistics } : row,
			),
		);
	const turn = async (/** @type {any} */ link, /** @type {boolean} */ on) => {
		try {
			put(await api.patch(`/api/payment-links/${link.uuid}/`, { is_active: on }));
			toast(t(on ? "link.turned.on" : "link.turned.off", { name: link.name }), () =>
				turn(link, !on),
			);
		} catch (error) {
			toast(sentence(error));
		}
	};
	// One after the other; what was done stays done when one of them fails, and is marked no more.
	const turnAll = async (/** @type {any[]} */ links, /** @type {boolean} */ on) => {
		/** @type {Set<string>} */
		const turned = new Set();
		setTurning(true);
		try {
			for (const link of links) {
				put(await api.patch(`/api/payment-links/${link.uuid}/`, { is_active: on }));
				turned.add(link.uuid);
			}
			if (!on) toast(tn("links.turned.off", turned.size), () => turnAll(links, true));
		} catch (error) {
			toast(sentence(error));
		} finally {
			setTurning(false);
			// Others may have been marked meanwhile.
			setMarked(
				(/** @type {Set<string>} */ now) => new Set([...now].filter((id) => !turned.has(id))),
			);
		}
	};
	const restore = async (/** @type {any} */ link) => {
		try {
			await api.post(`/api/payment-links/${link.uuid}/restore/`, {}, crypto.randomUUID());
			list.again();
			toast(t("link.restored", { name: link.name }));
		} catch (error) {
			toast(sentence(error));
		}
	};
	const edits = may("manage_links");
	const sort = (/** @type {keyof typeof SORTS} */ column) => ({
		sorted:
			ordering === SORTS[column][0]
				? /** @type {const} */ ("ascending")
				: ordering === SORTS[column][1]
					? /** @type {const} */ ("descending")
					: null,
		onSort: () =>
			change({ ordering: ordering === SORTS[column][0] ? SORTS[column][1] : SORTS[column][0] }),
	});
	const mark = (/** @type {any} */ link, /** @type {boolean} */ on) =>
		setMarked((/** @type {Set<string>} */ before) => {
			const next = new Set(before);
			if (on) next.add(link.uuid);
			else next.delete(link.uuid);
			return next;
		});
	const marks = edits && status !== "deleted";
	const chosen = (list.rows ?? []).filter((link) => marked.has(link.uuid));
	const running = chosen.filter((link) => link.is_active);
	const columns = [
		...(marks
			? [
					{
						key: "mark",
						label: t("links.mark"),
						quiet: true,
						cell: (/** @type {any} */ link) =>
							html`<label class="mark"><input type="checkbox" aria-label=${t("links.mark.this", { name: link.name })} checked=${marked.has(link.uuid)} onChange=${(/** @type {any} */ e) => mark(link, e.currentTarget.checked)} /></label>`,
					},
				]
			: []),
		{
			key: "name",
			label: t("link.name"),
			main: true,
			...sort("name"),
			cell: (/** @type {any} */ link) => html`<${Foreign}>${link.name}<//>`,
		},
		{
			key: "status",
			label: t("status"),
			cell: (/** @type {any} */ link) => html`<${Chip} kind="link" status=${link.status} />`,
		},
		{
			key: "total",
			label: t("link.price"),
			numeric: true,
			cell: (/** @type {any} */ link) =>
				html`<${Money} amount=${link.totals?.[link.currency] ?? link.total ?? link.subtotal} currency=${link.currency} />`,
		},
		{
			key: "paid",
			label: t("link.paid"),
			numeric: true,
			cell: (/** @type {any} */ link) =>
				html`<span class="tabular">${link.uses}${link.max_uses === null ? "" : html`<span class="soft"> / ${link.max_uses}</span>`}</span>`,
		},
		{
			key: "revenue",
			label: t("link.revenue"),
			numeric: true,
			cell: (/** @type {any} */ link) => revenue(link.statistics.revenue, link.currency),
		},
		{
			key: "conversion",
			label: t("link.conversion"),
			numeric: true,
			hide: "widest-only",
			cell: (/** @type {any} */ link) => percent(link.statistics.conversion),
		},
		{
			key: "last",
			label: t("link.last"),
			numeric: true,
			hide: "wide-only",
			cell: (/** @type {any} */ link) =>
				html`<${When} at=${link.statistics.last_paid_at} short=${true} />`,
		},
		{
			key: "acts",
			label: t("acts"),
			quiet: true,
			cell: (/** @type {any} */ link) =>
				html`<${Menu} label=${t("link.acts", { name: link.name })} items=${
					link.status === "deleted"
						? [
								edits
									? { label: t("link.restore"), icon: "restart", onPick: () => restore(link) }
									: null,
								edits
									? { label: t("link.clone"), icon: "copy", href: `#/links/new?from=${link.uuid}` }
									: null,
							]
						: [
								{ label: t("link.copy"), icon: "copy", onPick: () => copy(link) },
								{ label: t("link.qr"), icon: "qr", onPick: () => showQr(link) },
								edits
									? { label: t("link.clone"), icon: "plus", href: `#/links/new?from=${link.uuid}` }
									: null,
								edits
									? {
											label: t(link.is_active ? "link.off" : "link.on"),
											icon: link.is_active ? "cross" : "play",
											onPick: () => turn(link, !link.is_active),
										}
									: null,
								edits
									? {
											label: t("link.delete"),
											icon: "trash",
											danger: true,
											onPick: () => ask(link),
										}
									: null,
							]
				} />`,
		},
	];
	const sums = list.extra.aggregates;
	const filtered = search !== "" || status !== "";
	return html`
		<${Head} title=${t("place.links")} acts=${html`${edits ? html`<${Button} icon="download" onClick=${() => setExporting(true)}>${t("export")}<//>` : null}${edits ? html`<${Button} kind="main" icon="plus" href="#/links/new">${t("link.new")}<//>` : null}`}>
			${
				sums && sums.links > 0 && !filtered
					? html`<p class="sub">${tn("links.sum", sums.links)} · ${tn("links.active", sums.active)} · ${tn("links.paid", sums.paid_count)}${Object.entries(
							sums.revenue,
						)
							.filter(([, value]) => !/^0(\.0+)?$/.test(String(value)))
							.map(
								([currency, value]) =>
									html` · <b><${Money} amount=${value} currency=${currency} /></b>`,
							)}</p>`
					: null
			}
		<//>
		<div class="toolbar">
			<${Tabs} label=${t("status")} value=${status} onPick=${(/** @type {string} */ name) => change(name === "deleted" ? { status: null, deleted: "true" } : { status: name, deleted: null })} options=${[["", t("all")], ["active", t("link.active")], ["inactive", t("link.inactive")], ["expired", t("link.expired")], ["exhausted", t("link.exhausted")], ["deleted", t("link.deleted")]]} />
			<${Search} label=${t("links.search")} value=${search} onSearch=${(/** @type {string} */ text) => change({ search: text })} />
		</div>
		${
			chosen.length > 1
				? html`<div class="toolbar marks" role="group" aria-label=${t("links.mark")}><b role="status">${tn("links.marked", chosen.length)}</b><span class="acts"><${Button} icon="cross" busy=${turning} onClick=${() => turnAll(running, false)} disabled=${running.length === 0}>${t("link.off")}<//><${Button} icon="download" onClick=${() => setExporting(true)}>${t("export")}<//><${Button} kind="plain" onClick=${() => setMarked(new Set())}>${t("clear")}<//></span></div>`
				: null
		}
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${
			list.rows === null
				? list.error
					? null
					: html`<div class="card flush"><${Skeleton} rows=${7} /></div>`
				: list.rows.length === 0
					? filtered
						? html`<${Empty} icon="search" title=${search ? t("links.none", { words: search }) : t("links.none.status")}><${Button} onClick=${() => replace("#/links")}>${t("clear")}<//><//>`
						: html`<${Empty} icon="link" title=${t("links.empty")} text=${t("links.empty.text")}>${edits ? html`<${Button} kind="main" icon="plus" href="#/links/new">${t("link.new")}<//>` : null}<//>`
					: html`<div class=${`card flush${list.loading ? " refreshing" : ""}`}><${Table} caption=${t("place.links")} columns=${columns} rows=${list.rows} reads=${(/** @type {any} */ link) => [marked.has(link.uuid), edits]} mark=${(/** @type {any} */ link) => marked.has(link.uuid)} id=${(/** @type {any} */ link) => link.uuid} href=${(/** @type {any} */ link) => `#/links/${link.uuid}`} /></div><${More} list=${list} />`
		}
		${
			asked
				? html`<${Confirm} title=${t("link.delete.title", { name: asked.name })} text=${t("link.delete.text")} act=${t("link.delete")} onNo=${() => ask(null)} onYes=${async () => {
						await api.delete(`/api/payment-links/${asked.uuid}/`);
						ask(null);
						list.setRows((rows) => rows.filter((row) => row.uuid !== asked.uuid));
						toast(t("link.was.deleted", { name: asked.name }), () => restore(asked));
					}} />`
				: null
		}
		${qr ? html`<${Qr} link=${qr} onClose=${() => showQr(null)} />` : null}
		${exporting ? html`<${Export} what="links" path=${`/api/payment-links/export/?${new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ""))}`} only=${chosen.length > 1 ? marked : null} onClose=${() => setExporting(false)} />` : null}
	`;
}

/** @param {any} link */
async function copy(link) {
	try {
		await navigator.clipboard.writeText(link.url);
		toast(t("copied"));
	} catch {
		toast(link.url);
	}
}

/** Revenue of each currency that has some. @param {Record<string, string>} all @param {string} currency */
function revenue(all, currency) {
	const some = Object.entries(all ?? {}).filter(([, amount]) => !/^-?0(\.0+)?$/.test(amount));
	if (some.length === 0)
		return html`<span class="soft" translate="no">${money("0.00", currency)}</span>`;
	return some.map(
		([code, amount], i) =>
			html`${i > 0 ? html`<br />` : null}<${Money} amount=${amount} currency=${code} />`,
	);
}
