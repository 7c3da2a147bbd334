// What the roles may do, in the words of the API (`permissions` of `GET /api/auth/me/`).

/** @typedef {"see_buyers" | "manage_links" | "refund" | "manage_organization" | "manage_members" | "manage_owners"} Permission */

/** @type {Record<string, readonly Permission[]>} */
export const ROLES = {
	owner: [
		"see_buyers",
		"manage_links",
		"refund",
		"manage_organization",
		"manage_members",
		"manage_owners",
	],
	admin: ["see_buyers", "manage_links", "refund", "manage_organization", "manage_members"],
	staff: ["see_buyers", "manage_links", "refund"],
	viewer: [],
};

/**
 * The roles that may do something, the mightiest first.
 * @param {Permission} permission
 */
export const rolesWith = (permission) =>
	Object.keys(ROLES).filter((role) => ROLES[role].includes(permission));
