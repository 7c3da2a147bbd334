// A picture that buyers see: chosen, dropped or pasted, shown, replaced, removed and brought back.

import { call } from "../api.mjs";
import { t } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import { Button, fieldError, sentence, toast, useBusy } from "../parts.mjs";
import { html, useId, useLayoutEffect, useRef, useState } from "../view.mjs";

/** @typedef {import("../shrink.mjs").Made} Made */

/** The shortest side that is taken, in px, and the types. */
const LEAST_SIDE = 64;
const TYPES = "image/png,image/jpeg,image/webp";

/** What makes pictures small is loaded when there is one. */
const press = () => import("../shrink.mjs");

/** @param {File} file */
const shrink = async (file) => (await press()).shrink(file);

/** What was shown a moment ago, to be sent again. @param {string} address @returns {Promise<Made>} */
async function again(address) {
	const data = /^data:([^;]+);base64,(.*)$/.exec(address);
	if (data) return { media_type: data[1], data: data[2], url: address };
	const answer = await call(`/images/${address.split("/").at(-1)}`, {
		headers: { Accept: "image/png" },
	});
	return (await press()).made(await answer.blob());
}

/**
 * A picture, and how it changes.
 * @param {string | null} address where it is now, as a path
 * @param {(made: Made | null) => Promise<void>} write sends it, or removes it
 */
export function usePicture(address, write) {
	const [shown, show] = useState(address);
	const now = useRef(address);
	const change = async (/** @type {Made | null} */ next) => {
		await write(next);
		now.current = next?.url ?? null;
		show(now.current);
	};
	const back = async (/** @type {string | null} */ before) => {
		try {
			await change(before === null ? null : await again(before));
		} catch (error) {
			toast(sentence(error));
		}
	};
	return {
		shown,
		take: async (/** @type {Made | null} */ next) => {
			const before = now.current;
			await change(next);
			toast(t(next ? "picture.saved" : "picture.removed"), () => back(before));
		},
	};
}

/** Why a picture is not taken. @param {any} error */
const refusal = (error) =>
	error.key
		? t(error.key, error.values)
		: (fieldError(error, "data") ?? fieldError(error, "media_type") ?? sentence(error));

/** The file that somebody dropped or pasted, if it is one. @param {DataTransfer | null} data */
const fileIn = (data) => data?.files[0] ?? null;

/**
 * @param {{label: string, shown: string | null, edits: boolean, take: (made: Made | null) => Promise<void>, help?: any}} props
 */
export function Picture({ label, shown, edits, take, help }) {
	const id = useId();
	const choose = useRef(/** @type {HTMLElement | null} */ (null));
	const input = useRef(/** @type {HTMLInputElement | null} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const [error, setError] = useState(/** @type {string | null} */ (null));
	const [over, setOver] = useState(false);
	const change = async (/** @type {() => Promise<Made | null>} */ next) => {
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			await take(await next());
		} catch (thrown) {
			setError(refusal(thrown));
		}
		setBusy(false);
	};
	// In the moment it is drawn: a file that nobody takes would replace the page.
	useLayoutEffect(() => {
		if (!edits) return;
		const files = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files");
		const hover = (/** @type {DragEvent} */ event) => {
			if (!files(event)) return;
			// A file that is dropped beside the place would replace the page.
			event.preventDefault();
			setOver(true);
		};
		const leave = (/** @type {DragEvent} */ event) => event.relatedTarget || setOver(false);
		const drop = (/** @type {DragEvent} */ event) => {
			if (!files(event)) return;
			event.preventDefault();
			setOver(false);
			const file = fileIn(event.dataTransfer);
			if (file) change(() => shrink(file));
		};
		const paste = (/** @type {ClipboardEvent} */ event) => {
			const file = fileIn(event.clipboardData);
			const typing = /** @type {HTMLElement} */ (event.target).closest("input, textarea");
			// Who pastes text into a field means the text, whatever comes with it.
			if (!file || (typing && event.clipboardData?.types.includes("text/plain"))) return;
			event.preventDefault();
			change(() => shrink(file));
		};
		/** @type {[string, any][]} */
		const all = [
			["dragover", hover],
			["dragleave", leave],
			["drop", drop],
			["paste", paste],
		];
		for (const [name, hear] of all) addEventListener(name, hear);
		return () => {
			for (const [name, hear] of all) removeEventListener(name, hear);
		};
	}, [edits, take]);
	const described = [edits ? `${id}-help` : "", error ? `${id}-error` : ""].join(" ").trim();
	return html`<div class="field picture" role="group" aria-labelledby=${`${id}-label`}>
		<span class="as-label" id=${`${id}-label`}>${label}</span>
		<div class=${`drop${over ? " over" : ""}`}>
			${shown ? html`<img key="shown" src=${shown} alt=${label} />` : html`<span key="none" class="badge"><${Icon} name="image" /></span>`}
			${
				edits
					? html`<span key="acts" class="acts" ref=${choose}><${Button} icon=${shown ? "restart" : "image"} busy=${busy} aria-describedby=${described} onClick=${() => input.current?.click()}>${t(shown ? "picture.replace" : "picture.choose")}<//>${
							shown
								? html`<${Button} kind="plain" icon="trash" onClick=${() => {
										// It goes away with the picture; the focus stays.
										choose.current?.querySelector("button")?.focus();
										change(async () => null);
									}}>${t("picture.remove")}<//>`
								: null
						}</span>`
					: null
			}
			<input key="file" ref=${input} class="sr" type="file" accept=${TYPES} tabindex="-1" aria-hidden="true" onChange=${(
				/** @type {any} */ event,
			) => {
				const [file] = event.currentTarget.files;
				// The same file may be chosen again after it was mended.
				event.currentTarget.value = "";
				if (file) change(() => shrink(file));
			}} />
		</div>
		${edits ? html`<p class="help" id=${`${id}-help`}>${t("picture.help", { least: LEAST_SIDE })}${help ? html` ${help}` : null}</p>` : null}
		${error ? html`<p class="error" id=${`${id}-error`} role="alert"><${Icon} name="alert" /><span>${error}</span></p>` : null}
	</div>`;
}
