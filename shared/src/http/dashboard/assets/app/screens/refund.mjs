// Money back: exactly once, exactly that much.

import { api, session } from "../api.mjs";
import { compareMoney, money, readMoney, typedMoney } from "../format.mjs";
import { t } from "../i18n.mjs";
import {
	Button,
	Dialog,
	FormErrors,
	MoneyField,
	Notice,
	Select,
	TextField,
	fieldError,
	moneyProblem,
	toast,
	useBusy,
	useFormKey,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";
import { brand } from "./paid.mjs";

/** Usual reasons, and one in one's own words. */
const REASONS = ["returned", "canceled", "duplicate", "price", "other"];

/** @param {{one: any, onClose: () => void, onDone: () => void}} props */
export function Refund({ one, onClose, onDone }) {
	const [amount, setAmount] = useState(typedMoney(one.refundable_amount));
	const [picked, pick] = useState("returned");
	const [own, setOwn] = useState("");
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [wrong, setWrong] = useState(/** @type {Record<string, string | null>} */ ({}));
	const [busy, setBusy, sending] = useBusy();
	const key = useFormKey();
	const read = readMoney(amount);
	const typed = "value" in read ? read.value : null;
	const limit =
		session.me?.role === "staff"
			? /** @type {any} */ (session.organization)?.staff_refund_limit?.[one.currency]
			: undefined;
	const over = limit && typed && compareMoney(typed, limit) > 0;
	const reason = picked === "other" ? own.trim() : t(`reason.${picked}`);
	const card = one.payment_method
		? `${brand(one.payment_method.brand)} ${one.payment_method.last4}`
		: t("payment.card");
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		const said = {
			amount:
				typed === null
					? moneyProblem(read)
					: compareMoney(typed, one.refundable_amount) > 0
						? t("refund.over", { rest: money(one.refundable_amount, one.currency) })
						: compareMoney(typed, "0.00") === 0
							? t("money.empty")
							: null,
			reason: reason === "" ? t("refund.reason.needed") : null,
		};
		setWrong(said);
		if (said.amount || said.reason) return;
		setBusy(true);
		setError(null);
		try {
			await api.post(
				`/api/transactions/${encodeURIComponent(one.id)}/refund/`,
				{ amount: typed, reason },
				key.current(),
			);
			toast(t("refund.made", { amount: money(typed, one.currency) }));
			onDone();
		} catch (thrown) {
			// A refusal was not carried out; what may have been carried out keeps its key.
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			setError(thrown);
			setBusy(false);
		}
	};
	return html`<${Dialog} title=${t("refund")} onClose=${onClose}><form class="form" onSubmit=${submit} novalidate>
		<${FormErrors} error=${error} known=${{ amount: t("amount"), reason: t("refund.reason") }} />
		<${MoneyField} label=${t("amount")} currency=${one.currency} value=${amount} onInput=${setAmount} help=${t("refund.rest", { rest: money(one.refundable_amount, one.currency) })} error=${wrong.amount ?? fieldError(error, "amount")} />
		<${Select} label=${t("refund.reason")} value=${picked} onInput=${pick} options=${REASONS.map((name) => [name, t(`reason.${name}`)])} help=${t("refund.reason.help")} error=${picked === "other" ? null : fieldError(error, "reason")} />
		${picked === "other" ? html`<${TextField} label=${t("refund.own")} value=${own} maxlength="500" onInput=${setOwn} error=${wrong.reason ?? fieldError(error, "reason")} />` : null}
		${/^0(\.0+)?$/.test(one.tax) ? null : html`<p class="soft small">${t("refund.tax")}</p>`}
		${over ? html`<${Notice} kind="warn" icon="alert">${t("refund.limit", { limit: money(limit, one.currency) })}<//>` : null}
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy} disabled=${Boolean(over)}>${t("refund.do", { amount: money(typed ?? "0.00", one.currency), card })}<//></footer>
	</form><//>`;
}
