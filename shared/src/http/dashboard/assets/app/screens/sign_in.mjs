// Getting in, and proving once more who one is over an open page.

import {
	ApiError,
	dismiss,
	reauthenticate,
	secondFactor,
	session,
	signIn,
	signOut,
} from "../api.mjs";
import { t, tn } from "../i18n.mjs";
import { Button, Dialog, Field, TextField, sentence, useBusy } from "../ui.mjs";
import { Icon } from "../icons.mjs";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../view.mjs";

/**
 * A password, hidden until one wants to see it. Paste and password managers work.
 * @param {{label: string, value: string, onInput: (value: string) => void, error?: string | null, help?: any, autocomplete: string, inputRef?: any}} props
 */
export function PasswordField({ label, value, onInput, error, help, autocomplete, inputRef }) {
	const [seen, see] = useState(false);
	return html`<${Field} label=${label} error=${error} help=${help}>
		${(/** @type {any} */ ids) => html`<span class="affix"><input ref=${inputRef} type=${seen ? "text" : "password"} name="password" required maxlength="256" autocomplete=${autocomplete} autocapitalize="none" spellcheck=${false} value=${value} onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} /><button type="button" class="reveal" aria-pressed=${seen ? "true" : "false"} onClick=${() => see(!seen)}><${Icon} name="eye" /><span class="sr">${t("sign.reveal")}</span></button></span>`}
	<//>`;
}

/** Seconds until something is possible again. @param {unknown} error */
function useCountdown(error) {
	const [left, setLeft] = useState(0);
	useEffect(() => {
		if (!(error instanceof ApiError) || error.status !== 429) return setLeft(0);
		const end = Date.now() + 1000 * (error.retryAfter ?? 30);
		const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
		tick();
		const timer = setInterval(tick, 500);
		return () => clearInterval(timer);
	}, [error]);
	return left;
}

/**
 * The form itself, on a page of its own or over another.
 * @param {{email?: string, act: string}} props
 */
function Form({ email: known, act }) {
	const [email, setEmail] = useState(known ?? "");
	const [password, setPassword] = useState("");
	const [code, setCode] = useState("");
	const [challenge, setChallenge] = useState(/** @type {string | null} */ (null));
	const [recovery, useRecovery] = useState(false);
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const first = useRef(/** @type {HTMLInputElement | null} */ (null));
	const codeField = useRef(/** @type {HTMLInputElement | null} */ (null));
	const left = useCountdown(error);
	useLayoutEffect(() => (codeField.current ?? first.current)?.focus(), [challenge, recovery]);

	const run = async (/** @type {() => Promise<any>} */ step) => {
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			const asked = await step();
			if (asked) setChallenge(asked.challenge_token);
		} catch (thrown) {
			setError(thrown);
			setCode("");
			if (challenge && thrown instanceof ApiError && thrown.status === 401)
				codeField.current?.focus();
		}
		setBusy(false);
	};
	const submit = (/** @type {any} */ event) => {
		event.preventDefault();
		if (left > 0) return;
		run(() =>
			challenge ? secondFactor(challenge, code) : signIn({ email: email.trim(), password }),
		);
	};
	// A challenge lives for five minutes and five wrong codes; after it the password is asked anew.
	const again = () => {
		setChallenge(null);
		setCode("");
		setError(null);
		useRecovery(false);
		setPassword("");
	};
	const typeCode = (/** @type {string} */ typed) => {
		setCode(typed);
		const digits = typed.replace(/\s/g, "");
		if (!recovery && challenge && /^\d{6}$/.test(digits))
			run(() => secondFactor(challenge, digits));
	};
	return html`<form class="form" onSubmit=${submit}>
		${error ? html`<div class="notice bad" role="alert"><${Icon} name="alert" /><div><p>${left > 0 ? tn("sign.throttled", left) : sentence(error)}</p>${left > 0 ? html`<p class="soft">${t("sign.still")}</p>` : null}</div></div>` : null}
		${
			challenge
				? html`<${TextField} label=${t(recovery ? "sign.recovery" : "sign.code")} help=${t(recovery ? "sign.recovery.help" : "sign.code.help")} value=${code} onInput=${typeCode} inputmode=${recovery ? "text" : "numeric"} autocomplete="one-time-code" required inputRef=${codeField} />
					<div class="acts"><${Button} kind="plain" onClick=${() => useRecovery(!recovery)}>${t(recovery ? "sign.use.code" : "sign.use.recovery")}<//><${Button} kind="plain" onClick=${again}>${t("sign.again")}<//></div>`
				: html`${known ? html`<p class="soft"><bdi translate="no">${known}</bdi></p><input class="sr" type="email" name="email" autocomplete="username" value=${known} readonly tabindex="-1" aria-hidden="true" />` : html`<${TextField} label=${t("sign.email")} type="email" name="email" autocomplete="username" autocapitalize="none" spellcheck=${false} required maxlength="256" value=${email} onInput=${setEmail} inputRef=${first} />`}
					<${PasswordField} label=${t("sign.password")} value=${password} onInput=${setPassword} autocomplete="current-password" inputRef=${known ? first : undefined} />`
		}
		<${Button} kind="main" type="submit" busy=${busy} disabled=${left > 0}>${left > 0 ? t("sign.wait", { n: left }) : act}<//>
	</form>`;
}

export function SignIn() {
	return html`<${Form} act=${t("sign.in")} /><p class="soft help-line">${t("sign.help")}</p>`;
}

/** The password once more, or a code where a second factor is on. @param {{act: string}} props */
function Once({ act }) {
	const totp = session.me?.totp_enabled === true;
	const [typed, type] = useState("");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const left = useCountdown(error);
	useLayoutEffect(() => field.current?.focus(), []);
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current || left > 0) return;
		setBusy(true);
		setError(null);
		try {
			await reauthenticate(totp ? { mfa_code: typed.trim() } : { password: typed });
		} catch (thrown) {
			setError(thrown);
			type("");
			field.current?.focus();
		}
		setBusy(false);
	};
	const email = session.me?.email;
	return html`<form class="form" onSubmit=${submit}>
		${error ? html`<div class="notice bad" role="alert"><${Icon} name="alert" /><div><p>${left > 0 ? tn("sign.throttled", left) : sentence(error)}</p></div></div>` : null}
		<p class="soft"><bdi translate="no">${email}</bdi></p>
		${
			totp
				? html`<${TextField} label=${t("sign.code")} help=${t("sign.code.help")} value=${typed} onInput=${type} inputmode="numeric" autocomplete="one-time-code" required inputRef=${field} />`
				: html`<input class="sr" type="email" name="email" autocomplete="username" value=${email} readonly tabindex="-1" aria-hidden="true" />
					<${PasswordField} label=${t("sign.password")} value=${typed} onInput=${type} autocomplete="current-password" inputRef=${field} />`
		}
		<${Button} kind="main" type="submit" busy=${busy} disabled=${left > 0}>${left > 0 ? t("sign.wait", { n: left }) : act}<//>
	</form>`;
}

/**
 * Over the page, which keeps what was typed. After a long pause the page is hidden as well.
 * @param {{why: "over" | "recent" | "idle"}} props
 */
export function Prove({ why }) {
	const idle = why === "idle";
	return html`<${Dialog} title=${t(`prove.${why}`)} onClose=${dismiss} firm=${idle} hides=${idle}>
		<p>${t(`prove.${why}.text`)}</p>
		${why === "over" ? html`<${Form} email=${session.me?.email} act=${t("sign.in")} />` : html`<${Once} act=${t("prove.act")} />`}
		${idle ? html`<footer><${Button} onClick=${signOut}>${t("sign.out")}<//></footer>` : null}
	<//>`;
}
