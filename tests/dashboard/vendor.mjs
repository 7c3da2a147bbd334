// Copies the libraries of the dashboard out of their npm packages:
//   node tests/dashboard/vendor.mjs           writes them
//   node tests/dashboard/vendor.mjs --check   fails where what is committed differs
//
// Bytes are those of the packages, but for what makes them modules that need no build: the bare
// import in the hooks, the references to source maps, and the export of uPlot.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const packages = new URL("../../target/dashboard/node_modules/", import.meta.url);
const assets = new URL("../../shared/src/http/dashboard/assets/vendor/", import.meta.url);

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, packages), "utf8");

/** @param {string} text */
const withoutMap = (text) => `${text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "")}\n`;

/** @param {string} name */
const licence = (name) => {
	const { version, license } = JSON.parse(read(`${name}/package.json`));
	const text = read(`${name}/LICENSE`).trim();
	return `${name} ${version} (${license})\n\n${text}\n`;
};

const rule = `\n${"-".repeat(72)}\n\n`;

/** @type {Record<string, string>} */
const made = {
	"preact.mjs": withoutMap(read("preact/dist/preact.mjs")),
	"hooks.mjs": withoutMap(
		read("preact/hooks/dist/hooks.mjs").replace('from"preact"', 'from"./preact.mjs"'),
	),
	"htm.mjs": withoutMap(read("htm/dist/htm.mjs")),
	"uplot.mjs": `${read("uplot/dist/uPlot.iife.min.js").trimEnd()}\nexport default uPlot;\n`,
	"uplot.css": `${read("uplot/dist/uPlot.min.css").trimEnd()}\n`,
	"LICENSES.txt": ["preact", "htm", "uplot"].map(licence).join(rule),
};

const check = process.argv.includes("--check");
for (const [name, text] of Object.entries(made)) {
	const path = new URL(name, assets);
	if (!check) {
		writeFileSync(path, text);
	} else if (readFileSync(path, "utf8") !== text) {
		console.error(`${fileURLToPath(path)} is not what its package has; run vendor.mjs`);
		process.exitCode = 1;
	}
}
