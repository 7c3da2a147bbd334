// When a link ends: the same field where a link is made and where it is changed.

import { elsewhere, exact, exactHere, instant, timeZone } from "../format.mjs";
import { t } from "../i18n.mjs";
import { Field } from "../parts.mjs";
import { html } from "../view.mjs";

/**
 * When a link ends, in the organisation's zone and spelled out.
 * @param {{value: string, onInput: (value: string) => void, error?: string | null}} props
 */
export function EndField({ value, onInput, error }) {
	const at = value === "" ? null : instant(value);
	return html`<${Field} label=${t("link.end")} optional=${true} error=${error} help=${at ? html`${t("new.end.means", { time: exact(at) })}${elsewhere() ? html`<br />${t("time.yours", { time: exactHere(at) })}` : null}` : t("new.end.help", { zone: timeZone() })}>
		${(/** @type {any} */ ids) => html`<input type="datetime-local" value=${value} onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} />`}
	<//>`;
}
