//! Tax on the way from the page to the charge: what was shown is what is paid, and it stays.

use super::{
    shop::Shop,
    tax_world::{
        changed_to, from, german, minors, never, own_link, place, quote, registered, set, submit,
    },
};
use crate::{clock, store::on_own_tables};
use serde_json::json;
use shared::{
    model::{
        payment_intent::StatusName,
        tax::{
            BuiltIn, Calculated, Calculator, Exemption, TaxAnswer, TaxBuyer, TaxSale, Treatment,
            settings::{AskAddress, Registration, Scheme, Settings, TaxChange},
        },
    },
    operations::{
        Problem, StateRefusal,
        sales::{self, Shown, Typed},
        tax::Computed,
    },
    store::{Consistency, Table},
};
use std::sync::Arc;

on_own_tables!(
    hard_case_25_and_26_the_total_follows_the_country_and_only_what_was_shown_is_charged,
    hard_case_27_settings_that_change_before_the_submit_count_and_after_it_do_not,
    hard_case_28_a_registration_that_ends_while_a_challenge_is_open_counts,
    hard_case_35_without_settings_nothing_is_asked_and_payments_stay_small,
    hard_case_36_a_card_of_another_country_pays_the_tax_of_the_typed_one,
    hard_case_37_a_calculator_that_is_down_charges_nothing,
    a_declined_attempt_freezes_nothing,
    a_submit_that_comes_again_is_answered_whatever_the_tax_is_by_now,
    what_the_tax_needs_is_asked_by_field_and_a_wrong_tax_id_is_said_at_its_own,
    a_customers_own_country_and_exemption_count_and_what_is_typed_wins_elsewhere,
);

const DECLINED: &str = "4000000000000002";
const CHALLENGE: &str = "4000000000003220";

/// Hard cases 25 and 26.
async fn hard_case_25_and_26_the_total_follows_the_country_and_only_what_was_shown_is_charged(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let mut seen = Vec::new();
    for (country, tax) in [("DE", 4_750), ("FR", 5_000), ("CH", 2_025)] {
        let shown = quote(&shop, link, &from(country)).await;
        assert_eq!((shown.tax, shown.total), (tax, 25_000 + tax), "{country}");
        seen.push(shown);
    }
    let token = shop.good_token(link);
    let pay = |shown| submit(&shop, &BuiltIn, link, &token, from("CH"), Some(shown));
    changed_to(pay(seen[0]).await, 2_025);
    changed_to(pay(Shown { tax: 2_025, total: 1 }).await, 2_025);
    let unsaid = submit(&shop, &BuiltIn, link, &token, from("CH"), None).await;
    changed_to(unsaid, 2_025);
    let open = shop.intent(link).await;
    assert_eq!(open.status.name(), StatusName::Pending);
    assert_eq!(minors(&open.amounts), (25_000, 0, 25_000));
    let paid = pay(seen[2]).await.unwrap();
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!(minors(&paid.amounts), (25_000, 2_025, 27_025));
    assert_eq!(shop.intent(link).await, paid);
    let charged = paid.status.attempt().unwrap().charged.clone().unwrap();
    let record = charged.record.unwrap();
    assert_eq!((record.treatment, record.settings_version), (Treatment::Taxed, 1));
    assert_eq!(record.lines[0].jurisdiction, "CH");
    // The processor took what the page has shown.
    assert_eq!(shop.taken(shop.attempt(link, &token)).await, Some(27_025));
}

/// Hard case 27.
async fn hard_case_27_settings_that_change_before_the_submit_count_and_after_it_do_not(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let shown = quote(&shop, link, &from("FR")).await;
    let only_home = TaxChange {
        registrations: Some(vec![registered("DE", Scheme::Standard)]),
        ..TaxChange::default()
    };
    set(&shop, only_home).await;
    let token = shop.token(link, CHALLENGE, false);
    let old = submit(&shop, &BuiltIn, link, &token, from("FR"), Some(shown)).await;
    changed_to(old, 4_750);
    let shown = Some(Shown { tax: 4_750, total: 29_750 });
    let asked = submit(&shop, &BuiltIn, link, &token, from("FR"), shown).await.unwrap();
    assert_eq!(asked.status.name(), StatusName::RequiresAction);
    assert_eq!(asked.amounts.total().minor(), 29_750);
    set(&shop, never()).await;
    let paid = shop.answer_challenge(asked, true).await;
    assert_eq!(paid.status.name(), StatusName::Succeeded);
    assert_eq!(minors(&paid.amounts), (25_000, 4_750, 29_750));
    let record = paid.status.attempt().unwrap().charged.clone().unwrap().record.unwrap();
    assert_eq!(record.settings_version, 2);
}

/// Hard case 28, as far as it is the checkout's.
async fn hard_case_28_a_registration_that_ends_while_a_challenge_is_open_counts(table: Arc<Table>) {
    let shop = Shop::new(table);
    // It is over before the buyer answers: the clock of the second step does not matter.
    let ends = clock::now().plus_seconds(60);
    let ending = Registration { until: Some(ends), ..registered("DE", Scheme::Standard) };
    set(&shop, TaxChange { registrations: Some(vec![ending]), ..german() }).await;
    let link = own_link(&shop).await;
    let shown = quote(&shop, link, &from("DE")).await;
    let token = shop.token(link, CHALLENGE, false);
    let asked = submit(&shop, &BuiltIn, link, &token, from("DE"), Some(shown)).await.unwrap();
    let sale = sales::find(&shop.table, place(&shop, link), Consistency::Strong).await.unwrap();
    let Computed::Known(then) = sale.price(&BuiltIn, &from("DE"), ends).await.unwrap() else {
        panic!("the country is known")
    };
    assert_eq!(then.amounts.tax().minor(), 0);
    let paid = shop.answer_challenge(asked, true).await;
    assert_eq!(minors(&paid.amounts), (25_000, 4_750, 29_750));
}

/// Hard case 35.
async fn hard_case_35_without_settings_nothing_is_asked_and_payments_stay_small(table: Arc<Table>) {
    let shop = Shop::new(table);
    let link = own_link(&shop).await;
    let token = shop.good_token(link);
    let wrong = Some(Shown { tax: 0, total: 1 });
    changed_to(submit(&shop, &BuiltIn, link, &token, Typed::default(), wrong).await, 0);
    let paid = submit(&shop, &BuiltIn, link, &token, Typed::default(), None).await.unwrap();
    assert_eq!(minors(&paid.amounts), (25_000, 0, 25_000));
    let attempt = paid.status.attempt().unwrap();
    assert_eq!((&attempt.charged, &attempt.billing), (&None, &None));
}

/// Hard case 36.
async fn hard_case_36_a_card_of_another_country_pays_the_tax_of_the_typed_one(table: Arc<Table>) {
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let shown = quote(&shop, link, &from("DE")).await;
    let token = shop.good_token(link);
    let paid = submit(&shop, &BuiltIn, link, &token, from("DE"), Some(shown)).await.unwrap();
    let attempt = paid.status.attempt().unwrap();
    let country = attempt.card.country.map(|country| country.to_string());
    assert_eq!(country.as_deref(), Some("US"));
    assert_eq!(paid.amounts.tax().minor(), 4_750);
    let url = "https://pay.example.com/pay/x".to_owned();
    let view = shared::http::payments::payment::view(&paid, url, clock::now()).unwrap();
    let view = serde_json::to_value(&view).unwrap();
    assert_eq!(view["tax"]["evidenceConflict"], true);
    assert_eq!(view["tax"]["country"], "DE");
    assert_eq!((&view["tax"]["status"], &view["taxAmount"]), (&json!("final"), &json!(4_750)));
    let evidence = &view["tax"]["evidence"][1];
    assert_eq!((&evidence["kind"], &evidence["country"]), (&json!("card_country"), &json!("US")));
}

struct Down;

impl Calculator for Down {
    fn rules(&self) -> &str {
        "elsewhere"
    }

    fn calculate<'a>(&'a self, _: &'a Settings, _: &'a TaxSale<'a>) -> Calculated<'a> {
        Box::pin(std::future::ready(TaxAnswer::Unavailable))
    }
}

/// Hard case 37, as far as it is the page's.
async fn hard_case_37_a_calculator_that_is_down_charges_nothing(table: Arc<Table>) {
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let shown = quote(&shop, link, &from("DE")).await;
    let token = shop.good_token(link);
    let refused = submit(&shop, &Down, link, &token, from("DE"), Some(shown)).await;
    assert_eq!(refused.unwrap_err(), Problem::State(StateRefusal::TaxUnknown));
    assert_eq!(shop.taken(shop.attempt(link, &token)).await, None);
    let paid = submit(&shop, &BuiltIn, link, &token, from("DE"), Some(shown)).await.unwrap();
    assert_eq!(paid.status.name(), StatusName::Succeeded);
}

async fn a_declined_attempt_freezes_nothing(table: Arc<Table>) {
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let shown = quote(&shop, link, &from("FR")).await;
    let token = shop.token(link, DECLINED, false);
    let declined = submit(&shop, &BuiltIn, link, &token, from("FR"), Some(shown)).await.unwrap();
    assert_eq!(minors(&declined.amounts), (25_000, 0, 25_000));
    let tried = declined.last_failure().unwrap().attempt.charged.clone().unwrap();
    assert_eq!((minors(&tried.amounts), tried.record), ((25_000, 5_000, 30_000), None));
    let shown = quote(&shop, link, &from("DE")).await;
    let token = shop.good_token(link);
    let paid = submit(&shop, &BuiltIn, link, &token, from("DE"), Some(shown)).await.unwrap();
    assert_eq!(minors(&paid.amounts), (25_000, 4_750, 29_750));
}

async fn a_submit_that_comes_again_is_answered_whatever_the_tax_is_by_now(table: Arc<Table>) {
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let shown = quote(&shop, link, &from("DE")).await;
    let token = shop.good_token(link);
    let pay = || submit(&shop, &BuiltIn, link, &token, from("DE"), Some(shown));
    let paid = pay().await.unwrap();
    set(&shop, never()).await;
    assert_eq!(pay().await.unwrap(), paid);
    assert_eq!(shop.taken(shop.attempt(link, &token)).await, Some(29_750));
}

async fn what_the_tax_needs_is_asked_by_field_and_a_wrong_tax_id_is_said_at_its_own(
    table: Arc<Table>,
) {
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let token = shop.good_token(link);
    let broken = async |typed: Typed| match submit(&shop, &BuiltIn, link, &token, typed, None).await
    {
        Err(Problem::Invalid(fields)) => {
            fields.into_iter().map(|error| error.field).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(broken(Typed::default()).await, ["country"]);
    let mut wrong = from("FR");
    (wrong.business, wrong.buyer.tax_id) = (true, Some("FR41303265045".into()));
    assert_eq!(broken(wrong.clone()).await, ["line1", "city", "taxId"]);
    (wrong.line1, wrong.city) = (Some("Rue 1".into()), Some("Paris".into()));
    wrong.buyer.tax_id = Some("FR40303265045".into());
    let shown = quote(&shop, link, &wrong).await;
    assert_eq!(shown.tax, 0);
    let full = TaxChange {
        customer_fields: Some((AskAddress::Full, Default::default())),
        ..TaxChange::default()
    };
    set(&shop, full).await;
    assert_eq!(broken(wrong.clone()).await, ["postalCode"]);
    wrong.buyer.postal_code = Some("75001".into());
    let paid = submit(&shop, &BuiltIn, link, &token, wrong, Some(shown)).await.unwrap();
    let attempt = paid.status.attempt().unwrap();
    let record = attempt.charged.clone().unwrap().record.unwrap();
    assert_eq!(record.treatment, Treatment::ReverseCharge);
    assert_eq!(record.tax_id.unwrap().value, "FR40303265045");
    assert_eq!(attempt.billing.clone().unwrap().city.as_deref(), Some("Paris"));
}

async fn a_customers_own_country_and_exemption_count_and_what_is_typed_wins_elsewhere(
    table: Arc<Table>,
) {
    let known = |exemption| TaxBuyer {
        country: "FR".parse().ok(),
        tax_id: Some("FR40303265045".into()),
        exemption,
        exemption_reason: Some("Embassy".into()),
        ..TaxBuyer::default()
    };
    let shop = Shop::new(table);
    set(&shop, german()).await;
    let link = own_link(&shop).await;
    let sale = sales::find(&shop.table, place(&shop, link), Consistency::Strong).await.unwrap();
    let mut sale = sales::Sale { customer: Some(known(Exemption::None)), ..sale };
    let tax = async |sale: &sales::Sale, typed: &Typed| match sale
        .price(&BuiltIn, typed, clock::now())
        .await
        .unwrap()
    {
        Computed::Known(taxed) => (taxed.record.treatment, taxed.amounts.tax().minor()),
        Computed::Needs(needs) => panic!("{needs:?}"),
    };
    let nothing_typed = Typed::default();
    assert_eq!(tax(&sale, &nothing_typed).await, (Treatment::ReverseCharge, 0));
    assert_eq!(tax(&sale, &from("DE")).await, (Treatment::Taxed, 4_750));
    sale.customer = Some(known(Exemption::Exempt));
    assert_eq!(tax(&sale, &from("DE")).await, (Treatment::Exempt, 0));
}
