// Tables for spreadsheets: rows come in calls of 5,000 and are put together here.

import { call, session } from "../api.mjs";
import { t, tn } from "../i18n.mjs";
import * as prefs from "../prefs.mjs";
import { Button, Dialog, Failure, Select } from "../parts.mjs";
import { html, useRef, useState } from "../view.mjs";

/**
 * The address of the next part, as the `Link` header of a part names it.
 * @param {string | null} header
 */
export function nextPart(header) {
	return /<([^>]+)>\s*;\s*rel="?next"?/.exec(header ?? "")?.[1] ?? null;
}

/** How many rows a part has: lines that no quoted cell has swallowed. @param {string} text */
export function countRows(text) {
	let rows = 0;
	let quoted = false;
	for (const sign of text) {
		if (sign === '"') quoted = !quoted;
		else if (sign === "\n" && !quoted) rows += 1;
	}
	return rows;
}

/**
 * Puts parts together: the byte order mark and the names of the columns stand only in the first.
 * @param {string[]} parts
 */
export const joinParts = (parts) =>
	parts.map((part, i) => (i === 0 ? part : part.replace(/^\ufeff/, ""))).join("");

/**
 * The rows of a table that name one of these ids, below the names of its columns.
 * @param {string} text
 * @param {Set<string>} ids
 */
export function rowsOf(text, ids) {
	/** @type {string[]} */
	const rows = [];
	let quoted = false;
	let begin = 0;
	for (let at = 0; at < text.length; at += 1) {
		if (text[at] === '"') quoted = !quoted;
		if (text[at] !== "\n" || quoted) continue;
		rows.push(text.slice(begin, at + 1));
		begin = at + 1;
	}
	const wanted = (/** @type {string} */ row) => [...ids].some((id) => row.includes(`"${id}"`));
	return rows.filter((row, i) => i === 0 || wanted(row)).join("");
}

/** A name that every system takes for a file. @param {string} text */
export const fileName = (text) =>
	text
		.replace(/[\\/:*?"<>|\p{Cc}\p{Cf}]+/gu, " ")
		.replace(/\s+/g, " ")
		.trim()
		.slice(0, 80) || "paylink";

/**
 * Hands a file to the browser.
 * @param {Blob} blob
 * @param {string} name
 */
export function save(blob, name) {
	const url = URL.createObjectURL(blob);
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	document.body.append(link);
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** @param {{what: "links" | "payments", path: string, onClose: () => void, span?: string, only?: Set<string> | null}} props */
export function Export({ what, path, onClose, span, only = null }) {
	const [separator, setSeparator] = useState(prefs.read("separator") ?? "comma");
	const [rows, setRows] = useState(/** @type {number | null} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const stopped = useRef(false);
	const run = async () => {
		prefs.write("separator", separator);
		stopped.current = false;
		setError(null);
		setRows(0);
		try {
			/** @type {string[]} */
			const parts = [];
			let at = `${path}${path.includes("?") ? "&" : "?"}separator=${separator}`;
			let sum = 0;
			for (;;) {
				const answer = await call(at, { headers: { Accept: "text/csv" } });
				const part = await answer.text();
				if (stopped.current) return;
				parts.push(part);
				sum += countRows(part) - (parts.length === 1 ? 1 : 0);
				setRows(sum);
				const next = nextPart(answer.headers.get("link"));
				if (next === null) break;
				at = next;
			}
			const today = new Date().toISOString().slice(0, 10);
			const name = fileName(
				`${session.organization?.name ?? "Paylink"} ${t(`place.${what}`)} ${span ?? today}${session.me?.mode === "test" ? " test" : ""}`,
			);
			// Encoding drops nothing: the mark of the first part is a character of the text.
			const all = joinParts(parts);
			const whole = only ? rowsOf(all, only) : all;
			save(
				new Blob([whole.startsWith("\ufeff") ? whole : `\ufeff${whole}`], {
					type: "text/csv;charset=utf-8",
				}),
				`${name}.csv`,
			);
			onClose();
		} catch (thrown) {
			setError(thrown);
			setRows(null);
		}
	};
	const close = () => {
		stopped.current = true;
		onClose();
	};
	return html`<${Dialog} title=${t(`export.${what}`)} onClose=${close}>
		<p class="soft">${t(only ? "export.marked" : "export.text")}</p>
		${error ? html`<${Failure} error=${error} again=${run} />` : null}
		<${Select} label=${t("export.separator")} value=${separator} onInput=${setSeparator} options=${[["comma", t("export.comma")], ["semicolon", t("export.semicolon")]]} />
		<p role="status" class="soft">${rows === null ? "" : tn("export.rows", rows)}</p>
		<footer><${Button} onClick=${close}>${t("cancel")}<//><${Button} kind="main" icon="download" busy=${rows !== null} onClick=${run}>${t("export")}<//></footer>
	<//>`;
}
