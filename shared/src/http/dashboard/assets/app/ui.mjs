// The pieces that every page is made of, sign-in included. What only the screens behind it need is
// in parts.mjs.

import { ApiError, session, watch } from "./api.mjs";
import { has, t } from "./i18n.mjs";
import { Icon } from "./icons.mjs";
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "./view.mjs";

/** Whether something is being sent: known at once, so that a double click sends once. */
export function useBusy() {
	const sending = useRef(false);
	const [busy, draw] = useState(false);
	const set = (/** @type {boolean} */ now) => {
		sending.current = now;
		draw(now);
	};
	return /** @type {const} */ ([busy, set, sending]);
}

/** Draws anew whenever the session changes. */
export function useSession() {
	const [, draw] = useState(0);
	// In the moment it is drawn: what changes before somebody listens would stay undrawn.
	useLayoutEffect(() => watch(() => draw((/** @type {number} */ n) => n + 1)), []);
	return session;
}

/** One key for a form, so that sending it twice is doing it once. */
export function useFormKey() {
	const key = useRef(crypto.randomUUID());
	return {
		current: () => key.current,
		renew: () => {
			key.current = crypto.randomUUID();
		},
	};
}

/** An id, with a button that copies it. @param {{value: string, label: string}} props */
export const Id = ({ value, label }) =>
	html`<span class="id"><code translate="no">${value}</code><${Copy} text=${value} label=${label} small=${true} /></span>`;

/**
 * @param {{kind?: "main" | "quiet" | "danger" | "plain", icon?: string, busy?: boolean, disabled?: boolean, onClick?: (event: any) => void, type?: string, label?: string, small?: boolean, children?: any, href?: string, [more: string]: any}} props
 */
export function Button({
	kind = "quiet",
	icon,
	busy = false,
	disabled = false,
	onClick,
	type = "button",
	label,
	small = false,
	href,
	children,
	...more
}) {
	const classes = `button ${kind}${small ? " small" : ""}${children === undefined || children === null ? " bare" : ""}`;
	const inside = html`${busy ? html`<span class="spin" aria-hidden="true"></span>` : icon ? html`<${Icon} name=${icon} />` : null}${children === undefined || children === null ? null : html`<span>${children}</span>`}`;
	if (href)
		return html`<a class=${classes} href=${href} aria-label=${label} title=${label} ...${more}>${inside}</a>`;
	// A busy button keeps the focus, and does nothing when it is pressed again.
	const press = (/** @type {any} */ event) => {
		if (busy) event.preventDefault();
		else onClick?.(event);
	};
	return html`<button class=${classes} type=${type} aria-busy=${busy ? "true" : null} disabled=${disabled} aria-label=${label} title=${label} onClick=${press} ...${more}>${inside}</button>`;
}

/** @param {{text: string, label: string, small?: boolean, kind?: string, children?: any}} props */
export function Copy({ text, label, small = false, kind = "quiet", children }) {
	const [copied, setCopied] = useState(false);
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(text);
		} catch {
			const area = document.createElement("textarea");
			area.value = text;
			area.className = "sr";
			document.body.append(area);
			area.select();
			document.execCommand("copy");
			area.remove();
		}
		setCopied(true);
		say(t("copied"));
		setTimeout(() => setCopied(false), 2000);
	};
	return html`<${Button} kind=${small ? "plain" : kind} small=${small} icon=${copied ? "check" : "copy"} label=${small ? label : undefined} onClick=${copy}>${small ? null : copied ? t("copied") : (children ?? t("copy"))}<//>`;
}

/**
 * @param {{label: string, help?: any, error?: string | null, optional?: boolean, children: (props: {id: string, "aria-describedby": string | undefined, "aria-invalid": "true" | undefined}) => any}} props
 */
export function Field({ label, help, error, optional = false, children }) {
	const id = useId();
	const described = [help ? `${id}-help` : null, error ? `${id}-error` : null]
		.filter(Boolean)
		.join(" ");
	return html`<div class=${`field${error ? " wrong" : ""}`}>
		<label for=${id}>${label}${optional ? html` <span class="soft">${t("optional")}</span>` : null}</label>
		${children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? "true" : undefined })}
		${help ? html`<p class="help" id=${`${id}-help`}>${help}</p>` : null}
		${error ? html`<p class="error" id=${`${id}-error`}><${Icon} name="alert" /><span>${error}</span></p>` : null}
	</div>`;
}

/**
 * @param {{label: string, value: string, onInput: (value: string) => void, help?: any, error?: string | null, optional?: boolean, type?: string, [more: string]: any}} props
 */
export function TextField({
	label,
	value,
	onInput,
	help,
	error,
	optional,
	type = "text",
	inputRef,
	...more
}) {
	return html`<${Field} label=${label} help=${help} error=${error} optional=${optional}>
		${(/** @type {any} */ ids) => html`<input ref=${inputRef} type=${type} value=${value} dir="auto" onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} ...${more} />`}
	<//>`;
}

/** A refusal in words. @param {unknown} error */
export function sentence(error) {
	if (!(error instanceof ApiError)) return t("error.app");
	if (error.unknownOutcome) return t("error.lost");
	if (error.status === 0) return session.online ? t("error.unreachable") : t("error.offline");
	if (error.code === "idempotency_key_reused") return t("error.reused");
	if (has(`error.${error.code}`)) return t(`error.${error.code}`);
	if (error.status >= 500) return t("error.server");
	return error.message || t("error.server");
}

/**
 * @param {{error: unknown, again?: () => void}} props
 */
export function Failure({ error, again }) {
	const id = error instanceof ApiError ? error.requestId : null;
	return html`<div class="notice bad" role="alert"><${Icon} name="alert" /><div>
		<p>${sentence(error)}</p>
		${error instanceof ApiError && error.code === "permission_denied" ? html`<p class="soft">${t("error.whom")}</p>` : null}
		<p class="acts">${again ? html`<${Button} small=${true} icon="restart" onClick=${again}>${t("again")}<//>` : null}${id ? html`<span class="soft small">${t("request")} <${Id} value=${id} label=${t("copy.request")} /></span>` : null}</p>
	</div></div>`;
}

/**
 * What is wrong with a form, listed on top of it; takes the focus when it appears.
 * @param {{error: unknown, known: Record<string, string>, again?: () => void}} props `known`: labels of fields by their path
 */
export function FormErrors({ error, known, again }) {
	const box = useRef(/** @type {HTMLElement | null} */ (null));
	// In the moment it is drawn: a focus that comes later would take the keys of whoever types already.
	useLayoutEffect(() => {
		if (error) box.current?.focus();
	}, [error]);
	if (!error) return null;
	const fields = error instanceof ApiError ? error.fields : {};
	const lines = Object.entries(fields);
	if (lines.length === 0)
		return html`<div ref=${box} tabindex="-1"><${Failure} error=${error} again=${again} /></div>`;
	return html`<div class="notice bad" role="alert" tabindex="-1" ref=${box}><${Icon} name="alert" /><div>
		<p>${t("form.wrong")}</p>
		<ul>${lines.map(([path, texts]) => html`<li key=${path}>${known[path] ? html`<b>${known[path]}</b>: ` : null}${texts.join(" ")}</li>`)}</ul>
	</div></div>`;
}

/** The first field that is wrong takes the focus in the moment it is marked. @param {Record<string, string>} wrong */
export function useFocusOnWrong(wrong) {
	useLayoutEffect(() => {
		if (Object.keys(wrong).length === 0) return;
		/** @type {HTMLElement | null} */ (document.querySelector("[aria-invalid=true]"))?.focus();
	}, [wrong]);
}

/** The sentence under one field. @param {unknown} error @param {string} path */
export const fieldError = (error, path) =>
	error instanceof ApiError ? (error.fields[path]?.join(" ") ?? null) : null;

/** @param {{kind?: "info" | "warn" | "bad" | "good", icon?: string, children?: any, act?: any}} props */
export const Notice = ({ kind = "info", icon = "info", children, act }) =>
	html`<div class=${`notice ${kind}`}><${Icon} name=${icon} /><div>${children}</div>${act ? html`<div class="act">${act}</div>` : null}</div>`;

/** @param {{icon: string, title: string, text?: any, children?: any}} props */
export const Empty = ({ icon, title, text, children }) =>
	html`<div class="empty"><span class="badge"><${Icon} name=${icon} /></span><h2>${title}</h2>${text ? html`<p>${text}</p>` : null}${children ? html`<div class="acts">${children}</div>` : null}</div>`;

/** Lines in the shape of what is to come, after 150 ms. @param {{rows?: number, kind?: string}} props */
export function Skeleton({ rows = 6, kind = "rows" }) {
	const [shown, show] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => show(true), 150);
		return () => clearTimeout(timer);
	}, []);
	return html`${kind === "page" ? html`<h1 class="sr">${t("loading")}</h1>` : null}<div class=${`skeleton ${kind}`} role="status" aria-label=${t("loading")}>${shown ? Array.from({ length: rows }, (_, i) => html`<i key=${i}></i>`) : null}</div>`;
}

/**
 * @param {{title: string, onClose: () => void, firm?: boolean, wide?: boolean, hides?: boolean, children?: any}} props `firm`: neither Escape nor a click beside it closes it; `hides`: nothing behind it can be read
 */
export function Dialog({ title, onClose, firm = false, wide = false, hides = false, children }) {
	const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
	const id = useId();
	useLayoutEffect(() => {
		const before = /** @type {HTMLElement | null} */ (document.activeElement);
		dialog.current?.showModal();
		// A browser gives the focus to the button that closes; whoever opened a form wants to type.
		const field = "input:not([type=checkbox]):not([readonly]), select, textarea";
		const first = /** @type {any} */ (dialog.current?.querySelector(field));
		first?.focus();
		// What is proposed is replaced by typing.
		first?.select?.();
		return () => before?.isConnected && before.focus();
	}, []);
	// A browser closes at the second Escape whatever the page says, unless the key is stopped; and the
	// focus may be nowhere, where what had it has just gone.
	useLayoutEffect(() => {
		if (!firm) return;
		const hold = (/** @type {KeyboardEvent} */ event) => {
			const top = [...document.querySelectorAll("dialog[open]")].at(-1);
			if (event.key === "Escape" && top === dialog.current) event.preventDefault();
		};
		addEventListener("keydown", hold, true);
		return () => removeEventListener("keydown", hold, true);
	}, [firm]);
	const cancel = (/** @type {any} */ event) => {
		event.preventDefault();
		if (!firm) onClose();
	};
	const beside = (/** @type {any} */ event) => {
		if (event.target === dialog.current && !firm) onClose();
	};
	return html`<dialog ref=${dialog} class=${`${wide ? "wide" : ""}${hides ? " hides" : ""}`} aria-labelledby=${id} onCancel=${cancel} onKeyDown=${(
		/** @type {KeyboardEvent} */ e,
	) => {
		if (e.key === "Escape") {
			e.stopPropagation();
			if (firm) e.preventDefault();
		}
	}} onPointerDown=${beside}><div class="dialog">
		<header><h2 id=${id}>${title}</h2>${firm ? null : html`<${Button} kind="plain" icon="cross" label=${t("close")} onClick=${onClose} />`}</header>
		${children}
	</div></dialog>`;
}

/** @type {{id: number, text: string, undo?: () => void}[]} */
let toasts = [];
let toastId = 0;
let drawToasts = () => {};

/**
 * Says something at the foot of the page for some seconds.
 * @param {string} text
 * @param {() => void} [undo]
 */
export function toast(text, undo) {
	toastId += 1;
	const id = toastId;
	toasts = [...toasts.slice(-2), { id, text, undo }];
	drawToasts();
	setTimeout(() => drop(id), undo ? 10_000 : 5_000);
}

/** @param {number} id @param {boolean} [now] */
function drop(id, now = false) {
	const shown = document.querySelector(`[data-toast="${id}"]`);
	if (!now && shown?.contains(document.activeElement)) return void setTimeout(() => drop(id), 1000);
	toasts = toasts.filter((one) => one.id !== id);
	drawToasts();
}

let spoken = "";
let drawSpoken = () => {};

/** Says something to screen readers only. @param {string} text */
export function say(text) {
	spoken = text;
	drawSpoken();
}

export function Toasts() {
	const [, draw] = useState(0);
	drawToasts = () => draw((/** @type {number} */ n) => n + 1);
	return html`<div class="toasts" role="status">${toasts.map(
		({ id, text, undo }) =>
			html`<div class="toast" key=${id} data-toast=${id}><span>${text}</span>${
				undo
					? html`<${Button} kind="plain" onClick=${() => {
							undo();
							drop(id, true);
						}}>${t("undo")}<//>`
					: null
			}<${Button} kind="plain" icon="cross" label=${t("close")} onClick=${() => drop(id, true)} /></div>`,
	)}</div>`;
}

export function Spoken() {
	const [, draw] = useState(0);
	drawSpoken = () => draw((/** @type {number} */ n) => n + 1);
	return html`<p class="sr" aria-live="polite">${spoken}</p>`;
}

/**
 * The head of a page. Its heading takes the focus when the page is opened.
 * @param {{title: string, shown?: any, back?: [string, string], chip?: any, acts?: any, children?: any}} props
 */
export function Head({ title, shown, back, chip, acts, children }) {
	const heading = useRef(/** @type {HTMLElement | null} */ (null));
	const { organization, me } = useSession();
	useEffect(() => {
		const name = organization?.name ?? me?.organization.name;
		document.title = [title, name, "Paylink"].filter(Boolean).join(" - ");
	}, [title, organization, me]);
	useLayoutEffect(() => {
		if (
			!document.activeElement ||
			document.activeElement === document.body ||
			document.activeElement.closest("nav")
		) {
			heading.current?.focus({ preventScroll: true });
		}
	}, []);
	return html`<header class="head">
		${back ? html`<p class="back"><a href=${back[0]}><${Icon} name="left" />${back[1]}</a></p>` : null}
		<div class="title"><h1 tabindex="-1" ref=${heading}>${shown ?? title}</h1>${chip}${acts ? html`<div class="acts">${acts}</div>` : null}</div>
		${children}
	</header>`;
}
