//! The XML, judged by the UBL 2.1 schemas and the official rules of EN 16931.

use super::samples::{business, credit_note, day, invoice, paid, treatments, untaxed};
use documents::{Currency, Document, Kind, Line, Settlement, TaxId, TaxLine, Treatment, xml};
use std::collections::{BTreeMap, BTreeSet};

/// What each of the named texts breaks.
fn judged(name: &str, texts: &BTreeMap<String, String>) -> BTreeMap<String, BTreeSet<String>> {
    let folder = super::folder(name);
    let mut arguments = Vec::new();
    for (name, text) in texts {
        let path = folder.join(format!("{name}.xml"));
        std::fs::write(&path, text).unwrap();
        arguments.push(path);
    }
    let said = super::judge("documents.py", &arguments);
    said.lines()
        .map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            let name = words.next().unwrap();
            (name.trim_end_matches(".xml").to_owned(), words.collect())
        })
        .collect()
}

fn without_fault(name: &str, documents: Vec<(String, Document)>) {
    let texts: BTreeMap<String, String> = documents
        .into_iter()
        .map(|(name, document)| {
            assert_eq!(document.check(), Ok(()), "{name}");
            let text = xml(&document).unwrap_or_else(|| panic!("no XML for {name}"));
            (name, text)
        })
        .collect();
    let found = judged(name, &texts);
    assert_eq!(found.len(), texts.len());
    let broken: Vec<_> = found.iter().filter(|(_, rules)| !rules.is_empty()).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn every_treatment_and_both_kinds_keep_all_rules_of_en_16931() {
    let mut all = Vec::new();
    for (name, document) in treatments() {
        all.push((format!("{name}_credit_note"), credit_note(document.clone())));
        all.push((name.to_owned(), document));
    }
    without_fault("xml-treatments", all);
}

#[test]
fn settlements_currencies_and_odd_texts_keep_all_rules_of_en_16931() {
    let mut all = Vec::new();
    for (name, settlement) in [
        ("outside", Settlement::Paid { on: day(11, 27), card: None }),
        ("due", Settlement::Due { on: day(12, 26) }),
        ("set_off", Settlement::SetOff),
        ("paid", paid()),
    ] {
        let document = Document { settlement, ..invoice() };
        all.push((format!("{name}_credit_note"), credit_note(document.clone())));
        all.push((name.to_owned(), document));
    }
    let mut yen = invoice();
    yen.currency = Currency { code: *b"JPY", decimals: 0 };
    all.push(("yen".to_owned(), yen));
    let mut odd = invoice();
    odd.lines[0].description = "</cbc:Name> & ]]> =HYPERLINK(\"x\") \u{1} \u{fffe}".to_owned();
    odd.buyer.name = Some("</cbc:Name>&]]>=HYPERLINK(".to_owned());
    odd.note = Some("<!-- \u{7f}".to_owned());
    all.push(("odd".to_owned(), odd));
    let mut alone = credit_note(invoice());
    alone.kind = Kind::CreditNote { invoice: None };
    all.push(("alone".to_owned(), alone));
    let mut test = invoice();
    test.test_mode = true;
    all.push(("test_mode".to_owned(), test));
    let mut few = invoice();
    few.seller.tax_id = None;
    few.seller.registration_number = None;
    few.buyer.name = None;
    few.buyer.address.line1 = None;
    few.buyer.address.city = None;
    few.buyer.address.postal_code = None;
    all.push(("few".to_owned(), few));
    let mut many = invoice();
    many.lines = (1..=50)
        .map(|at| Line {
            description: format!("Part {at}"),
            quantity: 2,
            unit_amount: 250,
            amount: 500,
        })
        .collect();
    all.push(("many".to_owned(), many));
    without_fault("xml-odd", all);
}

#[test]
fn sellers_of_every_country_with_xml_get_valid_xml() {
    let ids = [
        ("GR", "EL094259216"),
        ("GB", "GB980780684"),
        ("GB", "XI980780684"),
        ("CH", "CHE107787577MWST"),
        ("LI", "CHE107787577"),
        ("NO", "988077917MVA"),
        ("IS", "00621"),
        ("FR", "FR40303265045"),
    ];
    let seller = |(country, id): &(&str, &str)| {
        let mut document = invoice();
        document.seller.address.country = Some((*country).to_owned());
        document.seller.tax_id = Some((*id).to_owned());
        (format!("{country}_{id}"), document)
    };
    without_fault("xml-sellers", ids.iter().map(seller).collect());
}

#[test]
fn broken_copies_break_the_rules_that_name_their_fault() {
    let of = |name: &str| {
        let document = treatments().into_iter().find(|(one, _)| *one == name).unwrap().1;
        xml(&document).unwrap()
    };
    let vat_id = "<cac:PartyTaxScheme><cbc:CompanyID>DE136695976</cbc:CompanyID>\
                  <cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>";
    let buyers = vat_id.replace("DE136695976", "FR40303265045");
    let replaced = |text: String, old: &str, new: &str| {
        assert!(text.contains(old), "{old} is not in {text}");
        text.replace(old, new)
    };
    let payable = "<cbc:PayableAmount currencyID=\"EUR\">0.00<";
    let cases = [
        (
            "o",
            replaced(
                of("out_of_scope"),
                "<cac:PartyLegalEntity>",
                &format!("{vat_id}<cac:PartyLegalEntity>"),
            ),
            "BR-O-02",
        ),
        ("ae", replaced(of("reverse_charge"), &buyers, ""), "BR-AE-02"),
        (
            "ae_seller",
            {
                let tax_number =
                    vat_id.replace("DE136695976", "30/123/45678").replace("VAT", "TAX");
                let text = replaced(of("reverse_charge"), vat_id, "");
                replaced(text, &tax_number, "")
            },
            "BR-AE-02",
        ),
        ("decimals", replaced(of("taxed"), ">297.50<", ">297.500<"), "BR-DEC-14"),
        ("line_decimals", replaced(of("taxed"), ">250.00<", ">250.000<"), "BR-DEC-23"),
        ("total", replaced(of("taxed"), ">297.50<", ">297.49<"), "BR-CO-15"),
        ("due", replaced(of("taxed"), payable, &payable.replace("0.00", "1.00")), "BR-CO-16"),
        ("schema", replaced(of("taxed"), "<cbc:ID>1</cbc:ID>", ""), "schema"),
    ];
    let texts = cases.iter().map(|(name, text, _)| ((*name).to_owned(), text.clone())).collect();
    let found = judged("xml-broken", &texts);
    for (name, _, rule) in cases {
        assert!(found[name].contains(rule), "{name}: {:?} lacks {rule}", found[name]);
    }
}

/// What is wrong with a document.
type Change = fn(&mut Document);

#[test]
fn there_is_no_xml_where_the_standard_has_no_words() {
    let without = |change: Change| {
        let mut document = invoice();
        change(&mut document);
        xml(&document)
    };
    assert!(without(|_| {}).is_some());
    let cases: [(&str, Change); 9] = [
        ("three decimals", |one| one.currency = Currency { code: *b"KWD", decimals: 3 }),
        ("two taxes on one base", |one| {
            let second = TaxLine { tax: 0, rate: "0".to_owned(), ..one.tax_lines[0].clone() };
            one.tax_lines.push(second);
        }),
        ("no buyer's country", |one| one.buyer.address.country = None),
        ("no seller's country", |one| one.seller.address.country = None),
        ("a seller of the United States", |one| one.seller.address.country = Some("US".to_owned())),
        ("no tax id, no tax number", |one| {
            one.seller.tax_id = None;
            one.seller.tax_number = None;
        }),
        ("reverse charge without a tax id", |one| {
            *one = untaxed(Treatment::ReverseCharge, true);
        }),
        ("reverse charge with an id nobody can read", |one| {
            *one = untaxed(Treatment::ReverseCharge, true);
            let id = TaxId { value: "FR0".to_owned(), well_formed: false };
            one.buyer.tax_id = Some(id);
        }),
        ("sums that do not agree", |one| one.total += 1),
    ];
    for (name, change) in cases {
        assert_eq!(without(change), None, "{name}");
    }
}

#[test]
fn what_is_not_subject_to_tax_carries_no_tax_id() {
    let mut document = untaxed(Treatment::OutOfScope, true);
    document.buyer = business();
    let text = xml(&document).unwrap();
    assert!(!text.contains("DE136695976") && !text.contains("FR40303265045"), "{text}");
    assert!(text.contains("VATEX-EU-O") && text.contains("30/123/45678"), "{text}");
}
