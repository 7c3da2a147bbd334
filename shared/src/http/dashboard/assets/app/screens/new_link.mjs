// A link in under thirty seconds: one column, and beside it what buyers will see.

import { api, session } from "../api.mjs";
import { compareMoney, instant, money, readMoney, times, typedMoney } from "../format.mjs";
import { t } from "../i18n.mjs";
import { Icon } from "../icons.mjs";
import * as prefs from "../prefs.mjs";
import { go, to } from "../router.mjs";
import {
	Button,
	Field,
	FormErrors,
	Head,
	MoneyField,
	Notice,
	Select,
	Skeleton,
	TextField,
	Toggle,
	fieldError,
	moneyProblem,
	toast,
	useData,
	useFocusOnWrong,
	useFormKey,
	useUnsaved,
	useBusy,
} from "../parts.mjs";
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "../view.mjs";
import { EndField } from "./end_field.mjs";

/** @typedef {{id: string | null, name: string, prices: Record<string, string>, quantity: string, adjustable: boolean, minimum: string, maximum: string, price: string}} Line */

/** @param {Partial<Line>} [known] @returns {Line} */
const line = (known = {}) => ({
	id: null,
	name: "",
	prices: {},
	quantity: "1",
	adjustable: false,
	minimum: "1",
	maximum: "10",
	price: "",
	...known,
});

/**
 * A field that finds products and makes new ones.
 * @param {{value: Line, onPick: (product: any) => void, onName: (name: string) => void, error?: string | null, first: boolean, onEnter: () => void}} props
 */
function ProductField({ value, onPick, onName, error, first, onEnter }) {
	const [found, setFound] = useState(/** @type {any[]} */ ([]));
	const [open, setOpen] = useState(false);
	const [at, setAt] = useState(0);
	const input = useRef(/** @type {HTMLInputElement | null} */ (null));
	const timer = useRef(/** @type {any} */ (null));
	const asked = useRef("");
	const list = useId();
	useLayoutEffect(() => {
		if (first) input.current?.focus({ preventScroll: true });
	}, []);
	const look = (/** @type {string} */ text) => {
		clearTimeout(timer.current);
		asked.current = text;
		timer.current = setTimeout(async () => {
			const search =
				text.trim() === "" ? "" : `&search=${encodeURIComponent(text.trim().slice(0, 100))}`;
			const rows = await api
				.get(`/api/products/?is_active=true&ordering=name&limit=8${search}`)
				.then(
					(page) => page.results,
					() => [],
				);
			// An answer to what stood there before would change what Enter takes.
			if (text !== asked.current) return;
			setFound(rows);
			setAt(0);
		}, 150);
	};
	const fresh =
		value.name.trim() !== "" &&
		!found.some((one) => one.name.toLowerCase() === value.name.trim().toLowerCase());
	/** @type {any[]} */
	const options = [...found, ...(fresh ? [null] : [])];
	const pick = (/** @type {any} */ option) => {
		setOpen(false);
		if (option) onPick(option);
		else onEnter();
	};
	const keys = (/** @type {KeyboardEvent} */ event) => {
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			setOpen(true);
			setAt(
				(old) =>
					(old + (event.key === "ArrowDown" ? 1 : options.length - 1)) %
					Math.max(1, options.length),
			);
		} else if (event.key === "Enter" && open && options.length > 0) pick(options[at]);
		else if (event.key === "Escape" && open) setOpen(false);
		else return;
		event.preventDefault();
		event.stopPropagation();
	};
	return html`<${Field} label=${t("new.product")} error=${error} help=${value.id === null && value.name.trim() !== "" && !open ? t("new.product.fresh") : null}>
		${(
			/** @type {any} */ ids,
		) => html`<span class="combo" onFocusOut=${(/** @type {any} */ e) => e.currentTarget.contains(e.relatedTarget) || setOpen(false)}>
			<${Icon} name="search" />
			<input ref=${input} role="combobox" aria-expanded=${open && options.length > 0 ? "true" : "false"} aria-controls=${list} aria-autocomplete="list" aria-activedescendant=${open && options.length > 0 ? `${list}-${at}` : undefined} autocomplete="off" dir="auto" maxlength="120" placeholder=${t("new.product.placeholder")} value=${value.name}
				onFocus=${() => {
					look(value.id ? "" : value.name);
					setOpen(true);
				}}
				onInput=${(/** @type {any} */ e) => {
					onName(e.currentTarget.value);
					look(e.currentTarget.value);
					setOpen(true);
				}}
				onKeyDown=${keys} ...${ids} />
			${
				open && options.length > 0
					? html`<ul class="combo-list" role="listbox" id=${list} aria-label=${t("new.product")}>${options.map(
							(option, i) =>
								html`<li key=${option?.id ?? "new"} id=${`${list}-${i}`} role="option" aria-selected=${i === at ? "true" : "false"} onPointerDown=${(
									/** @type {any} */ e,
								) => {
									e.preventDefault();
									pick(option);
								}}>${
									option
										? html`<span><bdi>${option.name}</bdi></span><span class="soft" translate="no">${Object.entries(
												option.prices,
											)
												.map(([currency, amount]) => money(String(amount), currency))
												.join(" · ")}</span>`
										: html`<${Icon} name="plus" /><span>${t("new.product.make", { name: value.name.trim() })}</span>`
								}</li>`,
						)}</ul>`
					: null
			}
		</span>`}
	<//>`;
}

const DRAFT = "draft.link";

/** @returns {any} */
function draft() {
	try {
		return JSON.parse(prefs.read(DRAFT) ?? "null");
	} catch {
		return null;
	}
}

/** @param {{place: import("../router.mjs").Place}} props */
export default function NewLink({ place }) {
	const from = place.query.get("from");
	const source = useData(from ? `/api/payment-links/${encodeURIComponent(from)}/` : null);
	if (from && source.error)
		return html`<${Head} title=${t("link.new")} back=${["#/links", t("place.links")]} /><${FormErrors} error=${source.error} known=${{}} again=${source.again} />`;
	if (from && !source.data) return html`<${Skeleton} />`;
	return html`<${Form} source=${source.data} product=${place.query.get("product")} />`;
}

/** @param {{source: any, product: string | null}} props */
function Form({ source, product }) {
	const organization = session.organization;
	const kept = source || product ? null : draft();
	const [currency, setCurrency] = useState(
		source?.currency ?? kept?.currency ?? organization?.default_currency ?? "USD",
	);
	const [lines, setLines] = useState(
		/** @type {Line[]} */ (
			source
				? source.products.map((/** @type {any} */ one) =>
						line({
							id: one.product_id,
							name: one.name,
							prices: one.prices,
							quantity: String(one.quantity),
							adjustable: one.adjustable_quantity !== null,
							minimum: String(one.adjustable_quantity?.minimum ?? 1),
							maximum: String(one.adjustable_quantity?.maximum ?? 10),
						}),
					)
				: (kept?.lines ?? [line()])
		),
	);
	const [name, setName] = useState(
		source ? t("new.copy.of", { name: source.name }) : (kept?.name ?? ""),
	);
	const [named, setNamed] = useState(Boolean(source ?? kept?.name));
	const [limit, setLimit] = useState(
		source?.max_uses ? String(source.max_uses) : (kept?.limit ?? ""),
	);
	const [end, setEnd] = useState(kept?.end ?? "");
	const [pricing, setPricing] = useState(
		source?.pricing_mode ?? organization?.pricing_mode ?? "TAX_INCLUSIVE",
	);
	const [back, setBack] = useState(source?.success_url ?? kept?.back ?? "");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [local, setLocal] = useState(/** @type {Record<string, string>} */ ({}));
	useFocusOnWrong(local);
	const [busy, setBusy, sending] = useBusy();
	const linkKey = useFormKey();
	const productKeys = useRef(/** @type {Map<string, string>} */ (new Map()));
	const started = lines.some((one) => one.name !== "") || name !== "";
	useUnsaved(started && !busy);

	// A link can be begun from a product.
	useEffect(() => {
		if (!product) return;
		api
			.get(`/api/products/${encodeURIComponent(product)}/`)
			.then(
				(found) => setLines([line({ id: found.id, name: found.name, prices: found.prices })]),
				setError,
			);
	}, [product]);
	// What is typed outlives a closed tab; nothing of it is secret.
	useEffect(() => {
		if (source || product) return;
		prefs.write(
			DRAFT,
			started
				? JSON.stringify({ currency, lines, name: named ? name : "", limit, end, back })
				: null,
		);
	}, [currency, lines, name, named, limit, end, back, started]);

	const set = (/** @type {number} */ i, /** @type {Partial<Line>} */ change) =>
		setLines(lines.map((one, at) => (at === i ? { ...one, ...change } : one)));
	const unit = (/** @type {Line} */ one) => {
		if (one.id) return one.prices[currency] ?? null;
		const read = readMoney(one.price);
		return "value" in read ? read.value : null;
	};
	const proposed = lines
		.map((one) => one.name.trim())
		.filter(Boolean)
		.join(", ")
		.slice(0, 120);
	const shownName = named ? name : proposed;
	const whole = (/** @type {string} */ text) =>
		/^\d{1,7}$/.test(text.trim()) ? Number.parseInt(text, 10) : null;
	/** @type {string | null} */
	let total = "0.00";
	for (const one of lines) {
		const each = unit(one);
		const n = whole(one.quantity);
		total = total === null || each === null || n === null ? null : add(total, times(each, n));
	}
	const limits = organization?.limits?.[currency];
	const low = limits && total !== null && compareMoney(total, limits.min) < 0;
	const high = limits && total !== null && compareMoney(total, limits.max) > 0;
	const problem =
		total === null || total === "0.00"
			? null
			: low
				? t("new.low", { min: money(limits?.min, currency) })
				: high
					? t("new.high", { max: money(limits?.max, currency) })
					: null;

	const check = () => {
		/** @type {Record<string, string>} */
		const wrong = {};
		lines.forEach((one, i) => {
			if (one.name.trim() === "") wrong[`products.${i}`] = t("new.product.needed");
			else if (one.id === null) {
				const said = moneyProblem(readMoney(one.price));
				if (said) wrong[`price.${i}`] = said;
			} else if (!(currency in one.prices))
				wrong[`products.${i}`] = t("new.no.price", { currency });
			if (!whole(one.quantity)) wrong[`quantity.${i}`] = t("new.quantity.wrong");
			if (
				one.adjustable &&
				!(
					whole(one.minimum) &&
					whole(one.maximum) &&
					/** @type {number} */ (whole(one.minimum)) <= /** @type {number} */ (whole(one.maximum))
				)
			)
				wrong[`range.${i}`] = t("new.range.wrong");
		});
		if (limit.trim() !== "" && !whole(limit)) wrong.max_uses = t("new.limit.wrong");
		return wrong;
	};

	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		const wrong = check();
		setLocal(wrong);
		setError(null);
		if (Object.keys(wrong).length > 0) return;
		setBusy(true);
		let ready = lines;
		try {
			for (const [i, one] of lines.entries()) {
				if (one.id !== null) continue;
				const typed = /** @type {{value: string}} */ (readMoney(one.price)).value;
				const wanted = { name: one.name.trim(), prices: { [currency]: typed } };
				// One key for what is asked: the same product again is the same product.
				const asked = JSON.stringify(wanted);
				const key = productKeys.current.get(asked) ?? crypto.randomUUID();
				productKeys.current.set(asked, key);
				const made = await api.post("/api/products/", wanted, key);
				ready = ready.map((old, at) =>
					at === i ? { ...old, id: made.id, prices: made.prices } : old,
				);
				setLines(ready);
			}
			const made = await api.post(
				"/api/payment-links/",
				{
					name: shownName,
					currency,
					pricing_mode: pricing,
					products: ready.map((one) => ({
						product_id: one.id,
						quantity: whole(one.quantity),
						adjustable_quantity: one.adjustable
							? { minimum: whole(one.minimum), maximum: whole(one.maximum) }
							: null,
					})),
					max_uses: limit.trim() === "" ? null : whole(limit),
					expires_at: end === "" ? null : instant(end),
					...(back.trim() === "" ? {} : { success_url: back.trim() }),
					...(source ? { metadata: source.metadata } : {}),
				},
				linkKey.current(),
			);
			prefs.write(DRAFT, null);
			toast(t("link.made", { name: made.name }));
			go(to(["links", made.uuid], { fresh: "1" }));
		} catch (thrown) {
			// A refusal was not carried out, and what is sent next is another request.
			if (!(/** @type {any} */ (thrown).unknownOutcome)) linkKey.renew();
			setError(thrown);
			setBusy(false);
		}
	};
	const known = {
		name: t("link.name"),
		max_uses: t("link.limit"),
		expires_at: t("link.end"),
		success_url: t("new.back"),
		products: t("new.product"),
		...Object.fromEntries(
			lines.flatMap((one, i) => [
				[`products.${i}.product_id`, one.name],
				[`products.${i}.quantity`, t("new.quantity")],
				[`prices.${currency}`, t("product.price")],
			]),
		),
	};
	const first = lines[0];
	return html`<${Head} title=${source ? t("link.clone") : t("link.new")} back=${["#/links", t("place.links")]} />
		<div class="beside">
			<form class="form card" onSubmit=${submit} novalidate>
				<${FormErrors} error=${error} known=${known} />
				${lines.map(
					(one, i) => html`<fieldset key=${i} class="line">
					<legend class=${lines.length > 1 ? "" : "sr"}>${t("new.line", { n: i + 1 })}${lines.length > 1 ? html`<${Button} kind="plain" small=${true} icon="trash" label=${t("new.line.remove", { n: i + 1 })} onClick=${() => setLines(lines.filter((_, at) => at !== i))} />` : null}</legend>
					<${ProductField} value=${one} first=${i === 0 && !source} error=${local[`products.${i}`] ?? fieldError(error, `products.${i}.product_id`)}
						onPick=${(/** @type {any} */ found) => set(i, { id: found.id, name: found.name, prices: found.prices })}
						onName=${(/** @type {string} */ text) => set(i, { id: null, name: text })}
						onEnter=${() => /** @type {any} */ (document.querySelector(`[data-price="${i}"]`))?.focus()} />
					<div class="pair">
						${
							one.id === null
								? html`<${MoneyField} label=${t("product.price")} currency=${currency} value=${one.price} data-price=${i} error=${local[`price.${i}`] ?? fieldError(error, `prices.${currency}`)} onInput=${(/** @type {string} */ text) => set(i, { price: text })} />`
								: html`<div class="field"><span class="as-label">${t("product.price")}</span><p class="fixed" translate="no">${money(one.prices[currency], currency)}</p></div>`
						}
						<${TextField} label=${t("new.quantity")} inputmode="numeric" value=${one.quantity} maxlength="6" error=${local[`quantity.${i}`]} onInput=${(/** @type {string} */ text) => set(i, { quantity: text })} />
					</div>
					<${Toggle} label=${t("new.adjustable")} checked=${one.adjustable} onChange=${(/** @type {boolean} */ on) => set(i, { adjustable: on })} />
					${one.adjustable ? html`<div class="pair"><${TextField} label=${t("new.minimum")} inputmode="numeric" value=${one.minimum} error=${local[`range.${i}`]} onInput=${(/** @type {string} */ text) => set(i, { minimum: text })} /><${TextField} label=${t("new.maximum")} inputmode="numeric" value=${one.maximum} onInput=${(/** @type {string} */ text) => set(i, { maximum: text })} /></div>` : null}
				</fieldset>`,
				)}
				<p><${Button} kind="plain" icon="plus" onClick=${() => setLines([...lines, line()])}>${t("new.line.add")}<//></p>
				<${TextField} label=${t("link.name")} help=${t("new.name.help")} value=${shownName} maxlength="120" error=${fieldError(error, "name")} onInput=${(
					/** @type {string} */ text,
				) => {
					setNamed(true);
					setName(text);
				}} />
				<details class="fold" open=${Boolean(limit || end || back || source)}>
					<summary><${Icon} name="right" />${t("new.more")}</summary>
					<${Select} label=${t("new.currency")} value=${currency} onInput=${setCurrency} options=${[["USD", "USD"], ["EUR", "EUR"]]} />
					<${TextField} label=${t("link.limit")} optional=${true} inputmode="numeric" value=${limit} help=${t("new.limit.help")} error=${local.max_uses ?? fieldError(error, "max_uses")} onInput=${setLimit} />
					<${EndField} value=${end} onInput=${setEnd} error=${fieldError(error, "expires_at")} />
					<${Select} label=${t("new.pricing")} value=${pricing} onInput=${setPricing} options=${[["TAX_INCLUSIVE", t("new.inclusive")], ["TAX_EXCLUSIVE", t("new.exclusive")]]} />
					<${TextField} label=${t("new.back")} optional=${true} type="url" placeholder="https://" value=${back} help=${t("new.back.help")} error=${fieldError(error, "success_url")} onInput=${setBack} />
				</details>
				${problem ? html`<${Notice} kind="warn" icon="alert">${problem}<//>` : null}
				<div class="submit"><${Button} kind="main" type="submit" busy=${busy}>${t("link.create")}<//>${total !== null && total !== "0.00" ? html`<span class="soft">${t("new.total")} <b translate="no">${money(total, currency)}</b>${pricing === "TAX_EXCLUSIVE" ? ` ${t("new.plus.tax")}` : ""}</span>` : null}</div>
			</form>
			<aside class="preview" aria-label=${t("new.preview")}>
				<p class="soft">${t("new.preview")}</p>
				<div class="mini"><div class="mini-panel"><span class="initial">${[...(organization?.name ?? "")][0]}</span><p><span>${t("new.pay.to")}</span><bdi>${organization?.name}</bdi></p>
					<p class="mini-sum" translate="no">${total === null || total === "0.00" ? typedMoney("0.00") : money(total, currency)}</p></div>
					<ul>${lines.map((one, i) => html`<li key=${i}><span><bdi>${one.name.trim() || t("new.product.yours")}</bdi>${one.adjustable ? html`<small>${t("new.range", { minimum: one.minimum, maximum: one.maximum })}</small>` : whole(one.quantity) !== 1 ? html`<small>× ${one.quantity}</small>` : null}</span><span translate="no">${money(unit(one), currency)}</span></li>`)}</ul>
					<p class="mini-button" aria-hidden="true">${t("new.pay")}</p>
				</div>
				${first?.id === null && first.name.trim() !== "" ? html`<p class="soft small">${t("new.product.kept")}</p>` : null}
			</aside>
		</div>`;
}

/** @param {string} a @param {string} b */
function add(a, b) {
	const minor = (/** @type {string} */ text) => BigInt(text.replace(".", ""));
	const sum = (minor(a) + minor(b)).toString().padStart(3, "0");
	return `${sum.slice(0, -2)}.${sum.slice(-2)}`;
}
