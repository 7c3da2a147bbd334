// One's own account: name, password, second factor, and where one is signed in.

import { api, became, session } from "../api.mjs";
import { LANGUAGES, locale, t, use } from "../i18n.mjs";
import * as prefs from "../prefs.mjs";
import {
	Button,
	Confirm,
	Dialog,
	Failure,
	Foreign,
	FormErrors,
	Head,
	More,
	Select,
	Skeleton,
	Table,
	TextField,
	When,
	fieldError,
	toast,
	useBusy,
	useList,
	useSession,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";
import { Codes, Enroll } from "./enroll.mjs";
import { PasswordField } from "./sign_in.mjs";

export default function Account() {
	useSession();
	return html`<${Head} title=${t("place.account")} />
		<div class="columns"><div class="wide-column"><${Profile} /><${Sessions} /></div>
		<div class="side-column"><${Factor} /><${Password} /></div></div>`;
}

/** Sends a form once, and keeps its error. @param {() => Promise<void>} send */
function useSending(send) {
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const submit = async (/** @type {any} */ event) => {
		event?.preventDefault();
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			await send();
		} catch (thrown) {
			setError(thrown);
		}
		setBusy(false);
	};
	return { error, busy, submit };
}

function Profile() {
	const me = /** @type {import("../api.mjs").Me} */ (session.me);
	const [name, setName] = useState(me.name);
	const [language, setLanguage] = useState(locale());
	const [theme, setTheme] = useState(prefs.read("theme") ?? me.theme);
	const { error, busy, submit } = useSending(async () => {
		const made = await api.patch("/api/auth/me/", { name: name.trim(), locale: language, theme });
		prefs.write("language", language);
		prefs.write("theme", theme === "system" ? null : theme);
		prefs.applyTheme();
		await use(language);
		became(made);
		toast(t("saved"));
	});
	return html`<section class="card" aria-labelledby="profile"><h2 id="profile">${t("account.profile")}</h2>
		<p class="soft"><bdi translate="no">${me.email}</bdi> · ${t(`role.${me.role}`)}</p>
		<form class="form" onSubmit=${submit}>
			<${FormErrors} error=${error} known=${{ name: t("invite.name") }} />
			<${TextField} label=${t("invite.name")} autocomplete="name" required maxlength="100" value=${name} onInput=${setName} error=${fieldError(error, "name")} />
			<div class="pair"><${Select} label=${t("language")} value=${language} onInput=${setLanguage} options=${Object.entries(LANGUAGES)} />
			<${Select} label=${t("theme")} value=${theme} onInput=${setTheme} options=${[["system", t("theme.system")], ["light", t("theme.light")], ["dark", t("theme.dark")]]} /></div>
			<div class="submit"><${Button} kind="main" type="submit" busy=${busy}>${t("save")}<//></div>
		</form></section>`;
}

function Password() {
	const [before, setBefore] = useState("");
	const [after, setAfter] = useState("");
	const { error, busy, submit } = useSending(async () => {
		await api.post("/api/auth/password/", { current_password: before, new_password: after });
		setBefore("");
		setAfter("");
		toast(t("account.password.changed"));
	});
	const labels = {
		current_password: t("account.password.current"),
		new_password: t("account.password.new"),
	};
	return html`<section class="card" aria-labelledby="password"><h2 id="password">${t("sign.password")}</h2>
		<form class="form" onSubmit=${submit}>
			<${FormErrors} error=${error} known=${labels} />
			<input class="sr" type="email" name="email" autocomplete="username" value=${session.me?.email} readonly tabindex="-1" aria-hidden="true" />
			<${PasswordField} label=${labels.current_password} autocomplete="current-password" value=${before} onInput=${setBefore} error=${fieldError(error, "current_password")} />
			<${PasswordField} label=${labels.new_password} help=${t("invite.password.help")} autocomplete="new-password" value=${after} onInput=${setAfter} error=${fieldError(error, "new_password")} />
			<p class="soft small">${t("account.password.ends")}</p>
			<div class="submit"><${Button} type="submit" busy=${busy}>${t("account.password.change")}<//></div>
		</form></section>`;
}

function Factor() {
	const on = session.me?.totp_enabled === true;
	const required = session.organization?.require_totp === true;
	const [shown, show] = useState(/** @type {"enroll" | "off" | null} */ (null));
	const [codes, setCodes] = useState(/** @type {string[] | null} */ (null));
	const renewing = useSending(async () => {
		const made = await api.post("/api/auth/totp/recovery-codes/", {});
		setCodes(made.recovery_codes);
	});
	return html`<section class="card" aria-labelledby="factor"><h2 id="factor">${t("factor")}</h2>
		<p><span class=${`chip ${on ? "good" : "warn"}`}><i aria-hidden="true"></i>${t(on ? "factor.on" : "factor.off")}</span></p>
		<p class="soft">${t(on ? "factor.on.text" : "factor.off.text")}</p>
		${renewing.error ? html`<${Failure} error=${renewing.error} />` : null}
		<div class="acts">${
			on
				? html`<${Button} icon="restart" busy=${renewing.busy} onClick=${renewing.submit}>${t("codes.renew")}<//>
					${required ? html`<span class="soft small">${t("factor.required")}</span>` : html`<${Button} icon="trash" onClick=${() => show("off")}>${t("factor.remove")}<//>`}`
				: html`<${Button} kind="main" icon="shield" onClick=${() => show("enroll")}>${t("factor.add")}<//>`
		}</div>
		${
			shown === "enroll"
				? html`<${Dialog} title=${t("factor.add")} firm=${codes !== null} onClose=${() => show(null)}><${Enroll} onStart=${() => setCodes([])} onDone=${() => {
						show(null);
						setCodes(null);
						became({ totp_enabled: true });
					}} /><//>`
				: null
		}
		${codes && shown === null ? html`<${Dialog} title=${t("codes")} firm=${true} onClose=${() => {}}><${Codes} codes=${codes} onDone=${() => setCodes(null)} /><//>` : null}
		${
			shown === "off"
				? html`<${Confirm} title=${t("factor.remove")} text=${t("factor.remove.text")} act=${t("factor.remove")} onNo=${() => show(null)} onYes=${async () => {
						await api.delete("/api/auth/totp/");
						show(null);
						became({ totp_enabled: false });
					}} />`
				: null
		}
	</section>`;
}

function Sessions() {
	const list = useList("/api/auth/sessions/?limit=50");
	const [asked, ask] = useState(/** @type {any} */ (null));
	const columns = [
		{
			key: "device",
			label: t("session.device"),
			main: true,
			cell: (/** @type {any} */ one) =>
				html`<${Foreign}>${one.device}<//>${one.current ? html` <span class="chip good"><i aria-hidden="true"></i>${t("session.this")}</span>` : null}`,
		},
		{
			key: "network",
			label: t("session.network"),
			cell: (/** @type {any} */ one) => html`<bdi translate="no">${one.network}</bdi>`,
		},
		{
			key: "used",
			label: t("session.used"),
			numeric: true,
			cell: (/** @type {any} */ one) => html`<${When} at=${one.last_refreshed_at} />`,
		},
		{
			key: "since",
			label: t("session.since"),
			numeric: true,
			hide: "widest-only",
			cell: (/** @type {any} */ one) => html`<${When} at=${one.created_at} short=${true} />`,
		},
		{
			key: "acts",
			label: t("acts"),
			quiet: true,
			cell: (/** @type {any} */ one) =>
				one.current
					? null
					: html`<${Button} kind="plain" icon="cross" label=${t("session.end.of", { device: one.device })} onClick=${() => ask(one)} />`,
		},
	];
	const others = list.rows?.some((/** @type {any} */ one) => !one.current);
	return html`<section class="wide-column" aria-labelledby="sessions"><div class="toolbar"><h2 id="sessions">${t("sessions")}</h2>${others ? html`<${Button} small=${true} onClick=${() => ask("others")}>${t("session.end.others")}<//>` : null}</div>
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${list.rows ? html`<div class="card flush"><${Table} caption=${t("sessions")} columns=${columns} rows=${list.rows} id=${(/** @type {any} */ one) => one.id} /></div>${list.next ? html`<${More} list=${list} />` : null}` : list.error ? null : html`<div class="card flush"><${Skeleton} rows=${3} /></div>`}
		${
			asked
				? html`<${Confirm} title=${asked === "others" ? t("session.end.others") : t("session.end.title", { device: asked.device })} text=${t("session.end.text")} act=${t("session.end")} onNo=${() => ask(null)} onYes=${async () => {
						await api.delete(
							asked === "others" ? "/api/auth/sessions/" : `/api/auth/sessions/${asked.id}/`,
						);
						ask(null);
						list.again();
						toast(t("session.ended"));
					}} />`
				: null
		}
	</section>`;
}
