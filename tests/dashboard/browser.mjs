// A Chromium of one's own, driven through WebDriver, which is plain JSON over HTTP. The flows on
// the stack have a driver of their own (tests/browser/driver.rs); this one looks at single screens.

import { spawn } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const FLAGS = [
	"--headless",
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	"--disable-dev-shm-usage",
	"--hide-scrollbars",
];

/** How long something is waited for that has to come, in ms: on machines much slower than this one, too. */
const PATIENCE_MS = 90_000;

/**
 * Waits until something is so.
 * @param {() => any} what
 * @param {() => any} [told] what is said where it never is
 */
export async function until(what, told = () => String(what)) {
	const end = Date.now() + PATIENCE_MS;
	for (;;) {
		if (await what()) return;
		if (Date.now() > end) throw new Error(`never: ${await told()}`);
		await new Promise((resolve) => setTimeout(resolve, 40));
	}
}

/** How many times slower than here pages are: `PAYLINK_SLOW=6` finds tests that a slow machine would fail. */
const SLOW = Number(process.env.PAYLINK_SLOW ?? "1");

/** A font for Chinese, Japanese and Korean, which machines that run tests seldom have. */
const CJK = new URL("../../shared/documents/fonts/DroidSansFallback.ttf", import.meta.url);

/** Where that font and what says so lie; once made, they stay. */
const FONTS = new URL("../../target/dashboard/fonts/", import.meta.url);

/** The machine's fonts and that one, by a file that names both. */
function fonts() {
	const folder = fileURLToPath(FONTS);
	mkdirSync(folder, { recursive: true });
	// Whole at once: somebody else may begin at this moment.
	const put = (/** @type {string} */ name, /** @type {Buffer | string} */ content) => {
		writeFileSync(join(folder, `${process.pid}.partial`), content);
		renameSync(join(folder, `${process.pid}.partial`), join(folder, name));
	};
	if (!existsSync(join(folder, "cjk.ttf"))) put("cjk.ttf", readFileSync(CJK));
	put(
		"fonts.conf",
		`<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>${folder}</dir></fontconfig>`,
	);
	return join(folder, "fonts.conf");
}

export class Browser {
	/** @type {any} */ driver;
	session = "";
	profile = "";
	/** Where the browser itself listens, beside its driver. */
	address = "";

	/** @param {{width?: number, height?: number, dark?: boolean, language?: string}} [how] */
	static async start({ width = 1280, height = 900, dark = false, language = "en-US" } = {}) {
		const browser = new Browser();
		// The port that a driver finds may be taken by somebody else meanwhile.
		let port = null;
		const env = { ...process.env, FONTCONFIG_FILE: fonts() };
		for (let i = 0; port === null && i < 5; i += 1) {
			browser.driver = spawn("chromedriver", ["--port=0"], {
				stdio: ["ignore", "pipe", "ignore"],
				env,
			});
			const lines = createInterface({ input: browser.driver.stdout });
			port = await new Promise((resolve, reject) => {
				browser.driver.on("error", reject);
				browser.driver.on("exit", () => resolve(null));
				lines.on("line", (line) => {
					const found = /successfully on port (\d+)/.exec(line);
					if (found) resolve(found[1]);
				});
			});
		}
		if (port === null)
			throw new Error("chromedriver does not start; `make test` says how to get it");
		browser.profile = mkdtempSync(join(tmpdir(), "paylink-chromium-"));
		const root = `http://127.0.0.1:${port}/session`;
		const made = await post(root, {
			capabilities: {
				alwaysMatch: {
					browserName: "chrome",
					"goog:loggingPrefs": { browser: "ALL" },
					"goog:chromeOptions": {
						args: [...FLAGS, `--user-data-dir=${browser.profile}`],
						prefs: { "intl.accept_languages": language },
					},
				},
			},
		});
		browser.session = `${root}/${made.sessionId}`;
		browser.address = made.capabilities["goog:chromeOptions"].debuggerAddress;
		await browser.size(width, height, dark);
		await browser.slow(1);
		return browser;
	}

	/** @param {string} path @param {any} body */
	command(path, body) {
		return post(this.session + path, body);
	}

	/** @param {string} cmd @param {any} params */
	devtools(cmd, params) {
		return this.command("/goog/cdp/execute", { cmd, params });
	}

	/** @param {number} width @param {number} height @param {boolean} dark */
	async size(width, height, dark) {
		await this.devtools("Emulation.setDeviceMetricsOverride", {
			width,
			height,
			deviceScaleFactor: 1,
			mobile: width < 600,
		});
		await this.devtools("Emulation.setEmulatedMedia", {
			features: [
				{ name: "prefers-color-scheme", value: dark ? "dark" : "light" },
				{ name: "prefers-reduced-motion", value: "reduce" },
			],
		});
	}

	/** Makes the page's processor slower than that of this machine. @param {number} rate */
	slow(rate) {
		return this.devtools("Emulation.setCPUThrottlingRate", { rate: rate * SLOW });
	}

	/** @param {string} url */
	async open(url) {
		// A change behind the # alone would not load the page anew.
		await this.command("/url", { url: "about:blank" });
		await this.command("/url", { url });
	}

	/** @param {string} source */
	beforeScripts(source) {
		return this.devtools("Page.addScriptToEvaluateOnNewDocument", { source });
	}

	/** @param {string} expression */
	value(expression) {
		return this.command("/execute/sync", { script: `return ${expression};`, args: [] });
	}

	/** @param {string} source a promise's expression */
	async later(source) {
		const answer = await this.devtools("Runtime.evaluate", {
			expression: source,
			awaitPromise: true,
			returnByValue: true,
		});
		if (answer.exceptionDetails) throw new Error(JSON.stringify(answer.exceptionDetails));
		return answer.result.value;
	}

	/** What cannot be said yet, of an element that is not there, is not so yet. @param {string} expression */
	until(expression) {
		const script = `(() => { try { return Boolean(${expression}); } catch (error) { return String(error); } })()`;
		let last = /** @type {any} */ (null);
		return until(
			async () => {
				last = await this.value(script);
				return last === true;
			},
			async () =>
				`in the browser, ${expression}: ${last}\n${await this.value("document.body.innerText")}`,
		);
	}

	/**
	 * Waits until all that follows from what happened has been drawn: two whole frames, in which
	 * effects run and sizes are looked at.
	 */
	drawn() {
		const frame = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))";
		return this.later(`${frame}.then(() => ${frame})`);
	}

	/** @param {Iterable<string>} keys */
	async press(keys) {
		const actions = [...keys].flatMap((key) => [
			{ type: "keyDown", value: key },
			{ type: "keyUp", value: key },
		]);
		await this.command("/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
	}

	/** Types a text in one go, so that a field which waits for a pause sees one. @param {string} text */
	async type(text) {
		await this.devtools("Input.insertText", { text });
	}

	/** @param {string} css */
	async click(css) {
		const found = await this.command("/element", { using: "css selector", value: css });
		await this.command(`/element/${Object.values(found)[0]}/click`, {});
	}

	/** @param {string} path @param {boolean} [whole] */
	async screenshot(path, whole = false) {
		const { data } = await this.devtools("Page.captureScreenshot", {
			format: "png",
			captureBeyondViewport: whole,
		});
		writeFileSync(path, Buffer.from(data, "base64"));
	}

	/**
	 * Processor time of each task of the pages' main threads during a step, in ms, the longest first.
	 * It is what the thread itself ran: however busy the machine is, waiting does not count.
	 * @param {() => Promise<any>} step
	 * @returns {Promise<number[]>}
	 */
	async tasks(step) {
		const version = await (await fetch(`http://${this.address}/json/version`)).json();
		const socket = new WebSocket(version.webSocketDebuggerUrl);
		/** @type {any[]} */
		const events = [];
		/** @type {Map<string, () => void>} */
		const waits = new Map();
		const heard = (/** @type {string} */ what) =>
			new Promise((resolve) => waits.set(what, () => resolve(null)));
		socket.onmessage = ({ data }) => {
			const { id, method, params } = JSON.parse(data);
			if (method === "Tracing.dataCollected") events.push(...params.value);
			waits.get(method ?? `${id}`)?.();
		};
		await new Promise((resolve, reject) => {
			socket.onopen = resolve;
			socket.onerror = reject;
		});
		const begun = heard("1");
		const params = {
			transferMode: "ReportEvents",
			traceConfig: { includedCategories: ["toplevel", "devtools.timeline", "v8"] },
		};
		socket.send(JSON.stringify({ id: 1, method: "Tracing.start", params }));
		await begun;
		await step();
		const ended = heard("Tracing.tracingComplete");
		socket.send(JSON.stringify({ id: 2, method: "Tracing.end" }));
		await ended;
		socket.close();
		const thread = (/** @type {any} */ event) => `${event.pid}:${event.tid}`;
		const mains = new Set(
			events.filter(({ name }) => name === "UpdateLayoutTree" || name === "Layout").map(thread),
		);
		return events
			.filter((event) => event.ph === "X" && /RunTask$/.test(event.name) && event.tdur >= 0)
			.filter((event) => mains.has(thread(event)))
			.map(({ tdur }) => tdur / 1000)
			.sort((a, b) => b - a);
	}

	/** What the browser complained about: broken policies, errors of scripts. */
	async complaints() {
		const lines = await this.command("/se/log", { type: "browser" });
		return lines
			.filter((/** @type {any} */ line) => line.level === "SEVERE")
			.map((/** @type {any} */ line) => line.message);
	}

	async stop() {
		await fetch(this.session, { method: "DELETE" }).catch(() => {});
		this.driver.kill();
		rmSync(this.profile, { recursive: true, force: true, maxRetries: 30 });
	}
}

/** @param {string} url @param {any} body */
async function post(url, body) {
	const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
	const { value } = await answer.json();
	if (!answer.ok) throw new Error(`${url}: ${value.message}`);
	return value;
}

/** Keys by their names in WebDriver. */
export const KEYS = {
	tab: "\uE004",
	enter: "\uE007",
	escape: "\uE00C",
	down: "\uE015",
	home: "\uE011",
	right: "\uE014",
};
