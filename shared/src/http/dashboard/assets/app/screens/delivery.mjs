// One delivery: what was sent, what was answered, and sending it again.

import { api, may } from "../api.mjs";
import { count } from "../format.mjs";
import { has, t } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import {
	NoPermission,
	Button,
	Chip,
	Copy,
	Empty,
	Facts,
	Failure,
	Head,
	Id,
	Skeleton,
	When,
	sentence,
	toast,
	useData,
	useFormKey,
} from "../parts.mjs";
import { html, useEffect } from "../view.mjs";
import { attemptText } from "./hooks_said.mjs";

/** @param {{place: import("../router.mjs").Place}} props */
export default function Delivery({ place }) {
	if (!may("manage_organization"))
		return html`<${Head} title=${t("place.webhooks")} /><${NoPermission} permission="manage_organization" />`;
	return html`<${One} webhook=${place.path[2]} id=${place.path[3]} />`;
}

/** @param {{webhook: string, id: string}} props */
function One({ webhook, id }) {
	const path = `/api/organization/webhooks/${encodeURIComponent(webhook)}/deliveries/${encodeURIComponent(id)}/`;
	const found = useData(path);
	const key = useFormKey();
	const one = found.data;
	const waits = one?.status === "pending";
	useEffect(() => {
		if (!waits) return;
		const timer = setInterval(() => document.hidden || found.again(), 4000);
		return () => clearInterval(timer);
	}, [waits, found.again]);
	/** @type {[string, string]} */
	const back = [`#/developers/webhooks/${webhook}`, t("deliveries")];
	if (!one) {
		if (found.error?.status === 404)
			return html`<${Head} title=${t("delivery.unknown")} back=${back} /><${Empty} icon="search" title=${t("delivery.unknown")} />`;
		return found.error
			? html`<${Head} title=${t("deliveries")} back=${back} /><${Failure} error=${found.error} again=${found.again} />`
			: html`<${Skeleton} kind="page" />`;
	}
	const send = async () => {
		try {
			await api.post(`${path}retry/`, {}, key.current());
			key.renew();
			toast(t("delivery.sent"));
			setTimeout(found.again, 1500);
		} catch (error) {
			toast(sentence(error));
		}
	};
	const payload = JSON.stringify(one.payload, null, 2);
	const title = has(`event.${one.event}`) ? t(`event.${one.event}`) : one.event;
	return html`
		<${Head} title=${title} back=${back} chip=${html`<${Chip} kind="delivery" status=${one.status} />`} acts=${html`<${Button} icon="restart" onClick=${send}>${t("delivery.again")}<//>`}><p class="sub"><${When} at=${one.created_at} both=${true} /></p><//>
		<div class="columns">
			<div class="wide-column">
				<section class="card" aria-labelledby="attempts"><h2 id="attempts">${t("webhook.attempts")}</h2>
					${one.attempts.length === 0 ? html`<p class="quiet-line">${t("webhook.no.attempt")}</p>` : html`<ol class="timeline">${[...one.attempts].reverse().map((/** @type {any} */ attempt, /** @type {number} */ i) => html`<li key=${i} class=${attempt.result === "success" ? "good" : "bad"}><i aria-hidden="true"><${Icon} name=${attempt.result === "success" ? "check" : "cross"} /></i><div><p><b>${attemptText(attempt)}</b> <span class="soft tabular">${t("delivery.ms", { n: count(attempt.latency_ms) })}</span></p>${attempt.cause ? html`<p><bdi>${attempt.cause}</bdi></p>` : null}${attempt.answer ? html`<pre tabindex="0">${attempt.answer}</pre>` : null}</div><${When} at=${attempt.at} /></li>`)}</ol>`}
				</section>
				<section class="card" aria-labelledby="payload"><h2 id="payload">${t("delivery.payload")}</h2><div class="snippet"><pre translate="no" tabindex="0">${payload}</pre><${Copy} text=${payload} label=${t("copy")} small=${true} /></div></section>
			</div>
			<div class="side-column"><section class="card" aria-labelledby="facts"><h2 id="facts">${t("details")}</h2><${Facts} rows=${[
				[t("webhook.attempts"), count(one.attempt_count)],
				[t("webhook.next"), html`<${When} at=${one.next_attempt_at} both=${true} />`],
				["webhook-id", html`<${Id} value=${one.event_id} label=${t("copy.id")} />`],
				["ID", html`<${Id} value=${one.id} label=${t("copy.id")} />`],
			]} /></section></div>
		</div>
	`;
}
