// The second factor: a secret for an authenticator, a code that confirms it, codes for recovery.

import { ApiError, api, became, load, signOut } from "../api.mjs";
import { t } from "../i18n.mjs";
import { Button, Copy, Failure, Skeleton, TextField, useBusy } from "../ui.mjs";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../view.mjs";

/** A drawing as a picture: it is never markup of this page. @param {{svg: string}} props */
function Drawing({ svg }) {
	const [url, setUrl] = useState("");
	useEffect(() => {
		const made = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
		setUrl(made);
		return () => URL.revokeObjectURL(made);
	}, [svg]);
	return url
		? html`<img class="factor-qr" src=${url} alt=${t("factor.qr")} width="200" height="200" />`
		: null;
}

/** Codes for recovery, to be kept before one goes on. @param {{codes: string[], onDone: () => void}} props */
export function Codes({ codes, onDone }) {
	const list = useRef(/** @type {HTMLElement | null} */ (null));
	useLayoutEffect(() => list.current?.focus(), []);
	return html`<p>${t("codes.text")}</p>
		<ol ref=${list} tabindex="-1" class="codes" translate="no" aria-label=${t("codes")}>${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ol>
		<div class="acts"><${Copy} text=${codes.join("\n")} label=${t("copy")} kind="main" /><${Button} onClick=${() => print()}>${t("print")}<//></div>
		<footer class="submit"><${Button} onClick=${onDone}>${t("secret.saved")}<//></footer>`;
}

/**
 * Puts a second factor on: the picture, the code, then the codes for recovery.
 * @param {{onStart?: () => void, onDone: () => void}} props
 */
export function Enroll({ onStart, onDone }) {
	const [begun, setBegun] = useState(/** @type {any} */ (null));
	const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
	const [failed, setFailed] = useState(/** @type {unknown} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [code, setCode] = useState("");
	const [busy, setBusy, sending] = useBusy();
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const begin = () => {
		setFailed(null);
		api.post("/api/auth/totp/", {}).then(setBegun, setFailed);
	};
	useEffect(begin, []);
	const confirm = async (/** @type {string} */ digits) => {
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			const made = await api.post("/api/auth/totp/confirm/", { code: digits });
			onStart?.();
			setBegun(null);
			setCodes(made.recovery_codes);
		} catch (thrown) {
			setError(thrown);
			setCode("");
		}
		setBusy(false);
	};
	const type = (/** @type {string} */ typed) => {
		setCode(typed);
		const digits = typed.replace(/\s/g, "");
		if (/^\d{6}$/.test(digits)) confirm(digits);
	};
	const wrong = error instanceof ApiError && error.status === 400;
	useLayoutEffect(() => {
		if (error) field.current?.focus();
	}, [error]);
	if (codes) return html`<${Codes} codes=${codes} onDone=${onDone} />`;
	if (failed) return html`<${Failure} error=${failed} again=${begin} />`;
	if (!begun) return html`<${Skeleton} rows=${4} />`;
	return html`<form class="form" onSubmit=${(/** @type {any} */ e) => {
		e.preventDefault();
		confirm(code.replace(/\s/g, ""));
	}}>
		<p>${t("factor.scan")}</p>
		<${Drawing} svg=${begun.qr_svg} />
		<div class="field"><span class="as-label">${t("factor.secret")}</span><div class="secret"><code translate="no" tabindex="0">${begun.secret}</code><${Copy} text=${begun.secret} label=${t("copy")} /></div></div>
		${error && !wrong ? html`<${Failure} error=${error} />` : null}
		<${TextField} label=${t("sign.code")} help=${t("sign.code.help")} inputmode="numeric" autocomplete="one-time-code" required maxlength="64" value=${code} onInput=${type} inputRef=${field} error=${wrong ? t("factor.wrong") : null} />
		<div class="submit"><${Button} kind="main" type="submit" busy=${busy}>${t("factor.confirm")}<//></div>
	</form>`;
}

/** Where the organisation wants a second factor: nothing else is shown before it. @param {{onStart: () => void, onDone: () => void}} props */
export function Forced({ onStart, onDone }) {
	const [failed, setFailed] = useState(/** @type {unknown} */ (null));
	const go = () => {
		setFailed(null);
		load().then(() => {
			became({ totp_enabled: true });
			onDone();
		}, setFailed);
	};
	return html`<p>${t("enroll.text")}</p>
		${failed ? html`<${Failure} error=${failed} again=${go} />` : null}
		<${Enroll} onStart=${onStart} onDone=${go} />
		<p class="acts"><${Button} kind="plain" icon="out" onClick=${signOut}>${t("sign.out")}<//></p>`;
}
