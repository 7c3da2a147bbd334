// Handing a link to buyers: address, code for phones, texts for messages.

import { ApiError, call, session } from "../api.mjs";
import { day, money } from "../format.mjs";
import { t } from "../i18n.mjs";
import { Button, Copy, Dialog, Failure, Notice } from "../parts.mjs";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../view.mjs";
import { fileName, save } from "./export.mjs";

/**
 * The code of a link as a picture.
 * @param {string} uuid
 * @param {"svg" | "png"} format
 */
async function picture(uuid, format) {
	const accept = format === "png" ? "image/png" : "image/svg+xml";
	const size = format === "png" ? "&size=1024" : "";
	const answer = await call(`/api/payment-links/${uuid}/qr/?format=${format}${size}`, {
		headers: { Accept: accept },
	});
	return answer.blob();
}

/** @param {{uuid: string, name: string}} props */
function Picture({ uuid, name }) {
	const [url, setUrl] = useState(/** @type {string | null} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [turn, setTurn] = useState(0);
	useEffect(() => {
		let made = /** @type {string | null} */ (null);
		let gone = false;
		setError(null);
		picture(uuid, "svg").then(
			(blob) => {
				if (gone) return;
				made = URL.createObjectURL(new Blob([blob], { type: "image/svg+xml" }));
				setUrl(made);
			},
			(thrown) => gone || setError(thrown),
		);
		return () => {
			gone = true;
			if (made) URL.revokeObjectURL(made);
		};
	}, [uuid, turn]);
	if (error) return html`<${Failure} error=${error} again=${() => setTurn(turn + 1)} />`;
	return html`<div class="qr">${url ? html`<img src=${url} alt=${t("qr.alt", { name })} width="220" height="220" />` : html`<span class="qr-wait"></span>`}</div>`;
}

/** @param {{link: any, onClose: () => void}} props */
export function Qr({ link, onClose }) {
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const load = async (/** @type {"svg" | "png"} */ format) => {
		try {
			setError(null);
			save(await picture(link.uuid, format), `${fileName(link.name)}.${format}`);
		} catch (thrown) {
			setError(thrown);
		}
	};
	return html`<${Dialog} title=${t("link.qr")} onClose=${onClose}>
		<${Picture} uuid=${link.uuid} name=${link.name} />
		<p class="soft center"><bdi>${link.name}</bdi></p>
		${error instanceof ApiError ? html`<${Failure} error=${error} />` : null}
		<footer><${Button} icon="download" onClick=${() => load("svg")}>SVG<//><${Button} icon="download" onClick=${() => load("png")}>PNG<//></footer>
	<//>`;
}

/** Texts for a message, without anything that only the team knows. @param {any} link */
export function texts(link) {
	const shop = session.organization?.name ?? "";
	const total = money(link.totals?.[link.currency] ?? link.subtotal, link.currency);
	const what = link.products?.[0]?.name ?? shop;
	const end = link.expires_at ? ` ${t("share.until", { day: day(link.expires_at) })}` : "";
	const line = t("share.line", { what, total, shop });
	return {
		subject: t("share.subject", { what, shop }),
		body: `${line}${end}\n\n${link.url}\n\n${t("share.sign", { shop })}`,
		short: `${line}${end} ${link.url}`,
	};
}

/** @param {{link: any, fresh?: boolean}} props */
export function Share({ link, fresh = false }) {
	const field = useRef(/** @type {HTMLInputElement | null} */ (null));
	const [qr, showQr] = useState(false);
	useLayoutEffect(() => {
		if (!fresh) return;
		field.current?.focus();
		field.current?.select();
	}, [fresh]);
	const { subject, body, short } = texts(link);
	const system = typeof navigator.share === "function";
	return html`<section class="card share" aria-labelledby="share">
		<h2 id="share">${t("share")}</h2>
		<div class="address"><input ref=${field} readonly dir="ltr" translate="no" aria-label=${t("share.address")} value=${link.url} onFocus=${(/** @type {any} */ e) => e.currentTarget.select()} /><${Copy} text=${link.url} label=${t("copy")} kind="main" /></div>
		<div class="ways">
			<${Button} icon="qr" onClick=${() => showQr(true)}>${t("link.qr")}<//>
			<${Button} icon="mail" href=${`mailto:?subject=${encodeURIComponent(subject)}&body=${encodeURIComponent(body)}`}>${t("share.mail")}<//>
			<${Copy} text=${short} label=${t("share.message")}>${t("share.message")}<//>
			${system ? html`<${Button} icon="share" onClick=${() => navigator.share({ title: subject, text: short }).catch(() => {})}>${t("share.system")}<//>` : null}
			<${Button} icon="external" href=${link.url} target="_blank" rel="noopener noreferrer">${t("share.open")}<//>
		</div>
		<p class="soft">${t("share.harmless")}</p>
		${fresh && session.organization && !session.organization.payments_enabled ? html`<${Notice} kind="warn" icon="alert">${t("payments.off")}<//>` : null}
		${qr ? html`<${Qr} link=${link} onClose=${() => showQr(false)} />` : null}
	</section>`;
}
