// What is said of payments on more than one screen.

import { t } from "../i18n.mjs";

/** Whether a part, and not all, has been given back. @param {any} one */
export const partly = (one) => one.status === "paid" && !/^0(\.0+)?$/.test(one.refunded_amount);

/** A card's scheme as its cards write it. @param {string} name */
export const brand = (name) =>
	({
		visa: "Visa",
		mastercard: "Mastercard",
		amex: "American Express",
		discover: "Discover",
		diners: "Diners Club",
		jcb: "JCB",
		unionpay: "UnionPay",
	})[name] ?? t("payment.card");
