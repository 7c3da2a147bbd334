use super::*;
use crate::model::address::Address;
use rates::RateClass;
use settings::{
    BusinessIds, Collect, Override, OverrideEffect, Registration, Scheme, SellerDetails, Settings,
};

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

fn registered(code: &str) -> Registration {
    Registration {
        country: country(code),
        region: None,
        scheme: Scheme::Standard,
        tax_id: None,
        from: None,
        until: None,
        rate: None,
        postal_rates: vec![],
    }
}

/// Somebody who sells from a country.
fn in_country(code: &str) -> SellerDetails {
    SellerDetails {
        legal_name: "Shop".into(),
        address: Address {
            line1: "Street 1".into(),
            line2: None,
            city: "Town".into(),
            state: None,
            postal_code: "10115".into(),
            country: country(code),
            region: None,
        },
        tax_id: None,
        registration_number: None,
        tax_number: None,
        email: None,
        website: None,
    }
}

/// A seller that is registered at home.
fn seller(code: &str) -> Settings {
    Settings {
        seller: Some(in_country(code)),
        collect: Collect::Registered,
        registrations: vec![registered(code)],
        ..Settings::default()
    }
}

fn place(code: &str) -> BuyerPlace<'static> {
    BuyerPlace { country: country(code), region: None, postal_code: None }
}

const CONSUMER: SaleBuyer<'static> =
    SaleBuyer { place: None, tax_id: None, exemption: Exemption::None };

fn in_place(place: BuyerPlace<'_>) -> SaleBuyer<'_> {
    SaleBuyer { place: Some(place), ..CONSUMER }
}

fn business(code: &str) -> SaleBuyer<'static> {
    SaleBuyer { tax_id: Some(TaxIdStatus::FormatValid), ..in_place(place(code)) }
}

fn line(code: &str, amount: i64) -> SaleLine {
    SaleLine { tax_code: code.to_owned(), own_rate: None, amount }
}

fn answer(
    settings: &Settings,
    buyer: SaleBuyer<'_>,
    pricing: Pricing,
    lines: &[SaleLine],
) -> TaxAnswer {
    let at = Time::parse("2026-11-26T12:00:00Z").unwrap();
    let currency = "EUR".parse().unwrap();
    calculate(settings, &TaxSale { buyer, lines, pricing, currency, at })
}

fn decide(settings: &Settings, buyer: SaleBuyer<'_>) -> Decision {
    match answer(settings, buyer, Pricing::Exclusive, &[line("", 10_000)]) {
        TaxAnswer::Decided(decision) => decision,
        other @ (TaxAnswer::Needs(_) | TaxAnswer::Unavailable) => panic!("{other:?}"),
    }
}

fn shown(settings: &Settings, buyer: SaleBuyer<'_>) -> (&'static str, &'static str, i64) {
    let decision = decide(settings, buyer);
    assert_eq!(decision.total, decision.subtotal + decision.tax);
    (decision.treatment.as_str(), decision.reason.as_str(), decision.tax)
}

#[test]
fn without_settings_nothing_is_collected_and_no_country_is_asked() {
    assert_eq!(shown(&Settings::default(), CONSUMER), ("not_collected", "not_configured", 0));
    let never = Settings { collect: Collect::Never, ..seller("DE") };
    assert_eq!(shown(&never, CONSUMER), ("not_collected", "not_configured", 0));
}

#[test]
fn exempt_customers_and_codes_pay_no_tax() {
    let exempt = SaleBuyer { exemption: Exemption::Exempt, ..in_place(place("DE")) };
    assert_eq!(shown(&seller("DE"), exempt), ("exempt", "customer_exempt", 0));
    for (code, treatment, reason) in
        [("exempt", "exempt", "code_exempt"), ("zero", "zero_rated", "code_zero")]
    {
        let settings = Settings { default_tax_code: code.into(), ..seller("DE") };
        assert_eq!(shown(&settings, in_place(place("DE"))), (treatment, reason, 0));
    }
}

#[test]
fn at_home_everybody_is_taxed_businesses_too() {
    assert_eq!(shown(&seller("DE"), in_place(place("DE"))), ("taxed", "domestic", 1_900));
    assert_eq!(shown(&seller("DE"), business("DE")), ("taxed", "domestic", 1_900));
    let unregistered = Settings { registrations: vec![], ..seller("DE") };
    assert_eq!(shown(&unregistered, in_place(place("DE"))), ("out_of_scope", "not_registered", 0));
}

#[test]
fn a_business_in_another_member_state_owes_the_tax_itself() {
    assert_eq!(shown(&seller("DE"), business("FR")), ("reverse_charge", "eu_b2b", 0));
    let by_word = SaleBuyer { exemption: Exemption::Reverse, ..in_place(place("FR")) };
    assert_eq!(shown(&seller("DE"), by_word), ("reverse_charge", "eu_b2b", 0));
    for status in [TaxIdStatus::FormatInvalid, TaxIdStatus::Unchecked] {
        let buyer = SaleBuyer { tax_id: Some(status), ..in_place(place("FR")) };
        assert_eq!(shown(&seller("DE"), buyer), ("taxed", "origin", 1_900));
    }
}

#[test]
fn consumers_in_the_union_pay_their_own_rate_once_the_seller_is_registered_for_it() {
    assert_eq!(shown(&seller("DE"), in_place(place("HU"))), ("taxed", "origin", 1_900));
    let mut settings = seller("DE");
    settings.registrations.push(Registration { scheme: Scheme::Oss, ..registered("DE") });
    assert_eq!(shown(&settings, in_place(place("HU"))), ("taxed", "destination", 2_700));
    let mut settings = seller("DE");
    settings.registrations.push(registered("HU"));
    assert_eq!(shown(&settings, in_place(place("HU"))), ("taxed", "destination", 2_700));
    assert_eq!(shown(&settings, in_place(place("MC"))), ("taxed", "origin", 1_900));
}

#[test]
fn abroad_tax_is_collected_where_the_seller_is_registered() {
    let mut settings = seller("DE");
    assert_eq!(shown(&settings, in_place(place("GB"))), ("out_of_scope", "not_registered", 0));
    settings.registrations.push(registered("GB"));
    assert_eq!(shown(&settings, in_place(place("GB"))), ("taxed", "destination", 2_000));
    assert_eq!(shown(&settings, business("GB")), ("reverse_charge", "b2b", 0));
    settings.registrations.push(registered("CH"));
    assert_eq!(shown(&settings, business("CH")), ("taxed", "destination", 810));
    let simplified = Registration { scheme: Scheme::Simplified, ..registered("NZ") };
    settings.registrations.push(simplified);
    assert_eq!(shown(&settings, in_place(place("NZ"))), ("taxed", "destination", 1_500));
}

#[test]
fn a_seller_abroad_uses_the_unions_one_stop_shop_for_consumers() {
    let mut settings = seller("US");
    settings.registrations.push(Registration { scheme: Scheme::Oss, ..registered("IE") });
    assert_eq!(shown(&settings, in_place(place("FR"))), ("taxed", "destination", 2_000));
    assert_eq!(shown(&settings, business("FR")), ("reverse_charge", "b2b", 0));
}

#[test]
fn services_for_consumers_are_taxed_where_the_seller_is() {
    let mut settings = seller("DE");
    settings.registrations.push(Registration { scheme: Scheme::Oss, ..registered("DE") });
    settings.default_tax_code = "service".into();
    assert_eq!(shown(&settings, in_place(place("HU"))), ("taxed", "origin", 1_900));
    assert_eq!(shown(&settings, in_place(place("US"))), ("taxed", "origin", 1_900));
    assert_eq!(shown(&settings, business("HU")), ("reverse_charge", "eu_b2b", 0));
}

#[test]
fn places_outside_the_vat_area_are_not_taxed() {
    let canaries = BuyerPlace { postal_code: Some("35001"), ..place("ES") };
    assert_eq!(shown(&seller("ES"), in_place(canaries)), ("out_of_scope", "not_registered", 0));
    let mut settings = seller("DE");
    settings.registrations.push(Registration { scheme: Scheme::Oss, ..registered("DE") });
    let aland = BuyerPlace { region: Some("01"), ..place("FI") };
    assert_eq!(shown(&settings, in_place(aland)), ("out_of_scope", "not_registered", 0));
}

#[test]
fn american_states_need_a_region_and_a_rate_of_their_own() {
    let state = Registration {
        region: Some("NY".into()),
        rate: Some("8.875".parse().unwrap()),
        postal_rates: vec![
            ("10".into(), "8".parse().unwrap()),
            ("100".into(), "9".parse().unwrap()),
        ],
        ..registered("US")
    };
    let settings = Settings { registrations: vec![state], ..seller("US") };
    let needs = |place| answer(&settings, in_place(place), Pricing::Exclusive, &[line("", 100)]);
    assert_eq!(needs(place("US")), TaxAnswer::Needs(vec![Need::Region]));
    let york = BuyerPlace { region: Some("NY"), ..place("US") };
    assert_eq!(needs(york), TaxAnswer::Needs(vec![Need::PostalCode]));
    let with = |postal| BuyerPlace { postal_code: Some(postal), ..york };
    assert_eq!(shown(&settings, in_place(with("10001"))), ("taxed", "domestic", 900));
    assert_eq!(shown(&settings, in_place(with("10901"))), ("taxed", "domestic", 800));
    assert_eq!(shown(&settings, in_place(with("14201"))), ("taxed", "domestic", 888));
    let jersey = BuyerPlace { region: Some("NJ"), postal_code: Some("07001"), ..place("US") };
    assert_eq!(shown(&settings, in_place(jersey)), ("out_of_scope", "not_registered", 0));
    let everywhere =
        Settings { collect: Collect::Everywhere, registrations: vec![], ..seller("US") };
    assert_eq!(shown(&everywhere, in_place(york)), ("not_collected", "no_rate", 0));
}

/// Hard case 30.
#[test]
fn hard_case_30_canadian_provinces_need_registrations_of_their_own() {
    let quebec = BuyerPlace { region: Some("QC"), ..place("CA") };
    assert_eq!(shown(&seller("CA"), in_place(quebec)), ("taxed", "domestic", 500));
    let mut settings = seller("CA");
    settings.registrations.push(Registration { region: Some("QC".into()), ..registered("CA") });
    let decision = decide(&settings, in_place(quebec));
    let lines: Vec<_> = decision.lines.iter().map(|line| (line.name.as_str(), line.tax)).collect();
    assert_eq!(lines, [("GST", 500), ("QST", 998)]);
    let ontario = BuyerPlace { postal_code: Some("M5V 2T6"), ..place("CA") };
    assert_eq!(shown(&seller("CA"), in_place(ontario)), ("taxed", "domestic", 1_300));
}

#[test]
fn a_registration_counts_from_its_first_to_before_its_last_moment() {
    let from = Time::parse("2026-11-26T12:00:00Z").unwrap();
    let with = |from, until| Settings {
        registrations: vec![Registration { from, until, ..registered("DE") }],
        ..seller("DE")
    };
    let buyer = || in_place(place("DE"));
    assert_eq!(shown(&with(Some(from), None), buyer()).0, "taxed");
    assert_eq!(shown(&with(Some(from.plus_ms(1)), None), buyer()).0, "out_of_scope");
    assert_eq!(shown(&with(None, Some(from)), buyer()).0, "out_of_scope");
    assert_eq!(shown(&with(None, Some(from.plus_ms(1))), buyer()).0, "taxed");
}

#[test]
fn the_most_special_override_counts_then_the_latest() {
    let rule = |place: Option<&str>, from: Option<&str>, effect| Override {
        tax_code: "books".into(),
        country: place.map(country),
        region: None,
        effect,
        name: None,
        from: from.map(|text| Time::parse(text).unwrap()),
    };
    let mut settings = Settings { default_tax_code: "books".into(), ..seller("DE") };
    settings.overrides = vec![
        rule(None, None, OverrideEffect::Zero),
        rule(Some("DE"), None, OverrideEffect::Rate("5".parse().unwrap())),
        rule(Some("DE"), Some("2026-01-01T00:00:00Z"), OverrideEffect::Class(RateClass::Reduced1)),
        rule(Some("DE"), Some("2027-01-01T00:00:00Z"), OverrideEffect::Exempt),
    ];
    assert_eq!(shown(&settings, in_place(place("DE"))), ("taxed", "domestic", 700));
    assert_eq!(shown(&settings, in_place(place("FR"))), ("zero_rated", "code_zero", 0));
    assert!(settings.knows_code("books") && settings.knows_code("digital"));
    assert!(!settings.knows_code("bokks"));
}

fn inclusive(settings: &Settings, buyer: SaleBuyer<'_>, lines: &[SaleLine]) -> (i64, i64, i64) {
    match answer(settings, buyer, Pricing::Inclusive, lines) {
        TaxAnswer::Decided(decision) => (decision.subtotal, decision.tax, decision.total),
        other @ (TaxAnswer::Needs(_) | TaxAnswer::Unavailable) => panic!("{other:?}"),
    }
}

/// Hard case 22 of the links surface.
#[test]
fn an_inclusive_price_is_the_same_everywhere_but_for_businesses_that_owe_the_tax() {
    let mut settings = seller("DK");
    settings.registrations.push(registered("LU"));
    let lines = [line("", 10_000)];
    assert_eq!(inclusive(&settings, in_place(place("DK")), &lines), (8_000, 2_000, 10_000));
    assert_eq!(inclusive(&settings, in_place(place("LU")), &lines), (8_547, 1_453, 10_000));
    assert_eq!(inclusive(&settings, business("LU"), &lines), (8_547, 0, 8_547));
    assert_eq!(inclusive(&Settings::default(), CONSUMER, &lines), (10_000, 0, 10_000));
    let exempt = SaleBuyer { exemption: Exemption::Exempt, ..in_place(place("DK")) };
    assert_eq!(inclusive(&settings, exempt, &lines), (10_000, 0, 10_000));
}

/// Hard case 23 of the links surface.
#[test]
fn lines_of_one_rate_are_rounded_together_once() {
    let lines = [line("", 5), line("", 5), line("", 5)];
    let TaxAnswer::Decided(decision) =
        answer(&seller("DE"), in_place(place("DE")), Pricing::Exclusive, &lines)
    else {
        panic!("undecided")
    };
    assert_eq!((decision.subtotal, decision.tax, decision.lines.len()), (15, 3, 1));
}

#[test]
fn lines_of_different_rates_are_taxed_apart() {
    let reduced = SaleLine { own_rate: Some("7".parse().unwrap()), ..line("", 1_000) };
    let lines = [line("", 1_000), reduced, line("exempt", 1_000)];
    let TaxAnswer::Decided(decision) =
        answer(&seller("DE"), in_place(place("DE")), Pricing::Exclusive, &lines)
    else {
        panic!("undecided")
    };
    let taxes: Vec<_> = decision.lines.iter().map(|line| (line.tax, line.category)).collect();
    assert_eq!(taxes, [(190, Category::S), (70, Category::S), (0, Category::E)]);
    assert_eq!((decision.subtotal, decision.total), (3_000, 3_260));
    assert_eq!(decision.treatment, Treatment::Taxed);
}

#[test]
fn net_and_taxes_make_up_every_inclusive_price() {
    let mut settings = seller("CA");
    settings.registrations.push(Registration { region: Some("QC".into()), ..registered("CA") });
    let quebec = BuyerPlace { region: Some("QC"), ..place("CA") };
    for amount in (1..20_000).step_by(7) {
        let (net, tax, total) = inclusive(&settings, in_place(quebec), &[line("", amount)]);
        assert_eq!(total, amount);
        assert!(net >= 0 && tax >= 0, "{amount}: {net} + {tax}");
    }
}

#[test]
fn a_tax_id_makes_no_business_where_the_seller_does_not_trust_it() {
    let settings = Settings { business_ids: BusinessIds::Never, ..seller("DE") };
    assert_eq!(shown(&settings, business("FR")), ("taxed", "origin", 1_900));
    let by_word = SaleBuyer { exemption: Exemption::Reverse, ..in_place(place("FR")) };
    assert_eq!(shown(&settings, by_word), ("reverse_charge", "eu_b2b", 0));
}

#[test]
fn a_province_registers_for_its_own_tax_and_no_other_place() {
    let only = |region: &str| Settings {
        registrations: vec![Registration { region: Some(region.into()), ..registered("CA") }],
        ..seller("CA")
    };
    let quebec = BuyerPlace { region: Some("QC"), ..place("CA") };
    let decision = decide(&only("QC"), in_place(quebec));
    let names: Vec<_> = decision.lines.iter().map(|line| line.name.as_str()).collect();
    assert_eq!((names, decision.tax), (vec!["QST"], 998));
    let ontario = BuyerPlace { region: Some("ON"), ..place("CA") };
    assert_eq!(shown(&only("QC"), in_place(ontario)), ("out_of_scope", "not_registered", 0));
    assert_eq!(shown(&only("ON"), in_place(ontario)), ("taxed", "domestic", 1_300));
}

#[test]
fn a_merchant_of_record_collects_where_the_table_has_the_country() {
    let settings = Settings { collect: Collect::Everywhere, registrations: vec![], ..seller("DE") };
    assert_eq!(shown(&settings, in_place(place("JP"))), ("taxed", "destination", 1_000));
    assert_eq!(shown(&settings, in_place(place("HU"))), ("taxed", "destination", 2_700));
    assert_eq!(shown(&settings, in_place(place("BR"))), ("not_collected", "no_rate", 0));
    assert_eq!(shown(&settings, in_place(place("CN"))), ("out_of_scope", "not_registered", 0));
}

#[test]
fn a_seller_on_an_island_sells_services_at_the_islands_rate() {
    let mut settings = Settings { default_tax_code: "service".into(), ..seller("PT") };
    settings.seller.as_mut().unwrap().address.postal_code = "9000-001".into();
    assert_eq!(shown(&settings, in_place(place("FR"))), ("taxed", "origin", 2_200));
}

#[test]
fn an_own_rule_may_name_its_tax() {
    let mut settings = seller("DE");
    settings.overrides = vec![Override {
        tax_code: "digital".into(),
        country: Some(country("DE")),
        region: None,
        effect: OverrideEffect::Rate("7".parse().unwrap()),
        name: Some("USt".into()),
        from: None,
    }];
    let decision = decide(&settings, in_place(place("DE")));
    assert_eq!((decision.lines[0].name.as_str(), decision.tax), ("USt", 700));
}

/// Hard case 28, as far as it is the table's.
#[test]
fn hard_case_28_a_rate_changes_at_midnight_where_it_holds() {
    let tax = |code: &str, at: &str| {
        let at = Time::parse(at).unwrap();
        let (lines, currency) = ([line("", 10_000)], "EUR".parse().unwrap());
        let (buyer, pricing) = (in_place(place(code)), Pricing::Exclusive);
        let sale = TaxSale { buyer, lines: &lines, pricing, currency, at };
        match calculate(&seller(code), &sale) {
            TaxAnswer::Decided(decision) => decision.tax,
            other @ (TaxAnswer::Needs(_) | TaxAnswer::Unavailable) => panic!("{other:?}"),
        }
    };
    assert_eq!(tax("EE", "2025-06-30T23:59:59+03:00"), 2_200);
    assert_eq!(tax("EE", "2025-07-01T00:00:00+03:00"), 2_400);
    assert_eq!(tax("DE", "2020-07-01T00:00:00+02:00"), 1_600);
}

/// Hard case 29. Minor units of the currency, so JPY 15 is 15 and KWD 1.005 is 1005.
#[test]
fn hard_case_29_tax_is_rounded_half_up_to_the_minor_unit() {
    for (net, rate, tax) in [
        (2_499, "10.75", 269),
        (761_250, "19", 144_638),
        (50, "5", 3),
        (1, "19", 0),
        (15, "10", 2),
        (1_005, "5", 50),
    ] {
        let own_rate = Some(rate.parse().unwrap());
        let lines = [SaleLine { own_rate, ..line("", net) }];
        let sold = answer(&seller("DE"), in_place(place("DE")), Pricing::Exclusive, &lines);
        let TaxAnswer::Decided(decision) = sold else { panic!("{sold:?}") };
        assert_eq!(decision.tax, tax, "{net} at {rate}");
    }
}

/// Hard case 34.
#[test]
fn hard_case_34_american_tax_is_due_only_where_a_registration_is_in_force() {
    let york = BuyerPlace { region: Some("NY"), ..place("US") };
    let in_york = |until| Registration {
        region: Some("NY".into()),
        rate: Some("8.875".parse().unwrap()),
        until,
        ..registered("US")
    };
    let with = |registrations| Settings { registrations, ..seller("US") };
    assert_eq!(shown(&with(vec![]), in_place(york)).2, 0);
    assert_eq!(shown(&with(vec![in_york(None)]), in_place(york)), ("taxed", "domestic", 888));
    let jersey = BuyerPlace { region: Some("NJ"), ..york };
    assert_eq!(shown(&with(vec![in_york(None)]), in_place(jersey)).2, 0);
    let yesterday = Time::parse("2026-11-25T12:00:00Z").ok();
    assert_eq!(shown(&with(vec![in_york(yesterday)]), in_place(york)).0, "out_of_scope");
}
