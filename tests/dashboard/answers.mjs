// Answers in the API's form for the screens, in several states of the world. A test holds them
// against the committed description of the API, so that they cannot drift away from it.

import { readFileSync } from "node:fs";
import { crc32, deflateSync } from "node:zlib";

const NOW = Date.now();
/** @param {number} minutes */
const ago = (minutes) => new Date(NOW - minutes * 60_000).toISOString().replace(/\.\d+Z$/, "Z");

const uuid = (/** @type {number} */ n) =>
	`6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a${String(n).padStart(2, "0")}`;
const id = (/** @type {string} */ prefix, /** @type {number} */ n) =>
	`${prefix}01KB0Q4V9T6E3W8ZK2M5N7P${String(n).padStart(3, "0")}`;

/** Texts that break what is not made for them. */
export const HOSTILE = {
	markup: '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>',
	long: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and then a great many more words until it is 120",
	hebrew: "סדנת סתיו לכותבים ולמאיירים",
	arabic: "ورشة الخريف للكتّاب",
	bidi: "\u202Etxt.exe\u202C",
	script: "javascript:window.hacked=1",
	formula: '=HYPERLINK("https://evil.example")',
	amount: "90071992547409.91",
};

/**
 * A PNG: a disc on nothing.
 * @param {number} width @param {number} height
 */
export function png(width, height) {
	const chunk = (/** @type {string} */ name, /** @type {Buffer} */ bytes) => {
		const body = Buffer.concat([Buffer.from(name), bytes]);
		const whole = Buffer.alloc(body.length + 8);
		whole.writeUInt32BE(bytes.length);
		body.copy(whole, 4);
		whole.writeUInt32BE(crc32(body), body.length + 4);
		return whole;
	};
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width);
	head.writeUInt32BE(height, 4);
	head.set([8, 6], 8);
	const rows = Buffer.alloc(height * (1 + width * 4));
	for (let y = 0; y < height; y += 1)
		for (let x = 0; x < width; x += 1) {
			const away = Math.hypot(x - width / 2, y - height / 2) / (Math.min(width, height) / 2);
			const color =
				away > 1 ? [0, 0, 0, 0] : away > 0.55 ? [243, 201, 105, 255] : [179, 38, 30, 255];
			rows.set(color, y * (1 + width * 4) + 1 + x * 4);
		}
	return Buffer.concat([
		Buffer.from("89504e470d0a1a0a", "hex"),
		chunk("IHDR", head),
		chunk("IDAT", deflateSync(rows)),
		chunk("IEND", Buffer.alloc(0)),
	]);
}

/** Where the pictures of the state with pictures are. */
const PICTURE = `https://pay.example/images/${"3f".repeat(32)}`;

const ROLES = {
	owner: [
		"see_buyers",
		"manage_links",
		"refund",
		"manage_organization",
		"manage_members",
		"manage_owners",
	],
	viewer: [],
};

/** @param {"owner" | "viewer"} role @param {string} [name] */
const me = (role, name = "Grace Example") => ({
	id: id("mem_", 1),
	email: "grace@example.com",
	name,
	role,
	totp_enabled: false,
	locale: "en",
	theme: "system",
	created_at: ago(90_000),
	last_login_at: ago(12),
	permissions: ROLES[role],
	authenticated_at: ago(12),
	security_notice: null,
	organization: { id: "019b0000-0000-7000-8000-000000000001", name: "Demo Shop" },
	mode: "test",
	modes: ["test", "live"],
	must_enroll_totp: false,
});

const organization = (name = "Demo Shop") => ({
	id: "019b0000-0000-7000-8000-000000000001",
	mode: "test",
	status: "active",
	payments_enabled: true,
	name,
	website: "https://shop.example",
	contact_email: "hello@shop.example",
	telegram: null,
	price_mode: "TTC",
	pricing_mode: "TAX_INCLUSIVE",
	min_payment: "0.50",
	max_payment: "10000.00",
	limits: { USD: { min: "0.50", max: "10000.00" }, EUR: { min: "0.50", max: "10000.00" } },
	country: "DE",
	default_currency: "USD",
	timezone: "Europe/Berlin",
	locale: "en",
	support: { email: "help@shop.example", phone: null, url: null },
	branding: {
		display_name: null,
		logo_url: null,
		panel_color: null,
		accent_color: null,
		button_color: null,
	},
	messages: { inactive: null, expired: null, exhausted: null, deleted: null },
	redirect_origins: [],
	ad_hoc_lines: true,
	invoice: false,
	require_totp: false,
	staff_refund_limit: { USD: "100.00" },
	created_at: ago(90_000),
	updated_at: ago(500),
});

const session = () => ({
	status: "ok",
	access_token: "pls_test_x",
	token_type: "Token",
	expires_in: 900,
	refresh_token: null,
	refresh_expires_at: ago(-700),
	device_token: null,
	mode: "test",
	modes: ["test", "live"],
	member: { ...me("owner"), permissions: undefined },
});

/** @param {number} n @param {string} action @param {any} changes */
const act = (n, action, changes = []) => ({
	at: ago(n * 47),
	actor: { type: "member", id: id("mem_", 1), name: "Grace Example" },
	action,
	object: { type: action.split(".")[0], id: id("x_", n) },
	changes,
});
const change = (/** @type {string} */ field, before = null, after = null) => ({
	field,
	before,
	after,
});

const activity = (hostile = false) => {
	const paid = change("transaction_id", null, /** @type {any} */ (id("TX", 3)));
	const part = (/** @type {number} */ n) => ({
		...act(n, "refund.created", [
			change("amount", null, /** @type {any} */ ("100.00")),
			change("currency", null, /** @type {any} */ ("USD")),
			paid,
		]),
		actor: { type: "member", id: id("mem_", 3), name: hostile ? HOSTILE.markup : "Sam Staff" },
	});
	return [
		part(1),
		part(2),
		part(3),
		act(4, "payment_link.updated", [
			change(
				"name",
				/** @type {any} */ ("Autumn"),
				/** @type {any} */ (hostile ? HOSTILE.markup : "Autumn workshop"),
			),
			change("is_active", /** @type {any} */ ("true"), /** @type {any} */ ("false")),
			change("metadata"),
		]),
		{
			...act(5, "webhook.secret_rotated"),
			actor: { type: "api_key", id: id("key_", 1), name: hostile ? HOSTILE.hebrew : "Shop server" },
		},
		act(6, "member.role_changed", [
			change("role", /** @type {any} */ ("staff"), /** @type {any} */ ("admin")),
		]),
		act(7, "organization.updated", [
			change(
				"messages.exhausted",
				null,
				/** @type {any} */ (hostile ? HOSTILE.long.replace(/ /g, "") : "Sold out. See you."),
			),
		]),
		{
			...act(8, "organization.created", [change("name", null, /** @type {any} */ ("Demo Shop"))]),
			actor: { type: "operator", id: null, name: null },
		},
		act(9, "thing_of_tomorrow.done"),
	];
};

/** @param {number} n @param {any} change */
const product = (n, change = {}) => ({
	id: id("prod_", n),
	name: "Workshop seat",
	description: null,
	sku: "WS-1",
	prices: { EUR: "110.00", USD: "120.00" },
	tax_code: "service",
	tax_rate: null,
	image_url: null,
	image: null,
	is_active: true,
	archived_at: null,
	metadata: {},
	links_count: 2,
	created_at: ago(9_000),
	updated_at: ago(4_000),
	...change,
});

const products = [
	product(1),
	product(2, {
		name: "Pattern book, printed",
		sku: "PB-2",
		prices: { EUR: "36.00", USD: "39.00" },
		links_count: 1,
	}),
	product(3, {
		name: "Evening talk",
		sku: null,
		prices: { USD: "15.00" },
		links_count: 0,
		is_active: false,
	}),
	product(4, {
		name: "Sponsor's table for eight",
		sku: "T-8",
		prices: { EUR: "1450.00", USD: "1600.00" },
		links_count: 1,
	}),
];

const statistics = {
	starts: 61,
	attempted: 22,
	paid: 12,
	failed_attempts: 9,
	conversion: "0.1967",
	declines: { insufficient_funds: 5, card_declined: 4 },
	paid_count: 12,
	revenue: { USD: "1920.00" },
	gross: { USD: "2040.00" },
	refunded: { USD: "120.00" },
	tax_collected: { USD: "0.00" },
	last_paid_at: ago(14),
	as_of: ago(1),
};

/** @param {number} n @param {any} change */
const link = (n, change = {}) => ({
	uuid: uuid(n),
	url: `https://pay.example/l/${uuid(n)}`,
	name: "Autumn workshop, newsletter",
	status: "active",
	is_active: true,
	currency: "USD",
	currencies: ["USD", "EUR"],
	pricing_mode: "TAX_INCLUSIVE",
	products: [
		{
			product_id: id("prod_", 1),
			name: "Workshop seat",
			description: null,
			image: null,
			tax_code: "service",
			tax_rate: null,
			quantity: 1,
			adjustable_quantity: { minimum: 1, maximum: 4 },
			unit_price: "120.00",
			prices: { USD: "120.00", EUR: "110.00" },
			line_total: "120.00",
		},
	],
	subtotal: "120.00",
	tax: null,
	total: null,
	totals: { USD: "120.00", EUR: "110.00" },
	expires_at: ago(-60 * 24 * 34),
	max_uses: 40,
	uses: 12,
	remaining: 27,
	in_progress: 1,
	success_url: null,
	metadata: { campaign: "autumn" },
	cloned_from: null,
	created_by: id("mem_", 1),
	created_at: ago(36_000),
	updated_at: ago(30),
	deleted_at: null,
	statistics,
	...change,
});

const quiet = {
	...statistics,
	starts: 0,
	attempted: 0,
	paid: 0,
	failed_attempts: 0,
	conversion: null,
	declines: {},
	paid_count: 0,
	revenue: {},
	gross: {},
	refunded: {},
	last_paid_at: null,
};
const links = [
	link(1),
	link(2, {
		name: "Pattern book, shop window",
		currency: "EUR",
		subtotal: "36.00",
		totals: { EUR: "36.00" },
		max_uses: null,
		remaining: null,
		uses: 214,
		in_progress: 0,
		expires_at: null,
		statistics: {
			...statistics,
			starts: 402,
			conversion: "0.5323",
			paid_count: 214,
			revenue: { EUR: "7704.00" },
			last_paid_at: ago(170),
		},
	}),
	link(3, {
		name: "Evening talk on the 3rd",
		status: "exhausted",
		subtotal: "15.00",
		totals: { USD: "15.00" },
		max_uses: 60,
		uses: 60,
		remaining: 0,
		in_progress: 0,
		statistics: {
			...statistics,
			starts: 77,
			conversion: "0.7792",
			paid_count: 60,
			revenue: { USD: "900.00" },
			last_paid_at: ago(2_900),
		},
	}),
	link(4, {
		name: "Sponsors 2026",
		status: "inactive",
		is_active: false,
		subtotal: "1600.00",
		totals: { USD: "1600.00" },
		max_uses: 6,
		uses: 2,
		remaining: 4,
		in_progress: 0,
		statistics: {
			...statistics,
			starts: 4,
			conversion: "0.5000",
			paid_count: 2,
			revenue: { USD: "3200.00" },
			last_paid_at: ago(20_000),
		},
	}),
	link(5, {
		name: "Summer workshop",
		status: "expired",
		expires_at: ago(90_000),
		max_uses: 30,
		uses: 26,
		remaining: 4,
		in_progress: 0,
		statistics: {
			...statistics,
			starts: 41,
			conversion: "0.6341",
			paid_count: 26,
			revenue: { USD: "3120.00", EUR: "220.00" },
			last_paid_at: ago(91_000),
		},
	}),
	link(6, {
		name: "Trial run",
		max_uses: null,
		remaining: null,
		uses: 0,
		in_progress: 0,
		statistics: quiet,
	}),
];

const short = (/** @type {any} */ one) => {
	const { products: _, ...rest } = one;
	const { paid_count, revenue, starts, conversion, last_paid_at, as_of } = one.statistics;
	return { ...rest, statistics: { paid_count, revenue, starts, conversion, last_paid_at, as_of } };
};

/** @param {number} n @param {any} change */
const transaction = (n, change = {}) => ({
	id: id("TX", n),
	order_id: id("ord_", n),
	origin: "links",
	status: "paid",
	payment_link_id: uuid(1),
	client_reference: null,
	amount: "240.00",
	subtotal: "240.00",
	tax: "0.00",
	tax_treatment: "not_collected",
	taxes: [],
	pricing_mode: "TAX_INCLUSIVE",
	currency: "USD",
	refunded_amount: "0.00",
	dispute_lost: "0.00",
	refundable_amount: "240.00",
	net_amount: "240.00",
	failure_code: null,
	payer_email: "ada@example.com",
	payer: {
		first_name: "Ada",
		last_name: "Example",
		email: "ada@example.com",
		phone: null,
		company: null,
		tax_id: null,
		country: "US",
		region: "NY",
		postal_code: "10001",
	},
	products: [
		{
			product_id: id("prod_", 1),
			name: "Workshop seat",
			quantity: 2,
			unit_price: "120.00",
			line_total: "240.00",
		},
	],
	payment_method: { type: "card", brand: "visa", last4: "4242", exp_month: 12, exp_year: 2028 },
	depositAttempts: [
		{
			status: "succeeded",
			paymentId: "pa_1",
			attemptedAt: ago(14 + n),
			errorCode: null,
			errorMessage: null,
			paymentMethod: { type: "card", brand: "visa", last4: "4242" },
		},
		{
			status: "requires_payment_method",
			paymentId: "pa_1",
			attemptedAt: ago(16 + n),
			errorCode: "insufficient_funds",
			errorMessage: "The card has too little money.",
			paymentMethod: { type: "card", brand: "visa", last4: "9995" },
		},
	],
	refunds: [],
	invoice_number: null,
	metadata: { campaign: "autumn" },
	test_mode: true,
	created_at: ago(20 + n),
	paid_at: ago(14 + n),
	updated_at: ago(14 + n),
	expires_at: ago(-40),
	...change,
});

const declined = (/** @type {number} */ n) =>
	transaction(n, {
		status: "processing",
		amount: "120.00",
		subtotal: "120.00",
		payer_email: "charles@example.com",
		paid_at: null,
		updated_at: ago(3),
		payment_method: null,
		depositAttempts: [transaction(n).depositAttempts[1]],
	});
const transactions = [
	declined(9),
	transaction(1),
	transaction(2, {
		amount: "120.00",
		subtotal: "120.00",
		payer_email: "mary@example.com",
		status: "paid",
		refunded_amount: "40.00",
		refundable_amount: "80.00",
		net_amount: "80.00",
		payment_method: {
			type: "card",
			brand: "mastercard",
			last4: "4444",
			exp_month: 1,
			exp_year: 2030,
		},
		refunds: [
			{
				id: id("RF", 1),
				transaction_id: id("TX", 2),
				order_id: id("ord_", 2),
				payment_link_id: uuid(1),
				status: "completed",
				amount: "40.00",
				tax_part: "0.00",
				currency: "USD",
				reason: "One seat less",
				failure_code: null,
				requested_by: id("mem_", 1),
				created_at: ago(8),
				completed_at: ago(7),
			},
		],
		updated_at: ago(7),
		paid_at: ago(95),
	}),
	transaction(3, {
		amount: "36.00",
		currency: "EUR",
		payer_email: "katherine@example.com",
		origin: "api",
		payment_link_id: null,
		products: [
			{
				product_id: null,
				name: "Pattern book, printed",
				quantity: 1,
				unit_price: "36.00",
				line_total: "36.00",
			},
		],
		paid_at: ago(300),
	}),
	transaction(4, {
		status: "refunded",
		amount: "15.00",
		refunded_amount: "15.00",
		payer_email: "dorothy@example.com",
		paid_at: ago(1500),
	}),
	transaction(5, {
		status: "failed",
		amount: "480.00",
		payer_email: "annie@example.com",
		failure_code: "card_declined",
		paid_at: null,
		payment_method: null,
		created_at: ago(1600),
	}),
	transaction(6, {
		status: "canceled",
		amount: "120.00",
		payer_email: "vera@example.com",
		failure_code: "expired",
		paid_at: null,
		payment_method: null,
		created_at: ago(4000),
	}),
	transaction(7, {
		status: "refund_pending",
		amount: "360.00",
		refunded_amount: "0.00",
		payer_email: "jocelyn@example.com",
		paid_at: ago(4100),
	}),
	transaction(8, {
		status: "disputed",
		amount: "120.00",
		subtotal: "120.00",
		dispute_lost: "50.00",
		refundable_amount: "0.00",
		net_amount: "70.00",
		payer_email: "radia@example.com",
		paid_at: ago(4200),
	}),
];

/** @param {number} n @param {any} change */
const key = (n, change = {}) => ({
	id: id("key_", n),
	name: "Shop server",
	prefix: "plk_test_9fQ2",
	scopes: ["checkout:create", "payments:read"],
	status: "active",
	created_by: id("mem_", 1),
	created_at: ago(30_000),
	last_used_at: ago(100).slice(0, 10),
	expires_at: null,
	...change,
});
const keys = [
	key(1),
	key(2, {
		name: "Bookkeeping",
		prefix: "plk_test_b71x",
		scopes: ["checkout:create", "payments:read", "payments:write", "refunds:read", "refunds:write"],
		status: "expiring",
		expires_at: ago(-900),
	}),
	key(3, { name: "Old shop", prefix: "plk_test_00aa", status: "revoked", last_used_at: null }),
];

const refund = (/** @type {number} */ n, change = {}) => ({
	...transactions[2].refunds[0],
	id: id("RF", n),
	...change,
});
const refunds = [
	refund(1),
	refund(2, {
		status: "processing",
		amount: "360.00",
		reason: "Canceled by the buyer",
		completed_at: null,
		tax_part: null,
	}),
	refund(3, {
		status: "failed",
		amount: "15.00",
		reason: HOSTILE.hebrew,
		failure_code: "refund_refused",
		completed_at: null,
		tax_part: null,
	}),
];

const health = {
	status: "healthy",
	consecutive_failures: 0,
	failing_since: null,
	disabled_from: null,
	paused_until: null,
	last_success_at: ago(6),
};
/** @param {number} n @param {any} change */
const webhook = (n, change = {}) => ({
	id: id("wh_", n),
	url: "https://shop.example/paylink/events",
	events: ["transaction.status_changed", "refund.status_changed"],
	description: "The shop's own server",
	is_active: true,
	status: "enabled",
	disabled_reason: null,
	timeout_seconds: 15,
	retry_schedule: [5, 300, 1800],
	ordered: false,
	ed25519: false,
	secret: null,
	secrets: [{ public_key: null, created_at: ago(9_000), ends_at: null }],
	health,
	created_at: ago(9_000),
	updated_at: ago(900),
	...change,
});
const webhooks = [
	webhook(1),
	webhook(2, {
		url: "https://books.example/in",
		description: "",
		health: {
			...health,
			status: "failing",
			consecutive_failures: 14,
			failing_since: ago(300),
			disabled_from: ago(-6_000),
			last_success_at: ago(310),
		},
	}),
	webhook(3, {
		url: "https://old.example/hook",
		is_active: false,
		status: "disabled",
		disabled_reason: "gone",
		health: { ...health, last_success_at: null },
	}),
];
const attempt = (/** @type {number} */ minutes, change = {}) => ({
	at: ago(minutes),
	result: "success",
	http_status: 200,
	latency_ms: 182,
	answer: "ok",
	cause: null,
	...change,
});
/** @param {number} n @param {any} change */
const delivery = (n, change = {}) => ({
	id: id("whd_", n),
	event_id: "0193a1b2-0000-7000-8000-000000000001",
	event: "transaction.status_changed",
	webhook_id: id("wh_", 1),
	status: "succeeded",
	next_attempt_at: null,
	attempt_count: 1,
	attempts: [attempt(6 + n)],
	payload: null,
	created_at: ago(6 + n),
	...change,
});
const deliveries = [
	delivery(1),
	delivery(2, {
		event: "refund.status_changed",
		status: "pending",
		next_attempt_at: ago(-12),
		attempt_count: 2,
		attempts: [
			attempt(40, { result: "status", http_status: 500, answer: "<h1>Internal Server Error</h1>" }),
			attempt(9, {
				result: "tls",
				http_status: null,
				answer: "",
				cause: "the certificate expired on 2026-11-20",
			}),
		],
	}),
	delivery(3, {
		event: "webhook.test",
		status: "failed",
		attempts: [
			attempt(50, { result: "timeout", http_status: null, latency_ms: 15000, answer: "" }),
		],
	}),
	delivery(4, { status: "suppressed", attempt_count: 0, attempts: [] }),
];

const figures = (/** @type {number} */ paid, /** @type {string} */ revenue, change = {}) => ({
	starts: paid * 4,
	attempted: paid * 2,
	paid,
	failed_attempts: Math.round(paid / 3),
	conversion: paid ? "0.2500" : null,
	gross: paid ? { USD: revenue } : {},
	tax_collected: paid ? { USD: "0.00" } : {},
	refunded: paid ? { USD: "120.00" } : {},
	revenue: paid ? { USD: revenue } : {},
	...change,
});
/** @param {boolean} empty */
const board = (empty) => {
	const days = Array.from({ length: 30 }, (_, i) => {
		const n = empty ? 0 : ((i * 7 + 3) % 11) + (i === 9 ? 1 : 0);
		const { conversion: _c, ...day } = figures(n, i === 9 ? "-120.00" : `${n * 120}.00`);
		return { date: new Date(NOW - (29 - i) * 86_400_000).toISOString().slice(0, 10), ...day };
	});
	return {
		organization: {
			id: organization().id,
			name: "Demo Shop",
			mode: "test",
			payments_enabled: !empty,
		},
		as_of: ago(1),
		today: figures(empty ? 0 : 3, "360.00"),
		last_7_days: figures(empty ? 0 : 31, "3720.00"),
		last_30_days: figures(
			empty ? 0 : 142,
			"16920.00",
			empty
				? {}
				: {
						gross: { USD: "17040.00", EUR: "792.00" },
						revenue: { USD: "16920.00", EUR: "792.00" },
					},
		),
		days,
		recent_transactions: empty ? [] : transactions,
		top_links: empty ? [] : links.slice(0, 5).map(short),
		attention: empty
			? [
					{
						kind: "payments_not_enabled",
						object: null,
						text: "Payments are not enabled yet: no account that charges is approved.",
					},
				]
			: [
					{
						kind: "webhook_failing",
						object: { type: "webhook", id: id("wh_", 2) },
						text: "Deliveries to https://books.example/in have been failing since this morning.",
					},
					{
						kind: "link_nearly_sold_out",
						object: { type: "payment_link", id: uuid(3) },
						text: "Evening talk on the 3rd is paid 58 of 60 times.",
					},
				],
	};
};

/** @param {number} n @param {any} change */
const member = (n, change = {}) => {
	const {
		permissions: _,
		authenticated_at: _a,
		security_notice: _s,
		organization: _o,
		mode: _m,
		modes: _n,
		must_enroll_totp: _t,
		...rest
	} = me("owner");
	return { ...rest, id: id("mem_", n), ...change };
};
const members = [
	member(1),
	member(2, {
		name: "Katherine Example",
		email: "katherine@example.com",
		role: "admin",
		totp_enabled: true,
		last_login_at: ago(4_000),
	}),
	member(3, {
		name: "Alan Example",
		email: "alan@example.com",
		role: "staff",
		totp_enabled: true,
		last_login_at: ago(90),
	}),
	member(4, {
		name: "Edsger Example",
		email: "edsger@example.com",
		role: "viewer",
		last_login_at: null,
	}),
];

/** @param {number} n @param {any} change */
const invitation = (n, change = {}) => ({
	id: id("inv_", n),
	email: "barbara@example.com",
	role: "staff",
	status: "open",
	invited_by: id("mem_", 1),
	created_at: ago(500),
	expires_at: ago(-9_000),
	...change,
});
const invitations = [
	invitation(1),
	invitation(2, { email: "john@example.com", role: "viewer", status: "expired" }),
	invitation(3, { email: "alan@example.com", status: "accepted" }),
	invitation(4, { email: "old@example.com", role: "admin", status: "withdrawn" }),
];

/** @param {number} n @param {any} change */
const signedIn = (n, change = {}) => ({
	id: id("ses_", n),
	current: false,
	device: "Firefox on Windows",
	network: "203.0.113.0/24",
	created_at: ago(9_000),
	last_refreshed_at: ago(700),
	expires_at: ago(-9_000),
	...change,
});
const sessions = [
	signedIn(1, { current: true, device: "Chrome on Linux", last_refreshed_at: ago(2) }),
	signedIn(2),
	signedIn(3, { device: "Safari on iPhone", network: "2001:db8:4f0::/56" }),
];

const page = (/** @type {any[]} */ results, more = {}) => ({
	results,
	next: null,
	next_cursor: null,
	previous: null,
	looked_until: null,
	...more,
});
const error = (
	/** @type {number} */ status,
	/** @type {string} */ code,
	/** @type {string} */ detail,
	more = {},
) => ({ status, body: { detail, code, ...more } });

const QR = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h29v29H0z"/><path stroke="#000" d="${Array.from({ length: 21 }, (_, y) => Array.from({ length: 21 }, (_, x) => ((x * 7 + y * 13 + x * y) % 5 < 2 ? `M${x + 4} ${y + 4.5}h1` : "")).join("")).join("")}"/></svg>`;

/** The sent text where the answer is no JSON. @param {string} type @param {string} text */
const text = (type, text) => ({ status: 200, type, text });

/**
 * What a path answers in a state of the world; `null` never answers.
 * @param {string} state
 * @param {string} method
 * @param {URL} url without what stands before `/api/`
 * @param {any} body
 * @returns {{status: number, body?: any, type?: string, text?: string, headers?: Record<string, string>} | null}
 */
export function answer(state, method, url, body) {
	const path = url.pathname;
	const at = (/** @type {RegExp} */ pattern) => pattern.exec(path);
	const ok = (/** @type {any} */ body, status = 200) => ({ status, body });
	if (path === "/api/auth/refresh/")
		return state === "out" ? error(401, "token_expired", "Sign in again.") : ok(session());
	if (path === "/api/auth/login/") {
		if (state === "throttled")
			return { ...error(429, "throttled", "Too many tries."), headers: { "Retry-After": "95" } };
		if (state === "mfa")
			return ok({
				status: "mfa_required",
				challenge_token: "plc_x",
				methods: ["totp", "recovery_code"],
				expires_in: 300,
			});
		return body?.password === "seats-for-the-autumn"
			? ok(session())
			: error(401, "invalid_credentials", "E-mail address and password do not belong together.");
	}
	if (path === "/api/auth/logout/") return { status: 204 };
	if (path === "/api/auth/invitations/preview/")
		return state === "error"
			? error(410, "invitation_over", "This invitation is over.")
			: ok({
					organization: "Demo Shop",
					email: "new@example.com",
					role: "staff",
					expires_at: ago(-8000),
				});
	if (path === "/api/auth/reauthenticate/")
		return body?.password === "seats-for-the-autumn" || body?.mfa_code === "123456"
			? { status: 204 }
			: error(401, "invalid_credentials", "That is not your password.");
	if (path === "/api/auth/password/reset/")
		return state === "error"
			? error(410, "reset_over", "This link is over.")
			: body?.password.length < 12
				? error(400, "validation_error", "Some fields are not valid.", {
						password: ["Must have 12 to 128 characters."],
					})
				: { status: 204 };
	if (path === "/api/auth/me/") {
		const shown = me(
			state === "viewer" ? "viewer" : "owner",
			state === "hostile" ? HOSTILE.hebrew : undefined,
		);
		if (method === "PATCH") return ok({ ...shown, ...body });
		if (state === "enroll") return ok({ ...shown, must_enroll_totp: true });
		return ok(state === "factor" ? { ...shown, totp_enabled: true } : shown);
	}
	if (path === "/api/auth/totp/" && method === "POST")
		return ok({
			secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
			otpauth_url: "otpauth://totp/Paylink:grace@example.com?secret=JBSWY3DPEHPK3PXP",
			qr_svg: QR,
		});
	if (path === "/api/auth/totp/confirm/" || path === "/api/auth/totp/recovery-codes/")
		return body?.code === "000000"
			? error(400, "validation_error", "Some fields are not valid.", {
					non_field_errors: ["code: Is not the one that your app shows now."],
				})
			: ok({
					recovery_codes: Array.from({ length: 10 }, (_, i) => `b7k${i}m-x2q${i}d`),
				});
	if (path === "/api/auth/password/" && method === "POST")
		return body?.current_password === "seats-for-the-autumn"
			? { status: 204 }
			: error(400, "validation_error", "Some fields are not valid.", {
					current_password: ["Is not your password."],
				});
	if (path === "/api/organization/" && state === "enroll")
		return error(403, "totp_enrollment_required", "Set up a second factor first.");
	if (path === "/api/organization/" && method === "PATCH") {
		if (state === "refuses")
			return error(400, "validation_error", "Some fields are not valid.", {
				branding: { panel_color: ["White text on it has 1.6:1, 4.5:1 is needed."] },
				suggested: { branding: { panel_color: "#8a6d1f" } },
			});
		return ok({ ...organization(), ...body });
	}
	if (path === "/api/organization/")
		return ok({
			...organization(state === "hostile" ? HOSTILE.markup : undefined),
			...(state === "pictured"
				? { branding: { ...organization().branding, logo_url: PICTURE }, invoice: true }
				: {}),
		});
	if (state === "loading") return null;
	if (state === "error")
		return {
			...error(500, "internal_error", "Something went wrong on our side."),
			headers: { "x-request-id": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef" },
		};
	if (state === "over" && method === "GET")
		return error(401, "session_revoked", "This session was ended.");
	const empty = state === "empty";
	const hostile = state === "hostile";
	if (method === "POST" && path === "/api/payment-links/") {
		if (state === "refuses")
			return error(400, "validation_error", "Some fields are not valid.", {
				name: ["Must have 1 to 120 characters."],
				products: [{ product_id: ["This product is archived."] }],
				non_field_errors: ["The total 0.30 USD is below the minimum of 0.50 USD."],
			});
		return ok(
			link(7, { name: body.name, uses: 0, in_progress: 0, statistics: quiet, metadata: {} }),
			201,
		);
	}
	if (method === "POST" && path === "/api/products/")
		return ok(product(8, { name: body.name, prices: body.prices, links_count: 0 }), 201);
	if (method === "POST" && path === "/api/organization/api-keys/")
		return ok(
			{
				...key(8, { name: body.name, scopes: body.scopes }),
				raw_key: "plk_test_9fQ2mHn7vT4kXcR8bYw1LzJ3sD6gPq0aUe5iOt2",
			},
			201,
		);
	if (method === "POST" && path === "/api/organization/api-keys/rotate/")
		return ok({ ...key(8), raw_key: "plk_test_9fQ2mHn7vT4kXcR8bYw1LzJ3sD6gPq0aUe5iOt2" }, 201);
	if (
		(method === "PATCH" && !/\/webhooks\/|\/tax\//.test(path)) ||
		(method === "POST" && /restore|revoke|cancel/.test(path))
	) {
		if (path.includes("/products/")) return ok(product(1, body));
		if (path.includes("/members/")) return ok(member(3, body));
		return ok(link(1, body?.is_active === false ? { is_active: false, status: "inactive" } : {}));
	}
	if (path.startsWith("/images/")) return { status: 200, type: "image/png", text: png(192, 96) };
	if (method === "PUT" && path === "/api/organization/logo/") return ok({ logo_url: PICTURE });
	if (method === "PUT" && path.endsWith("/image/"))
		return { ...ok(product(1, { image: PICTURE })), headers: { ETag: '"1-pictured"' } };
	if (method === "DELETE") return { status: 204 };
	if (path.endsWith("/export/"))
		return text("text/csv; charset=utf-8", '\ufeff"name","amount"\r\n"Workshop","120.00"\r\n');
	if (at(/\/qr\/$/)) return text("image/svg+xml", QR);
	if (path === "/api/payment-links/") {
		const nasty = [
			link(1, { name: HOSTILE.markup }),
			link(2, { name: HOSTILE.long, subtotal: HOSTILE.amount, totals: { USD: HOSTILE.amount } }),
			link(3, { name: HOSTILE.hebrew }),
			link(4, { name: HOSTILE.arabic }),
			link(5, { name: HOSTILE.bidi }),
		];
		const rows = empty || url.searchParams.get("search") ? [] : hostile ? nasty : links;
		return ok(
			page(rows.map(short), {
				aggregates: {
					links: rows.length,
					active: 3,
					paid_count: 314,
					revenue: { USD: "9140.00", EUR: "7924.00" },
				},
			}),
		);
	}
	const ofLink = at(/^\/api\/payment-links\/([^/]+)\/payments\/$/);
	if (ofLink)
		return ok(
			page(
				empty
					? []
					: hostile
						? [
								transaction(1, {
									payer_email: `${HOSTILE.long.replace(/ /g, "")}@example.com`,
									amount: HOSTILE.amount,
								}),
							]
						: transactions.slice(0, 3),
			),
		);
	const oneLink = at(/^\/api\/payment-links\/([^/]+)\/$/);
	if (oneLink) {
		if (state === "missing")
			return error(404, "link_not_found", "There is no payment link with this id.");
		if (hostile)
			return ok(
				link(1, {
					name: HOSTILE.markup,
					metadata: { [HOSTILE.markup]: HOSTILE.script },
					success_url: HOSTILE.script,
					products: [{ ...link(1).products[0], name: HOSTILE.long, unit_price: HOSTILE.amount }],
				}),
			);
		if (empty)
			return ok(
				link(6, {
					max_uses: null,
					remaining: null,
					uses: 0,
					in_progress: 0,
					statistics: quiet,
					metadata: {},
					expires_at: null,
				}),
			);
		return ok(links.find((one) => one.uuid === oneLink[1]) ?? links[0]);
	}
	if (path === "/api/transactions/")
		return ok(
			page(
				empty || url.searchParams.get("search")
					? []
					: hostile
						? [
								transaction(1, { payer_email: HOSTILE.formula, amount: HOSTILE.amount }),
								transaction(2, {
									payer_email: HOSTILE.hebrew,
									products: [
										{
											product_id: null,
											name: HOSTILE.markup,
											quantity: 1,
											unit_price: "1.00",
											line_total: "1.00",
										},
									],
								}),
							]
						: transactions,
			),
		);
	const oneTransaction = at(/^\/api\/transactions\/([^/]+)\/$/);
	if (oneTransaction) {
		if (state === "missing")
			return error(404, "transaction_not_found", "There is no transaction with this id.");
		if (hostile)
			return ok(
				transaction(1, {
					amount: HOSTILE.amount,
					payer_email: HOSTILE.formula,
					payer: {
						...transaction(1).payer,
						first_name: HOSTILE.arabic,
						last_name: HOSTILE.markup,
						company: HOSTILE.long,
					},
					metadata: { note: HOSTILE.markup, url: HOSTILE.script },
					products: [
						{
							product_id: null,
							name: HOSTILE.long,
							quantity: 999999,
							unit_price: "999999.99",
							line_total: HOSTILE.amount,
						},
					],
				}),
			);
		return ok(transactions.find((one) => one.id === oneTransaction[1]) ?? transactions[1]);
	}
	if (path === "/api/products/")
		return ok(
			page(
				empty
					? []
					: hostile
						? [
								product(1, { name: HOSTILE.markup }),
								product(2, { name: HOSTILE.long, prices: { USD: HOSTILE.amount } }),
							]
						: products.filter(
								(one) =>
									!url.searchParams.get("search") ||
									one.name
										.toLowerCase()
										.includes(String(url.searchParams.get("search")).toLowerCase()),
							),
				{ tax_codes: ["digital", "service", "exempt", "zero"] },
			),
		);
	const oneProduct = at(/^\/api\/products\/([^/]+)\/$/);
	if (oneProduct) {
		if (state === "missing")
			return error(404, "product_not_found", "There is no product with this id.");
		return ok(
			hostile
				? product(1, { name: HOSTILE.markup, description: HOSTILE.hebrew, image: PICTURE })
				: state === "pictured"
					? product(1, { image: PICTURE })
					: (products.find((one) => one.id === oneProduct[1]) ?? products[0]),
		);
	}
	if (path === "/api/organization/api-keys/")
		return ok(
			page(empty ? [] : hostile ? [key(1, { name: HOSTILE.markup })] : keys, {
				looked_until: undefined,
			}),
		);
	if (path.startsWith("/api/payment-links/public/")) {
		const place = url.searchParams.get("country");
		if (place && !/^[a-z]{2}$/i.test(place))
			return error(400, "validation_error", "Some fields are not valid.", {
				country: ["Must be a country of two letters."],
			});
		const sums = hostile
			? { subtotal: HOSTILE.amount, tax: HOSTILE.amount, total: HOSTILE.amount }
			: place
				? { subtotal: "120.00", tax: "22.80", total: "142.80" }
				: { subtotal: "120.00", tax: null, total: null };
		return ok({ ...sums, currency: "USD", pricing_mode: "TAX_EXCLUSIVE", available: true });
	}
	if (path === "/api/organization/tax/") {
		const tax = {
			collect: empty ? "never" : "registered",
			seller: empty
				? null
				: {
						legal_name: hostile ? HOSTILE.long : "Demo Shop GmbH",
						address: {
							line1: "Street 1",
							line2: null,
							city: "Berlin",
							state: null,
							postal_code: "10115",
							country: "DE",
							region: null,
						},
						tax_id: "DE136695976",
						registration_number: "HRB 1",
						tax_number: null,
						email: null,
						website: null,
					},
			registrations: empty
				? []
				: [
						{
							country: "DE",
							region: null,
							scheme: "standard",
							tax_id: null,
							from: null,
							to: null,
							rate: null,
							postal_rates: [],
						},
						{
							country: "US",
							region: "NY",
							scheme: "standard",
							tax_id: null,
							from: null,
							to: null,
							rate: "8.875",
							postal_rates: [],
						},
					],
			overrides: empty
				? []
				: [
						{
							tax_code: "books",
							country: "DE",
							region: null,
							rate: null,
							class: "reduced_1",
							treatment: null,
							name: null,
							from: "2026-01-01T00:00:07Z",
						},
						{
							tax_code: "books",
							country: null,
							region: null,
							rate: null,
							class: null,
							treatment: "exempt",
							name: null,
							from: null,
						},
					],
			default_tax_code: "digital",
			version: 3,
			updated_at: ago(900),
		};
		return ok(method === "PATCH" ? { ...tax, ...body, version: 4 } : tax);
	}
	if (path === "/api/auth/sessions/")
		return ok(
			page(
				empty
					? sessions.slice(0, 1)
					: hostile
						? [signedIn(1, { current: true, device: HOSTILE.markup }), signedIn(2)]
						: sessions,
				{ looked_until: undefined },
			),
		);
	if (method === "POST" && /\/members\/[^/]+\/reset\/$/.test(path))
		return ok(
			{
				reset_url: "https://pay.example/dashboard/#/reset/plw_9fQ2mHn7vT4kXcR8bYw1LzJ3sD6gPq0aUe5",
				expires_at: ago(-1400),
			},
			201,
		);
	if (method === "POST" && path.startsWith("/api/organization/invitations/"))
		return ok(
			{
				...invitation(9, body?.email ? { email: body.email, role: body.role } : {}),
				invite_url: "https://pay.example/dashboard/#/invite/pli_9fQ2mHn7vT4kXcR8bYw1LzJ3sD6gPq0",
			},
			201,
		);
	if (path === "/api/organization/members/")
		return ok(
			page(
				empty
					? members.slice(0, 1)
					: hostile
						? [
								member(1),
								member(2, { name: HOSTILE.markup, email: `${"x".repeat(60)}@example.com` }),
							]
						: members,
				{ looked_until: undefined },
			),
		);
	if (path === "/api/organization/invitations/")
		return ok(page(empty ? [] : invitations, { looked_until: undefined }));
	if (path === "/api/organization/dashboard/") return ok(board(empty));
	if (method === "POST" && path.endsWith("/refund/"))
		return ok(
			{
				status: "processing",
				refund_id: id("RF", 9),
				refund_public_id: id("RF", 9),
				transaction_id: id("TX", 1),
				amount: body.amount,
				currency: "USD",
				amount_usd: body.amount,
				amount_in_cents: 0,
			},
			201,
		);
	if (path === "/api/organization/activity/") return ok(page(empty ? [] : activity(hostile)));
	if (path === "/api/refunds/") return ok(page(empty ? [] : refunds));
	if (method === "POST" && path === "/api/organization/webhooks/")
		return ok(
			webhook(8, {
				url: body.url,
				events: body.events,
				secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
			}),
			201,
		);
	if (method === "POST" && path.endsWith("/rotate-secret/"))
		return ok(webhook(1, { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }));
	if (method === "POST" && path.endsWith("/replay/"))
		return ok({ events: 214, started: !body.dry_run }, 202);
	if (method === "POST" && /\/(test|retry)\/$/.test(path))
		return ok({ delivery_id: id("whd_", 9) }, 202);
	if (path === "/api/organization/webhooks/")
		return ok(
			page(
				empty
					? []
					: hostile
						? [
								webhook(1, {
									url: `https://shop.example/${HOSTILE.long.replace(/ /g, "")}`,
									description: HOSTILE.markup,
								}),
							]
						: webhooks,
				{ looked_until: undefined },
			),
		);
	if (at(/\/deliveries\/$/)) return ok(page(empty ? [] : deliveries));
	if (at(/\/deliveries\/[^/]+\/$/)) {
		if (state === "missing")
			return error(404, "delivery_not_found", "There is no delivery with this id.");
		return ok({
			...deliveries[1],
			payload: {
				event: "refund.status_changed",
				reason: hostile ? HOSTILE.markup : "One seat less",
				amount: "40.00",
			},
			attempts: hostile
				? [
						attempt(3, {
							result: "status",
							http_status: 500,
							answer: HOSTILE.markup,
							cause: HOSTILE.long,
						}),
					]
				: deliveries[1].attempts,
		});
	}
	const oneWebhook = at(/^\/api\/organization\/webhooks\/([^/]+)\/$/);
	if (oneWebhook) {
		if (state === "missing")
			return error(404, "webhook_not_found", "There is no webhook with this id.");
		return ok(webhooks.find((one) => one.id === oneWebhook[1]) ?? webhooks[0]);
	}
	return error(404, "not_found", "No such route.");
}

/** Ids of things that the answers have. */
export const IDS = {
	link: uuid(1),
	pattern: uuid(2),
	quiet: uuid(6),
	soldOut: uuid(3),
	off: uuid(4),
	transaction: id("TX", 1),
	partly: id("TX", 2),
	declined: id("TX", 9),
	disputed: id("TX", 8),
	product: id("prod_", 1),
	webhook: id("wh_", 1),
	failing: id("wh_", 2),
	gone: id("wh_", 3),
	delivery: id("whd_", 2),
};

/** The parsed description of the API. */
export const description = () =>
	JSON.parse(
		readFileSync(new URL("../../shared/src/http/links/openapi.json", import.meta.url), "utf8"),
	);
