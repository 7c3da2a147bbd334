// How buyers' pages look: colours, name, help, words; and what they will see of it, live.

import { api, fetchTagged, may, pictureAt } from "../api.mjs";
import { channels, judge, textOn } from "../contrast.mjs";
import { formats, t } from "../i18n.mjs";
import { rolesWith } from "../permissions.mjs";
import { Button, Field, FormErrors, Tabs, TextArea, TextField, fieldError } from "../parts.mjs";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../view.mjs";
import { Picture, usePicture } from "./picture.mjs";
import { ReadOnly, Setting, useSetting } from "./setting.mjs";

const LOGO = "/api/organization/logo/";

/** Paylink's own colours, where none is chosen. */
const OWN = { panel_color: "#0d3d33", accent_color: "#f3c969", button_color: "#0b5f4b" };

const COLORS = /** @type {("panel_color" | "accent_color" | "button_color")[]} */ (
	Object.keys(OWN)
);

/** What the words are of that buyers of a link read which is over. */
const STATES = ["inactive", "expired", "exhausted", "deleted"];

const SUPPORT = ["email", "phone", "url"];

export default function Branding() {
	return html`<${Setting} here="branding" Form=${Editor} />`;
}

/** What a colour has to stand out on. @param {string} name @param {any} form @returns {[string, number][]} */
const needs = (name, form) =>
	name === "panel_color"
		? [["#ffffff", 4.5]]
		: name === "accent_color"
			? [[form.panel_color || OWN.panel_color, 3]]
			: [
					["#ffffff", 3],
					["#0a1210", 3],
				];

/** @param {{found: any, onFound: (found: any) => void, onSaved: () => void}} props */
function Editor(props) {
	const labels = Object.fromEntries([
		["display_name", t("brand.name")],
		...COLORS.map((name) => [name, t(`brand.${name}`)]),
		...SUPPORT.map((name) => [name, t(`brand.${name}`)]),
		...STATES.map((name) => [name, t(`brand.when.${name}`)]),
	]);
	const { form, set, error, submit, conflict, note, foot, retag } = useSetting({
		...props,
		name: "branding",
		labels,
		formOf: ({ branding, support, messages }) => ({
			display_name: branding.display_name ?? "",
			...Object.fromEntries(COLORS.map((name) => [name, branding[name] ?? ""])),
			...Object.fromEntries(SUPPORT.map((name) => [name, support[name] ?? ""])),
			...Object.fromEntries(STATES.map((name) => [name, messages[name] ?? ""])),
		}),
		bodyOf: (form) => {
			const some = (/** @type {string[]} */ names) =>
				Object.fromEntries(names.map((name) => [name, form[name].trim() || null]));
			return {
				branding: some(["display_name", ...COLORS]),
				support: some(SUPPORT),
				messages: some(STATES),
			};
		},
	});
	const logo = usePicture(pictureAt(props.found.data.branding.logo_url), async (made) => {
		if (made) {
			const { media_type, data } = made;
			await fetchTagged(LOGO, null, { method: "PUT", body: { media_type, data } });
		} else await api.delete(LOGO);
		// Where this fails, saving says that there are two versions.
		await retag().catch(() => {});
	});
	const [state, setState] = useState("open");
	const edits = may("manage_organization");
	const known = {
		...Object.fromEntries(
			["display_name", ...COLORS].map((name) => [`branding.${name}`, labels[name]]),
		),
		...Object.fromEntries(SUPPORT.map((name) => [`support.${name}`, labels[name]])),
		...Object.fromEntries(STATES.map((name) => [`messages.${name}`, labels[name]])),
	};
	const field = (
		/** @type {string} */ group,
		/** @type {string} */ name,
		/** @type {any} */ more = {},
	) =>
		html`<${TextField} key=${name} label=${labels[name]} optional=${true} value=${form[name]} onInput=${(/** @type {string} */ text) => set({ [name]: text })} error=${fieldError(error, `${group}.${name}`)} ...${more} />`;
	const data = props.found.data;
	return html`<${ReadOnly} permission="manage_organization" roles=${rolesWith("manage_organization")
		.map((role) => t(`role.${role}`))
		.join(", ")} />${note}
		<div class="beside branding"><form class="form card" onSubmit=${submit} novalidate><fieldset class="plain-set" disabled=${!edits}>
			<${FormErrors} error=${error} known=${known} />
			${field("branding", "display_name", { maxlength: "60", placeholder: data.name, help: t("brand.name.help") })}
			<${Picture} label=${t("picture.logo")} shown=${logo.shown} take=${logo.take} edits=${edits} />
			${COLORS.map((name) => html`<${ColorField} key=${name} label=${labels[name]} value=${form[name]} own=${OWN[name]} needs=${needs(name, form)} error=${fieldError(error, `branding.${name}`)} onInput=${(/** @type {string} */ text) => set({ [name]: text })} />`)}
			<fieldset class="line"><legend>${t("brand.support")}</legend><p class="help">${t("brand.support.help")}</p>
				${field("support", "email", { type: "email", maxlength: "254" })}
				<div class="pair">${field("support", "phone", { type: "tel", maxlength: "20" })}${field("support", "url", { type: "url", maxlength: "2048" })}</div></fieldset>
			<fieldset class="line"><legend>${t("brand.words")}</legend><p class="help">${t("brand.words.help")}</p>
				${STATES.map((name) => html`<${TextArea} key=${name} label=${labels[name]} optional=${true} maxlength="300" rows="2" value=${form[name]} onFocus=${() => setState(name)} onInput=${(/** @type {string} */ text) => set({ [name]: text })} error=${fieldError(error, `messages.${name}`)} />`)}</fieldset>
			${edits ? foot : null}
		</fieldset></form>
		<${Preview} form=${form} data=${data} logo=${logo.shown} state=${state} onState=${setState} /></div>${conflict}`;
}

/** @param {{label: string, value: string, own: string, needs: [string, number][], error: string | null, onInput: (text: string) => void}} props */
function ColorField({ label, value, own, needs: wants, error, onInput }) {
	const text = value.trim();
	const judged = text === "" ? null : judge(text, wants);
	const number = new Intl.NumberFormat(formats(), {
		minimumFractionDigits: 1,
		maximumFractionDigits: 1,
		roundingMode: "floor",
	});
	const said =
		text === ""
			? t("brand.color.own")
			: judged === null
				? t("brand.color.form")
				: t(judged.passes ? "brand.color.good" : "brand.color.poor", {
						has: number.format(judged.has),
						least: number.format(judged.least),
					});
	const wrong = judged !== null && !judged.passes;
	return html`<${Field} label=${label} optional=${true} error=${error} help=${html`<span role="status">${said}</span>`}>
		${(/** @type {any} */ ids) => html`<span class="color"><input type="color" aria-label=${t("brand.color.pick", { color: label })} value=${channels(text) ? text.toLowerCase() : own} onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} /><input value=${value} maxlength="7" placeholder=${own} autocomplete="off" spellcheck=${false} dir="ltr" translate="no" onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} />${wrong && judged.better ? html`<${Button} small=${true} onClick=${() => onInput(/** @type {string} */ (judged.better))}>${t("brand.color.take", { color: judged.better })}<//>` : null}</span>`}
	<//>`;
}

/** The address of a file of this build. @param {string} name */
const asset = (name) => new URL(`../../${name}`, import.meta.url).href;

/**
 * What buyers see, in a page of its own that shows what it is told.
 * @param {{form: any, data: any, logo: string | null, state: string, onState: (state: string) => void}} props
 */
function Preview({ form, data, logo, state, onState }) {
	const frame = useRef(/** @type {HTMLIFrameElement | null} */ (null));
	const [ready, setReady] = useState(false);
	const [wide, setWide] = useState(false);
	const [dark, setDark] = useState(matchMedia("(prefers-color-scheme: dark)").matches);
	// In the moment it is drawn: the page inside says once that it is there.
	useLayoutEffect(() => {
		const hear = (/** @type {MessageEvent} */ event) => {
			if (event.source === frame.current?.contentWindow && event.data === "ready") setReady(true);
		};
		addEventListener("message", hear);
		return () => removeEventListener("message", hear);
	}, []);
	useEffect(() => {
		if (!ready) return;
		const color = (/** @type {"panel_color" | "accent_color" | "button_color"} */ name) =>
			channels(form[name].trim()) ? form[name].trim() : null;
		const button = color("button_color");
		const told = {
			state,
			dark,
			locale: data.locale,
			currency: data.default_currency,
			inclusive: data.pricing_mode === "TAX_INCLUSIVE",
			seller: form.display_name.trim() || data.name,
			logo,
			panel: color("panel_color"),
			accent: color("accent_color"),
			button,
			onButton: button ? textOn(channels(button) ?? []) : null,
			support: SUPPORT.map((name) => form[name].trim()).filter(Boolean),
			message: state === "open" ? "" : form[state].trim(),
		};
		frame.current?.contentWindow?.postMessage(told, location.origin);
	}, [ready, form, logo, state, dark, data]);
	return html`<section class="preview" aria-labelledby="preview"><h2 id="preview">${t("new.preview")}</h2>
		<${Tabs} label=${t("status")} value=${state} onPick=${onState} options=${[["open", t("brand.state.open")], ...STATES.map((name) => [name, t(`link.${name}`)])]} />
		<div class=${`shown ${wide ? "shown-wide" : "shown-phone"}`}><iframe ref=${frame} src=${asset("preview/preview.html")} title=${t("new.preview")} tabindex="-1"></iframe></div>
		<div class="acts"><${Button} small=${true} aria-pressed=${wide ? "true" : "false"} onClick=${() => setWide(!wide)}>${t(wide ? "brand.narrow" : "brand.wide")}<//><${Button} small=${true} icon=${dark ? "sun" : "moon"} onClick=${() => setDark(!dark)}>${t(dark ? "theme.light" : "theme.dark")}<//></div>
	</section>`;
}
