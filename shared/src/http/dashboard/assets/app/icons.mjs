// Line icons on a grid of 24, as those of the payment page.

import { html } from "./view.mjs";

/** @type {Record<string, string>} */
const PATHS = {
	home: "M4 11.2 12 4.5l8 6.7M6 9.8V19.5h12V9.8M10 19.5v-5h4v5",
	link: "M10 14.2a4 4 0 0 0 5.7.2l3-3a4 4 0 0 0-5.7-5.7l-1.2 1.2M14 9.8a4 4 0 0 0-5.7-.2l-3 3a4 4 0 0 0 5.7 5.7l1.2-1.2",
	payment:
		"M3.5 7a2 2 0 0 1 2-2h13a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2zM3.5 10h17M7 15h3.5",
	refund: "M4.5 9.5h11a4.5 4.5 0 0 1 0 9H9M4.5 9.5 8.5 5.5M4.5 9.5l4 4",
	box: "M4.5 8 12 4l7.5 4v8L12 20l-7.5-4zM4.5 8l7.5 4 7.5-4M12 12v8",
	key: "M13.5 10.5a4 4 0 1 0-2.6 3.7l1.6 1.6h2.2v2.2h2.2v2.2h2.6v-3.2l-6-6z",
	webhook:
		"M9.5 8.5 6.3 14M12 6.5a3 3 0 1 1 3.2 3l3.2 5.4M6 18.5a3 3 0 1 1 .3-4.5M18.4 14.9a3 3 0 1 1-2.8 2.6H9",
	plus: "M12 5v14M5 12h14",
	check: "m5.5 12.6 4.4 4.4 8.8-9.6",
	cross: "m7 7 10 10M17 7 7 17",
	copy: "M8.5 8.5h10v11h-10zM15.5 8.5v-4h-10v11h3",
	more: "M6 12h.01M12 12h.01M18 12h.01",
	search: "M10.8 17.1a6.3 6.3 0 1 0 0-12.6 6.3 6.3 0 0 0 0 12.6M15.4 15.4l4.6 4.6",
	down: "m6.5 9.5 5.5 5.5 5.5-5.5",
	right: "m9.5 6.5 5.5 5.5-5.5 5.5",
	left: "m14.5 6.5-5.5 5.5 5.5 5.5",
	clock: "M12 3.3a8.7 8.7 0 1 1 0 17.4 8.7 8.7 0 0 1 0-17.4M12 7v5.2l3.4 2",
	alert: "M12 3.3a8.7 8.7 0 1 1 0 17.4 8.7 8.7 0 0 1 0-17.4M12 7.6v5.2M12 16v.4",
	info: "M12 3.3a8.7 8.7 0 1 1 0 17.4 8.7 8.7 0 0 1 0-17.4M12 11v5.2M12 7.8v.3",
	lock: "M5 10.5h14v9.5H5zM8 10.5V7.2a4 4 0 0 1 8 0v3.3",
	eye: "M2.8 12S6 5.8 12 5.8 21.2 12 21.2 12 18 18.2 12 18.2 2.8 12 2.8 12M12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6",
	share: "M12 15V4M8 7.5 12 3.5l4 4M6 11.5H4.8v8.7h14.4v-8.7H18",
	qr: "M4.5 4.5h6v6h-6zM13.5 4.5h6v6h-6zM4.5 13.5h6v6h-6zM13.5 13.5h2.5v2.5M19.5 13.5v.01M19.5 17v2.5H17M13.5 19.5v.01",
	mail: "M3.5 6h17v12.5h-17zM3.5 7l8.5 6.5L20.5 7",
	chat: "M4.5 5h15v11h-8l-4 3.5V16h-3z",
	download: "M12 4v10.5M7.8 10.5 12 14.7l4.2-4.2M4.8 19.5h14.4",
	user: "M12 11.7a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4M4.8 19.7a7.2 7.2 0 0 1 14.4 0",
	team: "M9 11.2a3.4 3.4 0 1 0 0-6.8 3.4 3.4 0 0 0 0 6.8M2.8 19.2a6.2 6.2 0 0 1 12.4 0M16 4.9a3.4 3.4 0 0 1 0 5.8M17.4 13.6a6.2 6.2 0 0 1 3.8 5.6",
	settings:
		"M4 7h9M17.5 7H20M4 17h3M11.5 17H20M15.2 9.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6M9.2 19.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6",
	shield: "M12 3.5 5 6v5.5c0 4.5 3 7.7 7 9 4-1.3 7-4.5 7-9V6zM9 11.8l2.2 2.2 4-4.4",
	out: "M14 5H5.5v14H14M10.5 12H20M16.5 8.5 20 12l-3.5 3.5",
	filter: "M4 6.5h16M7 12h10M10 17.5h4",
	offline:
		"M3 9.5a13.5 13.5 0 0 1 18 0M6.4 13.2a8.5 8.5 0 0 1 11.2 0M9.6 16.7a3.6 3.6 0 0 1 4.8 0M4.5 4.5l15 15",
	sun: "M12 16.2a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4M12 2.8v2M12 19.2v2M2.8 12h2M19.2 12h2M5.5 5.5l1.4 1.4M17.1 17.1l1.4 1.4M18.5 5.5l-1.4 1.4M6.9 17.1l-1.4 1.4",
	moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10",
	globe:
		"M12 3.3a8.7 8.7 0 1 1 0 17.4 8.7 8.7 0 0 1 0-17.4M3.3 12h17.4M12 3.3c2.6 2.6 3.6 5.5 3.6 8.7s-1 6.100-3.600 8.700c-2.600-2.600-3.600-5.500-3.600-8.700s1-6.100 3.600-8.700",
	external: "M13.500 4.500h6v6M19.500 4.500l-8.500 8.500M17 13.500v6H4.500V7H10.500",
	trash:
		"M5 7h14M9.500 7V4.500h5V7M7 7l.8 12.500h8.400L17 7M10.500 10.500v5.500M13.500 10.500v5.500",
	edit: "M4.500 19.500l.8-4L16 4.800l3.200 3.200L8.500 18.700zM13.800 7l3.200 3.200",
	restart: "M5 12a7 7 0 1 0 2.200-5.100L5 9M5 4.500V9h4.500",
	play: "M8 5.500v13l10.500-6.500z",
	calendar: "M4.500 6.500h15v13h-15zM4.500 10.500h15M8.500 4v4M15.500 4v4",
	chart: "M5 19.500V12M10 19.500V5M15 19.500v-9M20 19.500V8",
	keyboard:
		"M3 7h18v10.500H3zM7 10.500h.01M10.500 10.500h.01M14 10.500h.01M17.500 10.500h.01M8 14h8",
	image:
		"M4 5h16v14H4zM4 16.500l4.500-4.500 4 4 2.500-2.500 5 4.500M15.500 9.800a1 1 0 1 0 0-2 1 1 0 0 0 0 2",
	list: "M9 6.500h11M9 12h11M9 17.500h11M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01",
};

/**
 * @param {{name: string, class?: string}} props
 */
export function Icon({ name, class: extra = "" }) {
	return html`<svg class=${`icon ${extra}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name] ?? ""} /></svg>`;
}

/** Paylink's own sign: two links of a chain. */
export const Mark = () =>
	html`<svg class="icon mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><rect x="2.5" y="7.5" width="11.5" height="9" rx="4.5" /><rect x="10" y="7.5" width="11.5" height="9" rx="4.5" /></svg>`;

/** 32 ellipses around one middle, in one line: as elements, each would be styled and laid out. */
const ELLIPSES = Array.from({ length: 32 }, (_, i) => {
	const turn = i * 5.625;
	const at = (/** @type {number} */ side) =>
		[Math.cos, Math.sin]
			.map((part) => (side * 96 * part((turn * Math.PI) / 180)).toFixed(2))
			.join();
	return `M${at(1)}A96 34 ${turn} 1 0 ${at(-1)}A96 34 ${turn} 1 0 ${at(1)}`;
}).join("");

/** The rosette of the payment page. */
export const Rosette = () =>
	html`<svg class="rosette" viewBox="-100 -100 200 200" aria-hidden="true" focusable="false"><path d=${ELLIPSES} /></svg>`;
