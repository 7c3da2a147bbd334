// Begins: language, colours, session; then shows the place that the address names.

import { lock, lookForNewBuild, may, session, start, watch } from "./api.mjs";
import { best, t, use } from "./i18n.mjs";
import { Outside } from "./outside.mjs";
import * as prefs from "./prefs.mjs";
import { go, parse } from "./router.mjs";
import { Prove, SignIn } from "./screens/sign_in.mjs";
import { Button, Empty, Failure, Head, Skeleton, useSession } from "./ui.mjs";
import { html, render, useEffect, useErrorBoundary, useLayoutEffect, useState } from "./view.mjs";

/** Screens by their place, each in a file that is loaded when it is first opened. */
const SCREENS = [
	{ match: [], load: () => import("./screens/home.mjs") },
	{ match: ["links"], load: () => import("./screens/links.mjs") },
	{ match: ["links", "new"], load: () => import("./screens/new_link.mjs") },
	{ match: ["links", "*"], load: () => import("./screens/link.mjs") },
	{ match: ["payments"], load: () => import("./screens/payments.mjs") },
	{ match: ["payments", "*"], load: () => import("./screens/payment.mjs") },
	{ match: ["refunds"], load: () => import("./screens/refunds.mjs") },
	{ match: ["products"], load: () => import("./screens/products.mjs") },
	{ match: ["products", "*"], load: () => import("./screens/product.mjs") },
	{ match: ["developers", "keys"], load: () => import("./screens/keys.mjs") },
	{ match: ["developers", "webhooks"], load: () => import("./screens/webhooks.mjs") },
	{ match: ["developers", "webhooks", "*"], load: () => import("./screens/webhook.mjs") },
	{ match: ["developers", "webhooks", "*", "*"], load: () => import("./screens/delivery.mjs") },
	{ match: ["team"], load: () => import("./screens/team.mjs") },
	{ match: ["activity"], load: () => import("./screens/activity.mjs") },
	{ match: ["account"], load: () => import("./screens/account.mjs") },
	{ match: ["settings"], load: () => import("./screens/settings.mjs") },
	{ match: ["settings", "branding"], load: () => import("./screens/branding.mjs") },
	{ match: ["settings", "tax"], load: () => import("./screens/tax.mjs") },
	{ match: ["settings", "*"], load: () => import("./screens/settings.mjs") },
	{ match: ["invite", "*"], load: () => import("./screens/invite.mjs"), outside: "invite.title" },
	{ match: ["reset", "*"], load: () => import("./screens/reset.mjs"), outside: "reset.title" },
];

/** Where one begins. */
const HOME = "#/";

/** @param {string[]} path */
const find = (path) =>
	SCREENS.find(
		({ match }) =>
			match.length === path.length && match.every((part, i) => part === "*" || part === path[i]),
	);

/** @param {{place: import("./router.mjs").Place}} props */
function Screen({ place }) {
	const found = find(place.path);
	const [loaded, setLoaded] = useState(/** @type {any} */ ({}));
	const [failed, setFailed] = useState(/** @type {unknown} */ (null));
	const load = () => {
		setFailed(null);
		found?.load().then(
			(module) => setLoaded({ found, Component: module.default }),
			(error) => setFailed(error),
		);
	};
	useEffect(load, [found]);
	if (!found) {
		return html`<${Head} title=${t("lost.title")} /><${Empty} icon="search" title=${t("lost.what")}><${Button} kind="main" href=${HOME}>${t("lost.back")}<//><//>`;
	}
	if (failed)
		return html`<div class="notice bad" role="alert"><div><p>${t("error.module")}</p><p><${Button} onClick=${() => location.reload()}>${t("reload")}<//></p></div></div>`;
	if (loaded.found !== found) return html`<${Skeleton} />`;
	return html`<${loaded.Component} key=${place.path.join("/")} place=${place} />`;
}

/** All that somebody sees who needs a second factor and has none. @param {{onStart: () => void, onDone: () => void}} props */
function Enroll(props) {
	const [Form, setForm] = useState(/** @type {any} */ (null));
	const [failed, setFailed] = useState(false);
	useEffect(() => {
		import("./screens/enroll.mjs").then(
			(module) => setForm(() => module.Forced),
			() => setFailed(true),
		);
	}, []);
	if (failed)
		return html`<p>${t("error.module")}</p><p><${Button} onClick=${() => location.reload()}>${t("reload")}<//></p>`;
	return Form ? html`<${Form} ...${props} />` : html`<${Skeleton} />`;
}

/** @param {{children?: any}} props */
function Caught({ children }) {
	const [error, reset] = useErrorBoundary((/** @type {unknown} */ problem) =>
		console.error(problem),
	);
	return error ? html`<${Failure} error=${error} again=${reset} />` : children;
}

/** Single keys, where nobody types. */
function useKeys(
	/** @type {() => void} */ help,
	/** @type {{path: string, key: string}[]} */ places,
) {
	useLayoutEffect(() => {
		let g = 0;
		const press = (/** @type {KeyboardEvent} */ event) => {
			const target = /** @type {HTMLElement} */ (event.target);
			if (event.ctrlKey || event.metaKey || event.altKey || prefs.read("keys") === "off") return;
			if (target.closest("input, textarea, select, dialog, [role=menu], [contenteditable]")) return;
			if (session.state !== "in") return;
			const move = (/** @type {number} */ by) => {
				const rows = [...document.querySelectorAll("[data-row] .row-link")];
				const at = rows.indexOf(/** @type {Element} */ (document.activeElement));
				/** @type {HTMLElement | undefined} */ (
					rows[Math.max(0, Math.min(rows.length - 1, at + by))]
				)?.focus();
			};
			if (Date.now() - g < 1200) {
				const place = places.find(({ key }) => key === event.key);
				g = 0;
				if (place) return go(`#/${place.path}`);
			}
			if (event.key === "g") g = Date.now();
			else if (event.key === "n" && may("manage_links")) go("#/links/new");
			else if (event.key === "j") move(1);
			else if (event.key === "k") move(-1);
			else if (event.key === "?") help();
			else if (event.key === "/") dispatchEvent(new Event("paylink:search"));
			else return;
			event.preventDefault();
		};
		addEventListener("keydown", press);
		return () => removeEventListener("keydown", press);
	}, [places]);
}

/** Minutes without any input after which the page is hidden, and how often that is looked at, in ms. */
const IDLE_MINUTES = 30;
const IDLE_LOOK_MS = 5_000;

/** Hides the page when nobody has touched it for a while; the server's own limits hold anyway. */
function useIdleLock() {
	useEffect(() => {
		let last = Date.now();
		const touched = () => {
			// A machine that slept shows what it showed before: the time counts, not the events.
			if (Date.now() - last < IDLE_MINUTES * 60_000) last = Date.now();
		};
		const look = setInterval(() => {
			if (Date.now() - last < IDLE_MINUTES * 60_000) return;
			lock();
			if (session.asks !== "idle") last = Date.now();
		}, IDLE_LOOK_MS);
		const back = watch(() => {
			if (session.asks === null) last = Date.now();
		});
		for (const event of ["pointerdown", "keydown", "wheel"]) addEventListener(event, touched, true);
		return () => {
			clearInterval(look);
			back();
			for (const event of ["pointerdown", "keydown", "wheel"])
				removeEventListener(event, touched, true);
		};
	}, []);
}

function App() {
	const { state, asks, me, organization } = useSession();
	const [enrolling, enroll] = useState(false);
	const [inside, setInside] = useState(/** @type {any} */ (null));
	const [hash, setHash] = useState(location.hash);
	const [failed, setFailed] = useState(/** @type {unknown} */ (null));
	const [keys, showKeys] = useState(false);
	const [, draw] = useState(0);
	const redraw = () => draw((/** @type {number} */ n) => n + 1);
	const begin = () => {
		setFailed(null);
		start().catch(setFailed);
	};
	useLayoutEffect(() => {
		begin();
		const moved = () => {
			setHash(location.hash);
			lookForNewBuild();
			scrollTo(0, 0);
		};
		addEventListener("hashchange", moved);
		return () => removeEventListener("hashchange", moved);
	}, []);
	// What stands around the places is loaded while the session is asked for.
	useEffect(() => {
		if (state === "out") return;
		import("./frame.mjs").then(setInside, setFailed);
	}, [state === "out"]);
	useIdleLock();
	useKeys(() => showKeys(true), inside?.PLACES ?? []);
	inside?.setZone(organization?.timezone ?? "UTC");
	const place = parse(hash);
	const outside = find(place.path)?.outside;
	if (outside) return html`<${Outside} title=${t(outside)}><${Screen} place=${place} /><//>`;
	if (state === "out") return html`<${Outside} title=${t("sign.title")}><${SignIn} /><//>`;
	if (state === "starting" || inside === null) {
		return failed
			? html`<${Outside} title=${t("sign.title")}><${Failure} error=${failed} again=${begin} /><//>`
			: html`<div class="starting" role="status" aria-label=${t("loading")}><b translate="no">Paylink</b></div>`;
	}
	if (place.path[0] === "sign-in") {
		history.replaceState(null, "", HOME);
		place.path = parse(HOME).path;
	}
	if (me?.must_enroll_totp || enrolling)
		return html`<${Outside} title=${t("factor")}><${Enroll} onStart=${() => enroll(true)} onDone=${() => enroll(false)} />${asks ? html`<${Prove} why=${asks} />` : null}<//>`;
	const { Frame, Keys } = inside;
	// The key brings every screen back to its beginning when the mode changes.
	return html`<${Frame} redraw=${redraw}><${Caught} key=${`${hash}${session.me?.mode}`}><${Screen} key=${session.me?.mode} place=${place} /><//>
		${asks ? html`<${Prove} why=${asks} />` : null}
		${keys ? html`<${Keys} onClose=${() => showKeys(false)} redraw=${redraw} />` : null}
	<//>`;
}

prefs.applyTheme();
const root = /** @type {HTMLElement} */ (document.getElementById("app"));
use(best([prefs.read("language") ?? "", ...navigator.languages].filter(Boolean))).then(() => {
	root.replaceChildren();
	render(html`<${App} />`, root);
});
