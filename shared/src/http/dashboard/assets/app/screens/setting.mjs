// What the pages of settings have in common: one record, loaded with its tag; a form that is kept
// over navigation and sign-in; both versions beside each other where somebody was faster.

import { api, became, fetchTagged, may, session } from "../api.mjs";
import { t } from "../i18n.mjs";
import * as prefs from "../prefs.mjs";
import {
	Both,
	Button,
	Failure,
	Head,
	Notice,
	Skeleton,
	toast,
	useBusy,
	useUnsaved,
} from "../parts.mjs";
import { html, useEffect, useRef, useState } from "../view.mjs";

/** Where the organisation itself is. */
const ORGANIZATION = "/api/organization/";

/** The pages of settings: what stands in the address, and its words. */
const SECTIONS = [
	["", "settings.organization"],
	["branding", "settings.branding"],
	["tax", "settings.tax"],
	["security", "settings.security"],
];

/**
 * A page of settings, once the organisation is there.
 * @param {{here: string, Form: any, path?: string}} props `here`: what stands in the address
 */
export function Setting({ here, Form, path = ORGANIZATION }) {
	const [found, setFound] = useState(/** @type {any} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const load = () => {
		setError(null);
		fetchTagged(path, null).then(setFound, setError);
	};
	useEffect(load, []);
	return html`<${Head} title=${t("place.settings")} />
		<nav class="tabs" aria-label=${t("place.settings")}>${SECTIONS.map(([name, words]) => html`<a key=${name} href=${`#/settings${name ? `/${name}` : ""}`} aria-current=${name === here ? "page" : null}>${t(words)}</a>`)}</nav>
		${error ? html`<${Failure} error=${error} again=${load} />` : null}
		${found ? html`<${Form} key=${`${found.etag}${found.data.version ?? ""}`} found=${found} onFound=${setFound} onSaved=${load} />` : error ? null : html`<div class="card"><${Skeleton} rows=${6} /></div>`}`;
}

/** What was typed and not saved, if it is of this form. @param {string} name @param {any} first */
function draft(name, first) {
	try {
		const kept = JSON.parse(prefs.read(name) ?? "null");
		const same = kept && Object.keys(first).every((key) => typeof kept[key] === typeof first[key]);
		return same ? kept : null;
	} catch {
		return null;
	}
}

/**
 * A form over the organisation's settings. Only what was changed is sent.
 * @param {{found: {data: any, etag: string | null}, onFound: (found: any) => void, onSaved: () => void, name: string, formOf: (data: any) => Record<string, any>, bodyOf: (form: any) => Record<string, any>, labels: Record<string, string>, path?: string, versioned?: boolean, shown?: (value: any) => any}} how `labels`: words of the form's fields, for two versions beside each other, and `shown` a value's; `versioned`: the version stands in the body and not in a tag
 */
export function useSetting({
	found,
	onFound,
	onSaved,
	name,
	formOf,
	bodyOf,
	labels,
	path = ORGANIZATION,
	versioned = false,
	shown: said = (value) => value,
}) {
	const stamp = (/** @type {any} */ one) => (versioned ? one.data.version : one.etag);
	const first = formOf(found.data);
	const tagged = useRef(stamp(found));
	const place = `draft.${name}.${session.me?.mode}`;
	const [kept] = useState(() => draft(place, first));
	const [form, setForm] = useState(/** @type {Record<string, any>} */ (kept ?? first));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [theirs, setTheirs] = useState(/** @type {any} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const dirty = JSON.stringify(form) !== JSON.stringify(first);
	useUnsaved(dirty && !busy);
	useEffect(() => prefs.write(place, dirty ? JSON.stringify(form) : null), [form]);
	const set = (/** @type {Record<string, any>} */ change) => setForm({ ...form, ...change });
	const discard = () => {
		setForm(first);
		setError(null);
	};
	const submit = async (/** @type {any} */ event, tag = tagged.current) => {
		event?.preventDefault();
		if (sending.current) return;
		const before = bodyOf(first);
		const body = Object.fromEntries(
			Object.entries(bodyOf(form)).filter(
				([key, value]) => JSON.stringify(value) !== JSON.stringify(before[key]),
			),
		);
		setBusy(true);
		setError(null);
		try {
			const made = versioned
				? await api.patch(path, { ...body, version: tag })
				: await api.patch(path, body, tag);
			prefs.write(place, null);
			if (!versioned) became(null, made);
			toast(t("saved"));
			onSaved();
		} catch (thrown) {
			if (/** @type {any} */ (thrown).status === 412)
				await fetchTagged(path, null).then(setTheirs, setError);
			else setError(thrown);
		}
		setBusy(false);
	};
	// The record was changed beside this form, by whoever fills it in: its new tag counts from now on,
	// unless somebody else has changed what the form shows.
	const retag = async () => {
		const now = await fetchTagged(path, null);
		if (JSON.stringify(formOf(now?.data)) === JSON.stringify(first)) tagged.current = stamp(now);
	};
	const rows = () => {
		const other = formOf(theirs.data);
		const shown = (/** @type {any} */ value) =>
			typeof value === "boolean" ? t(value ? "yes" : "no") : said(value);
		return Object.keys(first)
			.filter((key) => JSON.stringify(form[key]) !== JSON.stringify(other[key]))
			.map((key) => [labels[key] ?? key, shown(form[key]), shown(other[key])]);
	};
	const conflict = theirs
		? html`<${Both} rows=${rows()} onClose=${() => setTheirs(null)} onTheirs=${() => {
				prefs.write(place, null);
				onFound(theirs);
			}} onMine=${() => {
				const tag = stamp(theirs);
				setTheirs(null);
				submit(null, tag);
			}} />`
		: null;
	const note =
		dirty && kept && !busy
			? html`<${Notice} kind="warn" icon="edit" act=${html`<${Button} small=${true} onClick=${discard}>${t("discard")}<//>`}>${t("unsaved")}<//>`
			: null;
	const foot = html`<div class="submit"><${Button} kind="main" type="submit" busy=${busy} disabled=${!dirty}>${t("save")}<//>${dirty && !busy ? html`<${Button} kind="plain" onClick=${discard}>${t("discard")}<//>` : null}</div>`;
	return { form, set, error, submit, conflict, note, foot, retag };
}

/** Who may change these settings, where the signed-in member may not. @param {{permission: import("../permissions.mjs").Permission, roles: string}} props */
export const ReadOnly = ({ permission, roles }) =>
	may(permission)
		? null
		: html`<${Notice} kind="info" icon="lock">${t("no.permission.roles", { roles })}<//>`;
