// Stands in for tax.js where no tax is looked at.
const Tax = { CHECKS: {}, settle: async () => null, show() {}, start() {}, submitted: () => ({}) };
