// One product, or a new one.

import { api, fetchTagged, may, pictureAt } from "../api.mjs";
import { readMoney, typedMoney } from "../format.mjs";
import { t, tn } from "../i18n.mjs";
import { go } from "../router.mjs";
import {
	Both,
	Button,
	Chip,
	Confirm,
	Empty,
	Failure,
	FormErrors,
	Head,
	Id,
	Facts,
	MoneyField,
	Notice,
	Select,
	Skeleton,
	TextArea,
	TextField,
	Toggle,
	When,
	fieldError,
	moneyProblem,
	sentence,
	toast,
	useData,
	useFocusOnWrong,
	useFormKey,
	useUnsaved,
	useBusy,
} from "../parts.mjs";
import { html, useEffect, useRef, useState } from "../view.mjs";
import { Picture, usePicture } from "./picture.mjs";
import { productStatus } from "./product_status.mjs";

const CURRENCIES = ["USD", "EUR"];

/** @param {{place: import("../router.mjs").Place}} props */
export default function Product({ place }) {
	const id = place.path[1];
	const fresh = id === "new";
	const codes = useData("/api/products/?limit=1");
	const [found, setFound] = useState(/** @type {any} */ (null));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const load = () => {
		setError(null);
		if (!fresh)
			fetchTagged(`/api/products/${encodeURIComponent(id)}/`, null).then(setFound, setError);
	};
	useEffect(load, [id]);
	if (error && /** @type {any} */ (error).status === 404)
		return html`<${Head} title=${t("product.unknown")} back=${["#/products", t("place.products")]} /><${Empty} icon="search" title=${t("product.unknown")}><${Button} href="#/products">${t("place.products")}<//><//>`;
	if (error)
		return html`<${Head} title=${t("place.products")} back=${["#/products", t("place.products")]} /><${Failure} error=${error} again=${load} />`;
	if (!fresh && !found) return html`<${Skeleton} kind="page" />`;
	return html`<${Editor} key=${found?.etag} product=${found?.data ?? null} etag=${found?.etag ?? null} codes=${codes.data?.tax_codes ?? []} onChanged=${load} onTheirs=${setFound} />`;
}

/** What the form shows of a product, or of none. @param {any} product @returns {Record<string, any>} */
const formOf = (product) => ({
	name: product?.name ?? "",
	description: product?.description ?? "",
	sku: product?.sku ?? "",
	tax: product?.tax_rate ? "rate" : (product?.tax_code ?? ""),
	rate: product?.tax_rate ?? "",
	active: product?.is_active ?? true,
	...Object.fromEntries(
		CURRENCIES.map((currency) => [
			currency,
			product?.prices?.[currency] ? typedMoney(product.prices[currency]) : "",
		]),
	),
});

/**
 * Sends a picture of a product, or removes it; answers the product as it is then.
 * @param {string} id
 * @param {import("./picture.mjs").Made | null} made
 */
async function putPicture(id, made) {
	const path = `/api/products/${encodeURIComponent(id)}/`;
	if (made) {
		const { media_type, data } = made;
		return fetchTagged(`${path}image/`, null, { method: "PUT", body: { media_type, data } });
	}
	await api.delete(`${path}image/`);
	return fetchTagged(path, null);
}

/** @param {{product: any, etag: string | null, codes: string[], onChanged: () => void, onTheirs: (found: any) => void}} props */
function Editor({ product, etag, codes, onChanged, onTheirs }) {
	const first = formOf(product);
	const [form, setForm] = useState(/** @type {Record<string, any>} */ (first));
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [local, setLocal] = useState(/** @type {Record<string, string>} */ ({}));
	useFocusOnWrong(local);
	const [busy, setBusy, sending] = useBusy();
	const [asked, ask] = useState(false);
	const [theirs, setTheirs] = useState(/** @type {any} */ (null));
	const key = useFormKey();
	const tagged = useRef(etag);
	const held = useRef(/** @type {import("./picture.mjs").Made | null} */ (null));
	const picture = usePicture(pictureAt(product?.image ?? null), async (made) => {
		// Before there is a product, its picture waits for it.
		held.current = made;
		if (!product) return;
		const now = await putPicture(product.id, made);
		// The product's new tag counts, unless somebody else has changed what the form shows.
		if (JSON.stringify(formOf(now?.data)) === JSON.stringify(first))
			tagged.current = now?.etag ?? tagged.current;
	});
	const dirty = JSON.stringify(form) !== JSON.stringify(first);
	useUnsaved(dirty && !busy);
	const set = (/** @type {Record<string, any>} */ change) => setForm({ ...form, ...change });
	const edits = may("manage_links") && !product?.archived_at;
	const submit = async (/** @type {any} */ event, tag = tagged.current) => {
		event?.preventDefault();
		if (sending.current) return;
		/** @type {Record<string, string>} */
		const wrong = {};
		/** @type {Record<string, string>} */
		const prices = {};
		for (const currency of CURRENCIES) {
			if (form[currency].trim() === "") continue;
			const read = readMoney(form[currency]);
			if ("value" in read) prices[currency] = read.value;
			else wrong[currency] = moneyProblem(read) ?? "";
		}
		if (Object.keys(prices).length === 0 && Object.keys(wrong).length === 0)
			wrong.USD = t("product.price.needed");
		if (form.name.trim() === "") wrong.name = t("product.name.needed");
		setLocal(wrong);
		setError(null);
		if (Object.keys(wrong).length > 0) return;
		const body = {
			name: form.name.trim(),
			prices,
			description: form.description.trim() || null,
			sku: form.sku.trim() || null,
			tax_code: form.tax === "" || form.tax === "rate" ? null : form.tax,
			tax_rate: form.tax === "rate" ? form.rate.trim().replace(",", ".") || null : null,
			is_active: form.active,
		};
		setBusy(true);
		try {
			if (product) {
				await api.patch(`/api/products/${product.id}/`, body, tag);
				toast(t("saved"));
				onChanged();
			} else {
				const made = await api.post("/api/products/", body, key.current());
				toast(t("product.made", { name: made.name }));
				if (held.current)
					await putPicture(made.id, held.current).catch((thrown) => toast(sentence(thrown)));
				go(`#/products/${made.id}`);
			}
		} catch (thrown) {
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			if (product && /** @type {any} */ (thrown).status === 412) await compare();
			else setError(thrown);
		}
		setBusy(false);
	};
	// Somebody else was faster: what they saved is shown beside what stands in the form.
	const compare = async () => {
		try {
			setTheirs(await fetchTagged(`/api/products/${product.id}/`, null));
		} catch (thrown) {
			setError(thrown);
		}
	};
	const differences = () => {
		const other = formOf(theirs.data);
		const shown = (/** @type {string} */ name, /** @type {any} */ value) =>
			name === "active"
				? t(value ? "yes" : "no")
				: name === "tax"
					? (taxes.find(([code]) => code === value)?.[1] ?? value)
					: value;
		return [
			["name", t("product.name")],
			...CURRENCIES.map((code) => [code, t("product.price.in", { currency: code })]),
			["description", t("product.description")],
			["sku", t("product.sku")],
			["tax", t("product.tax")],
			["rate", t("product.tax.percent")],
			["active", t("product.active")],
		]
			.filter(([name]) => form[name] !== other[name])
			.map(([name, label]) => [label, shown(name, form[name]), shown(name, other[name])]);
	};
	const restore = async () => {
		try {
			await api.post(`/api/products/${product.id}/restore/`, {}, crypto.randomUUID());
			onChanged();
		} catch (thrown) {
			toast(sentence(thrown));
		}
	};
	const taxes = [
		["", t("product.tax.default")],
		...codes.map(
			(code) =>
				/** @type {[string, string]} */ ([
					code,
					t(`tax.code.${code}`) === `tax.code.${code}` ? code : t(`tax.code.${code}`),
				]),
		),
		["rate", t("product.tax.rate")],
	];
	const labels = {
		name: t("product.name"),
		description: t("product.description"),
		sku: t("product.sku"),
		tax_rate: t("product.tax.percent"),
		"prices.USD": "USD",
		"prices.EUR": "EUR",
		prices: t("product.prices"),
	};
	const disabled = !edits;
	return html`
		<${Head} title=${product?.name ?? t("product.new")} shown=${product ? html`<bdi>${product.name}</bdi>` : null} back=${["#/products", t("place.products")]} chip=${product ? html`<${Chip} kind="product" status=${productStatus(product)} />` : null} acts=${product && may("manage_links") ? (product.archived_at ? html`<${Button} icon="restart" onClick=${restore}>${t("link.restore")}<//>` : html`<${Button} icon="trash" onClick=${() => ask(true)}>${t("product.archive")}<//><${Button} icon="link" href=${`#/links/new?product=${product.id}`}>${t("link.new")}<//>`) : null} />
		${product && product.links_count > 0 ? html`<${Notice} kind="info" icon="info">${tn("product.used", product.links_count)}<//>` : null}
		<div class="beside">
			<form class="form card" onSubmit=${submit} novalidate><fieldset disabled=${disabled} class="plain-set">
				<${FormErrors} error=${error} known=${labels} />
				<${TextField} label=${t("product.name")} help=${t("product.name.help")} value=${form.name} maxlength="120" onInput=${(/** @type {string} */ name) => set({ name })} error=${local.name ?? fieldError(error, "name")} />
				<div class="pair">${CURRENCIES.map((currency) => html`<${MoneyField} key=${currency} label=${t("product.price.in", { currency })} optional=${currency !== "USD"} currency=${currency} value=${form[currency]} onInput=${(/** @type {string} */ text) => set({ [currency]: text })} error=${local[currency] ?? fieldError(error, `prices.${currency}`)} />`)}</div>
				<${TextArea} label=${t("product.description")} optional=${true} value=${form.description} maxlength="500" onInput=${(/** @type {string} */ description) => set({ description })} error=${fieldError(error, "description")} />
				<div class="pair"><${TextField} label=${t("product.sku")} optional=${true} value=${form.sku} maxlength="64" onInput=${(/** @type {string} */ sku) => set({ sku })} error=${fieldError(error, "sku")} />
				<${Select} label=${t("product.tax")} value=${form.tax} options=${taxes} onInput=${(/** @type {string} */ tax) => set({ tax })} error=${fieldError(error, "tax_code")} /></div>
				${form.tax === "rate" ? html`<${TextField} label=${t("product.tax.percent")} inputmode="decimal" value=${form.rate} maxlength="8" onInput=${(/** @type {string} */ rate) => set({ rate })} error=${fieldError(error, "tax_rate")} />` : null}
				<${Toggle} label=${t("product.active")} help=${t("product.active.help")} checked=${form.active} disabled=${disabled} onChange=${(/** @type {boolean} */ active) => set({ active })} />
				${edits ? html`<div class="submit"><${Button} kind="main" type="submit" busy=${busy}>${product ? t("save") : t("product.create")}<//></div>` : null}
			</fieldset></form>
			<div class="side-column"><section class="card"><${Picture} label=${t("picture.image")} shown=${picture.shown} take=${picture.take} edits=${edits} help=${product?.links_count > 0 ? t("picture.frozen") : null} /></section>
			${
				product
					? html`<section class="card"><h2>${t("details")}</h2><${Facts} rows=${[
							["ID", html`<${Id} value=${product.id} label=${t("copy.id")} />`],
							[t("created"), html`<${When} at=${product.created_at} />`],
							[t("updated"), html`<${When} at=${product.updated_at} />`],
							Object.keys(product.metadata).length > 0
								? [
										t("metadata"),
										html`<pre translate="no" tabindex="0">${JSON.stringify(product.metadata, null, 1)}</pre>`,
									]
								: null,
						]} /></section>`
					: null
			}</div>
		</div>
		${
			theirs
				? html`<${Both} rows=${differences()} onClose=${() => setTheirs(null)} onTheirs=${() => onTheirs(theirs)} onMine=${() => {
						const { etag: tag } = theirs;
						setTheirs(null);
						submit(null, tag);
					}} />`
				: null
		}
		${
			asked
				? html`<${Confirm} title=${t("product.archive.title", { name: product.name })} text=${t("product.archive.text")} act=${t("product.archive")} onNo=${() => ask(false)} onYes=${async () => {
						await api.delete(`/api/products/${product.id}/`);
						toast(t("product.was.archived", { name: product.name }));
						go("#/products");
					}} />`
				: null
		}
	`;
}
