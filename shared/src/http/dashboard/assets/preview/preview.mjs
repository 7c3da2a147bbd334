// The page of a link with sample data, as the settings of branding show it. It hears from its own
// origin only, makes text of what it is told, and sends nothing but that it is there.

/** The words of buyers' pages by language, as `name = text` lines. @type {Map<string, Promise<Map<string, string>>>} */
const known = new Map();

/** @param {string} locale */
function wordsOf(locale) {
	const name = /^[a-z]{2}$/.test(locale) ? locale : "en";
	const before = known.get(name);
	if (before) return before;
	const loaded = fetch(new URL(`words/${name}.txt`, import.meta.url)).then(async (answer) => {
		const text = await answer.text();
		const pairs = text.split("\n").map((line) => line.split(" = ", 2));
		return new Map(/** @type {[string, string][]} */ (pairs.filter((pair) => pair.length === 2)));
	});
	known.set(name, loaded);
	return loaded;
}

const all = (/** @type {string} */ css) =>
	/** @type {HTMLElement[]} */ ([...document.querySelectorAll(css)]);
const one = (/** @type {string} */ id) =>
	/** @type {HTMLElement} */ (document.getElementById(id));

/** @param {Record<string, any>} told */
async function show(told) {
	const words = await wordsOf(told.locale);
	const word = (/** @type {string} */ name) => words.get(name) ?? "";
	document.documentElement.lang = told.locale;
	document.documentElement.dir = told.locale === "ar" ? "rtl" : "ltr";
	document.documentElement.toggleAttribute("data-dark", told.dark);
	const style = document.documentElement.style;
	style.colorScheme = told.dark ? "dark" : "light";
	const put = (/** @type {string} */ name, /** @type {string | null} */ color) =>
		color ? style.setProperty(name, color) : style.removeProperty(name);
	put("--panel", told.panel);
	put("--panel-soft", told.panel && "#ffffffd9");
	put("--gold", told.accent);
	put("--brand", told.button);
	put("--brand-deep", told.button);
	put("--on-brand", told.onButton);
	for (const place of all("[data-word]")) place.textContent = word(place.dataset.word ?? "");
	for (const place of all("[data-seller]")) place.textContent = told.seller;
	// The policy of this page lets pictures of its own host through, and those that came along.
	for (const place of all(".logo")) {
		place.hidden = !told.logo;
		if (told.logo) /** @type {HTMLImageElement} */ (place).src = told.logo;
		else place.removeAttribute("src");
	}
	for (const place of all(".initial")) place.hidden = Boolean(told.logo);
	for (const place of all(".initial")) place.textContent = [...told.seller][0]?.toUpperCase() ?? "";
	const formats = told.locale === "ar" ? "ar-u-nu-latn" : told.locale;
	const money = new Intl.NumberFormat(formats, { style: "currency", currency: told.currency });
	for (const place of all("[data-amount]"))
		place.textContent = money.format(/** @type {any} */ (place.dataset.amount));
	one("tax").textContent = word(told.inclusive ? "including_tax" : "plus_tax");
	for (const place of all("[data-help]"))
		place.replaceChildren(
			...(told.support.length > 0 ? [word("questions")] : []),
			...told.support.flatMap((/** @type {string} */ text) => {
				const way = document.createElement("a");
				way.textContent = text;
				return [" ", way];
			}),
		);
	const open = told.state === "open";
	one("title").textContent = open ? "" : word(told.state);
	one("message").textContent = open ? "" : told.message || word(`${told.state}_text`);
	one("open").hidden = !open;
	one("over").hidden = open;
}

addEventListener("message", (event) => {
	const ours = event.origin === location.origin && event.source === parent;
	if (ours && typeof event.data?.seller === "string") show(event.data);
});
if (parent !== window) parent.postMessage("ready", location.origin);
