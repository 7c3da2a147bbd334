// What is seen before anybody is signed in: the sheet of the payment page.

import { t } from "./i18n.mjs";
import { Mark, Rosette } from "./icons.mjs";
import { Spoken, Toasts } from "./ui.mjs";
import { html } from "./view.mjs";

/** Sign-in and what else is seen from outside: the sheet of the payment page. @param {{children?: any, title: string}} props */
export function Outside({ children, title }) {
	return html`<div class="outside"><div class="sheet">
		<div class="side"><${Rosette} /><p class="brand"><${Mark} />Paylink</p><p class="claim">${t("claim")}</p></div>
		<main id="main" class="pane"><h1 tabindex="-1">${title}</h1>${children}</main>
	</div><${Toasts} /><${Spoken} /></div>`;
}
