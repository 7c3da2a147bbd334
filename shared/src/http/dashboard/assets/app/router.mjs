// Where the app is: what stands behind the # of its address.

/** @typedef {{path: string[], query: URLSearchParams}} Place */

/**
 * @param {string} hash
 * @returns {Place}
 */
export function parse(hash) {
	const text = hash.replace(/^#/, "");
	const [path, query = ""] = text.split("?", 2);
	const parts = path.split("/").filter((part) => part !== "");
	return { path: parts.map(decode), query: new URLSearchParams(query) };
}

/** @param {string} part */
function decode(part) {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}

/**
 * The address of a place.
 * @param {readonly string[]} path
 * @param {Record<string, string | null | undefined>} [query] what is empty is left out
 */
export function to(path, query = {}) {
	const pairs = Object.entries(query).filter(([, value]) => value);
	const text = new URLSearchParams(/** @type {[string, string][]} */ (pairs)).toString();
	return `#/${path.map(encodeURIComponent).join("/")}${text ? `?${text}` : ""}`;
}

/** @param {string} hash */
export function go(hash) {
	location.hash = hash;
}

/**
 * Changes the address without a step back to it, as filters do.
 * @param {string} hash
 */
export function replace(hash) {
	history.replaceState(null, "", hash);
	dispatchEvent(new HashChangeEvent("hashchange"));
}
