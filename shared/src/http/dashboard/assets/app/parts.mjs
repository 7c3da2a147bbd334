// The pieces that only the screens behind sign-in need; whatever ui.mjs has is here, too.

import { api } from "./api.mjs";
import {
	ago,
	count,
	day,
	elsewhere,
	exact,
	exactHere,
	moment,
	money,
	readMoney,
	typedMoney,
} from "./format.mjs";
import { has, locale, t, tn } from "./i18n.mjs";
import { Icon } from "./icons.mjs";
import { rolesWith } from "./permissions.mjs";
import { Button, Copy, Dialog, Empty, Failure, Field, useBusy } from "./ui.mjs";
import {
	html,
	useCallback,
	useEffect,
	useId,
	useLayoutEffect,
	useMemo,
	useRef,
	useState,
} from "./view.mjs";

export * from "./ui.mjs";

/** The time, renewed while the page is looked at. @param {number} everyMs @param {boolean} runs */
export function useNow(everyMs = 30_000, runs = true) {
	const [now, setNow] = useState(Date.now());
	useEffect(() => {
		if (!runs) return;
		const timer = setInterval(() => document.hidden || setNow(Date.now()), everyMs);
		return () => clearInterval(timer);
	}, [everyMs, runs]);
	return now;
}

/**
 * What is at a path: `data` once it is there, `error` if it is not, `again` to look anew.
 * @param {string | null} path
 */
export function useData(path) {
	const [state, setState] = useState(
		/** @type {any} */ ({ path: null, data: null, error: null, loading: true, at: 0 }),
	);
	const turn = useRef(0);
	const load = useCallback(async () => {
		if (path === null) return;
		turn.current += 1;
		const mine = turn.current;
		setState((/** @type {any} */ old) =>
			old.path === path
				? { ...old, error: null, loading: true }
				: { path, data: null, error: null, loading: true, at: 0 },
		);
		try {
			const data = await api.get(path);
			if (mine === turn.current)
				setState({ path, data, error: null, loading: false, at: Date.now() });
		} catch (error) {
			if (mine === turn.current)
				setState((/** @type {any} */ old) => ({ ...old, error, loading: false }));
		}
	}, [path]);
	useEffect(() => {
		load();
		return () => {
			turn.current += 1;
		};
	}, [load]);
	const put = (/** @type {any} */ data) =>
		setState((/** @type {any} */ old) => ({ ...old, data, error: null }));
	return state.path === path
		? { ...state, again: load, put }
		: { data: null, error: null, loading: true, at: 0, again: load, put };
}

/**
 * A list that grows by "Show more". An empty page with more behind it loads on by itself. `error` is
 * why the list is not there or is old, `stuck` why it did not grow.
 * @param {string} path with its filters
 */
export function useList(path) {
	const [state, setState] = useState(
		/** @type {any} */ ({
			path: null,
			at: null,
			rows: null,
			next: null,
			error: null,
			loading: true,
			until: null,
			extra: {},
		}),
	);
	const turn = useRef(0);
	const load = useCallback(
		async (/** @type {string | null} */ cursor) => {
			turn.current += 1;
			const mine = turn.current;
			const fresh = cursor === null;
			setState((/** @type {any} */ old) =>
				fresh && old.path !== path
					? {
							path,
							at: null,
							rows: null,
							next: null,
							error: null,
							loading: true,
							until: null,
							extra: {},
						}
					: { ...old, path, at: cursor, error: null, loading: true },
			);
			try {
				/** @type {any[]} */
				let rows = [];
				let at = cursor;
				let extra = {};
				for (let i = 0; i < 20; i += 1) {
					const page = await api.get(
						at === null
							? path
							: `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(at)}`,
					);
					if (mine !== turn.current) return;
					rows = rows.concat(page.results);
					at = page.next_cursor;
					const { results: _, next: __, next_cursor: ___, previous: ____, ...rest } = page;
					extra = i === 0 ? rest : extra;
					if (rows.length > 0 || at === null) break;
					const until = page.looked_until ?? null;
					setState((/** @type {any} */ old) => ({ ...old, until }));
				}
				setState((/** @type {any} */ old) => ({
					path,
					rows: fresh ? rows : [...(old.rows ?? []), ...rows],
					next: at,
					error: null,
					loading: false,
					until: null,
					extra: fresh ? extra : old.extra,
				}));
			} catch (error) {
				if (mine === turn.current)
					setState((/** @type {any} */ old) => ({ ...old, error, loading: false }));
			}
		},
		[path],
	);
	useEffect(() => {
		load(null);
		return () => {
			turn.current += 1;
		};
	}, [load]);
	const same = state.path === path;
	return {
		rows: same ? state.rows : null,
		next: same ? state.next : null,
		error: same && state.at === null ? state.error : null,
		stuck: same && state.at !== null ? state.error : null,
		loading: same ? state.loading : true,
		until: same ? state.until : null,
		extra: same ? state.extra : {},
		more: () => load(state.next),
		again: () => load(null),
		setRows: (/** @type {(rows: any[]) => any[]} */ change) =>
			setState((/** @type {any} */ old) => ({ ...old, rows: old.rows && change(old.rows) })),
	};
}

/** An amount that never breaks and is never translated. @param {{amount: string | null | undefined, currency: string}} props */
export const Money = ({ amount, currency }) =>
	html`<bdi class="money" translate="no">${money(amount, currency)}</bdi>`;

/** A time: relative within a day, with the exact one beside it. @param {{at: string | null | undefined, both?: boolean, short?: boolean}} props `short`: the day alone where it is longer ago */
export function When({ at, both = false, short = false }) {
	// What is long ago is said by its day, whatever the hour.
	const now = useNow(30_000, Date.parse(at ?? "") > Date.now() - 172_800_000);
	if (!at) return html`<span class="soft">–</span>`;
	const near = ago(at, now);
	const title = elsewhere()
		? `${exact(at)}\n${t("time.yours", { time: exactHere(at) })}`
		: exact(at);
	return html`<time datetime=${at} title=${title}>${near && !both ? near : short ? day(at) : moment(at)}${near && both ? html` <span class="soft">(${near})</span>` : null}</time>`;
}

/** Text that somebody else wrote. @param {{children?: any}} props */
export const Foreign = ({ children }) => html`<bdi>${children}</bdi>`;

/** @param {{label: string, value: string, onInput: (value: string) => void, help?: any, error?: string | null, optional?: boolean, [more: string]: any}} props */
export function TextArea({ label, value, onInput, help, error, optional, ...more }) {
	return html`<${Field} label=${label} help=${help} error=${error} optional=${optional}>
		${(/** @type {any} */ ids) => html`<textarea rows="3" dir="auto" value=${value} onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} ...${more}></textarea>`}
	<//>`;
}

/** @param {{label: string, value: string, options: readonly (readonly [string, string])[], onInput: (value: string) => void, help?: any, error?: string | null, [more: string]: any}} props */
export function Select({ label, value, options, onInput, help, error, ...more }) {
	return html`<${Field} label=${label} help=${help} error=${error}>
		${(
			/** @type {any} */ ids,
		) => html`<span class="select"><select value=${value} onChange=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} ...${more}>
			${options.map(([name, text]) => html`<option key=${name} value=${name} selected=${name === value}>${text}</option>`)}
		</select><${Icon} name="down" /></span>`}
	<//>`;
}

/** What is wrong with a typed amount. @param {ReturnType<typeof readMoney>} read */
export const moneyProblem = (read) => ("problem" in read ? t(`money.${read.problem}`) : null);

/**
 * An amount, as typed; below it, as it will be kept.
 * @param {{label: string, value: string, currency: string, onInput: (value: string) => void, help?: any, error?: string | null, optional?: boolean, [more: string]: any}} props
 */
export function MoneyField({ label, value, currency, onInput, help, error, optional, ...more }) {
	const read = readMoney(value);
	const shown = "value" in read ? money(read.value, currency) : null;
	return html`<${Field} label=${label} error=${error} optional=${optional} help=${help ?? (shown && shown !== value ? html`<span translate="no">= ${shown}</span>` : null)}>
		${(/** @type {any} */ ids) => html`<span class="affix"><input class="numeric" inputmode="decimal" autocomplete="off" dir="ltr" placeholder=${typedMoney("0.00")} value=${value} onInput=${(/** @type {any} */ e) => onInput(e.currentTarget.value)} ...${ids} ...${more} /><span class="unit" translate="no">${currency}</span></span>`}
	<//>`;
}

/** @param {{label: string, checked: boolean, onChange: (checked: boolean) => void, help?: any, disabled?: boolean}} props */
export function Toggle({ label, checked, onChange, help, disabled = false }) {
	const id = useId();
	return html`<div class="toggle">
		<input id=${id} type="checkbox" role="switch" checked=${checked} disabled=${disabled} aria-describedby=${help ? `${id}-help` : undefined} onChange=${(/** @type {any} */ e) => onChange(e.currentTarget.checked)} />
		<label for=${id}>${label}</label>
		${help ? html`<p class="help" id=${`${id}-help`}>${help}</p>` : null}
	</div>`;
}

/**
 * Asks before a form is left that somebody has typed into.
 * @param {boolean} dirty
 */
export function useUnsaved(dirty) {
	useEffect(() => {
		if (!dirty) return;
		const hold = (/** @type {any} */ event) => event.preventDefault();
		addEventListener("beforeunload", hold);
		return () => removeEventListener("beforeunload", hold);
	}, [dirty]);
}

/** @type {Record<string, string>} */
const CHIPS = {
	active: "good",
	inactive: "outline",
	expired: "outline",
	exhausted: "gold",
	deleted: "outline struck",
	paid: "good",
	processing: "info",
	failed: "bad",
	canceled: "outline",
	refund_pending: "warn",
	refunded: "info",
	disputed: "bad",
	partly: "info",
	pending: "warn",
	completed: "good",
	rejected: "bad",
	succeeded: "good",
	requires_action: "warn",
	requires_payment_method: "bad",
	expiring: "warn",
	revoked: "outline struck",
	enabled: "good",
	disabled: "outline",
	paused: "warn",
	suppressed: "outline",
	failing: "bad",
	delivered: "good",
	retrying: "warn",
	archived: "outline",
	open: "info",
	accepted: "good",
	withdrawn: "outline struck",
};

/** @param {{kind: string, status: string}} props `kind`: whose status it is */
export function Chip({ kind, status }) {
	const key = `${kind}.${status}`;
	return html`<span class=${`chip ${CHIPS[status] ?? "outline"}`}><i aria-hidden="true"></i>${has(key) ? t(key) : status}</span>`;
}

/** @typedef {{key: string, label: string, cell: (row: any) => any, numeric?: boolean, sort?: string, sorted?: "ascending" | "descending" | null, onSort?: () => void, main?: boolean, hide?: string, quiet?: boolean}} Column */

/** From so many rows on, columns stay as wide as they are, and only rows in view are laid out. */
const LONG = 50;

/**
 * Gives the columns of a table the widths that its rows make for them, and the table its own: what is
 * too wide for its frame still scrolls sideways.
 * @param {any} table
 */
function settle(table) {
	table.classList.remove("long");
	table.style.minWidth = "";
	// All is measured before anything is set, which would lay it out once more.
	const whole = table.offsetWidth;
	const widths = [...table.tHead.rows[0].cells].map((cell) => cell.offsetWidth).filter(Boolean);
	table.style.minWidth = `${whole}px`;
	table.style.setProperty("--columns", widths.map((width) => `minmax(0,${width}fr)`).join(" "));
	table.classList.add("long");
}

/** Rows that are drawn in one go: more would keep a slow processor from anything else. */
const AT_ONCE = 12;

/** @typedef {{row: any, columns: Column[], href?: (row: any) => string, marked?: boolean, reads?: (row: any) => any[]}} RowProps */

/** @param {RowProps} props */
const Cells = ({ row, columns, href, marked }) =>
	html`<tr data-row class=${marked ? "marked" : null}>${columns.map((column) => {
		const inside =
			column.main && href
				? html`<a class="row-link" href=${href(row)}>${column.cell(row)}</a>`
				: column.cell(row);
		const classes = `${column.numeric ? "numeric" : ""}${column.main ? " main" : ""}${column.hide ? ` ${column.hide}` : ""}${column.quiet ? " quiet-cell" : ""}`;
		return column.main
			? html`<th key=${column.key} scope="row" class=${classes}>${inside}</th>`
			: html`<td key=${column.key} class=${classes} data-label=${column.quiet ? null : column.label}>${inside}</td>`;
	})}</tr>`;

/** One row. Where it is known what its cells read, it is drawn again only when that is another. @param {RowProps} props */
const Row = (props) =>
	useMemo(
		() => html`<${Cells} ...${props} />`,
		[
			props.row,
			props.marked,
			locale(),
			props.columns.length,
			...(props.reads?.(props.row) ?? [{}]),
		],
	);

/**
 * A real table that becomes cards on a phone.
 * @param {{caption: string, columns: Column[], rows: any[], id: (row: any) => string, href?: (row: any) => string, empty?: any, mark?: (row: any) => boolean, reads?: (row: any) => any[]}} props `reads`: all that cells read besides their row and what never changes
 */
export function Table({ caption, columns, rows, id, href, mark, reads }) {
	const [drawn, draw] = useState(AT_ONCE);
	useEffect(() => {
		if (drawn >= rows.length) return;
		const timer = setTimeout(() => draw(drawn + AT_ONCE), 16);
		return () => clearTimeout(timer);
	}, [drawn, rows.length]);
	const frame = useRef(/** @type {HTMLElement | null} */ (null));
	const [scrolls, setScrolls] = useState(false);
	// What scrolls sideways can be reached by the keyboard; what does not is no stop on the way.
	const long = Math.min(drawn, rows.length) > LONG;
	useEffect(() => {
		const box = /** @type {HTMLElement} */ (frame.current);
		let width = 0;
		const watched = new ResizeObserver(() => {
			if (long && width !== box.clientWidth) settle(box.firstChild);
			width = box.clientWidth;
			setScrolls(box.scrollWidth > width);
		});
		watched.observe(box);
		return () => watched.disconnect();
	}, [long]);
	return html`<div class="frame-x" ref=${frame} tabindex=${scrolls ? "0" : null} role=${scrolls ? "region" : null} aria-label=${scrolls ? t("table", { what: caption }) : null}><table class="cards">
		<caption class="sr">${caption}</caption>
		<thead><tr>${columns.map(
			(column) =>
				html`<th key=${column.key} scope="col" class=${`${column.numeric ? "numeric" : ""}${column.hide ? ` ${column.hide}` : ""}`} aria-sort=${column.sorted ?? null}>${
					column.onSort
						? html`<button type="button" class="sort" onClick=${column.onSort}>${column.label}<${Icon} name="down" class=${column.sorted ? (column.sorted === "ascending" ? "up on" : "on") : ""} /></button>`
						: column.quiet
							? html`<span class="sr">${column.label}</span>`
							: column.label
				}</th>`,
		)}</tr></thead>
		<tbody>${rows.slice(0, drawn).map((row) => html`<${Row} key=${id(row)} row=${row} columns=${columns} href=${href} marked=${mark?.(row)} reads=${reads} />`)}</tbody>
	</table></div>`;
}

/** @param {{list: ReturnType<typeof useList>}} props */
export function More({ list }) {
	if (!list.rows || list.rows.length === 0) return null;
	return html`${list.stuck ? html`<${Failure} error=${list.stuck} />` : null}<p class="more"><span class="soft">${tn("rows", list.rows.length)}</span>${list.next ? html`<${Button} busy=${list.loading} onClick=${list.more}>${t(list.stuck ? "again" : "more")}<//>` : null}</p>`;
}

/** @param {{label: string, value: string, options: readonly (readonly [string, string, (number | null)?])[], onPick: (value: string) => void}} props */
export function Tabs({ label, value, options, onPick }) {
	return html`<div class="tabs" role="group" aria-label=${label}>${options.map(([name, text, n]) => html`<button key=${name} type="button" aria-pressed=${name === value ? "true" : "false"} onClick=${() => onPick(name)}>${text}${n === undefined || n === null ? null : html` <span class="soft">${count(n)}</span>`}</button>`)}</div>`;
}

/** A field that searches once typing pauses. @param {{label: string, value: string, onSearch: (text: string) => void, placeholder?: string}} props */
export function Search({ label, value, onSearch, placeholder }) {
	const [text, setText] = useState(value);
	const timer = useRef(/** @type {any} */ (null));
	useEffect(() => setText(value), [value]);
	const type = (/** @type {string} */ typed) => {
		setText(typed);
		clearTimeout(timer.current);
		timer.current = setTimeout(() => onSearch(typed.trim()), 300);
	};
	return html`<form class="search" role="search" onSubmit=${(/** @type {any} */ e) => {
		e.preventDefault();
		clearTimeout(timer.current);
		onSearch(text.trim());
	}}><${Icon} name="search" /><input type="search" data-search aria-label=${label} placeholder=${placeholder ?? label} value=${text} maxlength="100" onInput=${(/** @type {any} */ e) => type(e.currentTarget.value)} /></form>`;
}

/**
 * Puts the menu of a row beside its button: it lies over the frame in which the table scrolls, and
 * above the button where there is no room below.
 * @param {any} root
 */
function float(root) {
	const list = root.querySelector("[role=menu]");
	const { top, bottom, left, right } = root.getBoundingClientRect();
	const page = document.documentElement;
	const below = bottom + 5;
	const fits = below + list.offsetHeight < page.clientHeight - BAR;
	list.style.insetBlockStart = `${fits ? below : Math.max(0, top - 5 - list.offsetHeight)}px`;
	list.style.insetInlineEnd = `${page.dir === "rtl" ? left : page.clientWidth - right}px`;
}

/** How much of the foot of a page the bar may cover. */
const BAR = 80;

/**
 * A button with a list of acts.
 * @param {{label: string, items: ({label: string, icon?: string, onPick?: () => void, href?: string, danger?: boolean} | null)[], icon?: string, children?: any, kind?: string}} props
 */
export function Menu({ label, items, icon = "more", children, kind = "plain" }) {
	const [open, setOpen] = useState(false);
	const root = useRef(/** @type {HTMLElement | null} */ (null));
	const id = useId();
	useLayoutEffect(() => {
		if (!open) return;
		const first = /** @type {HTMLElement | null} */ (
			root.current?.querySelector("[role=menuitem]")
		);
		const close = (/** @type {any} */ event) => {
			if (!root.current?.contains(event.target)) setOpen(false);
		};
		addEventListener("pointerdown", close);
		const place = () => float(root.current);
		const floats = root.current?.closest(".frame-x");
		if (floats) {
			place();
			addEventListener("scroll", place, true);
			addEventListener("resize", place);
		}
		first?.focus({ preventScroll: !!floats });
		return () => {
			removeEventListener("pointerdown", close);
			removeEventListener("scroll", place, true);
			removeEventListener("resize", place);
		};
	}, [open]);
	const leave = () => {
		setOpen(false);
		/** @type {HTMLElement | null} */ (root.current?.querySelector("button"))?.focus();
	};
	const keys = (/** @type {KeyboardEvent} */ event) => {
		const all = /** @type {HTMLElement[]} */ ([
			...(root.current?.querySelectorAll("[role=menuitem]") ?? []),
		]);
		const at = all.indexOf(/** @type {any} */ (document.activeElement));
		if (event.key === "Escape") leave();
		else if (event.key === "Tab") return setOpen(false);
		else if (event.key === "ArrowDown") all[(at + 1) % all.length]?.focus();
		else if (event.key === "ArrowUp") all[(at - 1 + all.length) % all.length]?.focus();
		else if (event.key === "Home") all[0]?.focus();
		else if (event.key === "End") all.at(-1)?.focus();
		else return;
		event.preventDefault();
		event.stopPropagation();
	};
	return html`<div class="menu" ref=${root} onKeyDown=${open ? keys : undefined}>
		<button type="button" class=${`button ${kind}${children ? "" : " bare"}`} aria-haspopup="menu" aria-expanded=${open ? "true" : "false"} aria-controls=${open ? id : undefined} aria-label=${children ? undefined : label} title=${children ? undefined : label} onClick=${() => setOpen(!open)}>${icon ? html`<${Icon} name=${icon} />` : null}${children ? html`<span>${children}</span>` : null}</button>
		${
			open
				? html`<div class="menu-list" role="menu" id=${id} aria-label=${label}>${items
						.filter((item) => item !== null)
						.map((item) => {
							const inside = html`${item.icon ? html`<${Icon} name=${item.icon} />` : null}<span>${item.label}</span>`;
							return item.href
								? html`<a role="menuitem" tabindex="-1" class=${item.danger ? "danger" : ""} href=${item.href} onClick=${() => setOpen(false)}>${inside}</a>`
								: html`<button role="menuitem" tabindex="-1" type="button" class=${item.danger ? "danger" : ""} onClick=${() => {
										leave();
										item.onPick?.();
									}}>${inside}</button>`;
						})}</div>`
				: null
		}
	</div>`;
}

/**
 * A question before something that cannot be taken back at once.
 * @param {{title: string, text: any, act: string, onYes: () => Promise<void>, onNo: () => void, danger?: boolean}} props
 */
export function Confirm({ title, text, act, onYes, onNo, danger = true }) {
	const [busy, setBusy, sending] = useBusy();
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const yes = async () => {
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			await onYes();
		} catch (thrown) {
			setError(thrown);
			setBusy(false);
		}
	};
	return html`<${Dialog} title=${title} onClose=${onNo}>
		<p>${text}</p>
		${error ? html`<${Failure} error=${error} />` : null}
		<footer><${Button} onClick=${onNo}>${t("cancel")}<//><${Button} kind=${danger ? "danger" : "main"} busy=${busy} onClick=${yes}>${act}<//></footer>
	<//>`;
}

/**
 * A secret, shown once.
 * @param {{title: string, text: any, secret: string, label: string, onClose: () => void}} props
 */
export function Secret({ title, text, secret, label, onClose }) {
	return html`<${Dialog} title=${title} onClose=${onClose} firm=${true}>
		<p>${text}</p>
		<div class="secret"><code translate="no" tabindex="0" aria-label=${label}>${secret}</code><${Copy} text=${secret} label=${t("copy")} kind="main" /></div>
		<footer><${Button} onClick=${onClose}>${t("secret.saved")}<//></footer>
	<//>`;
}

/**
 * Two versions beside each other, where somebody else has saved meanwhile.
 * @param {{rows: [string, string, string][], onMine: () => void, onTheirs: () => void, onClose: () => void}} props
 */
export const Both = ({ rows, onMine, onTheirs, onClose }) =>
	html`<${Dialog} title=${t("conflict.title")} onClose=${onClose}>
		<p>${t("conflict.text")}</p>
		<div class="frame-x"><table><thead><tr>${["field", "mine", "theirs"].map((one) => html`<th key=${one} scope="col">${t(`conflict.${one}`)}</th>`)}</tr></thead>
		<tbody>${rows.map(([label, mine, theirs]) => html`<tr key=${label}><th scope="row">${label}</th><td><bdi>${mine || "–"}</bdi></td><td><bdi>${theirs || "–"}</bdi></td></tr>`)}</tbody></table></div>
		<footer><${Button} onClick=${onTheirs}>${t("conflict.take.theirs")}<//><${Button} kind="main" onClick=${onMine}>${t("conflict.take.mine")}<//></footer>
	<//>`;

/** Where a member's role is not enough: which one is. @param {{permission: import("./permissions.mjs").Permission}} props */
export const NoPermission = ({ permission }) =>
	html`<${Empty} icon="lock" title=${t("no.permission")} text=${t("no.permission.roles", {
		roles: rolesWith(permission)
			.map((role) => t(`role.${role}`))
			.join(", "),
	})} />`;

/** Names and values. @param {{rows: ([string, any] | null | false)[]}} props */
export const Facts = ({ rows }) =>
	html`<dl class="facts">${rows.filter(Boolean).map((row) => {
		const [name, value] = /** @type {[string, any]} */ (row);
		return html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`;
	})}</dl>`;

/** @param {{label: string, value: any, note?: any}} props */
export const Figure = ({ label, value, note }) =>
	html`<div class="figure"><span class="label">${label}</span><span class="value">${value}</span>${note ? html`<span class="note">${note}</span>` : null}</div>`;

/**
 * Bars with words and numbers, for shares of a whole.
 * @param {{rows: {label: string, n: number, note?: string, tone?: string}[], caption: string}} props
 */
export function Bars({ rows, caption }) {
	const most = Math.max(1, ...rows.map((row) => row.n));
	return html`<dl class="bars" aria-label=${caption}>${rows.map((row) => html`<div key=${row.label}><dt>${row.label}</dt><dd><b>${count(row.n)}</b>${row.note ? html` <span class="soft">${row.note}</span>` : null}</dd><span class="track" aria-hidden="true"><svg viewBox="0 0 100 1" preserveAspectRatio="none"><rect class=${row.tone ?? ""} width=${(100 * row.n) / most} height="1" /></svg></span></div>`)}</dl>`;
}

/** How many uses are gone, held and left. @param {{uses: number, held: number, max: number | null}} props */
export function Ring({ uses, held, max }) {
	const whole = 2 * Math.PI * 42;
	const share = (/** @type {number} */ n) => (max ? (whole * Math.min(n, max)) / max : 0);
	const left = max === null ? null : Math.max(0, max - uses - held);
	return html`<div class="ring"><svg viewBox="0 0 100 100" role="img" aria-label=${max === null ? tn("uses.paid", uses) : t("uses.of", { uses: count(uses), max: count(max), held: count(held) })}>
		<circle class="track" cx="50" cy="50" r="42" />
		<circle class="held" cx="50" cy="50" r="42" stroke-dasharray=${`${share(uses + held)} ${whole}`} transform="rotate(-90 50 50)" />
		<circle class="used" cx="50" cy="50" r="42" stroke-dasharray=${`${share(uses)} ${whole}`} transform="rotate(-90 50 50)" />
		<text x="50" y="51" text-anchor="middle">${count(uses)}</text>
		<text class="of" x="50" y="66" text-anchor="middle">${max === null ? t("uses.unlimited") : t("uses.max", { max: count(max) })}</text>
	</svg><ul><li class="used"><i aria-hidden="true"></i>${tn("uses.paid", uses)}</li>${held > 0 || max !== null ? html`<li class="held"><i aria-hidden="true"></i>${tn("uses.held", held)}</li>` : null}${left === null ? null : html`<li class="left"><i aria-hidden="true"></i>${tn("uses.left", left)}</li>`}</ul></div>`;
}
