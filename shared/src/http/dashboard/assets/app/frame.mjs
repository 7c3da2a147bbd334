// What stands around every page: the green panel with the places, the mode, the member.

import { may, signOut, switchMode } from "./api.mjs";
import { elsewhere, timeZone } from "./format.mjs";
import { LANGUAGES, locale, t, use } from "./i18n.mjs";
import { Icon, Rosette } from "./icons.mjs";
import * as prefs from "./prefs.mjs";
import { Button, Dialog, Menu, Notice, Spoken, Toasts, toast, useSession } from "./parts.mjs";
import { html, useLayoutEffect, useState } from "./view.mjs";

export * from "./format.mjs";

/** The places, in their order: path, words, icon, and the key after `g`. */
export const PLACES = [
	{ path: "", label: "place.home", icon: "home", key: "h", bar: true },
	{ path: "links", label: "place.links", icon: "link", key: "l", bar: true },
	{ path: "payments", label: "place.payments", icon: "payment", key: "p", bar: true },
	{ path: "refunds", label: "place.refunds", icon: "refund", key: "r", bar: false },
	{ path: "products", label: "place.products", icon: "box", key: "o", bar: false },
	{ path: "team", label: "place.team", icon: "team", key: "t", bar: false },
	{ path: "settings", label: "place.settings", icon: "settings", key: "s", bar: false },
	{
		path: "developers/keys",
		label: "place.keys",
		icon: "key",
		key: "k",
		bar: false,
		group: "place.developers",
	},
	{
		path: "developers/webhooks",
		label: "place.webhooks",
		icon: "webhook",
		key: "w",
		bar: false,
		group: "place.developers",
	},
];

/** Where the reference of the API is, outside of the app. */
const docs = () =>
	`${document.querySelector('meta[name="paylink-base"]')?.getAttribute("content") ?? ""}/docs`;

/** @param {string} path */
const here = (path) => {
	const at = location.hash.replace(/^#\/?/, "").split("?")[0];
	return path === "" ? at === "" : at === path || at.startsWith(`${path}/`);
};

/** @param {{name: string}} props */
const Initial = ({ name }) =>
	html`<span class="initial" aria-hidden="true">${[...name][0]?.toUpperCase() ?? "?"}</span>`;

/** @param {{onSwitch: (mode: string) => void}} props */
function ModeSwitch({ onSwitch }) {
	const { me } = useSession();
	if (!me || me.modes.length < 2) return null;
	return html`<div class="modes" role="group" aria-label=${t("mode.label")}>${["test", "live"].map((mode) => html`<button key=${mode} type="button" aria-pressed=${me.mode === mode ? "true" : "false"} onClick=${() => me.mode === mode || onSwitch(mode)}>${t(`mode.${mode}`)}</button>`)}</div>`;
}

/** @param {string} name */
function theme(name) {
	prefs.write("theme", name === "system" ? null : name);
	prefs.applyTheme();
}

/** Redraws everything in another language. @param {string} name @param {() => void} redraw */
async function speak(name, redraw) {
	prefs.write("language", name);
	await use(name);
	redraw();
}

/** Every language, in its own words. @param {{redraw: () => void, onClose: () => void}} props */
function Languages({ redraw, onClose }) {
	const row = (/** @type {[string, string]} */ [name, text]) =>
		html`<li key=${name}><button type="button" lang=${name} aria-current=${name === locale() ? "true" : null} onClick=${() => {
			onClose();
			speak(name, redraw);
		}}><bdi>${text}</bdi></button></li>`;
	return html`<${Dialog} title=${t("language")} onClose=${onClose}><ul class="languages">${Object.entries(LANGUAGES).map(row)}</ul><//>`;
}

/** @param {{onKeys: () => void, onLanguages: () => void, inBar?: boolean}} props */
function MemberMenu({ onKeys, onLanguages, inBar = false }) {
	const { me } = useSession();
	if (!me) return null;
	const dark =
		(prefs.read("theme") ?? "system") === "dark" ||
		(!prefs.read("theme") && matchMedia("(prefers-color-scheme: dark)").matches);
	return html`<${Menu} label=${t("member.menu")} icon=${inBar ? "more" : ""} kind="plain member" items=${[
		{
			label: dark ? t("theme.light") : t("theme.dark"),
			icon: dark ? "sun" : "moon",
			onPick: () => theme(dark ? "light" : "dark"),
		},
		{ label: t("place.account"), icon: "user", href: "#/account" },
		{ label: t("language"), icon: "globe", onPick: onLanguages },
		{ label: t("keys.title"), icon: "keyboard", onPick: onKeys },
		{ label: t("sign.out"), icon: "out", onPick: signOut },
	]}>${inBar ? null : html`<b>${me.name}</b><span>${t(`role.${me.role}`)}</span>`}<//>`;
}

/**
 * @param {{children?: any, redraw: () => void}} props
 */
export function Frame({ children, redraw }) {
	const { me, organization, online, outdated, busy } = useSession();
	const [keys, showKeys] = useState(false);
	const [more, showMore] = useState(false);
	const [languages, showLanguages] = useState(false);
	const [Finder, setFinder] = useState(/** @type {any} */ (null));
	const [finds, find] = useState(false);
	useLayoutEffect(() => {
		const open = () => {
			find(true);
			import("./screens/search.mjs").then(
				(module) => setFinder(() => module.default),
				() => {
					find(false);
					toast(t("error.module"));
				},
			);
		};
		addEventListener("paylink:search", open);
		return () => removeEventListener("paylink:search", open);
	}, []);
	const search = () => dispatchEvent(new Event("paylink:search"));
	const name = organization?.name ?? me?.organization.name ?? "";
	const test = me?.mode === "test";
	const change = async (/** @type {string} */ mode) => {
		try {
			await switchMode(mode);
		} catch (error) {
			toast(/** @type {any} */ (error).body?.detail ?? t("error.server"));
		}
	};
	const place = (/** @type {(typeof PLACES)[number]} */ one) =>
		html`<li key=${one.path}><a href=${`#/${one.path}`} aria-current=${here(one.path) ? "page" : null}><${Icon} name=${one.icon} /><span>${t(one.label)}</span></a></li>`;
	const reference = html`<li key="docs"><a href=${docs()} target="_blank" rel="noopener"><${Icon} name="list" /><span>${t("place.docs")}</span></a></li>`;
	const main = PLACES.filter((one) => !one.group);
	const developers = PLACES.filter((one) => one.group);
	return html`<div class=${`frame${test ? " test" : ""}`}>
		<a class="skip" href="#main" onClick=${(/** @type {any} */ e) => {
			e.preventDefault();
			document.querySelector("h1")?.focus();
		}}>${t("skip")}</a>
		<aside class="panel">
			<${Rosette} />
			<p class="shop"><${Initial} name=${name} /><span><bdi>${name}</bdi>${test ? html`<span class="pill">${t("mode.test.pill")}</span>` : null}</span></p>
			<button type="button" class="find" onClick=${search}><${Icon} name="search" /><span>${t("search.title")}</span><kbd aria-hidden="true">/</kbd></button>
			<nav aria-label=${t("places")}><ul>${main.map(place)}</ul>
				${developers.length > 0 ? html`<h2>${t("place.developers")}</h2><ul>${developers.map(place)}${reference}</ul>` : null}
			</nav>
			<div class="foot"><${ModeSwitch} onSwitch=${change} /><${MemberMenu} onKeys=${() => showKeys(true)} onLanguages=${() => showLanguages(true)} /></div>
		</aside>
		<div class="topbar">
			<${Initial} name=${name} /><p><bdi>${name}</bdi>${test ? html`<span class="pill">${t("mode.test.short")}</span>` : null}</p>
			<span class="seek"><${Button} kind="plain" icon="search" label=${t("search.title")} onClick=${search} /></span>
			${may("manage_links") ? html`<${Button} kind="plain" icon="plus" href="#/links/new" label=${t("link.new")} />` : null}
			<${MemberMenu} onKeys=${() => showKeys(true)} onLanguages=${() => showLanguages(true)} inBar=${true} />
		</div>
		<main id="main">
			${online ? null : html`<${Notice} kind="warn" icon="offline">${t("offline.bar")}<//>`}
			${busy ? html`<${Notice} kind="warn" icon="clock">${t("busy", { n: busy })}<//>` : null}
			${outdated ? html`<${Notice} kind="info" icon="restart" act=${html`<${Button} small=${true} onClick=${() => location.reload()}>${t("reload")}<//>`}>${t("outdated")}<//>` : null}
			${me?.security_notice ? html`<${Notice} kind="bad" icon="alert">${t("security.notice")}<//>` : null}
			${children}
			<footer class="page-foot">${t(elsewhere() ? "zone.other" : "zone", { zone: timeZone() })}</footer>
		</main>
		<nav class="bottombar" aria-label=${t("places")}>
			${PLACES.filter((one) => one.bar).map((one) => html`<a key=${one.path} href=${`#/${one.path}`} aria-current=${here(one.path) ? "page" : null}><${Icon} name=${one.icon} /><span>${t(one.label)}</span></a>`)}
			<button type="button" aria-haspopup="dialog" onClick=${() => showMore(true)}><${Icon} name="list" /><span>${t("place.more")}</span></button>
		</nav>
		${
			more
				? html`<${Dialog} title=${name} onClose=${() => showMore(false)}><p class="acts"><${Button} icon="search" onClick=${() => {
						showMore(false);
						search();
					}}>${t("search.title")}<//></p><ul class="more-places" onClick=${(/** @type {any} */ e) => e.target.closest("a") && showMore(false)}>${PLACES.filter((one) => !one.bar).map(place)}${reference}</ul><${ModeSwitch} onSwitch=${(
						/** @type {string} */ mode,
					) => {
						showMore(false);
						change(mode);
					}} /><//>`
				: null
		}
		${finds && Finder ? html`<${Finder} onClose=${() => find(false)} />` : null}
		${keys ? html`<${Keys} onClose=${() => showKeys(false)} redraw=${redraw} />` : null}
		${languages ? html`<${Languages} onClose=${() => showLanguages(false)} redraw=${redraw} />` : null}
		<${Toasts} /><${Spoken} />
	</div>`;
}

/** @param {{onClose: () => void, redraw: () => void}} props */
export function Keys({ onClose, redraw }) {
	const on = prefs.read("keys") !== "off";
	const rows = [
		["n", t("link.new")],
		["/", t("keys.search")],
		...PLACES.map(({ key, label }) => [`g ${key}`, t(label)]),
		["j k", t("keys.rows")],
		["?", t("keys.title")],
		["Esc", t("keys.close")],
	];
	const flip = () => {
		prefs.write("keys", on ? "off" : null);
		redraw();
	};
	return html`<${Dialog} title=${t("keys.title")} onClose=${onClose}>
		<dl class="keys">${rows.map(([key, text]) => html`<div key=${key}><dt>${key.split(" ").map((one) => html`<kbd key=${one}>${one}</kbd>`)}</dt><dd>${text}</dd></div>`)}</dl>
		<footer><${Button} onClick=${flip}>${t(on ? "keys.off" : "keys.on")}<//></footer>
	<//>`;
}
