// What is said of endpoints and attempts on more than one screen.

import { t, tn } from "../i18n.mjs";
import { html } from "../view.mjs";

/** What an endpoint can hear of. */
const EVENTS = [
	"transaction.status_changed",
	"refund.status_changed",
	"payment_link.exhausted",
	"payment_link.expired",
	"webhook.test",
];

/** How an endpoint is, in one word. @param {any} one */
export const condition = (one) =>
	one.status === "disabled"
		? "disabled"
		: one.health.status === "healthy"
			? "enabled"
			: one.health.status;

/** The same in a sentence. @param {any} one */
export function told(one) {
	if (one.status === "disabled")
		return t(
			one.disabled_reason ? `webhook.disabled.${one.disabled_reason}` : "webhook.disabled.off",
		);
	if (one.health.status === "healthy")
		return one.health.last_success_at ? t("webhook.healthy") : t("webhook.nothing");
	return tn("webhook.failures", one.health.consecutive_failures);
}

/** Which events, as boxes to tick. @param {{value: string[], onChange: (events: string[]) => void}} props */
export const Events = ({ value, onChange }) =>
	html`<fieldset class="checks"><legend>${t("webhook.events")}</legend>${EVENTS.map((name) => html`<label key=${name}><input type="checkbox" checked=${value.includes(name)} onChange=${(/** @type {any} */ e) => onChange(e.currentTarget.checked ? [...value, name] : value.filter((one) => one !== name))} /><span>${t(`event.${name}`)}<small class="soft" translate="no">${name}</small></span></label>`)}</fieldset>`;

/** What an attempt came to, in words. @param {any} attempt */
export const attemptText = (attempt) =>
	attempt.result === "status"
		? t("attempt.http", { status: String(attempt.http_status) })
		: t(`hook.${attempt.result}`);
