// A product's state, as the catalog and the product itself say it.

/** The word for a product's state. @param {any} product */
export const productStatus = (product) =>
	product.archived_at ? "archived" : product.is_active ? "active" : "inactive";
