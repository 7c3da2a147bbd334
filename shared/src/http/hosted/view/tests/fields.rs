//! Pages on which a processor shows the card fields and the bank's check.

use super::*;
use crate::processor::{CheckSecret, PageAccount, PageFields, PageUnits, PaymentFields};

fn fields() -> PaymentFields {
    PaymentFields {
        page: PageFields {
            script: "https://js.processor.example/fields.js".to_owned(),
            script_src: "https://js.processor.example".to_owned(),
            frame_src: "https://js.processor.example https://hooks.processor.example".to_owned(),
            connect_src: "https://api.processor.example".to_owned(),
            payment: "\"https://js.processor.example\"".to_owned(),
        },
        account: PageAccount { key: "pk_test_1".to_owned(), connected: Some("acct_2".to_owned()) },
        units: PageUnits { times: 1, by: 100 },
        charges: true,
    }
}

fn page_with<'a>(fields: &'a PaymentFields, state: PageState<'a>) -> PayPage<'a> {
    PayPage { fields: Some(fields), ..page(state) }
}

fn checks(fields: &PaymentFields, secret: Option<&CheckSecret>) -> Html {
    check_page(Locale::En, fields, secret, &[])
}

/// The policy, directive by directive.
fn directives(html: &Html) -> Vec<(&str, &str)> {
    html.csp.split("; ").filter_map(|one| one.split_once(' ')).collect()
}

#[test]
fn the_policy_gains_what_the_adapter_states_and_nothing_else_of_it_changes() {
    let fields = fields();
    let ours = pay_page(&page(PageState::Payable));
    let theirs = pay_page(&page_with(&fields, PageState::Payable));
    let gains = [
        ("script-src", " https://js.processor.example"),
        ("connect-src", " https://api.processor.example"),
        ("frame-src", " https://js.processor.example https://hooks.processor.example"),
    ];
    assert_eq!(directives(&ours).len(), directives(&theirs).len());
    for ((name, own), (also, gained)) in directives(&ours).into_iter().zip(directives(&theirs)) {
        assert_eq!(name, also);
        let gain = gains.iter().find(|(of, _)| *of == name).map_or("", |(_, gain)| gain);
        let own = if name == "script-src" { &directive(&theirs, name)[..own.len()] } else { own };
        assert_eq!(format!("{own}{gain}"), gained, "{name}");
    }
    for html in [&theirs, &checks(&fields, None)] {
        let script = inlined(&html.body, "<script>", "</script>")[0];
        let allowed = format!("{} https://js.processor.example", hash_source(script));
        assert_eq!(directive(html, "script-src"), allowed);
        assert_eq!(directive(html, "trusted-types"), "'none'");
        assert!(!html.csp.contains("unsafe"));
        assert_eq!(html.payment.as_deref(), Some("\"https://js.processor.example\""));
    }
    assert_eq!(ours.payment, None);
}

#[test]
fn a_page_with_tax_has_the_hash_of_its_script_too() {
    let fields = fields();
    let tax = PayTax {
        place: true,
        full: false,
        tax_id: true,
        us: false,
        country: "DE".into(),
        lines: Vec::new(),
        note: "",
        shown: (0, 1250),
    };
    let page = PayPage { tax: Some(&tax), ..page_with(&fields, PageState::Payable) };
    let html = pay_page(&page);
    let script = inlined(&html.body, "<script>", "</script>")[0];
    assert!(directive(&html, "script-src").starts_with(&hash_source(script)));
    assert!(html.body.len() < 64 * 1024, "{} bytes", html.body.len());
}

#[test]
fn no_card_number_is_typed_into_a_page_whose_processor_has_fields_of_its_own() {
    let fields = fields();
    for locale in Locale::ALL {
        let page = PayPage { locale, ..page_with(&fields, PageState::Payable) };
        let body = pay_page(&page).body;
        for part in ["id=\"number\"", "id=\"cvc\"", "id=\"expiry\"", "cc-number", "id=\"brand\""] {
            assert!(!body.contains(part), "{part}");
        }
        for part in ["id=\"fields\"", "id=\"name\"", "id=\"fields-failed\"", "id=\"fields-again\""]
        {
            assert!(body.contains(part), "{part}");
        }
        assert!(body.contains(words::card_fields(locale).failed), "{}", locale.code());
        assert!(body.contains("src=\"https://js.processor.example/fields.js\""));
        assert!(body.len() < 60 * 1024, "{}: {} bytes", locale.code(), body.len());
    }
    assert!(!pay_page(&page(PageState::Payable)).body.contains("id=\"fields\""));
}

#[test]
fn the_page_says_whose_fields_they_are_and_how_their_processor_counts() {
    let fields = fields();
    let body = pay_page(&page_with(&fields, PageState::Payable)).body;
    let open = r#"<script type="application/json" id="page-data">"#;
    let data: serde_json::Value =
        serde_json::from_str(inlined(&body, open, "</script>")[0]).unwrap();
    let told = serde_json::json!({
        "key": "pk_test_1", "connected": "acct_2", "currency": "usd", "amount": 1250, "times": 1,
        "by": 100,
    });
    assert_eq!(data["fields"], told);
    let ours = pay_page(&page(PageState::Payable)).body;
    assert!(!ours.contains("\"fields\":"), "who has fields of its own reads nothing of others'");
}

#[test]
fn what_cannot_be_charged_here_is_said_and_asks_nobody() {
    let fields = PaymentFields { charges: false, ..fields() };
    let html = pay_page(&page_with(&fields, PageState::Payable));
    assert!(html.body.contains("This cannot be paid here."), "{}", html.body);
    assert!(!html.body.contains(" src=") && !html.csp.contains("processor.example"));
    assert_eq!(html.payment, None);
}

#[test]
fn a_page_that_is_over_asks_nobody() {
    let fields = fields();
    for state in [PAID, PageState::Expired, PageState::Canceled] {
        let html = pay_page(&page_with(&fields, state));
        assert!(!html.body.contains(" src=") && !html.csp.contains("processor.example"));
    }
}

#[test]
fn the_secret_of_a_check_stands_in_its_own_page_alone_and_cannot_leave_its_element() {
    let fields = fields();
    let hostile = "pi_1_secret_</script><script>";
    let html = checks(&fields, Some(&CheckSecret::new(hostile.to_owned())));
    assert_eq!(html.body.matches("</script>").count(), 3);
    let open = r#"<script type="application/json" id="page-data">"#;
    let data: serde_json::Value =
        serde_json::from_str(inlined(&html.body, open, "</script>")[0]).unwrap();
    assert_eq!(data["secret"], hostile);
    assert!(checks(&fields, None).body.contains("\"secret\":null"));
    assert_eq!(directive(&html, "frame-ancestors"), "'self'");
    let around = pay_page(&page_with(&fields, PageState::Challenge)).body;
    assert!(!around.contains("secret_"));
}

#[test]
fn the_page_of_a_check_speaks_every_language() {
    let fields = fields();
    for locale in Locale::ALL {
        let body = check_page(locale, &fields, None, &[]).body;
        for text in [words::card_fields(locale).opening, words::card_fields(locale).check_failed] {
            assert!(body.contains(text), "{}: {text}", locale.code());
        }
        assert!(!body.contains("<main"), "a second main part inside the page");
    }
}
