//! Tests of the whole system, in one binary.
//!
//! - [`ageing`]: what ends by the clock, on the local stack; started first, since it waits longest.
//! - [`store`]: what every table must do, on memory, on an embedded DynamoDB and on the local stack.
//! - [`checkout`]: one charge, whatever happens, with the real store and the real processor.
//! - [`api`]: the routes, on the local stack (`make start` or `make test` starts it).
//! - [`browser`]: the page in Chromium, on the local stack.
//! - [`ledger`]: money between wallets and the outside, against a model and under contention.
//! - [`dependencies`]: what functions are built from.
//! - [`examples`]: what receivers get, made by the code that sends it.
//! - [`metadata`]: callers' own data on its way from the request to the webhook.
//! - [`openapi`]: the description of the API is what the code does.
//! - [`gateway`]: the definition of the API is what the routes say.
//! - [`readme`]: its tables say what the code says.
//! - [`tax_ids`]: tax ids, judged by an independent library too.
//! - [`tidy`]: the rules of the house.
//! - [`workers`]: no event is lost and nobody waits for others, on the local stack; started last.
#![cfg(test)]

mod ageing;
mod api;
mod browser;
mod checkout;
mod dependencies;
mod examples;
mod gateway;
mod ledger;
mod metadata;
mod openapi;
mod random;
mod readme;
mod stack;
mod store;
mod tax_ids;
mod tidy;
mod workers;
