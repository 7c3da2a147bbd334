// Serves the dashboard without the stack, with recorded answers:
//   node tests/dashboard/serve.mjs [port]
// then http://localhost:4590/s/full/dashboard, where `full` is a state of the world: full, empty,
// loading, error, viewer, hostile, missing, out, throttled, mfa, over, refuses.
//
// Files are read anew for each request, so that an edit is seen by reloading the page. With
// PAYLINK_ASSETS, a folder, those are served that the build made of them, as in a deployment. With
// PAYLINK_LATE_ANSWERS=800 each answer of the API comes up to so many milliseconds later, at random, so
// that they overtake each other; PAYLINK_LATE_SEED says which way.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath, pathToFileURL } from "node:url";
import { answer } from "./answers.mjs";

const source = new URL("../../shared/src/http/dashboard/", import.meta.url);
const BUILD = "0123456789abcdef";

const LATE_MS = Number(process.env.PAYLINK_LATE_ANSWERS ?? "0");
let chance = Number(process.env.PAYLINK_LATE_SEED ?? "7");

/** Waits as long as the next answer is late on purpose. */
async function late() {
	if (LATE_MS === 0) return;
	// A generator of Numerical Recipes: good enough for times.
	chance = (Math.imul(chance, 1_664_525) + 1_013_904_223) >>> 0;
	await new Promise((resolve) => setTimeout(resolve, (LATE_MS * chance) / 2 ** 32));
}

/** A header of the real page, as its code states it. @param {string} name */
function policy(name) {
	const code = readFileSync(new URL("mod.rs", source), "utf8");
	const text = new RegExp(`${name}: &str = "((?:[^"\\\\]|\\\\[\\s\\S])*)"`).exec(code)?.[1] ?? "";
	return text.replace(/\\\n\s*/g, "");
}

/** Where the files are as the build makes them, where that is asked for; else the sources are served. */
const BUILT = process.env.PAYLINK_ASSETS ? pathToFileURL(`${process.env.PAYLINK_ASSETS}/`) : null;

/** The page as the function renders it. @param {string} base */
function shell(base) {
	const template = readFileSync(new URL("shell.html", source), "utf8");
	return template.replaceAll("{{ base }}", base).replaceAll("{{ build }}", BUILD);
}

/**
 * A file of the app. Two of the preview are made of those of the buyer's page, as the build does.
 * @param {string} file
 */
function asset(file) {
	if (BUILT) return readFileSync(new URL(file, BUILT));
	const page = new URL("../hosted/", source);
	if (file === "preview/page.css") {
		const style = ["page.css", "link.css"].map((one) =>
			readFileSync(new URL(`page/${one}`, page), "utf8"),
		);
		const dark = "@media (prefers-color-scheme: dark) {\n  :root {";
		return style.join("").replace(dark, "@media all {\n  :root[data-dark] {");
	}
	const words = /^preview\/(words\/[a-z]{2}\.txt)$/.exec(file)?.[1];
	if (words) {
		const text = readFileSync(new URL(words, page), "utf8");
		return /^\[link\]\n([^[]*)/m.exec(text)?.[1] ?? "";
	}
	return readFileSync(new URL(`assets/${file}`, source));
}

const TYPES = {
	html: "text/html; charset=utf-8",
	mjs: "text/javascript; charset=utf-8",
	css: "text/css; charset=utf-8",
	txt: "text/plain; charset=utf-8",
};

/**
 * @param {number} port 0: a free one
 * @returns {Promise<{port: number, asked: {method: string, path: string, headers: any, body: any}[], change: (change: ((request: any) => any) | null) => void, close: () => void}>}
 */
export function serve(port) {
	/** @type {any[]} */
	const asked = [];
	/** @type {((request: any) => any) | null} */
	let change = null;
	const server = createServer(async (request, response) => {
		const url = new URL(request.url ?? "/", "http://localhost");
		const [, state, rest] = /^\/s\/([a-z]+)(\/.*)$/.exec(url.pathname) ?? [
			null,
			"full",
			url.pathname,
		];
		const base = state === "full" && !url.pathname.startsWith("/s/") ? "" : `/s/${state}`;
		response.setHeader("content-security-policy", policy("POLICY"));
		response.setHeader("x-content-type-options", "nosniff");
		response.setHeader("referrer-policy", "no-referrer");
		response.setHeader("cross-origin-opener-policy", "same-origin");
		if (rest === "/dashboard" || rest === "/dashboard/") {
			response.setHeader("content-type", "text/html; charset=utf-8");
			response.setHeader("cache-control", "no-cache");
			return response.end(shell(base));
		}
		const file = /^\/dashboard\/assets\/[0-9a-f]+\/([a-z0-9_/.-]+)$/.exec(rest)?.[1];
		if (file && !file.includes("..")) {
			const type = TYPES[/** @type {keyof typeof TYPES} */ (file.split(".").pop())];
			try {
				const bytes = asset(file);
				if (file.endsWith(".html"))
					response.setHeader("content-security-policy", policy("PREVIEW_POLICY"));
				response.setHeader("content-type", type);
				response.setHeader("cache-control", "no-cache");
				return response.end(bytes);
			} catch {
				response.statusCode = 404;
				return response.end();
			}
		}
		/** @type {Buffer[]} */
		const parts = [];
		for await (const part of request) parts.push(part);
		const text = Buffer.concat(parts).toString();
		const body = text === "" ? null : JSON.parse(text);
		const said = {
			method: request.method ?? "GET",
			path: rest + url.search,
			headers: request.headers,
			body,
		};
		asked.push(said);
		const found =
			(await change?.(said)) ??
			answer(state ?? "full", said.method, new URL(rest + url.search, "http://localhost"), body);
		if (found === null) return;
		await late();
		if (found === "cut") return request.socket.destroy();
		response.statusCode = found.status;
		for (const [name, value] of Object.entries(found.headers ?? {}))
			response.setHeader(name, /** @type {string} */ (value));
		response.setHeader("cache-control", "no-store");
		response.setHeader("content-type", found.type ?? "application/json");
		if (found.body !== undefined && said.method === "GET" && found.status === 200) {
			const tag = `"1-${Buffer.from(JSON.stringify(found.body)).length.toString(16)}"`;
			response.setHeader("etag", tag);
			if (request.headers["if-none-match"] === tag) {
				response.statusCode = 304;
				return response.end();
			}
		}
		return response.end(found.text ?? (found.body === undefined ? "" : JSON.stringify(found.body)));
	});
	return new Promise((resolve) => {
		server.listen(port, "127.0.0.1", () => {
			const address = /** @type {import("node:net").AddressInfo} */ (server.address());
			resolve({
				port: address.port,
				asked,
				change: (how) => {
					change = how;
				},
				close: () => {
					server.closeAllConnections();
					server.close();
				},
			});
		});
	});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	const { port } = await serve(Number.parseInt(process.argv[2] ?? "4590", 10));
	console.log(`http://localhost:${port}/s/full/dashboard`);
}
