// The team: who works here, who is invited, and what each role may do.

import { api, may, session } from "../api.mjs";
import { day, exact } from "../format.mjs";
import { t } from "../i18n.mjs";
import { ROLES } from "../permissions.mjs";
import {
	Button,
	Chip,
	Confirm,
	Dialog,
	Failure,
	Foreign,
	FormErrors,
	Head,
	Menu,
	More,
	Notice,
	Secret,
	Select,
	Skeleton,
	Table,
	TextField,
	Toggle,
	When,
	fieldError,
	toast,
	useBusy,
	useFormKey,
	useList,
} from "../parts.mjs";
import { html, useState } from "../view.mjs";

/** The roles that the signed-in member may give and take. */
const mine = () =>
	Object.keys(ROLES).filter((role) =>
		role === "owner" || role === "admin" ? may("manage_owners") : may("manage_members"),
	);

/** What is shown of an invitation, once. @param {any} made */
const invited = (made) => ({
	title: t("invite.made"),
	text: t("invite.made.text", { time: exact(made.expires_at) }),
	url: made.invite_url,
});

/** A path of the team's, with one id in it. @param {string} kind @param {string} id */
const at = (kind, id) => `/api/organization/${kind}/${encodeURIComponent(id)}/`;

export default function Team() {
	const manages = may("manage_members");
	const members = useList("/api/organization/members/?limit=100");
	const [inviting, invite] = useState(false);
	const [asked, ask] = useState(/** @type {{what: string, one: any} | null} */ (null));
	const [address, setAddress] = useState(/** @type {any} */ (null));
	const [turn, setTurn] = useState(0);
	const done = (/** @type {string} */ said) => {
		ask(null);
		members.again();
		toast(said);
	};
	const columns = [
		{
			key: "name",
			label: t("member.name"),
			main: true,
			cell: (/** @type {any} */ one) =>
				html`<${Foreign}>${one.name || one.email}<//>${one.id === session.me?.id ? html` <span class="chip outline">${t("member.you")}</span>` : null}<small class="soft block" translate="no"><bdi>${one.email}</bdi></small>`,
		},
		{
			key: "role",
			label: t("role"),
			cell: (/** @type {any} */ one) => t(`role.${one.role}`),
		},
		{
			key: "totp",
			label: t("factor"),
			cell: (/** @type {any} */ one) =>
				one.totp_enabled
					? html`<span class="chip good"><i aria-hidden="true"></i>${t("factor.on")}</span>`
					: html`<span class="chip outline"><i aria-hidden="true"></i>${t("factor.off")}</span>`,
		},
		{
			key: "seen",
			label: t("member.seen"),
			numeric: true,
			cell: (/** @type {any} */ one) =>
				one.last_login_at ? html`<${When} at=${one.last_login_at} short=${true} />` : "–",
		},
		{
			key: "acts",
			label: t("acts"),
			quiet: true,
			cell: (/** @type {any} */ one) =>
				mine().includes(one.role)
					? html`<${Menu} label=${t("link.acts", { name: one.name || one.email })} items=${[
							{ label: t("member.role"), icon: "edit", onPick: () => ask({ what: "role", one }) },
							{ label: t("member.reset"), icon: "key", onPick: () => ask({ what: "reset", one }) },
							{
								label: t("member.remove"),
								icon: "trash",
								danger: true,
								onPick: () => ask({ what: "remove", one }),
							},
						]} />`
					: null,
		},
	];
	const name = asked?.one.name || asked?.one.email;
	return html`
		<${Head} title=${t("place.team")} acts=${manages ? html`<${Button} href="#/activity">${t("place.activity")}<//><${Button} kind="main" icon="plus" onClick=${() => invite(true)}>${t("invite.new")}<//>` : null} />
		${members.error ? html`<${Failure} error=${members.error} again=${members.again} />` : null}
		${
			members.rows === null
				? members.error
					? null
					: html`<div class="card flush"><${Skeleton} rows=${4} /></div>`
				: html`<div class="card flush"><${Table} caption=${t("members")} columns=${columns} rows=${members.rows} id=${(/** @type {any} */ one) => one.id} /></div>${members.next ? html`<${More} list=${members} />` : null}
					${members.rows.length === 1 && manages ? html`<${Notice} kind="info" icon="team">${t("team.only")}<//>` : null}`
		}
		${manages ? html`<${Invitations} key=${turn} onAddress=${setAddress} />` : null}
		<${Roles} />
		${
			inviting
				? html`<${Invite} onClose=${() => invite(false)} onMade=${(/** @type {any} */ made) => {
						invite(false);
						setAddress(invited(made));
						setTurn(turn + 1);
					}} />`
				: null
		}
		${asked?.what === "role" ? html`<${Role} member=${asked.one} onClose=${() => ask(null)} onDone=${() => done(t("saved"))} />` : null}
		${
			asked?.what === "reset"
				? html`<${Reset} member=${asked.one} onClose=${() => ask(null)} onMade=${(
						/** @type {any} */ made,
					) => {
						ask(null);
						setAddress({
							title: t("reset.made"),
							text: t("reset.made.text", { time: exact(made.expires_at) }),
							url: made.reset_url,
						});
					}} />`
				: null
		}
		${
			asked?.what === "remove"
				? html`<${Confirm} title=${t("member.remove.title", { name })} text=${t("member.remove.text")} act=${t("member.remove")} onNo=${() => ask(null)} onYes=${async () => {
						await api.delete(at("members", asked.one.id));
						done(t("member.removed", { name }));
					}} />`
				: null
		}
		${address ? html`<${Secret} title=${address.title} text=${address.text} secret=${address.url} label=${address.title} onClose=${() => setAddress(null)} />` : null}
	`;
}

/** @param {{onAddress: (address: any) => void}} props */
function Invitations({ onAddress }) {
	const list = useList("/api/organization/invitations/?limit=50");
	const [asked, ask] = useState(/** @type {any} */ (null));
	const [failed, setFailed] = useState(/** @type {unknown} */ (null));
	const renew = async (/** @type {any} */ one) => {
		setFailed(null);
		try {
			const made = await api.post(`${at("invitations", one.id)}renew/`, {}, crypto.randomUUID());
			onAddress(invited(made));
			list.again();
		} catch (thrown) {
			setFailed(thrown);
		}
	};
	const columns = [
		{
			key: "email",
			label: t("sign.email"),
			main: true,
			cell: (/** @type {any} */ one) => html`<bdi translate="no">${one.email}</bdi>`,
		},
		{ key: "role", label: t("role"), cell: (/** @type {any} */ one) => t(`role.${one.role}`) },
		{
			key: "status",
			label: t("status"),
			cell: (/** @type {any} */ one) => html`<${Chip} kind="invitation" status=${one.status} />`,
		},
		{
			key: "until",
			label: t("invitation.until"),
			numeric: true,
			cell: (/** @type {any} */ one) => day(one.expires_at),
		},
		{
			key: "acts",
			label: t("acts"),
			quiet: true,
			cell: (/** @type {any} */ one) =>
				(one.status === "open" || one.status === "expired") && mine().includes(one.role)
					? html`<${Menu} label=${t("link.acts", { name: one.email })} items=${[
							{ label: t("invitation.renew"), icon: "restart", onPick: () => renew(one) },
							{
								label: t("invitation.withdraw"),
								icon: "trash",
								danger: true,
								onPick: () => ask(one),
							},
						]} />`
					: null,
		},
	];
	// Those who came are members; they stand above.
	const rows = list.rows?.filter((/** @type {any} */ one) => one.status !== "accepted") ?? null;
	const error = list.error ?? failed;
	if (!error && (rows === null || rows.length === 0)) return null;
	return html`<section class="wide-column" aria-labelledby="invitations"><h2 id="invitations">${t("invitations")}</h2>
		${error ? html`<${Failure} error=${error} again=${list.error ? list.again : undefined} />` : null}
		${rows && rows.length > 0 ? html`<div class="card flush"><${Table} caption=${t("invitations")} columns=${columns} rows=${rows} id=${(/** @type {any} */ one) => one.id} /></div>${list.next ? html`<${More} list=${list} />` : null}` : null}
		${
			asked
				? html`<${Confirm} title=${t("invitation.withdraw.title", { email: asked.email })} text=${t("invitation.withdraw.text")} act=${t("invitation.withdraw")} onNo=${() => ask(null)} onYes=${async () => {
						await api.delete(at("invitations", asked.id));
						ask(null);
						list.again();
					}} />`
				: null
		}
	</section>`;
}

/** What each role may do, in words. */
const Roles = () =>
	html`<section class="card" aria-labelledby="roles"><h2 id="roles">${t("roles")}</h2><dl class="facts">${Object.keys(ROLES).map((role) => html`<div key=${role}><dt>${t(`role.${role}`)}</dt><dd>${t(`role.${role}.text`)}</dd></div>`)}</dl></section>`;

/** The choice of a role, with its words beside it. @param {{value: string, onInput: (role: string) => void, error?: string | null}} props */
const RoleField = ({ value, onInput, error }) =>
	html`<${Select} label=${t("role")} value=${value} onInput=${onInput} help=${t(`role.${value}.text`)} error=${error} options=${mine().map((role) => [role, t(`role.${role}`)])} />`;

/**
 * Sends a form once, and keeps its error.
 * @param {(key: string) => Promise<void>} send
 */
function useSending(send) {
	const [error, setError] = useState(/** @type {unknown} */ (null));
	const [busy, setBusy, sending] = useBusy();
	const key = useFormKey();
	const submit = async (/** @type {any} */ event) => {
		event.preventDefault();
		if (sending.current) return;
		setBusy(true);
		setError(null);
		try {
			await send(key.current());
		} catch (thrown) {
			if (!(/** @type {any} */ (thrown).unknownOutcome)) key.renew();
			setError(thrown);
			setBusy(false);
		}
	};
	return { error, busy, submit };
}

/** @param {{onClose: () => void, onMade: (made: any) => void}} props */
function Invite({ onClose, onMade }) {
	const [email, setEmail] = useState("");
	const [role, setRole] = useState("staff");
	const { error, busy, submit } = useSending(async (key) =>
		onMade(await api.post("/api/organization/invitations/", { email: email.trim(), role }, key)),
	);
	return html`<${Dialog} title=${t("invite.new")} onClose=${onClose}><form class="form" onSubmit=${submit}>
		<${FormErrors} error=${error} known=${{ email: t("sign.email"), role: t("role") }} />
		<${TextField} label=${t("sign.email")} type="email" required maxlength="254" autocomplete="off" autocapitalize="none" spellcheck=${false} help=${t("invite.email.help")} value=${email} onInput=${setEmail} error=${fieldError(error, "email")} />
		<${RoleField} value=${role} onInput=${setRole} error=${fieldError(error, "role")} />
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy}>${t("invite.make")}<//></footer>
	</form><//>`;
}

/** @param {{member: any, onClose: () => void, onDone: () => void}} props */
function Role({ member, onClose, onDone }) {
	const [role, setRole] = useState(member.role);
	const { error, busy, submit } = useSending(async () => {
		await api.patch(at("members", member.id), { role });
		onDone();
	});
	return html`<${Dialog} title=${t("member.role.title", { name: member.name || member.email })} onClose=${onClose}><form class="form" onSubmit=${submit}>
		<${FormErrors} error=${error} known=${{ role: t("role") }} />
		<${RoleField} value=${role} onInput=${setRole} error=${fieldError(error, "role")} />
		<p class="soft">${t("member.role.text")}</p>
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy} disabled=${role === member.role}>${t("save")}<//></footer>
	</form><//>`;
}

/** @param {{member: any, onClose: () => void, onMade: (made: any) => void}} props */
function Reset({ member, onClose, onMade }) {
	const [totp, setTotp] = useState(false);
	const { error, busy, submit } = useSending(async (key) =>
		onMade(await api.post(`${at("members", member.id)}reset/`, { totp }, key)),
	);
	return html`<${Dialog} title=${t("member.reset.title", { name: member.name || member.email })} onClose=${onClose}><form class="form" onSubmit=${submit}>
		<${FormErrors} error=${error} known=${{}} />
		<p>${t("member.reset.text")}</p>
		${member.totp_enabled ? html`<${Toggle} label=${t("member.reset.totp")} help=${t("member.reset.totp.help")} checked=${totp} onChange=${setTotp} />` : null}
		<footer><${Button} onClick=${onClose}>${t("cancel")}<//><${Button} kind="main" type="submit" busy=${busy}>${t("invite.make")}<//></footer>
	</form><//>`;
}
