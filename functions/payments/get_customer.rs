//! `GET /customers/{id}`: one of your customers, by `cus_...` or your own id.
//!
//! Refuses: `customer_not_found`.

use shared::app::identity::ApiKey;
use shared::app::{App, ExitCode, payments};
use shared::http::payments::Payments;
use shared::http::payments::customer::{in_path, view};
use shared::http::payments::routes::GetCustomer;
use shared::http::{Reply, Request, Result};
use shared::operations::customers::keeping;

fn main() -> ExitCode {
    payments::serve(GetCustomer, get_customer)
}

async fn get_customer(app: &'static App<ApiKey<Payments>>, req: Request) -> Result {
    let caller = app.call::<GetCustomer>(&req).await?.caller;
    let customer = keeping::resolve(&app.store, caller.scope, &in_path(&req)).await?;
    Ok(Reply::data(&view(&customer)))
}
