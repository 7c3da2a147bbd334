// An invitation: its token stands behind the # of the address, where no server and no log sees it.

import { acceptInvitation, previewInvitation } from "../api.mjs";
import { day } from "../format.mjs";
import { t } from "../i18n.mjs";
import { replace } from "../router.mjs";
import { Button, Empty, FormErrors, Skeleton, TextField, fieldError, useBusy } from "../ui.mjs";
import { html, useEffect, useState } from "../view.mjs";
import { PasswordField } from "./sign_in.mjs";

/** @param {{place: import("../router.mjs").Place}} props */
export default function Invite({ place }) {
	const token = place.path[1];
	const [invitation, setInvitation] = useState(/** @type {any} */ (null));
	const [over, setOver] = useState(/** @type {unknown} */ (null));
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const look = () => {
		setOver(null);
		previewInvitation(token).then(setInvitation, setOver);
	};
	useEffect(look, [token]);
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			await acceptInvitation(token, name.trim(), password);
			// The token is used up and need not stay in the history.
			replace("#/");
		} catch (thrown) {
			setError(thrown);
			setBusy(false);
		}
	};
	if (over && /** @type {any} */ (over).status === 410)
		return html`<${Empty} icon="clock" title=${t("invite.over")} text=${t("invite.over.text")}><${Button} href="#/">${t("sign.in")}<//><//>`;
	if (over) return html`<${FormErrors} error=${over} known=${{}} again=${look} />`;
	if (!invitation) return html`<${Skeleton} rows=${4} />`;
	return html`<p>${t("invite.text", { organization: invitation.organization, role: t(`role.${invitation.role}`) })}</p>
		<p class="soft">${t(`role.${invitation.role}.text`)}</p>
		<form class="form" onSubmit=${submit}>
			<${FormErrors} error=${error} known=${{ name: t("invite.name"), password: t("sign.password") }} />
			<p class="soft"><bdi translate="no">${invitation.email}</bdi></p>
			<input class="sr" type="email" name="email" autocomplete="username" value=${invitation.email} readonly tabindex="-1" aria-hidden="true" />
			<${TextField} label=${t("invite.name")} name="name" autocomplete="name" required maxlength="100" value=${name} onInput=${setName} error=${fieldError(error, "name")} />
			<${PasswordField} label=${t("invite.password")} help=${t("invite.password.help")} autocomplete="new-password" value=${password} onInput=${setPassword} error=${fieldError(error, "password")} />
			<${Button} kind="main" type="submit" busy=${busy}>${t("invite.accept")}<//>
		</form>
		<p class="soft help-line">${t("invite.until", { day: day(invitation.expires_at) })}</p>`;
}
