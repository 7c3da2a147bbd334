// One endpoint: its settings, and what became of every event.

import { api, may } from "../api.mjs";
import { count, exact, instant, localField } from "../format.mjs";
import { has, t, tn } from "../i18n.mjs";
import { go, replace, to } from "../router.mjs";
import {
	NoPermission,
	Button,
	Chip,
	Confirm,
	Dialog,
	Empty,
	Facts,
	Failure,
	Field,
	FormErrors,
	Head,
	Id,
	Menu,
	More,
	Notice,
	Secret,
	Select,
	Skeleton,
	Table,
	Tabs,
	TextField,
	Toggle,
	When,
	fieldError,
	sentence,
	toast,
	useBusy,
	useData,
	useFormKey,
	useList,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";
import { Events, attemptText, condition, told } from "./hooks_said.mjs";

/** @param {{place: import("../router.mjs").Place}} props */
export default function Webhook({ place }) {
	if (!may("manage_organization"))
		return html`<${Head} title=${t("place.webhooks")} /><${NoPermission} permission="manage_organization" />`;
	return html`<${Endpoint} place=${place} />`;
}

/** @param {{place: import("../router.mjs").Place}} props */
function Endpoint({ place }) {
	const id = place.path[2];
	const path = `/api/organization/webhooks/${encodeURIComponent(id)}/`;
	const found = useData(path);
	const status = place.query.get("status") ?? "";
	const list = useList(
		`${path}deliveries/?${new URLSearchParams({ ...(status ? { status } : {}), limit: "25" })}`,
	);
	const [open, setOpen] = useState(/** @type {string | null} */ (null));
	const [secret, setSecret] = useState(/** @type {any} */ (null));
	const one = found.data;
	if (!one) {
		if (found.error?.status === 404)
			return html`<${Head} title=${t("webhook.unknown")} back=${["#/developers/webhooks", t("place.webhooks")]} /><${Empty} icon="search" title=${t("webhook.unknown")}><${Button} href="#/developers/webhooks">${t("place.webhooks")}<//><//>`;
		return found.error
			? html`<${Head} title=${t("place.webhooks")} back=${["#/developers/webhooks", t("place.webhooks")]} /><${Failure} error=${found.error} again=${found.again} />`
			: html`<${Skeleton} kind="page" />`;
	}
	const act = (/** @type {() => Promise<void>} */ step) =>
		step().catch((/** @type {unknown} */ error) => toast(sentence(error)));
	const enable = (/** @type {boolean} */ on) =>
		act(async () => {
			found.put(await api.patch(path, { is_active: on }));
			toast(
				t(on ? "webhook.enabled" : "webhook.was.disabled"),
				on ? undefined : () => enable(true),
			);
			if (on) setOpen("replay");
		});
	const probe = () =>
		act(async () => {
			await api.post(`${path}test/`, {}, crypto.randomUUID());
			toast(t("webhook.tested"));
			setTimeout(list.again, 2500);
		});
	const columns = [
		{
			key: "event",
			label: t("webhook.event"),
			main: true,
			cell: (/** @type {any} */ row) =>
				has(`event.${row.event}`) ? t(`event.${row.event}`) : row.event,
		},
		{
			key: "status",
			label: t("status"),
			cell: (/** @type {any} */ row) => html`<${Chip} kind="delivery" status=${row.status} />`,
		},
		{
			key: "answer",
			label: t("webhook.answer"),
			cell: (/** @type {any} */ row) =>
				row.attempts.length > 0
					? attemptText(row.attempts[row.attempts.length - 1])
					: html`<span class="soft">${t("webhook.no.attempt")}</span>`,
		},
		{
			key: "attempts",
			label: t("webhook.attempts"),
			numeric: true,
			hide: "wide-only",
			cell: (/** @type {any} */ row) => count(row.attempt_count),
		},
		{
			key: "next",
			label: t("webhook.next"),
			numeric: true,
			hide: "wide-only",
			cell: (/** @type {any} */ row) => html`<${When} at=${row.next_attempt_at} short=${true} />`,
		},
		{
			key: "time",
			label: t("time"),
			numeric: true,
			cell: (/** @type {any} */ row) => html`<${When} at=${row.created_at} short=${true} />`,
		},
	];
	const last = list.rows?.find((/** @type {any} */ row) =>
		row.attempts.some(
			(/** @type {any} */ attempt) => attempt.cause || attempt.result !== "success",
		),
	);
	const wrong = last?.attempts[last.attempts.length - 1];
	return html`
		<${Head} title=${one.url} shown=${html`<bdi translate="no">${one.url}</bdi>`} back=${["#/developers/webhooks", t("place.webhooks")]} chip=${html`<${Chip} kind="webhook" status=${condition(one)} />`} acts=${html`
			${one.is_active ? html`<${Button} icon="play" onClick=${probe}>${t("webhook.test")}<//>` : null}
			<${Menu} label=${t("link.acts", { name: one.url })} kind="quiet" items=${[
				{ label: t("edit"), icon: "edit", onPick: () => setOpen("edit") },
				{ label: t("webhook.rotate"), icon: "key", onPick: () => setOpen("rotate") },
				{ label: t("webhook.replay"), icon: "restart", onPick: () => setOpen("replay") },
				one.is_active
					? { label: t("webhook.disable"), icon: "cross", onPick: () => enable(false) }
					: null,
				{
					label: t("webhook.delete"),
					icon: "trash",
					danger: true,
					onPick: () => setOpen("delete"),
				},
			]} />`} />
		${one.is_active ? null : html`<${Notice} kind="warn" icon="alert" act=${html`<${Button} small=${true} icon="play" onClick=${() => enable(true)}>${t("webhook.enable")}<//>`}>${told(one)} ${t("webhook.kept")}<//>`}
		${one.is_active && condition(one) !== "enabled" ? html`<${Notice} kind="bad" icon="alert"><p>${told(one)}${one.health.disabled_from ? ` ${t("webhook.until", { time: exact(one.health.disabled_from) })}` : ""}</p>${wrong ? html`<p><bdi>${wrong.cause ?? attemptText(wrong)}</bdi></p>` : null}<//>` : null}
		<div class="toolbar"><${Tabs} label=${t("status")} value=${status} onPick=${(/** @type {string} */ name) => replace(to(["developers", "webhooks", id], { status: name }))} options=${[["", t("all")], ...["pending", "succeeded", "failed", "suppressed"].map((name) => [name, t(`delivery.${name}`)])]} /><${Button} kind="plain" icon="restart" onClick=${list.again}>${t("webhook.again")}<//></div>
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${list.rows === null ? (list.error ? null : html`<div class="card flush"><${Skeleton} rows=${5} /></div>`) : list.rows.length === 0 ? html`<${Empty} icon="clock" title=${t("deliveries.empty")} text=${t("deliveries.empty.text")} />` : html`<div class="card flush"><${Table} caption=${t("deliveries")} columns=${columns} rows=${list.rows} id=${(/** @type {any} */ row) => row.id} href=${(/** @type {any} */ row) => `#/developers/webhooks/${id}/${row.id}`} /></div><${More} list=${list} />`}
		<section class="card" aria-labelledby="settings"><h2 id="settings">${t("details")}</h2><${Facts} rows=${[
			one.description ? [t("webhook.note"), html`<bdi>${one.description}</bdi>`] : null,
			[
				t("webhook.events"),
				one.events.length === 0
					? t("webhook.usual")
					: one.events
							.map((/** @type {string} */ name) =>
								has(`event.${name}`) ? t(`event.${name}`) : name,
							)
							.join(", "),
			],
			[t("webhook.timeout"), tn("seconds", one.timeout_seconds)],
			[t("webhook.ordered"), t(one.ordered ? "yes" : "no")],
			[t("webhook.secrets"), tn("webhook.signing", one.secrets.length)],
			["ID", html`<${Id} value=${one.id} label=${t("copy.id")} />`],
		]} /></section>
		${
			open === "edit"
				? html`<${Edit} one=${one} path=${path} onClose=${() => setOpen(null)} onDone=${(
						/** @type {any} */ changed,
					) => {
						found.put(changed);
						setOpen(null);
						toast(t("saved"));
					}} />`
				: null
		}
		${
			open === "rotate"
				? html`<${Rotate} path=${path} onClose=${() => setOpen(null)} onDone=${(
						/** @type {any} */ made,
					) => {
						setOpen(null);
						setSecret(made);
						found.again();
					}} />`
				: null
		}
		${
			open === "replay"
				? html`<${Replay} path=${path} onClose=${() => setOpen(null)} onDone=${() => {
						setOpen(null);
						list.again();
					}} />`
				: null
		}
		${
			open === "delete"
				? html`<${Confirm} title=${t("webhook.delete.title")} text=${t("webhook.delete.text")} act=${t("webhook.delete")} onNo=${() => setOpen(null)} onYes=${async () => {
						await api.delete(path);
						toast(t("webhook.was.deleted"));
						go("#/developers/webhooks");
					}} />`
				: null
		}
		${secret ? html`<${Secret} title=${t("webhook.made")} text=${t("webhook.made.text")} secret=${secret.secret} label=${one.url} onClose=${() => setSecret(null)} />` : null}
	`;
}

/** @param {{one: any, path: string, onClose: () => void, onDone: (changed: any) => void}} props */
function Edit({ one, path, onClose, onDone }) {
	const [url, setUrl] = useState(one.url);
	const [description, setDescription] = useState(one.description);
	const [events, setEvents] = useState(one.events);
	const [ordered, setOrdered] = useState(one.ordered);
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			onDone(
				await api.patch(path, {
					url: url.trim(),
					description: description.trim(),
					events,
					ordered,
				}),
			);
		} catch (thrown) {
			setError(thrown);
			setBusy(false);
		}
	};
	return html`<${Dialog} title=${t("edit")} onClose=${onClose}><form class="form" onSubmit=${submit}>
		<${FormErrors} error=${error} known=${{ url: t("webhook.url"), events: t("webhook.events") }} />
		<${TextField} label=${t("webhook.url")} type="url" required maxlength="2048" value=${url} onInput=${setUrl} error=${fieldError(error, "url")} />
		<${TextField} label=${t("webhook.note")} optional=${true} maxlength="200" value=${description} onInput=${setDescription} />
		<${Events} value=${events} onChange=${setEvents} />
		<${Toggle} label=${t("webhook.ordered")} help=${t("webhook.ordered.help")} checked=${ordered} onChange=${setOrdered} />
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy}>${t("save")}<//></footer>
	</form><//>`;
}

/** @param {{path: string, onClose: () => void, onDone: (made: any) => void}} props */
function Rotate({ path, onClose, onDone }) {
	const [overlap, setOverlap] = useState("86400");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const key = useFormKey();
	const run = async () => {
		if (sending.current) return;
		setBusy(true);
		try {
			onDone(
				await api.post(
					`${path}rotate-secret/`,
					{ overlap_seconds: Number.parseInt(overlap, 10) },
					key.current(),
				),
			);
		} catch (thrown) {
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			setError(thrown);
			setBusy(false);
		}
	};
	return html`<${Dialog} title=${t("webhook.rotate")} onClose=${onClose}><p class="soft">${t("webhook.rotate.text")}</p>
		${error ? html`<${Failure} error=${error} />` : null}
		<${Select} label=${t("key.overlap")} value=${overlap} onInput=${setOverlap} options=${[["0", t("key.overlap.none")], ["3600", tn("hours", 1)], ["86400", tn("hours", 24)], ["604800", tn("days", 7)]]} />
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" busy=${busy} onClick=${run}>${t("webhook.rotate")}<//></footer>
	<//>`;
}

/** Sends what was missed again; first it is counted. @param {{path: string, onClose: () => void, onDone: () => void}} props */
function Replay({ path, onClose, onDone }) {
	const [from, setFrom] = useState(localField(new Date(Date.now() - 86_400_000).toISOString()));
	const [missed, setMissed] = useState(true);
	const [counted, setCounted] = useState(/** @type {number | null} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const key = useFormKey();
	const run = async (/** @type {boolean} */ dry) => {
		if (sending.current || from === "") return;
		setBusy(true);
		setError(null);
		try {
			const answer = await api.post(
				`${path}replay/`,
				{ from: instant(from), only_undelivered: missed, dry_run: dry },
				dry ? crypto.randomUUID() : key.current(),
			);
			if (dry) setCounted(answer.events);
			else {
				toast(tn("replay.started", answer.events));
				return onDone();
			}
		} catch (thrown) {
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			setError(thrown);
		}
		setBusy(false);
	};
	return html`<${Dialog} title=${t("webhook.replay")} onClose=${onClose}><div class="form">
		${error ? html`<${FormErrors} error=${error} known=${{ from: t("filter.from") }} />` : null}
		<${Field} label=${t("replay.from")} help=${t("replay.from.help")}>${(/** @type {any} */ ids) =>
			html`<input type="datetime-local" value=${from} onInput=${(/** @type {any} */ e) => {
				setFrom(e.currentTarget.value);
				setCounted(null);
			}} ...${ids} />`}<//>
		<${Toggle} label=${t("replay.missed")} help=${t("replay.missed.help")} checked=${missed} onChange=${(
			/** @type {boolean} */ on,
		) => {
			setMissed(on);
			setCounted(null);
		}} />
		${counted === null ? null : html`<${Notice} kind="info" icon="info">${tn("replay.counted", counted)}<//>`}
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//>${counted === null ? html`<${Button} kind="main" busy=${busy} onClick=${() => run(true)}>${t("replay.count")}<//>` : html`<${Button} kind="main" busy=${busy} disabled=${counted === 0} onClick=${() => run(false)}>${tn("replay.do", counted)}<//>`}</footer>
	</div><//>`;
}
