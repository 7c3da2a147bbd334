// One place to find what is known by a word: links and products by name, payments by whose they are.

import { api } from "../api.mjs";
import { t } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import { go } from "../router.mjs";
import { Chip, Dialog, Failure, Money } from "../parts.mjs";
import { html, useEffect, useRef, useState } from "../view.mjs";

/** Results of each kind that are shown. */
const MOST = 5;

/** How long typing has to rest, in ms. */
const PAUSE_MS = 250;

/** @typedef {{key: string, href: string, name: any, beside: any}} Found */

/** @param {string} words @returns {Promise<Record<string, Found[]>>} */
async function find(words) {
	const query = new URLSearchParams({ search: words, limit: String(MOST) });
	const rows = async (/** @type {string} */ path) => (await api.get(`${path}?${query}`)).results;
	const id = /^(TX|ord_)\w+$/.test(words);
	const one = async () => {
		try {
			return [await api.get(`/api/transactions/${encodeURIComponent(words)}/`)];
		} catch (error) {
			if (/** @type {any} */ (error).status === 404) return [];
			throw error;
		}
	};
	const [links, payments, products] = await Promise.all([
		id ? [] : rows("/api/payment-links/"),
		id ? one() : rows("/api/transactions/"),
		id ? [] : rows("/api/products/"),
	]);
	return {
		"place.links": links.map((/** @type {any} */ link) => ({
			key: link.uuid,
			href: `#/links/${link.uuid}`,
			name: link.name,
			beside: html`<${Chip} kind="link" status=${link.status} />`,
		})),
		"place.payments": payments.map((/** @type {any} */ payment) => ({
			key: payment.id,
			href: `#/payments/${payment.id}`,
			name: payment.payer_email ?? payment.order_id,
			beside: html`<${Money} amount=${payment.amount} currency=${payment.currency} />`,
		})),
		"place.products": products.map((/** @type {any} */ product) => ({
			key: product.id,
			href: `#/products/${product.id}`,
			name: product.name,
			beside: product.sku,
		})),
	};
}

/** @param {{onClose: () => void}} props */
export default function Search({ onClose }) {
	const [words, setWords] = useState("");
	const [found, setFound] = useState(/** @type {Record<string, Found[]> | null} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const box = useRef(/** @type {HTMLElement | null} */ (null));
	const text = words.trim();
	useEffect(() => {
		setError(null);
		if (text === "") return setFound(null);
		let wanted = true;
		const timer = setTimeout(
			() =>
				find(text).then(
					(all) => wanted && setFound(all),
					(thrown) => wanted && setError(thrown),
				),
			PAUSE_MS,
		);
		return () => {
			wanted = false;
			clearTimeout(timer);
		};
	}, [text]);
	const links = () =>
		/** @type {HTMLAnchorElement[]} */ ([...(box.current?.querySelectorAll("a") ?? [])]);
	const move = (/** @type {KeyboardEvent} */ event) => {
		const all = [box.current?.querySelector("input"), ...links()];
		const at = all.indexOf(/** @type {any} */ (document.activeElement));
		if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)]?.focus();
		else if (event.key === "ArrowUp") all[Math.max(at - 1, 0)]?.focus();
		else return;
		event.preventDefault();
	};
	const groups = Object.entries(found ?? {}).filter(([, rows]) => rows.length > 0);
	const open = (/** @type {any} */ event) => {
		event.preventDefault();
		const [first] = links();
		if (!first) return;
		onClose();
		go(first.hash);
	};
	return html`<${Dialog} title=${t("search.title")} onClose=${onClose}><div class="finder" ref=${box} onKeyDown=${move}>
		<form class="search" role="search" onSubmit=${open}><${Icon} name="search" /><input type="text" enterkeyhint="search" aria-label=${t("search.title")} aria-describedby="search-help" maxlength="100" autocomplete="off" autocapitalize="none" spellcheck=${false} value=${words} onInput=${(/** @type {any} */ e) => setWords(e.currentTarget.value)} /></form>
		<p class="help" id="search-help">${t("search.help")}</p>
		${error ? html`<${Failure} error=${error} />` : null}
		<div role="status">${found && groups.length === 0 ? html`<p class="quiet-line">${t("search.none", { words: text })}</p>` : null}</div>
		${groups.map(([title, rows]) => html`<section key=${title} aria-label=${t(title)}><h3>${t(title)}</h3><ul>${rows.map((row) => html`<li key=${row.key}><a href=${row.href} onClick=${onClose}><bdi>${row.name}</bdi><span>${row.beside}</span></a></li>`)}</ul></section>`)}
	</div><//>`;
}
