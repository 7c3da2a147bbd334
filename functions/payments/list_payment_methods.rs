//! `GET /customers/{id}/payment-methods`: a customer's saved cards, newest first.
//!
//! Refuses: `customer_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::customer::in_path;
use shared::http::payments::payment_method::view;
use shared::http::payments::routes::ListPaymentMethods;
use shared::http::{Reply, Request, Result};
use shared::operations::customers::keeping;

fn main() -> ExitCode {
    payments::serve(ListPaymentMethods, list_payment_methods)
}

async fn list_payment_methods(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let caller = app.call::<ListPaymentMethods>(&req).await?.caller;
    let found = keeping::saved_cards(&app.store, caller.scope, &in_path(&req)).await?;
    let (customer, cards) = found;
    let default = customer.profile.default_method;
    let views: Vec<_> = cards.iter().filter_map(|card| view(card, default)).collect();
    Ok(Reply::list(&views, 100, None))
}
