// A new password with the address of a reset: its token stands behind the #, and in no log.

import { resetPassword } from "../api.mjs";
import { t } from "../i18n.mjs";
import { replace } from "../router.mjs";
import { Button, Empty, FormErrors, fieldError, toast, useBusy } from "../ui.mjs";
import { html, useState } from "../view.mjs";
import { PasswordField } from "./sign_in.mjs";

/** @param {{place: import("../router.mjs").Place}} props */
export default function Reset({ place }) {
	const token = place.path[1];
	const [password, setPassword] = useState("");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			await resetPassword(token, password);
			replace("#/");
			toast(t("reset.done"));
		} catch (thrown) {
			setError(thrown);
			setBusy(false);
		}
	};
	if (error && /** @type {any} */ (error).status === 410)
		return html`<${Empty} icon="clock" title=${t("reset.over")} text=${t("reset.over.text")}><${Button} href="#/">${t("sign.in")}<//><//>`;
	return html`<p>${t("reset.text")}</p>
		<form class="form" onSubmit=${submit}>
			<${FormErrors} error=${error} known=${{ password: t("account.password.new") }} />
			<${PasswordField} label=${t("account.password.new")} help=${t("invite.password.help")} autocomplete="new-password" value=${password} onInput=${setPassword} error=${fieldError(error, "password")} />
			<${Button} kind="main" type="submit" busy=${busy}>${t("reset.set")}<//>
		</form>`;
}
