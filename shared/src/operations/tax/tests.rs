use super::*;
use crate::{
    model::{
        Mode,
        address::Address,
        id::TenantId,
        tax::{
            BuiltIn, Calculated, Reason, Treatment,
            settings::{Collect, Registration, Scheme, SellerDetails},
        },
    },
    operations::Idempotency,
    store::memory::Memory,
};

const NOW: i64 = 1_795_255_200_000;

fn now() -> Time {
    Time::from_ms(NOW)
}

fn scope() -> Scope {
    Scope { tenant: TenantId::mint(now(), [1; 10]), mode: Mode::Test }
}

fn table() -> Table {
    Table::Memory(Memory::default())
}

fn seller() -> SellerDetails {
    SellerDetails {
        legal_name: "Shop GmbH".into(),
        address: Address {
            line1: "Street 1".into(),
            line2: None,
            city: "Berlin".into(),
            state: None,
            postal_code: "10115".into(),
            country: "DE".parse().unwrap(),
            region: None,
        },
        tax_id: None,
        registration_number: None,
        tax_number: None,
        email: None,
        website: None,
    }
}

fn registration(country: &str, scheme: Scheme) -> Registration {
    Registration {
        country: country.parse().unwrap(),
        region: None,
        scheme,
        tax_id: None,
        from: None,
        until: None,
        rate: None,
        postal_rates: vec![],
    }
}

fn german() -> TaxChange {
    TaxChange {
        seller: Some(Some(seller())),
        collect: Some(Collect::Registered),
        registrations: Some(vec![registration("DE", Scheme::Standard)]),
        ..TaxChange::default()
    }
}

async fn changed(store: &Table, key: Option<&str>, wanted: TaxChange) -> Result<IdempotentAnswer> {
    let idempotency = Idempotency::new(scope(), "change", key, [("a", "b")].into_iter());
    let shown = |settings: &Settings| settings.version.to_string();
    change(store, scope(), wanted, idempotency.remember(&shown), &now).await
}

#[tokio::test]
async fn a_change_is_kept_once_and_a_repeated_one_answers_what_was_answered() {
    let store = table();
    assert_eq!(changed(&store, Some("k"), german()).await.unwrap().data, "1");
    let nothing = changed(&store, None, TaxChange::default()).await.unwrap();
    assert_eq!(nothing.data, "1", "nothing changes, so nothing is written");
    let never = TaxChange { collect: Some(Collect::Never), ..TaxChange::default() };
    assert_eq!(changed(&store, None, never).await.unwrap().data, "2");
    let again = changed(&store, Some("k"), german()).await.unwrap();
    assert_eq!((again.data.as_str(), again.replayed), ("1", true));
    let kept = store.tax_settings(scope(), Consistency::Strong).await.unwrap();
    assert_eq!((kept.version, kept.collect), (2, Collect::Never));
}

/// Hard case 65.
#[tokio::test]
async fn hard_case_65_two_changes_with_one_version_are_one_success_and_one_conflict() {
    let store = table();
    changed(&store, None, german()).await.unwrap();
    let with =
        |collect| TaxChange { version: Some(1), collect: Some(collect), ..TaxChange::default() };
    let (first, second) = tokio::join!(
        changed(&store, None, with(Collect::Never)),
        changed(&store, None, with(Collect::Everywhere)),
    );
    let refused = Err(Problem::State(StateRefusal::ChangedMeanwhile));
    let told: Vec<_> = [first, second].map(|answer| answer.map(|answer| answer.data)).into();
    assert!(told.contains(&Ok("2".to_owned())) && told.contains(&refused), "{told:?}");
}

#[tokio::test]
async fn changes_without_a_version_all_count() {
    let store = table();
    changed(&store, None, german()).await.unwrap();
    let collect = TaxChange { collect: Some(Collect::Everywhere), ..TaxChange::default() };
    let books = TaxChange { default_tax_code: Some("service".into()), ..TaxChange::default() };
    let (first, second) =
        tokio::join!(changed(&store, None, collect), changed(&store, None, books));
    assert!(first.is_ok() && second.is_ok());
    let kept = store.tax_settings(scope(), Consistency::Strong).await.unwrap();
    assert_eq!((kept.version, kept.collect), (3, Collect::Everywhere));
    assert_eq!(kept.default_tax_code, "service");
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

fn from(country: &str, tax_id: Option<&str>) -> TaxBuyer {
    TaxBuyer {
        country: Some(country.parse().unwrap()),
        tax_id: tax_id.map(str::to_owned),
        ..TaxBuyer::default()
    }
}

async fn previewed(store: &Table, amount: i64, buyer: TaxBuyer) -> Result<Computed> {
    let asked = Preview {
        line: SaleLine { tax_code: String::new(), own_rate: None, amount },
        currency: "EUR".parse().unwrap(),
        buyer: PreviewBuyer::Anybody(buyer),
        at: now(),
    };
    preview(store, &BuiltIn, scope(), &asked).await
}

async fn shown(store: &Table, buyer: TaxBuyer) -> (Treatment, Reason, i64) {
    match previewed(store, 10_000, buyer).await.unwrap() {
        Computed::Known(taxed) => {
            (taxed.record.treatment, taxed.record.reason, taxed.amounts.tax().minor())
        }
        Computed::Needs(needs) => panic!("{needs:?}"),
    }
}

/// Hard case 31.
#[tokio::test]
async fn hard_case_31_consumers_pay_the_destinations_rate_and_businesses_owe_it_themselves() {
    let store = table();
    changed(&store, None, german()).await.unwrap();
    let french = (Treatment::Taxed, Reason::Origin, 1_900);
    assert_eq!(shown(&store, from("FR", None)).await, french);
    let all = vec![registration("DE", Scheme::Standard), registration("DE", Scheme::Oss)];
    let oss = TaxChange { registrations: Some(all), ..TaxChange::default() };
    changed(&store, None, oss).await.unwrap();
    let destination = (Treatment::Taxed, Reason::Destination, 2_000);
    assert_eq!(shown(&store, from("FR", None)).await, destination);
    let reverse = (Treatment::ReverseCharge, Reason::EuB2b, 0);
    assert_eq!(shown(&store, from("FR", Some("FR40303265045"))).await, reverse);
    assert_eq!(shown(&store, from("FR", Some("FR41303265045"))).await, destination);
}

/// Hard case 32.
#[tokio::test]
async fn hard_case_32_a_tax_id_counts_for_its_own_country_however_it_is_written() {
    let store = table();
    changed(&store, None, german()).await.unwrap();
    let reverse = (Treatment::ReverseCharge, Reason::EuB2b, 0);
    let taxed = (Treatment::Taxed, Reason::Origin, 1_900);
    assert_eq!(shown(&store, from("FR", Some("DE136695976"))).await, taxed);
    for id in
        ["EL094259216", "GR094259216", "el 094.259.216", "094259216", "ＥＬ０９４２５９２１６"]
    {
        assert_eq!(shown(&store, from("GR", Some(id))).await, reverse, "{id}");
    }
    for id in ["GB980780684", "XI980780684", "xi 980 7806 84"] {
        let read = from("GB", Some(id)).read_tax_id().unwrap();
        assert_eq!(read.status.as_str(), "format_valid", "{id}");
    }
}

/// Hard case 33.
#[tokio::test]
async fn hard_case_33_at_home_businesses_are_taxed_and_registered_nowhere_nobody_is() {
    let store = table();
    changed(&store, None, german()).await.unwrap();
    let domestic = (Treatment::Taxed, Reason::Domestic, 1_900);
    assert_eq!(shown(&store, from("DE", Some("DE136695976"))).await, domestic);
    let nowhere = (Treatment::OutOfScope, Reason::NotRegistered, 0);
    assert_eq!(shown(&store, from("CH", None)).await, nowhere);
    let exempt = TaxBuyer {
        exemption: crate::model::tax::Exemption::Exempt,
        exemption_reason: Some("Embassy".into()),
        ..from("DE", None)
    };
    let Computed::Known(taxed) = previewed(&store, 100, exempt).await.unwrap() else { panic!() };
    assert_eq!(taxed.amounts.tax().minor(), 0);
    assert_eq!(taxed.record.exemption_reason.as_deref(), Some("Embassy"));
    let unregistered = TaxChange { registrations: Some(vec![]), ..TaxChange::default() };
    changed(&store, None, unregistered).await.unwrap();
    assert_eq!(shown(&store, from("DE", None)).await, nowhere);
}

/// Hard case 35.
#[tokio::test]
async fn without_settings_no_country_is_asked_and_no_tax_is_due() {
    let nobody = previewed(&table(), 25_000, TaxBuyer::default()).await.unwrap();
    let Computed::Known(taxed) = nobody else { panic!("{nobody:?}") };
    assert_eq!((taxed.amounts.tax().minor(), taxed.amounts.total().minor()), (0, 25_000));
    assert_eq!(taxed.record.reason, Reason::NotConfigured);
    assert!(taxed.record.lines.is_empty());
}

/// Hard case 37, as far as it is the calculator's.
#[tokio::test]
async fn a_calculator_that_is_down_leaves_the_tax_unknown() {
    let buyer = from("DE", None);
    let line = SaleLine { tax_code: String::new(), own_rate: None, amount: 100 };
    let wanted = Wanted {
        lines: &[line],
        pricing: Pricing::Exclusive,
        currency: Currency::USD,
        buyer: &buyer,
    };
    let settings = Settings::default().changed(german(), now()).unwrap();
    let answer = compute(&Down, &settings, wanted, now()).await;
    assert_eq!(answer, Err(Problem::State(StateRefusal::TaxUnknown)));
}

/// Of the links surface: 0.15 and 0.03, not three times 0.01.
#[tokio::test]
async fn hard_case_23_lines_of_one_rate_are_rounded_once_together() {
    let settings = Settings::default().changed(german(), now()).unwrap();
    let lines = [(); 3].map(|()| SaleLine { tax_code: String::new(), own_rate: None, amount: 5 });
    let buyer = from("DE", None);
    let (pricing, currency) = (Pricing::Exclusive, Currency::USD);
    let wanted = Wanted { lines: &lines, pricing, currency, buyer: &buyer };
    let Computed::Known(taxed) = compute(&BuiltIn, &settings, wanted, now()).await.unwrap() else {
        panic!("the country is known")
    };
    assert_eq!((taxed.amounts.subtotal().minor(), taxed.amounts.tax().minor()), (15, 3));
}

#[tokio::test]
async fn a_total_that_cannot_be_named_and_a_code_that_is_unknown_are_refused_by_field() {
    let store = table();
    changed(&store, None, german()).await.unwrap();
    let largest = crate::model::money::LARGEST_MINOR;
    let Err(Problem::Invalid(fields)) = previewed(&store, largest, from("DE", None)).await else {
        panic!("the total is above the largest amount")
    };
    assert_eq!(fields[0].field, "amount");
    let settings = store.tax_settings(scope(), Consistency::Strong).await.unwrap();
    assert!(check_code(&settings, "tax_code", Some("service")).is_ok());
    assert!(check_code(&settings, "tax_code", Some("books")).is_err());
}

#[test]
fn own_rules_stand_before_the_rows_of_the_table() {
    let rule = |from: Option<Time>, rate: &str| Override {
        tax_code: "books".into(),
        country: Some("DE".parse().unwrap()),
        region: None,
        effect: crate::model::tax::settings::OverrideEffect::Rate(rate.parse().unwrap()),
        name: None,
        from,
    };
    let settings = Settings {
        overrides: vec![rule(None, "5"), rule(Some(now()), "6"), rule(Some(now().plus_ms(1)), "7")],
        ..Settings::default()
    };
    let german = "DE".parse().ok();
    let listed = rates(&settings, german, None, now());
    let [ListedRate::Own(own), ListedRate::BuiltIn(_), ListedRate::BuiltIn(_)] = listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(*own, rule(Some(now()), "6"));
    assert_eq!(rates(&settings, german, None, now().plus_ms(-1)).len(), 3);
    let madeira = rates(&settings, "PT".parse().ok(), Some("30"), now());
    assert_eq!(madeira.len(), 3);
    assert!(rates(&settings, None, None, now()).len() > 100);
}
