// Webhooks: does my server hear?

import { api, may } from "../api.mjs";
import { t } from "../i18n.mjs";
import { go } from "../router.mjs";
import {
	NoPermission,
	Button,
	Chip,
	Copy,
	Dialog,
	Empty,
	Failure,
	FormErrors,
	Head,
	More,
	Secret,
	Skeleton,
	Table,
	TextField,
	When,
	fieldError,
	useBusy,
	useFormKey,
	useList,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";
import { Events, condition, told } from "./hooks_said.mjs";

const VERIFY = `import { Webhook } from "standardwebhooks";
const event = new Webhook(process.env.WEBHOOK_SECRET).verify(body, headers);`;

export default function Webhooks() {
	return may("manage_organization")
		? html`<${List} />`
		: html`<${Head} title=${t("place.webhooks")} /><${NoPermission} permission="manage_organization" />`;
}

function List() {
	const list = useList("/api/organization/webhooks/?limit=50");
	const [making, make] = useState(false);
	const [secret, setSecret] = useState(/** @type {any} */ (null));
	const columns = [
		{
			key: "url",
			label: t("webhook.url"),
			main: true,
			cell: (/** @type {any} */ one) => html`<bdi translate="no">${one.url}</bdi>`,
		},
		{
			key: "status",
			label: t("status"),
			cell: (/** @type {any} */ one) => html`<${Chip} kind="webhook" status=${condition(one)} />`,
		},
		{
			key: "health",
			label: t("webhook.health"),
			hide: "wide-only",
			cell: (/** @type {any} */ one) => told(one),
		},
		{
			key: "success",
			label: t("webhook.success"),
			numeric: true,
			cell: (/** @type {any} */ one) =>
				html`<${When} at=${one.health.last_success_at} short=${true} />`,
		},
	];
	const add = html`<${Button} kind="main" icon="plus" onClick=${() => make(true)}>${t("webhook.new")}<//>`;
	return html`
		<${Head} title=${t("place.webhooks")} acts=${list.rows?.length ? add : null} />
		${list.error ? html`<${Failure} error=${list.error} again=${list.again} />` : null}
		${
			list.rows === null
				? list.error
					? null
					: html`<div class="card flush"><${Skeleton} rows=${4} /></div>`
				: list.rows.length === 0
					? html`<${Empty} icon="webhook" title=${t("webhooks.empty")} text=${t("webhooks.empty.text")}>${add}<//>`
					: html`<div class="card flush"><${Table} caption=${t("place.webhooks")} columns=${columns} rows=${list.rows} id=${(/** @type {any} */ one) => one.id} href=${(/** @type {any} */ one) => `#/developers/webhooks/${one.id}`} /></div><${More} list=${list} />`
		}
		<section class="card" aria-labelledby="verify"><h2 id="verify">${t("webhook.verify")}</h2><p class="soft">${t("webhook.verify.text")}</p><div class="snippet"><pre translate="no" tabindex="0">${VERIFY}</pre><${Copy} text=${VERIFY} label=${t("copy")} small=${true} /></div></section>
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
			secret
				? html`<${Secret} title=${t("webhook.made")} text=${t("webhook.made.text")} secret=${secret.secret} label=${secret.url} onClose=${() => {
						setSecret(null);
						go(`#/developers/webhooks/${secret.id}`);
					}} />`
				: null
		}
	`;
}

/** @param {{onClose: () => void, onMade: (made: any) => void}} props */
function Make({ onClose, onMade }) {
	const [url, setUrl] = useState("");
	const [description, setDescription] = useState("");
	const [events, setEvents] = useState([
		"transaction.status_changed",
		"refund.status_changed",
		"webhook.test",
	]);
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const key = useFormKey();
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			onMade(
				await api.post(
					"/api/organization/webhooks/",
					{ url: url.trim(), description: description.trim(), events },
					key.current(),
				),
			);
		} catch (thrown) {
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			setError(thrown);
			setBusy(false);
		}
	};
	return html`<${Dialog} title=${t("webhook.new")} onClose=${onClose}><form class="form" onSubmit=${submit}>
		<${FormErrors} error=${error} known=${{ url: t("webhook.url"), events: t("webhook.events"), description: t("webhook.note") }} />
		<${TextField} label=${t("webhook.url")} type="url" required placeholder="https://" maxlength="2048" value=${url} onInput=${setUrl} help=${t("webhook.url.help")} error=${fieldError(error, "url")} />
		<${TextField} label=${t("webhook.note")} optional=${true} maxlength="200" value=${description} onInput=${setDescription} error=${fieldError(error, "description")} />
		<${Events} value=${events} onChange=${setEvents} />
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy}>${t("webhook.create")}<//></footer>
	</form><//>`;
}
