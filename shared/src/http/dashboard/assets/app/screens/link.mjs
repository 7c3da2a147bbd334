// One link: share it, watch it, stop it.

import { api, fetchTagged, may } from "../api.mjs";
import { count, day, exact, instant, localField, money, percent } from "../format.mjs";
import { has, t, tn } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import { go, to } from "../router.mjs";
import {
	Both,
	Bars,
	Button,
	Chip,
	Confirm,
	Dialog,
	Empty,
	Facts,
	Failure,
	Figure,
	Foreign,
	FormErrors,
	Head,
	Id,
	Menu,
	Money,
	Notice,
	Ring,
	Skeleton,
	Table,
	TextField,
	When,
	fieldError,
	say,
	sentence,
	toast,
	useNow,
	useBusy,
} from "../parts.mjs";
import { html, useCallback, useEffect, useRef, useState } from "../view.mjs";
import { Export } from "./export.mjs";
import { EndField } from "./end_field.mjs";
import { Share } from "./share.mjs";

/** How often a link is looked at: often after a change, then less, not at all when nobody looks. */
const OFTEN_MS = 3_000;
const SELDOM_MS = 15_000;
const OFTEN_FOR_MS = 120_000;

/** @param {string} uuid */
function useLive(uuid) {
	const [link, setLink] = useState(/** @type {any} */ (null));
	const [payments, setPayments] = useState(/** @type {any[] | null} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [fresh, setFresh] = useState(/** @type {string[]} */ ([]));
	const state = useRef({
		etag: /** @type {string | null} */ (null),
		since: Date.now(),
		known: /** @type {Map<string, string> | null} */ (null),
		timer: /** @type {any} */ (null),
		gone: false,
		count: 0,
	});
	const look = useCallback(
		async (/** @type {boolean} */ quiet) => {
			const now = state.current;
			try {
				const answer = await fetchTagged(`/api/payment-links/${uuid}/`, now.etag, { quiet });
				if (now.gone) return;
				setError(null);
				if (answer) {
					now.etag = answer.etag;
					setLink(answer.data);
					const page = await api.get(`/api/payment-links/${uuid}/payments/?limit=20`, { quiet });
					if (now.gone) return;
					const states = new Map(
						page.results.map((/** @type {any} */ one) => [
							one.id,
							`${one.status}${one.depositAttempts.length}`,
						]),
					);
					if (now.known) {
						const changed = page.results.filter(
							(/** @type {any} */ one) => now.known?.get(one.id) !== states.get(one.id),
						);
						if (changed.length > 0) {
							now.since = Date.now();
							setFresh(changed.map((/** @type {any} */ one) => one.id));
							const paid = changed.filter((/** @type {any} */ one) => one.status === "paid");
							say(
								changed
									.map((/** @type {any} */ one) =>
										t("live.said", {
											what: t(`payment.${one.status}`),
											amount: money(one.amount, one.currency),
										}),
									)
									.join(". "),
							);
							if (paid.length > 0) {
								now.count += paid.length;
								document.title = `(${now.count}) ${t("payment.paid")} - ${document.title.replace(/^\(\d+\) \S+ - /, "")}`;
							}
						}
					}
					now.known = /** @type {any} */ (states);
					setPayments(page.results);
				}
			} catch (thrown) {
				if (!now.gone) setError(thrown);
			}
		},
		[uuid],
	);
	useEffect(() => {
		const now = state.current;
		Object.assign(now, { etag: null, since: Date.now(), known: null, gone: false, count: 0 });
		const next = () => {
			const pause = Date.now() - now.since < OFTEN_FOR_MS ? OFTEN_MS : SELDOM_MS;
			now.timer = setTimeout(async () => {
				if (!document.hidden) await look(true);
				if (!now.gone) next();
			}, pause);
		};
		look(false).then(() => now.gone || next());
		const seen = () => {
			if (document.hidden) return;
			now.count = 0;
			document.title = document.title.replace(/^\(\d+\) \S+ - /, "");
			look(true);
		};
		document.addEventListener("visibilitychange", seen);
		return () => {
			now.gone = true;
			clearTimeout(now.timer);
			document.removeEventListener("visibilitychange", seen);
		};
	}, [uuid, look]);
	const put = (/** @type {any} */ changed) => {
		state.current.etag = null;
		state.current.since = Date.now();
		setLink(changed);
	};
	return {
		link,
		payments,
		error,
		fresh,
		put,
		again: () => {
			setError(null);
			state.current.etag = null;
			look(false);
		},
		etag: () => state.current.etag,
	};
}

/** @param {{place: import("../router.mjs").Place}} props */
export default function Link({ place }) {
	const uuid = place.path[1];
	const { link, payments, error, fresh, put, again, etag } = useLive(uuid);
	const [justMade] = useState(place.query.get("fresh") !== null);
	const [open, setOpen] = useState(/** @type {string | null} */ (null));
	useEffect(() => {
		// A reload is not a new link.
		if (justMade) history.replaceState(null, "", to(["links", uuid]));
	}, []);
	const status = /** @type {any} */ (error)?.status;
	if (!link && (status === 404 || status === 400))
		return html`<${Head} title=${t("link.unknown")} back=${["#/links", t("place.links")]} /><${Empty} icon="search" title=${t("link.unknown.text")}><${Button} href="#/links">${t("links.all")}<//><//>`;
	if (!link)
		return error
			? html`<${Head} title=${t("place.links")} back=${["#/links", t("place.links")]} /><${Failure} error=${error} again=${again} />`
			: html`<${Skeleton} kind="page" />`;
	const edits = may("manage_links");
	const turn = async (/** @type {boolean} */ on) => {
		try {
			put(await api.patch(`/api/payment-links/${uuid}/`, { is_active: on }));
			toast(t(on ? "link.turned.on" : "link.turned.off", { name: link.name }), () => turn(!on));
		} catch (thrown) {
			toast(sentence(thrown));
		}
	};
	const restore = async () => {
		try {
			put(await api.post(`/api/payment-links/${uuid}/restore/`, {}, crypto.randomUUID()));
			toast(t("link.restored", { name: link.name }));
		} catch (thrown) {
			toast(sentence(thrown));
		}
	};
	const statistics = link.statistics;
	const money1 = (/** @type {Record<string, string>} */ all) => {
		const some = Object.entries(all ?? {}).filter(([, amount]) => !/^-?0(\.0+)?$/.test(amount));
		return some.length === 0
			? money("0.00", link.currency)
			: some.map(([code, amount]) => money(amount, code)).join(" + ");
	};
	return html`
		<${Head} title=${link.name} shown=${html`<bdi>${link.name}</bdi>`} back=${["#/links", t("place.links")]} chip=${html`<${Chip} kind="link" status=${link.status} />`} acts=${
			edits
				? html`
			${link.status === "deleted" ? null : html`<${Button} icon="edit" onClick=${() => setOpen("edit")}>${t("edit")}<//>`}
			<${Menu} label=${t("link.acts", { name: link.name })} kind="quiet" items=${[
				{ label: t("link.clone"), icon: "plus", href: `#/links/new?from=${uuid}` },
				{ label: t("export.payments"), icon: "download", onPick: () => setOpen("export") },
				link.status === "deleted"
					? { label: t("link.restore"), icon: "restart", onPick: restore }
					: {
							label: t(link.is_active ? "link.off" : "link.on"),
							icon: link.is_active ? "cross" : "play",
							onPick: () => turn(!link.is_active),
						},
				link.status === "deleted"
					? null
					: {
							label: t("link.delete"),
							icon: "trash",
							danger: true,
							onPick: () => setOpen("delete"),
						},
			]} />`
				: null
		} />
		${error ? html`<${Failure} error=${error} again=${again} />` : null}
		<${State} link=${link} edits=${edits} onTurn=${turn} onRestore=${restore} onEdit=${() => setOpen("edit")} />
		<div class="columns">
			<div class="wide-column">
				${link.status === "deleted" ? null : html`<${Share} link=${link} fresh=${justMade} />`}
				<${Live} payments=${payments} fresh=${fresh} link=${link} />
				<section class="card" aria-labelledby="sells"><h2 id="sells">${t("link.sells")}</h2>
					<${Table} caption=${t("link.sells")} id=${(/** @type {any} */ one) => one.product_id} rows=${link.products} columns=${[
						{
							key: "name",
							label: t("product.name"),
							main: true,
							cell: (/** @type {any} */ one) => html`<${Foreign}>${one.name}<//>`,
						},
						{
							key: "quantity",
							label: t("new.quantity"),
							numeric: true,
							cell: (/** @type {any} */ one) =>
								one.adjustable_quantity
									? t("new.range", {
											minimum: count(one.adjustable_quantity.minimum),
											maximum: count(one.adjustable_quantity.maximum),
										})
									: count(one.quantity),
						},
						{
							key: "unit",
							label: t("product.price"),
							numeric: true,
							cell: (/** @type {any} */ one) =>
								html`<${Money} amount=${one.unit_price} currency=${link.currency} />`,
						},
					]} />
					<p class="soft">${t("link.frozen", { day: day(link.created_at) })} ${t(link.pricing_mode === "TAX_EXCLUSIVE" ? "new.exclusive" : "new.inclusive")}.</p>
				</section>
			</div>
			<div class="side-column">
				<section class="card" aria-labelledby="uses"><h2 id="uses">${t("uses")}</h2><${Ring} uses=${link.uses} held=${link.in_progress} max=${link.max_uses} /></section>
				<section class="card" aria-labelledby="figures"><h2 id="figures">${t("figures")}</h2>
					<div class="figures stacked">
						<${Figure} label=${t("link.revenue")} value=${html`<span translate="no">${money1(statistics.revenue)}</span>`} />
						<${Figure} label=${t("link.conversion")} value=${percent(statistics.conversion)} note=${tn("link.starts", statistics.starts)} />
					</div>
					${
						Object.keys(statistics.declines ?? {}).length > 0
							? html`<h3>${t("declines")}</h3><${Bars} caption=${t("declines")} rows=${Object.entries(
									statistics.declines,
								)
									.sort((a, b) => b[1] - a[1])
									.map(([code, n]) => ({
										label: has(`decline.${code}`) ? t(`decline.${code}`) : code,
										n,
										tone: "bad",
									}))} />`
							: null
					}
					<p class="soft small">${t("as.of", { time: exact(statistics.as_of) })}</p>
				</section>
				<section class="card" aria-labelledby="facts"><h2 id="facts">${t("details")}</h2><${Facts} rows=${[
					[
						t("link.limit"),
						link.max_uses === null ? t("uses.unlimited.long") : count(link.max_uses),
					],
					[
						t("link.end"),
						link.expires_at
							? html`<${When} at=${link.expires_at} both=${true} />`
							: t("link.never"),
					],
					[t("created"), html`<${When} at=${link.created_at} both=${true} />`],
					link.success_url
						? [t("new.back"), html`<bdi translate="no">${link.success_url}</bdi>`]
						: null,
					Object.keys(link.metadata).length > 0
						? [
								t("metadata"),
								html`<pre translate="no" tabindex="0">${JSON.stringify(link.metadata, null, 1)}</pre>`,
							]
						: null,
					["ID", html`<${Id} value=${uuid} label=${t("copy.id")} />`],
				]} /></section>
			</div>
		</div>
		${
			open === "delete"
				? html`<${Confirm} title=${t("link.delete.title", { name: link.name })} text=${t("link.delete.text")} act=${t("link.delete")} onNo=${() => setOpen(null)} onYes=${async () => {
						await api.delete(`/api/payment-links/${uuid}/`);
						toast(t("link.was.deleted", { name: link.name }), restore);
						go("#/links");
					}} />`
				: null
		}
		${
			open === "edit"
				? html`<${Edit} link=${link} etag=${etag()} onClose=${() => setOpen(null)} onDone=${(
						/** @type {any} */ changed,
					) => {
						put(changed);
						setOpen(null);
					}} />`
				: null
		}
		${open === "export" ? html`<${Export} what="payments" path=${`/api/payment-links/${uuid}/payments/export/`} span=${link.name} onClose=${() => setOpen(null)} />` : null}
	`;
}

/** What buyers see where the link is not for sale, with the one act that changes it. @param {any} props */
function State({ link, edits, onTurn, onRestore, onEdit }) {
	const act = {
		inactive: () =>
			html`<${Button} small=${true} icon="play" onClick=${() => onTurn(true)}>${t("link.on")}<//>`,
		expired: () =>
			html`<${Button} small=${true} icon="calendar" onClick=${onEdit}>${t("state.extend")}<//>`,
		exhausted: () =>
			html`<${Button} small=${true} icon="plus" onClick=${onEdit}>${t("state.raise")}<//>`,
		deleted: () =>
			html`<${Button} small=${true} icon="restart" onClick=${onRestore}>${t("link.restore")}<//>`,
	}[/** @type {string} */ (link.status)];
	if (act)
		return html`<${Notice} kind="warn" icon="alert" act=${edits ? act() : null}>${t(`state.${link.status}`)}<//>`;
	if (link.remaining === 0 && link.in_progress > 0)
		return html`<${Notice} kind="info" icon="clock">${t("state.in_use")}<//>`;
	return null;
}

/** @param {{payments: any[] | null, fresh: string[], link: any}} props */
function Live({ payments, fresh, link }) {
	useNow(10_000);
	return html`<section class="card live" aria-labelledby="live"><h2 id="live"><i class=${link.status === "active" ? "pulse" : ""} aria-hidden="true"></i>${t("live")}</h2>
		${
			payments === null
				? html`<${Skeleton} rows=${3} />`
				: payments.length === 0
					? html`<p class="quiet-line">${t(link.statistics.starts > 0 ? "live.started" : "live.none")}</p>`
					: html`<ol>${payments.slice(0, 8).map(
							(
								one,
							) => html`<li key=${one.id} class=${fresh.includes(one.id) ? "fresh" : null}><a href=${`#/payments/${one.id}`}>
						<${Chip} kind="payment" status=${one.status} /><span class="who"><bdi>${one.payer_email ?? t("payment.somebody")}</bdi>${one.status === "processing" && one.depositAttempts[0]?.errorMessage ? html`<small>${one.depositAttempts[0].errorMessage}</small>` : null}</span>
						<${Money} amount=${one.amount} currency=${one.currency} /><${When} at=${one.paid_at ?? one.updated_at} /></a></li>`,
						)}</ol>
					${payments.length > 8 ? html`<p><a class="all" href=${to(["payments"], { link: link.uuid })}>${t("live.all")}<${Icon} name="right" /></a></p>` : null}`
		}
	</section>`;
}

/** @param {{link: any, etag: string | null, onClose: () => void, onDone: (link: any) => void}} props */
function Edit({ link: now, etag, onClose, onDone }) {
	// The page goes on looking: the form is of the link as it was when it was opened.
	const [link] = useState(now);
	const [version] = useState(etag);
	const [theirs, setTheirs] = useState(/** @type {any} */ (null));
	const [name, setName] = useState(link.name);
	const [limit, setLimit] = useState(link.max_uses === null ? "" : String(link.max_uses));
	const [end, setEnd] = useState(link.expires_at ? localField(link.expires_at) : "");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const submit = async (/** @type {any} */ event, tag = version) => {
		event?.preventDefault();
		if (sending.current) return;
		/** @type {Record<string, any>} */
		const change = {};
		if (name.trim() !== link.name) change.name = name.trim();
		const max = limit.trim() === "" ? null : Number.parseInt(limit, 10);
		if (max !== link.max_uses) change.max_uses = max;
		const before = link.expires_at ? localField(link.expires_at) : "";
		if (end !== before) change.expires_at = end === "" ? null : instant(end);
		if (Object.keys(change).length === 0) return onClose();
		setBusy(true);
		setError(null);
		try {
			onDone(await api.patch(`/api/payment-links/${link.uuid}/`, change, tag));
			toast(t("saved"));
		} catch (thrown) {
			setBusy(false);
			if (/** @type {any} */ (thrown).status === 412)
				fetchTagged(`/api/payment-links/${link.uuid}/`, null).then(setTheirs, setError);
			else setError(thrown);
		}
	};
	const rows = () => {
		const { name: other, max_uses, expires_at } = theirs.data;
		return [
			[t("link.name"), name, other],
			[t("link.limit"), limit, max_uses === null ? "" : String(max_uses)],
			[
				t("link.end"),
				end.replace("T", " "),
				expires_at ? localField(expires_at).replace("T", " ") : "",
			],
		].filter(([, mine, their]) => mine !== their);
	};
	if (theirs)
		return html`<${Both} rows=${rows()} onClose=${() => setTheirs(null)} onTheirs=${() => onDone(theirs.data)} onMine=${() => {
			const { etag: tag } = theirs;
			setTheirs(null);
			submit(null, tag);
		}} />`;
	return html`<${Dialog} title=${t("link.edit")} onClose=${onClose}>
		<form class="form" onSubmit=${submit} novalidate>
			<${FormErrors} error=${error} known=${{ name: t("link.name"), max_uses: t("link.limit"), expires_at: t("link.end") }} />
			<${TextField} label=${t("link.name")} help=${t("new.name.help")} value=${name} maxlength="120" required onInput=${setName} error=${fieldError(error, "name")} />
			<${TextField} label=${t("link.limit")} optional=${true} inputmode="numeric" value=${limit} onInput=${setLimit} help=${t("edit.least", { n: count(Math.max(1, link.uses + link.in_progress)) })} error=${fieldError(error, "max_uses")} />
			<${EndField} value=${end} onInput=${setEnd} error=${fieldError(error, "expires_at")} />
			<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy}>${t("save")}<//></footer>
		</form>
	<//>`;
}
