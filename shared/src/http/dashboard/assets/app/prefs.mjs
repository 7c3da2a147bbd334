// What a browser keeps for its person: never a secret but the device's token, and nothing that has
// to be there. Where storage is blocked, a page remembers until it is closed.

/** @type {Map<string, string>} */
const here = new Map();

/** @param {string} name */
export function read(name) {
	try {
		const kept = globalThis.localStorage?.getItem(`paylink.${name}`);
		return kept ?? here.get(name) ?? null;
	} catch {
		return here.get(name) ?? null;
	}
}

/**
 * @param {string} name
 * @param {string | null} value `null` forgets it
 */
export function write(name, value) {
	if (value === null) here.delete(name);
	else here.set(name, value);
	try {
		if (value === null) globalThis.localStorage?.removeItem(`paylink.${name}`);
		else globalThis.localStorage?.setItem(`paylink.${name}`, value);
	} catch {
		// Blocked or full: the copy in memory is enough for this page.
	}
}

/** Puts the chosen colours on the page; the system's own where nothing is chosen. */
export function applyTheme() {
	const theme = read("theme") ?? "system";
	const root = document.documentElement;
	if (theme === "system") delete root.dataset.theme;
	else root.dataset.theme = theme;
	globalThis.dispatchEvent?.(new Event("paylink:theme"));
}
