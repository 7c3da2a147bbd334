//! Tests of the whole system, in one binary.
//!
//! - [`ageing`]: what ends by the clock, on the local stack; started first, since it waits longest.
//! - [`store`]: what every table must do, on memory, on an embedded DynamoDB and on the local stack.
//! - [`checkout`]: one charge, whatever happens, with the real store and the real processor.
//! - [`clock`]: the machine's time and randomness, or a test's own.
//! - [`invoices`]: numbers without a gap, whatever happens.
//! - [`api`]: the routes, on the local stack (`make start` or `make test` starts it).
//! - [`browser`]: the page in Chromium, on the local stack.
//! - [`ledger`]: money between wallets and the outside, against a model and under contention.
//! - [`processor`]: what every processor must do, whoever is behind it.
//! - [`demo_history`]: the past of the demo shop, which `make start` writes.
//! - [`dependencies`]: what functions are built from.
//! - [`documents`]: invoices as files, judged by programs of others.
//! - [`examples`]: what receivers get, made by the code that sends it.
//! - [`metadata`]: callers' own data on its way from the request to the webhook.
//! - [`openapi`]: the description of the API is what the code does.
//! - [`gateway`]: the definition of the API is what the routes say.
//! - [`readme`]: its tables say what the code says.
//! - [`tax_ids`]: tax ids, judged by an independent library too.
//! - [`tax_rates`]: the built-in rates, judged by a data set that others keep.
//! - [`tidy`]: the rules of the house.
//! - [`variations`]: what callers write differently and mean alike, or cannot mean at all.
//! - [`workers`]: no event is lost and nobody waits for others, on the local stack; started last.
#![cfg(test)]

mod ageing;
mod api;
mod browser;
mod checkout;
mod clock;
mod demo_history;
mod dependencies;
mod documents;
mod examples;
mod gateway;
mod invoices;
mod ledger;
mod metadata;
mod openapi;
mod processor;
mod random;
mod readme;
mod stack;
mod store;
mod tax_ids;
mod tax_rates;
mod tidy;
mod variations;
mod workers;
