use super::*;
use crate::{
    model::tax::settings::{AskAddress, AskTaxId, BusinessIds, Collect, SaveCard, Scheme},
    store::tests::{golden, now, scope},
};

/// Settings with everything that may be absent.
fn settings() -> Settings {
    let text = |text: &str| Some(text.to_owned());
    let rate = |text: &str| text.parse::<Rate>().unwrap();
    let rule = |country: Option<&str>, effect| Override {
        tax_code: "books".into(),
        country: country.map(|code| code.parse().unwrap()),
        region: None,
        effect,
        name: None,
        from: None,
    };
    Settings {
        seller: Some(SellerDetails {
            legal_name: "Shop Inc.".into(),
            address: Address {
                line1: "1 Main St".into(),
                line2: text("Floor 2"),
                city: "New York".into(),
                state: text("NY"),
                postal_code: "10001".into(),
                country: "US".parse().unwrap(),
                region: text("NY"),
            },
            tax_id: text("123456789"),
            registration_number: text("R-1"),
            tax_number: text("T-1"),
            email: text("tax@shop.example"),
            website: text("https://shop.example"),
        }),
        collect: Collect::Registered,
        registrations: vec![Registration {
            country: "US".parse().unwrap(),
            region: text("NY"),
            scheme: Scheme::Standard,
            tax_id: text("NY-1"),
            from: Some(now()),
            until: Some(now().plus_days(1)),
            rate: Some(rate("8.875")),
            postal_rates: vec![("100".into(), rate("8.5"))],
        }],
        overrides: vec![
            Override {
                region: text("NY"),
                name: text("Clothing"),
                from: Some(now()),
                ..rule(Some("US"), OverrideEffect::Rate(rate("4")))
            },
            rule(Some("DE"), OverrideEffect::Class(RateClass::Reduced1)),
            rule(None, OverrideEffect::Zero),
        ],
        default_tax_code: "books".into(),
        business_ids: BusinessIds::Never,
        invoice: InvoicingSettings {
            prefix: "R{YYYY}-".into(),
            next_number: Some(44),
            footer: text("Thank you."),
            currency: Some("EUR".parse().unwrap()),
            ..InvoicingSettings::default()
        },
        ask_address: AskAddress::Full,
        ask_tax_id: AskTaxId::Never,
        save_card: SaveCard::Ask,
        updated_at: Some(now()),
        version: 1,
    }
}

#[test]
fn settings_are_kept_like_this() {
    let Write::Insert(item) = put(scope(), &settings()) else { panic!("the first is an insert") };
    golden(
        &item,
        r##"
askadr="full"
askid="never"
card="ask"
code="books"
coll="registered"
ids="never"
inv.cn="CN-"
inv.cur="EUR"
inv.dig=6
inv.due=30
inv.foot="Thank you."
inv.lang="en"
inv.next=44
inv.pre="R{YYYY}-"
inv.zone="UTC"
pk="tenant#01a1fd8c-69fa-7101-8101-010101010101#test"
regs[0].cc="US"
regs[0].from=1795255200250
regs[0].how="standard"
regs[0].rate="8.875"
regs[0].reg="NY"
regs[0].tid="NY-1"
regs[0].to=1795341600250
regs[0].zips[0].rate="8.5"
regs[0].zips[0].zip="100"
rules[0].cc="US"
rules[0].code="books"
rules[0].from=1795255200250
rules[0].name="Clothing"
rules[0].rate="4"
rules[0].reg="NY"
rules[1].cc="DE"
rules[1].class="reduced_1"
rules[1].code="books"
rules[2].code="books"
rules[2].is="zero"
seller.adr.cc="US"
seller.adr.city="New York"
seller.adr.l1="1 Main St"
seller.adr.l2="Floor 2"
seller.adr.reg="NY"
seller.adr.st="NY"
seller.adr.zip="10001"
seller.mail="tax@shop.example"
seller.name="Shop Inc."
seller.rno="R-1"
seller.tid="123456789"
seller.tno="T-1"
seller.web="https://shop.example"
sk="tax"
upd=1795255200250
v=1
14 attributes"##,
    );
    assert_eq!(from_item(Some(&item)), Ok(settings()));
}

#[test]
fn what_was_never_set_is_the_default() {
    assert_eq!(from_item(None), Ok(Settings::default()));
    let once = Settings { version: 1, ..Settings::default() };
    assert_eq!(from_item(Some(&to_item(scope(), &once))), Ok(once));
}
