// API keys: make, rotate, revoke.

import { api, may } from "../api.mjs";
import { day, exact } from "../format.mjs";
import { t, tn } from "../i18n.mjs";
import {
	Button,
	Chip,
	Confirm,
	Copy,
	Dialog,
	Empty,
	Failure,
	Foreign,
	FormErrors,
	Head,
	Menu,
	More,
	NoPermission,
	Notice,
	Secret,
	Select,
	Skeleton,
	Table,
	TextField,
	fieldError,
	toast,
	useFormKey,
	useList,
	useBusy,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";

const SCOPES = [
	"checkout:create",
	"payments:read",
	"payments:write",
	"refunds:read",
	"refunds:write",
];

/** A command to try a key with. */
const curl = () => {
	const base = document.querySelector('meta[name="paylink-base"]')?.getAttribute("content") ?? "";
	return `curl ${location.origin}${base}/api/transactions/ -H "Authorization: Api-Key $PAYLINK_KEY"`;
};

export default function Keys() {
	const allowed = may("manage_organization");
	return html`<${allowed ? List : Refused} />`;
}

const Refused = () =>
	html`<${Head} title=${t("place.keys")} /><${NoPermission} permission="manage_organization" />`;

function List() {
	const list = useList("/api/organization/api-keys/?limit=50");
	const [making, make] = useState(false);
	const [asked, ask] = useState(/** @type {{what: string, key: any} | null} */ (null));
	const [secret, setSecret] = useState(/** @type {any} */ (null));
	const columns = [
		{
			key: "name",
			label: t("key.name"),
			main: true,
			cell: (/** @type {any} */ one) => html`<${Foreign}>${one.name}<//>`,
		},
		{
			key: "status",
			label: t("status"),
			cell: (/** @type {any} */ one) =>
				html`<${Chip} kind="key" status=${one.status} />${one.status === "expiring" && one.expires_at ? html`<small class="soft block">${t("key.until", { time: exact(one.expires_at) })}</small>` : null}`,
		},
		{
			key: "prefix",
			label: t("key.prefix"),
			cell: (/** @type {any} */ one) => html`<code translate="no">${one.prefix}…</code>`,
		},
		{
			key: "scopes",
			label: t("key.scopes"),
			hide: "wide-only",
			cell: (/** @type {any} */ one) =>
				one.scopes.length === SCOPES.length
					? t("scope.all")
					: one.scopes.map((/** @type {string} */ scope) => t(`scope.${scope}`)).join(", "),
		},
		{
			key: "used",
			label: t("key.used"),
			numeric: true,
			cell: (/** @type {any} */ one) =>
				one.last_used_at
					? day(`${one.last_used_at.slice(0, 10)}T12:00:00Z`)
					: html`<span class="soft">${t("key.never")}</span>`,
		},
		{
			key: "acts",
			label: t("acts"),
			quiet: true,
			cell: (/** @type {any} */ one) =>
				one.status === "revoked"
					? null
					: html`<${Menu} label=${t("link.acts", { name: one.name })} items=${[
							one.status === "active"
								? {
										label: t("key.rotate"),
										icon: "restart",
										onPick: () => ask({ what: "rotate", key: one }),
									}
								: null,
							{
								label: t("key.revoke"),
								icon: "trash",
								danger: true,
								onPick: () => ask({ what: "revoke", key: one }),
							},
						]} />`,
		},
	];
	return html`
		<${Head} title=${t("place.keys")} acts=${html`<${Button} kind="main" icon="plus" onClick=${() => make(true)}>${t("key.new")}<//>`} />
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${
			list.rows === null
				? list.error
					? null
					: html`<div class="card flush"><${Skeleton} rows=${4} /></div>`
				: list.rows.length === 0
					? html`<${Empty} icon="key" title=${t("keys.empty")} text=${t("keys.empty.text")}><${Button} kind="main" icon="plus" onClick=${() => make(true)}>${t("key.new")}<//><//>`
					: html`<div class="card flush"><${Table} caption=${t("place.keys")} columns=${columns} rows=${list.rows} id=${(/** @type {any} */ one) => one.id} /></div><${More} list=${list} />`
		}
		<section class="card" aria-labelledby="try"><h2 id="try">${t("key.try")}</h2><p class="soft">${t("key.try.text")}</p><div class="snippet"><pre translate="no" tabindex="0">${curl()}</pre><${Copy} text=${curl()} label=${t("copy")} small=${true} /></div></section>
		${
			making
				? html`<${Make} onClose=${() => make(false)} onMade=${(/** @type {any} */ made) => {
						make(false);
						setSecret(made);
						list.again();
					}} />`
				: null
		}
		${
			asked?.what === "rotate"
				? html`<${Rotate} known=${asked.key} onClose=${() => ask(null)} onMade=${(
						/** @type {any} */ made,
					) => {
						ask(null);
						setSecret(made);
						list.again();
					}} />`
				: null
		}
		${
			asked?.what === "revoke"
				? html`<${Confirm} title=${t("key.revoke.title", { name: asked.key.name })} text=${t("key.revoke.text")} act=${t("key.revoke")} onNo=${() => ask(null)} onYes=${async () => {
						await api.post(
							`/api/organization/api-keys/${asked.key.id}/revoke/`,
							{},
							crypto.randomUUID(),
						);
						ask(null);
						list.again();
						toast(t("key.was.revoked"));
					}} />`
				: null
		}
		${secret ? html`<${Secret} title=${t("key.made")} text=${t("key.made.text")} secret=${secret.raw_key} label=${secret.name} onClose=${() => setSecret(null)} />` : null}
	`;
}

/** @param {{onClose: () => void, onMade: (made: any) => void}} props */
function Make({ onClose, onMade }) {
	const [name, setName] = useState("");
	const [scopes, setScopes] = useState(
		/** @type {string[]} */ (["checkout:create", "payments:read"]),
	);
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const key = useFormKey();
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current || scopes.length === 0) return;
		setBusy(true);
		setError(null);
		try {
			onMade(
				await api.post("/api/organization/api-keys/", { name: name.trim(), scopes }, key.current()),
			);
		} catch (thrown) {
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			setError(thrown);
			setBusy(false);
		}
	};
	return html`<${Dialog} title=${t("key.new")} onClose=${onClose}><form class="form" onSubmit=${submit}>
		<${FormErrors} error=${error} known=${{ name: t("key.name"), scopes: t("key.scopes") }} />
		<${TextField} label=${t("key.name")} help=${t("key.name.help")} required maxlength="60" value=${name} onInput=${setName} error=${fieldError(error, "name")} />
		<fieldset class="checks"><legend>${t("key.scopes")}</legend>${SCOPES.map((scope) => html`<label key=${scope}><input type="checkbox" checked=${scopes.includes(scope)} onChange=${(/** @type {any} */ e) => setScopes(e.currentTarget.checked ? [...scopes, scope] : scopes.filter((one) => one !== scope))} /><span>${t(`scope.${scope}`)}<small class="soft" translate="no">${scope}</small></span></label>`)}</fieldset>
		${scopes.length === 0 ? html`<${Notice} kind="warn" icon="alert">${t("key.scopes.none")}<//>` : null}
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy} disabled=${scopes.length === 0}>${t("key.create")}<//></footer>
	</form><//>`;
}

/** @param {{known: any, onClose: () => void, onMade: (made: any) => void}} props */
function Rotate({ known, onClose, onMade }) {
	const [overlap, setOverlap] = useState("86400");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const key = useFormKey();
	const run = async () => {
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			onMade(
				await api.post(
					"/api/organization/api-keys/rotate/",
					{ id: known.id, overlap_seconds: Number.parseInt(overlap, 10) },
					key.current(),
				),
			);
		} catch (thrown) {
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			setError(thrown);
			setBusy(false);
		}
	};
	return html`<${Dialog} title=${t("key.rotate.title", { name: known.name })} onClose=${onClose}>
		<p class="soft">${t("key.rotate.text")}</p>
		${error ? html`<${Failure} error=${error} />` : null}
		<${Select} label=${t("key.overlap")} value=${overlap} onInput=${setOverlap} options=${[["0", t("key.overlap.none")], ["3600", tn("hours", 1)], ["86400", tn("hours", 24)], ["604800", tn("days", 7)]]} />
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" busy=${busy} onClick=${run}>${t("key.rotate")}<//></footer>
	<//>`;
}
