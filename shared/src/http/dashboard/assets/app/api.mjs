// The one client of the API. It keeps the access token in a variable of this module and nowhere
// else, refreshes it for all tabs together, repeats what may be repeated, and says of every failure
// whether anything has happened.

import * as prefs from "./prefs.mjs";

/** @typedef {{id: string, email: string, name: string, role: string, totp_enabled: boolean, theme: string, permissions: string[], mode: string, modes: string[], organization: {id: string, name: string}, authenticated_at: string, security_notice: string | null, must_enroll_totp: boolean, locale: string}} Me */
/** @typedef {{id: string, name: string, mode: string, payments_enabled: boolean, default_currency: string, pricing_mode: string, timezone: string, locale: string, limits: Record<string, {min: string, max: string}>, support: {email: string | null}, require_totp: boolean}} Organization */
/** @typedef {"out" | "starting" | "in" | "over"} State */

const meta = (/** @type {string} */ name) =>
	globalThis.document?.querySelector(`meta[name="paylink-${name}"]`)?.getAttribute("content") ?? "";

/** The path before `/api/`. */
const BASE = meta("base");

/** How long an answer is waited for, in ms. */
const TIMEOUT_MS = 35_000;

/** Pauses between tries of what may be repeated, in ms. */
const PAUSES_MS = [400, 1_200, 3_000];

const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What the API refused, or that it could not be reached. */
export class ApiError extends Error {
	/**
	 * @param {number} status 0: no answer
	 * @param {Record<string, any>} body
	 * @param {string | null} requestId
	 * @param {number | null} retryAfter seconds
	 */
	constructor(status, body, requestId = null, retryAfter = null) {
		super(typeof body.detail === "string" ? body.detail : "");
		this.status = status;
		this.body = body;
		/** @type {string} */
		this.code = typeof body.code === "string" ? body.code : status === 0 ? "offline" : "unknown";
		this.requestId = requestId;
		this.retryAfter = retryAfter;
		/** Whether the request may have been carried out although no answer says so. */
		this.unknownOutcome = false;
	}

	/**
	 * The sentences about each field, by its path: `name`, `products.0.quantity`. What belongs to no
	 * field is under the empty path.
	 * @returns {Record<string, string[]>}
	 */
	get fields() {
		/** @type {Record<string, string[]>} */
		const found = {};
		const walk = (/** @type {any} */ value, /** @type {string} */ path) => {
			if (Array.isArray(value) && value.every((one) => typeof one === "string")) {
				if (value.length > 0) found[path] = value;
			} else if (value && typeof value === "object") {
				for (const [name, inner] of Object.entries(value)) {
					walk(inner, path === "" ? name : `${path}.${name}`);
				}
			}
		};
		for (const [name, value] of Object.entries(this.body)) {
			if (name === "detail" || name === "code" || name === "retry_after") continue;
			walk(value, name === "non_field_errors" ? "" : name);
		}
		return found;
	}
}

/** @type {string | null} */
let token = null;
/** Where no cookie comes back (Safari on http://localhost), the refresh token lies here. */
let memoryRefresh = /** @type {string | null} */ (null);
let mode = prefs.read("mode") ?? "test";

/** What screens look at. */
export const session = {
	/** @type {State} */
	state: prefs.read("signed_in") === null ? "out" : "starting",
	/** @type {Me | null} */
	me: null,
	/** @type {Organization | null} */
	organization: null,
	/** Why somebody has to prove who they are, if so. @type {"over" | "recent" | "idle" | null} */
	asks: null,
	online: globalThis.navigator?.onLine ?? true,
	/** Whether a newer build of this app is served. */
	outdated: false,
	/** Seconds until the API takes more, while it takes none. */
	busy: 0,
};

/** @type {Set<() => void>} */
const watchers = new Set();

/** @param {() => void} watcher */
export function watch(watcher) {
	watchers.add(watcher);
	return () => void watchers.delete(watcher);
}

function changed() {
	for (const watcher of watchers) watcher();
}

const channel =
	typeof BroadcastChannel === "function" && globalThis.document
		? new BroadcastChannel("paylink")
		: null;

if (channel) {
	channel.onmessage = ({ data }) => {
		if (data?.kind === "token" && session.state !== "out") {
			const switched = mode !== data.mode;
			token = data.token;
			mode = data.mode;
			if (session.asks === "over") answered(true);
			if (switched) load().catch(() => {});
		} else if (data?.kind === "out") {
			forget();
		} else if (data?.kind === "in" && session.state === "out") {
			start();
		}
	};
}

/** @type {((signedIn: boolean) => void)[]} */
let waiting = [];

/** @param {boolean} signedIn */
function answered(signedIn) {
	const all = waiting;
	waiting = [];
	session.asks = null;
	if (signedIn) session.state = "in";
	for (const one of all) one(signedIn);
	changed();
}

/** Nobody was there for a while: what is on the screen is hidden until somebody proves who they are. */
export function lock() {
	if (session.state === "in" && session.asks === null) prove("idle");
}

/** The person did not want to prove who they are. */
export const dismiss = () => answered(false);

/**
 * Waits until somebody has proved who they are.
 * @param {"over" | "recent" | "idle"} why
 * @returns {Promise<boolean>}
 */
function prove(why) {
	session.asks = why;
	if (why === "over") session.state = "over";
	changed();
	return new Promise((resolve) => {
		waiting.push(resolve);
	});
}

function forget() {
	token = null;
	memoryRefresh = null;
	session.me = null;
	session.organization = null;
	session.state = "out";
	prefs.write("signed_in", null);
	answered(false);
}

/**
 * @param {Response} answer
 * @returns {Promise<any>}
 */
async function bodyOf(answer) {
	const text = await answer.text();
	if (text === "") return {};
	try {
		return JSON.parse(text);
	} catch {
		return {};
	}
}

/** @param {Response} answer */
async function errorOf(answer) {
	const body = await bodyOf(answer);
	const header = answer.headers.get("retry-after");
	const seconds = header === null ? null : Number.parseInt(header, 10);
	return new ApiError(
		answer.status,
		body && typeof body === "object" ? body : {},
		answer.headers.get("x-request-id"),
		Number.isFinite(seconds) ? seconds : null,
	);
}

/**
 * @param {string} path
 * @param {RequestInit} init
 */
async function send(path, init) {
	try {
		const answer = await fetch(path.startsWith("http") ? path : BASE + path, {
			credentials: "same-origin",
			cache: "no-store",
			redirect: "error",
			signal: AbortSignal.timeout(TIMEOUT_MS),
			...init,
		});
		if (!session.online) {
			session.online = true;
			changed();
		}
		return answer;
	} catch {
		if (!navigator.onLine && session.online) {
			session.online = false;
			changed();
		}
		throw new ApiError(0, {});
	}
}

/**
 * @param {string} path
 * @param {unknown} body
 */
const post = (path, body) =>
	send(path, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify(body),
	});

/** @param {any} made a session as the API answers it */
function accept(made) {
	token = made.access_token;
	mode = made.mode;
	if (made.refresh_token) memoryRefresh = made.refresh_token;
	if (made.device_token) prefs.write("device", made.device_token);
	prefs.write("signed_in", "1");
	prefs.write("mode", mode);
	channel?.postMessage({ kind: "token", token, mode });
}

/**
 * One refresh for all tabs: whoever comes second finds a token that somebody has just got.
 * @param {string} [wanted] the mode to change to
 * @returns {Promise<boolean>} whether there is a session
 */
async function refresh(wanted) {
	const before = token;
	const once = async () => {
		if (!wanted && token !== null && token !== before) return true;
		const body = memoryRefresh ? { refresh_token: memoryRefresh } : {};
		for (let i = 0; ; i += 1) {
			try {
				const answer = await post("/api/auth/refresh/", wanted ? { ...body, mode: wanted } : body);
				if (answer.ok) {
					accept(await answer.json());
					return true;
				}
				const error = await errorOf(answer);
				if (error.status === 401) return false;
				if (error.status < 500 && error.status !== 429) throw error;
				if (i >= PAUSES_MS.length) throw error;
				await sleep(error.retryAfter ? error.retryAfter * 1000 : PAUSES_MS[i]);
			} catch (error) {
				// The answer may be lost although the token was renewed: the one before it still works.
				if (!(error instanceof ApiError) || error.status !== 0 || i >= PAUSES_MS.length)
					throw error;
				await sleep(PAUSES_MS[i]);
			}
		}
	};
	return navigator.locks ? navigator.locks.request("paylink-refresh", once) : once();
}

/** @typedef {{method?: string, body?: unknown, key?: string, etag?: string | null, headers?: Record<string, string>, raw?: boolean, quiet?: boolean}} Options */

/**
 * Calls the API for whoever is signed in.
 *
 * Reading, and writing with a key, is repeated by itself after an answer that was lost. A session
 * that is over is asked for, and the request repeated with its own key.
 * @param {string} path
 * @param {Options} [options]
 * @returns {Promise<Response>}
 */
export async function call(path, options = {}) {
	const method = options.method ?? "GET";
	const repeats =
		method === "GET" || options.key !== undefined || method === "DELETE" || method === "PUT";
	let lost = false;
	for (let i = 0; ; i += 1) {
		/** @type {Record<string, string>} */
		const headers = { Accept: "application/json", ...options.headers };
		if (token) headers.Authorization = `Token ${token}`;
		if (options.body !== undefined) headers["Content-Type"] = "application/json";
		if (options.key) headers["Idempotency-Key"] = options.key;
		if (options.etag) headers[method === "GET" ? "If-None-Match" : "If-Match"] = options.etag;
		/** @type {ApiError} */
		let error;
		try {
			const body = options.body === undefined ? undefined : JSON.stringify(options.body);
			const answer = await send(path, { method, headers, body });
			if (answer.ok || answer.status === 304) return answer;
			error = await errorOf(answer);
		} catch (thrown) {
			if (!(thrown instanceof ApiError)) throw thrown;
			error = thrown;
		}
		const { status, code } = error;
		if (
			status === 401 &&
			(code === "token_expired" || code === "session_revoked" || code === "token_required")
		) {
			if (code !== "session_revoked" && i < 2 && (await refresh())) continue;
			if (!options.quiet && (await prove("over"))) continue;
			throw error;
		}
		if (code === "reauthentication_required" && !options.quiet) {
			if (await prove("recent")) continue;
			throw error;
		}
		if (code === "request_in_progress" && i < 10) {
			await sleep((error.retryAfter ?? 1) * 1000);
			continue;
		}
		if (status === 429 && !options.quiet && i < 4) {
			await wait(error.retryAfter ?? PAUSES_MS[Math.min(i, 2)] / 1000);
			continue;
		}
		const transient = status === 0 || status >= 500;
		lost ||= transient && method !== "GET";
		if (transient && repeats && i < PAUSES_MS.length && session.online) {
			await sleep(PAUSES_MS[i]);
			continue;
		}
		error.unknownOutcome = lost && transient;
		throw error;
	}
}

/** Waits, and shows that it does. @param {number} seconds */
async function wait(seconds) {
	session.busy = Math.ceil(seconds);
	changed();
	await sleep(seconds * 1000);
	session.busy = 0;
	changed();
}

/**
 * @param {string} path
 * @param {Options} [options]
 */
async function json(path, options) {
	const answer = await call(path, options);
	return bodyOf(answer);
}

export const api = {
	/**
	 * @param {string} path
	 * @param {Options} [options]
	 */
	get: (path, options) => json(path, options),
	/**
	 * @param {string} path
	 * @param {unknown} body
	 * @param {string} [key] one for each form, so that pressing twice is doing once; without one, a
	 *   lost answer is not asked for again
	 */
	post: (path, body, key) => json(path, { method: "POST", body, key }),
	/**
	 * @param {string} path
	 * @param {unknown} body
	 * @param {string | null} [etag] what was edited; 412 when somebody else changed it meanwhile
	 */
	patch: (path, body, etag) => json(path, { method: "PATCH", body, etag }),
	/** @param {string} path */
	delete: (path) => json(path, { method: "DELETE" }),
};

/**
 * What is there, and its tag; nothing where it is what `etag` names.
 * @param {string} path
 * @param {string | null} etag
 * @param {Options} [options]
 * @returns {Promise<{data: any, etag: string | null} | null>}
 */
export async function fetchTagged(path, etag, options) {
	const answer = await call(path, { ...options, etag });
	if (answer.status === 304) return null;
	return { data: await bodyOf(answer), etag: answer.headers.get("etag") };
}

/** Loads who is signed in, and their organisation; those who have to enrol see it only after that. */
export async function load() {
	const [me, organization] = await Promise.all([
		json("/api/auth/me/"),
		json("/api/organization/").catch((error) => {
			if (error instanceof ApiError && error.code === "totp_enrollment_required") return null;
			throw error;
		}),
	]);
	session.me = me;
	session.organization = organization;
	session.state = "in";
	changed();
}

/** Goes on with the session of this browser, if it has one. */
export async function start() {
	if (prefs.read("signed_in") === null) {
		session.state = "out";
		return changed();
	}
	try {
		if (await refresh()) return await load();
		forget();
	} catch (error) {
		// Out of reach is not signed out.
		session.state = "starting";
		changed();
		throw error;
	}
}

/**
 * Signs in. Answers nothing when done, or the challenge of a second factor.
 * @param {{email: string, password: string, code?: string}} typed
 * @returns {Promise<{challenge_token: string, methods: string[]} | null>}
 */
export async function signIn({ email, password, code }) {
	const device = prefs.read("device");
	const answer = await post("/api/auth/login/", {
		email,
		password,
		mode,
		cookie: true,
		...(code ? { mfa_code: code } : {}),
		...(device ? { device_token: device } : {}),
	});
	return signedIn(answer);
}

/**
 * @param {string} challenge
 * @param {string} code
 */
export async function secondFactor(challenge, code) {
	await signedIn(await post("/api/auth/mfa/", { challenge_token: challenge, code }));
}

/**
 * @param {Response} answer
 * @returns {Promise<any>}
 */
async function signedIn(answer) {
	if (!answer.ok) throw await errorOf(answer);
	const made = await answer.json();
	if (made.status === "mfa_required") return made;
	accept(made);
	const asked = session.asks !== null;
	// Nobody else's page may go on as if it were theirs.
	const another = session.me !== null && session.me.id !== made.member.id;
	if (asked && !another) {
		answered(true);
		return null;
	}
	await load();
	channel?.postMessage({ kind: "in" });
	if (another) location.hash = "#/";
	answered(!another);
	return null;
}

/**
 * Proves who is here to the session that is open: with the code where a second factor is on, else
 * with the password. A session that has ended meanwhile wants a whole sign-in.
 * @param {{password: string} | {mfa_code: string}} typed
 */
export async function reauthenticate(typed) {
	for (let i = 0; ; i += 1) {
		const answer = await send("/api/auth/reauthenticate/", {
			method: "POST",
			headers: { "Content-Type": "application/json", Authorization: `Token ${token}` },
			body: JSON.stringify(typed),
		});
		if (answer.ok) return answered(true);
		const error = await errorOf(answer);
		if (!["token_expired", "token_required", "session_revoked"].includes(error.code)) throw error;
		if (error.code !== "session_revoked" && i < 2 && (await refresh())) continue;
		session.asks = "over";
		session.state = "over";
		return changed();
	}
}

/** What the signed-in member or the organisation is now. @param {Partial<Me> | null} me @param {any} [organization] */
export function became(me, organization) {
	if (me && session.me) session.me = { ...session.me, ...me };
	if (organization) session.organization = organization;
	changed();
}

/**
 * A new password, for whoever has the token of a reset. Every session of theirs is over by it.
 * @param {string} reset
 * @param {string} password
 */
export async function resetPassword(reset, password) {
	const answer = await post("/api/auth/password/reset/", { token: reset, password });
	if (!answer.ok) throw await errorOf(answer);
	channel?.postMessage({ kind: "out" });
	forget();
}

/** @param {string} invitation */
export async function previewInvitation(invitation) {
	const answer = await post("/api/auth/invitations/preview/", { token: invitation });
	if (!answer.ok) throw await errorOf(answer);
	return answer.json();
}

/**
 * @param {string} invitation
 * @param {string} name
 * @param {string} password
 */
export async function acceptInvitation(invitation, name, password) {
	await signedIn(
		await post("/api/auth/invitations/accept/", {
			token: invitation,
			name,
			password,
			cookie: true,
		}),
	);
}

/** Ends the session, in every tab. */
export async function signOut() {
	const headers = {
		"Content-Type": "application/json",
		...(token ? { Authorization: `Token ${token}` } : {}),
	};
	try {
		await send("/api/auth/logout/", { method: "POST", headers, body: "{}" });
	} finally {
		channel?.postMessage({ kind: "out" });
		forget();
	}
}

/** Works in the other mode from now on. @param {string} wanted */
export async function switchMode(wanted) {
	if (!(await refresh(wanted)) && !(await prove("over"))) return;
	await load();
}

/** Where a picture is, seen from here: buyers may reach it under another name. @param {string | null} url */
export const pictureAt = (url) => (url ? `${BASE}/images/${url.split("/").at(-1)}` : null);

/** Whether the signed-in member may do something. @param {string} permission */
export const may = (permission) => session.me?.permissions.includes(permission) ?? false;

/** Looks whether a newer build is served; asked at navigation, never in the middle of a form. */
let lookedAt = 0;
export async function lookForNewBuild() {
	if (session.outdated || !session.online || Date.now() - lookedAt < 600_000) return;
	lookedAt = Date.now();
	try {
		const answer = await fetch(`${BASE}/dashboard`, { cache: "no-cache", credentials: "omit" });
		const text = await answer.text();
		const build = /name="paylink-build" content="([0-9a-f]+)"/.exec(text)?.[1];
		if (build && build !== meta("build")) {
			session.outdated = true;
			changed();
		}
	} catch {
		// It is asked again in ten minutes.
	}
}

if (globalThis.document) {
	lookedAt = Date.now();
	addEventListener("online", () => {
		session.online = true;
		changed();
	});
	addEventListener("offline", () => {
		session.online = false;
		changed();
	});
}
