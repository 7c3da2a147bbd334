// One series of days as a plot that everybody can read: a sentence that sums it up, a cursor for
// the keyboard, and the same numbers as a table.

import { calendarDay, money } from "./format.mjs";
import { t } from "./i18n.mjs";
import { Button, Money, Table } from "./parts.mjs";
import { html, useEffect, useRef, useState } from "./view.mjs";

/** Where the library's style is, loaded with it. */
function style() {
	if (document.querySelector("link[data-plot]")) return;
	const link = document.createElement("link");
	link.rel = "stylesheet";
	link.href = new URL("../vendor/uplot.css", import.meta.url).href;
	link.dataset.plot = "";
	document.head.append(link);
}

/** @param {string} name */
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Where an amount stands on the plot: its place on the screen, and nothing that is computed with. */
const height = (/** @type {string} */ amount) => +amount;

/**
 * Revenue of each day, the last of which is not over.
 * @param {{days: {date: string, revenue: Record<string, string>}[], currency: string, title: string, total: string}} props
 */
export function Plot({ days, currency, title, total }) {
	const box = useRef(/** @type {HTMLElement | null} */ (null));
	const drawn = useRef(/** @type {any} */ (null));
	const [table, showTable] = useState(false);
	const [at, setAt] = useState(/** @type {number | null} */ (null));
	const [said, say] = useState("");
	const timer = useRef(/** @type {any} */ (null));
	const amounts = days.map((day) => day.revenue[currency] ?? "0.00");
	const best = amounts.reduce(
		(top, amount, i) => (height(amount) > height(amounts[top]) ? i : top),
		0,
	);
	const summary = t("plot.summary", {
		from: calendarDay(days[0].date, { day: "numeric", month: "long" }),
		to: calendarDay(days[days.length - 1].date, { day: "numeric", month: "long" }),
		total: money(total, currency),
		best: calendarDay(days[best].date, { day: "numeric", month: "long" }),
		most: money(amounts[best], currency),
	});

	useEffect(() => {
		if (table) return;
		let gone = false;
		style();
		import("../vendor/uplot.mjs").then(({ default: uPlot }) => {
			if (gone || !box.current) return;
			const make = () => {
				if (!box.current) return;
				drawn.current?.destroy();
				const [ink, line, brand, wash] = ["--soft", "--line", "--brand", "--edge"].map(color);
				const last = days.length - 1;
				const font = "12px system-ui, sans-serif";
				drawn.current = new /** @type {any} */ (uPlot)(
					{
						width: box.current.clientWidth,
						height: 220,
						padding: [10, 8, 0, 0],
						legend: { show: false },
						cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
						scales: {
							x: { time: false, range: [-0.6, last + 0.6] },
							y: {
								range: (
									/** @type {any} */ _,
									/** @type {number} */ low,
									/** @type {number} */ high,
								) => [Math.min(0, low * 1.1), Math.max(high * 1.12, 1)],
							},
						},
						axes: [
							{
								stroke: ink,
								font,
								grid: { show: false },
								ticks: { show: false },
								space: 70,
								size: 26,
								values: (/** @type {any} */ _, /** @type {number[]} */ ticks) =>
									ticks.map((i) =>
										Number.isInteger(i) && days[i] ? calendarDay(days[i].date) : "",
									),
							},
							{
								stroke: ink,
								font,
								// As wide as the longest of its amounts.
								size: (/** @type {any} */ _, /** @type {string[] | null} */ texts) =>
									Math.max(64, ...(texts ?? []).map((one) => 16 + 7 * (one ?? "").length)),
								ticks: { show: false },
								grid: { stroke: line, width: 1 },
								space: 44,
								values: (/** @type {any} */ _, /** @type {number[]} */ ticks) =>
									ticks.map((tick) => money(String(tick), currency).replace(/[.,]00(?=\D*$)/, "")),
							},
						],
						series: [
							{},
							{
								stroke: brand,
								fill: brand,
								width: 0,
								paths: uPlot.paths.bars({
									size: [0.62, 40],
									radius: 0.2,
									// The day that is not over is lighter than those that are.
									disp: {
										fill: {
											unit: 3,
											values: () => amounts.map((_, i) => (i === last ? wash : brand)),
										},
									},
								}),
								points: { show: false },
							},
						],
						hooks: { setCursor: [(/** @type {any} */ plot) => setAt(plot.cursor.idx ?? null)] },
					},
					[days.map((_, i) => i), amounts.map(height)],
					box.current,
				);
			};
			make();
			const resized = new ResizeObserver(() =>
				drawn.current?.setSize({ width: box.current?.clientWidth ?? 300, height: 220 }),
			);
			resized.observe(/** @type {HTMLElement} */ (box.current));
			addEventListener("paylink:theme", make);
			const scheme = matchMedia("(prefers-color-scheme: dark)");
			scheme.addEventListener("change", make);
			drawn.current.end = () => {
				resized.disconnect();
				removeEventListener("paylink:theme", make);
				scheme.removeEventListener("change", make);
			};
		});
		return () => {
			gone = true;
			drawn.current?.end?.();
			drawn.current?.destroy();
			drawn.current = null;
		};
	}, [days, currency, table]);

	const keys = (/** @type {KeyboardEvent} */ event) => {
		const last = days.length - 1;
		const now = at ?? last;
		const next = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
		if (next === undefined) return;
		event.preventDefault();
		const i = Math.max(0, Math.min(last, next));
		setAt(i);
		const plot = drawn.current;
		plot?.setCursor({ left: plot.valToPos(i, "x"), top: 10 });
		// At most three a second, however fast somebody goes.
		clearTimeout(timer.current);
		timer.current = setTimeout(
			() =>
				say(`${calendarDay(days[i].date, { dateStyle: "long" })}: ${money(amounts[i], currency)}`),
			333,
		);
	};
	return html`<figure class="plot">
		<figcaption><div><h2>${title}</h2><p class="soft small" translate="no">${at === null ? summary : html`${calendarDay(days[at].date, { weekday: "short", day: "numeric", month: "long" })}: <b>${money(amounts[at], currency)}</b>`}</p></div><${Button} small=${true} icon=${table ? "chart" : "list"} onClick=${() => showTable(!table)}>${t(table ? "plot.plot" : "plot.table")}<//></figcaption>
		${
			table
				? html`<div class="plot-table" tabindex="0" role="region" aria-label=${title}><${Table} caption=${title} rows=${[...days].reverse()} id=${(/** @type {any} */ day) => day.date} columns=${[
						{
							key: "day",
							label: t("plot.day"),
							main: true,
							cell: (/** @type {any} */ day) => calendarDay(day.date, { dateStyle: "medium" }),
						},
						{
							key: "amount",
							label: title,
							numeric: true,
							cell: (/** @type {any} */ day) =>
								html`<${Money} amount=${day.revenue[currency] ?? "0.00"} currency=${currency} />`,
						},
					]} /></div>`
				: html`<div class="plot-box" ref=${box} tabindex="0" role="img" aria-label=${`${title}. ${summary}`} onKeyDown=${keys} onBlur=${() => setAt(null)}></div>`
		}
		<p class="sr" aria-live="polite">${said}</p>
	</figure>`;
}
