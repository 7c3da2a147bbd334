// The libraries of every screen in one place: Preact, its hooks, and htm in place of JSX.

import * as hooks from "../vendor/hooks.mjs";
import htm from "../vendor/htm.mjs";
import { Fragment, h, render as draw } from "../vendor/preact.mjs";

/** Makes elements out of a template: html`<p>${text}</p>`. Text is always only text. */
const html = /** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */ (
	/** @type {any} */ (htm).bind(h)
);

/** Draws an element into a place of the page. */
const render = /** @type {(element: any, place: Element) => void} */ (/** @type {any} */ (draw));

const {
	useCallback,
	useEffect,
	useErrorBoundary,
	useId,
	useLayoutEffect,
	useMemo,
	useRef,
	useState,
} = /** @type {typeof import("preact/hooks")} */ (/** @type {any} */ (hooks));

export {
	Fragment,
	html,
	render,
	useCallback,
	useEffect,
	useErrorBoundary,
	useId,
	useLayoutEffect,
	useMemo,
	useRef,
	useState,
};
