// How well one colour stands out on another (WCAG 2.2), as the API judges it: it decides, this says
// it while one types.

/** A channel's light without its gamma. @param {number} value 0 to 255 */
const linear = (value) => {
	const share = value / 255;
	return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** @param {string} color `#rrggbb` @returns {number[] | null} */
export const channels = (color) =>
	/^#[0-9a-f]{6}$/i.test(color)
		? [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
		: null;

/** @param {number[]} rgb */
const light = ([red, green, blue]) =>
	0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

/** The ratio of the lighter to the darker one. @param {number[]} a @param {number[]} b */
export function ratio(a, b) {
	const [one, other] = [light(a) + 0.05, light(b) + 0.05];
	return Math.max(one, other) / Math.min(one, other);
}

/** @param {number[]} rgb */
const hex = (rgb) => `#${rgb.map((value) => value.toString(16).padStart(2, "0")).join("")}`;

/** Black or white, whichever is read better on it. @param {number[]} rgb */
export const textOn = (rgb) =>
	ratio(rgb, [255, 255, 255]) >= ratio(rgb, [0, 0, 0]) ? "#fff" : "#000";

/**
 * The ratio that a colour has where it is worst, what it needs, and the nearest colour that passes.
 * @param {string} color
 * @param {[string, number][]} needs what it has to stand out on, and how well
 */
export function judge(color, needs) {
	const own = channels(color);
	if (!own) return null;
	const grounds = needs.map(
		([ground, least]) => /** @type {const} */ ([channels(ground) ?? [0, 0, 0], least]),
	);
	const misses = (/** @type {number[]} */ rgb) =>
		grounds.find(([ground, least]) => ratio(rgb, ground) < least);
	const shown = misses(own) ?? grounds[0];
	const passes = misses(own) === undefined;
	/** @type {number[] | null} */
	let better = null;
	for (let step = 1; !passes && better === null && step <= 255; step += 1) {
		const mix = (/** @type {number} */ to) =>
			own.map((value) => Math.floor((value * (255 - step) + to * step) / 255));
		better = [mix(0), mix(255)].find((rgb) => misses(rgb) === undefined) ?? null;
	}
	return {
		passes,
		has: ratio(own, shown[0]),
		least: shown[1],
		better: better === null ? null : hex(better),
	};
}
