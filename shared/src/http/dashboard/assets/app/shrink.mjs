// Makes a picture small enough to be sent. It is drawn anew in the browser, so that its pixels are all
// that leaves: neither where it was taken nor by which camera.

/** The API's limits: bytes of a picture, and px of its sides. */
const MOST_BYTES = 24 * 1024;
const LEAST_SIDE = 64;
const MOST_SIDE = 1024;

/** The largest file that is opened, in MB. */
const MOST_MB = 20;

/** Longest sides that are tried, in px. The first is twice what buyers' pages show. */
const SIDES = [320, 256, 192, 128];

/** Kinds that are tried, the most exact first. @type {[string, number?][]} */
const KINDS = [["image/png"], ["image/webp", 0.9], ["image/webp", 0.7], ["image/jpeg", 0.8]];

/** @typedef {{media_type: string, data: string, url: string}} Made a picture as it is sent, and to be shown */

/** Why a file is not taken, by the words' name. */
export class Unfit extends Error {
	/** @param {string} key @param {Record<string, number>} [values] */
	constructor(key, values) {
		super(key);
		this.key = key;
		this.values = values;
	}
}

/**
 * The size that a picture gets; nothing where its shorter side would be too short.
 * @param {number} width
 * @param {number} height
 * @param {number} longest
 * @returns {[number, number] | null}
 */
export function fit(width, height, longest) {
	const [long, short] = width > height ? [width, height] : [height, width];
	const scale = Math.max(Math.min(1, longest / long), Math.min(1, LEAST_SIDE / short));
	if (short < LEAST_SIDE || long * scale > MOST_SIDE) return null;
	const side = (/** @type {number} */ px) => Math.max(LEAST_SIDE, Math.round(px * scale));
	return [side(width), side(height)];
}

/** @param {Blob} blob @returns {Promise<Made>} */
export const made = (blob) =>
	new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => {
			const url = String(reader.result);
			resolve({ media_type: blob.type, data: url.slice(url.indexOf(",") + 1), url });
		};
		reader.onerror = reject;
		reader.readAsDataURL(blob);
	});

/**
 * @param {File} file
 * @returns {Promise<Made>}
 */
export async function shrink(file) {
	if (!/^image\/(png|jpeg|webp)$/.test(file.type)) throw new Unfit("picture.type");
	if (file.size > MOST_MB * 1e6) throw new Unfit("picture.large", { most: MOST_MB });
	const bitmap = await createImageBitmap(file).catch(() => {
		throw new Unfit("picture.broken");
	});
	const { width, height } = bitmap;
	if (Math.min(width, height) < LEAST_SIDE)
		throw new Unfit("picture.small", { width, height, least: LEAST_SIDE });
	for (const longest of SIDES) {
		const size = fit(width, height, longest);
		if (!size) throw new Unfit("picture.long", { width, height, times: MOST_SIDE / LEAST_SIDE });
		for (const [type, quality] of KINDS) {
			const blob = await drawn(bitmap, size, type, quality);
			// A browser that cannot make a kind makes another.
			if (blob?.type === type && blob.size <= MOST_BYTES) return made(blob);
		}
	}
	throw new Unfit("picture.broken");
}

/**
 * @param {ImageBitmap} bitmap
 * @param {[number, number]} size
 * @param {string} type
 * @param {number} [quality]
 * @returns {Promise<Blob | null>}
 */
function drawn(bitmap, [width, height], type, quality) {
	const canvas = document.createElement("canvas");
	canvas.width = width;
	canvas.height = height;
	const brush = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
	brush.imageSmoothingQuality = "high";
	// A JPEG has nothing to see through.
	if (type === "image/jpeg") {
		brush.fillStyle = "#fff";
		brush.fillRect(0, 0, width, height);
	}
	brush.drawImage(bitmap, 0, 0, width, height);
	return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}
