use super::*;
use crate::{
    model::{
        Id,
        tax::{Category, Reason, TaxLine, TaxRecord, Treatment, tax_id::TaxId},
    },
    store::tests::{golden, id, now, put, scope},
};

fn session() -> CheckoutSession {
    let usd = |minor| Money::from_minor(minor, Currency::USD);
    CheckoutSession {
        id: Id::derive(now(), [4; 10]),
        scope: scope(),
        surface: Surface::Links,
        link: Some("6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap()),
        payer: Payer {
            first_name: "Ada".into(),
            last_name: "Example".into(),
            email: "ada@example.com".into(),
            phone: Some("+49 30 1234".into()),
            company: Some("Example GmbH".into()),
            tax_id: Some("DE136695976".into()),
            country: "US".into(),
            region: Some("NY".into()),
            postal_code: Some("10001".into()),
        },
        lines: vec![
            Purchase {
                product: Some(id(5)),
                name: "Workshop seat".into(),
                quantity: 2,
                unit_price: usd(12_000),
                tax_code: Some("service".into()),
                tax_rate: Some("8.875".parse().unwrap()),
            },
            Purchase {
                product: None,
                name: "Badge".into(),
                quantity: 1,
                unit_price: usd(50),
                tax_code: None,
                tax_rate: None,
            },
        ],
        pricing_mode: Default::default(),
        amounts: Amounts::new(usd(24_050), usd(2_130)).unwrap(),
        tax: Some(TaxRecord {
            treatment: Treatment::Taxed,
            reason: Reason::Destination,
            lines: vec![TaxLine {
                jurisdiction: "US-NY".into(),
                name: "Sales tax".into(),
                rate: "8.875".parse().unwrap(),
                taxable: 24_000,
                tax: 2_130,
                category: Category::S,
            }],
            tax_code: "service".into(),
            country: Some("US".parse().unwrap()),
            region: Some("NY".into()),
            tax_id: Some(TaxId::read("DE".parse().unwrap(), "DE136695976")),
            exemption_reason: None,
            rules: "2026-01-01".into(),
            settings_version: 3,
            decided_at: now(),
        }),
        addresses: ReturnAddresses {
            cancel: Some("https://shop.example/".into()),
            ..Default::default()
        },
        client_reference: Some("cart-7".into()),
        metadata: Some(Metadata::new(r#"{"campaign":"autumn"}"#).unwrap()),
        expires_at: now().plus_seconds(3_600),
        created_at: now(),
    }
}

#[test]
fn a_session_is_kept_like_this() {
    let write = insert(&session());
    golden(
        put(&write),
        r#"
crt=1795255200250
cur="USD"
exp=1795258800250
how.at=1795255200250
how.cc="US"
how.code="service"
how.is="taxed"
how.lines[0].c="S"
how.lines[0].j="US-NY"
how.lines[0].n="Sales tax"
how.lines[0].net=24000
how.lines[0].r="8.875"
how.lines[0].tax=2130
how.reg="NY"
how.rules="2026-01-01"
how.sv=3
how.tid="DE136695976"
how.tst="format_valid"
how.why="destination"
lines[0].each=12000
lines[0].id="01a1fd8c-69fa-7505-8505-050505050505"
lines[0].n=2
lines[0].name="Workshop seat"
lines[0].rate="8.875"
lines[0].tax="service"
lines[1].each=50
lines[1].n=1
lines[1].name="Badge"
link="6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"
meta="{\"campaign\":\"autumn\"}"
mode="TAX_EXCLUSIVE"
net=24050
payer.co="Example GmbH"
payer.email="ada@example.com"
payer.first="Ada"
payer.land="US"
payer.last="Example"
payer.phone="+49 30 1234"
payer.reg="NY"
payer.taxid="DE136695976"
payer.zip="10001"
pk="checkout#01a1fd8c-69fa-7101-8101-010101010101#test#01a1fd8c-69fa-8404-8404-040404040404"
ref="cart-7"
sfc="links"
sk="session"
tax=2130
to.off="https://shop.example/"
ttl=1797850800
v=1
18 attributes"#,
    );
    assert_eq!(from_item(scope(), session().id, put(&write)), Ok(session()));
}

#[test]
fn a_session_that_knows_little_is_kept_and_read_again() {
    let payer = Payer {
        phone: None,
        company: None,
        tax_id: None,
        region: None,
        postal_code: None,
        ..session().payer
    };
    let bare = CheckoutSession {
        link: None,
        payer,
        addresses: ReturnAddresses::default(),
        client_reference: None,
        metadata: None,
        tax: None,
        ..session()
    };
    assert_eq!(from_item(scope(), bare.id, put(&insert(&bare))), Ok(bare));
}

#[test]
fn an_erased_session_keeps_its_tax_and_no_id_of_its_buyer() {
    let table = Table::Memory(crate::store::memory::Memory::default());
    let run = |writes| futures_util::FutureExt::now_or_never(table.commit(writes)).unwrap();
    run(vec![insert(&session())]).unwrap();
    for _ in 0..2 {
        run(vec![erase(&session())]).unwrap();
    }
    let Table::Memory(memory) = &table else { panic!("made above") };
    let kept = from_item(scope(), session().id, &memory.everything()[0]).unwrap();
    let (before, after) = (session().tax.unwrap(), kept.tax.clone().unwrap());
    assert_eq!((after.lines, after.treatment), (before.lines, before.treatment));
    let told = format!("{kept:?}");
    assert!(!told.contains("DE136695976") && !told.contains("Ada"), "{told}");
}

#[test]
fn a_session_is_swept_unless_somebody_tries_to_pay() {
    let table = Table::Memory(crate::store::memory::Memory::default());
    let run = |writes| futures_util::FutureExt::now_or_never(table.commit(writes)).unwrap();
    run(vec![insert(&session())]).unwrap();
    run(vec![keep(scope(), session().id)]).unwrap();
    run(vec![keep(scope(), session().id)]).unwrap();
    let Table::Memory(memory) = &table else { panic!("made above") };
    assert!(memory.everything()[0].get("ttl").is_none());
}
