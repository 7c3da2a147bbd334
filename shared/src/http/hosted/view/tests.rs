use super::frame::{
    CHALLENGE_SCRIPT, LINK_SCRIPT, PAY_SCRIPT, PAY_TAX_SCRIPT, STRIPE_CHECK_SCRIPT, STRIPE_SCRIPT,
    STRIPE_TAX_SCRIPT, compact, compact_css,
};
use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};

mod amounts;
mod fields;
mod languages;
mod policy;

const NOW: i64 = 1_790_000_000_000;
const STATES: [PageState<'static>; 7] = [
    PageState::Payable,
    PageState::Processing,
    PageState::Challenge,
    PAID,
    PageState::NotPaid { message: "Your bank declined the card." },
    PageState::Expired,
    PageState::Canceled,
];

const PAID: PageState<'static> =
    PageState::Paid { card: Some(PaidCard { name: "Visa", last4: "4242" }) };

fn page(state: PageState<'_>) -> PayPage<'_> {
    PayPage {
        locale: Locale::En,
        payee: "Acme Books",
        amount: "12.50",
        currency: "USD",
        description: "",
        asks_email: false,
        payer: "",
        retries: false,
        expires_at_ms: Some(NOW + 581_000),
        now_ms: NOW,
        payment_intent_id: "0192f0c1-7c1e-7aaa-8bbb-0123456789ab",
        test_mode: true,
        allowed_origins: &[],
        return_url: None,
        cancel_url: None,
        failed_url: None,
        start_again: None,
        tax: None,
        saving: Saving::Offered,
        fields: None,
        due_minor: 12_50,
        state,
    }
}

fn origins(list: &[&str]) -> Vec<String> {
    list.iter().map(|origin| (*origin).to_owned()).collect()
}

fn challenge(allowed_origins: &[String]) -> Html {
    let (payee, amount, currency) = ("Acme Books", "12.50", "USD");
    let locale = Locale::En;
    challenge_page(&ChallengePage {
        locale,
        payee,
        amount,
        currency,
        last4: "3220",
        allowed_origins,
    })
}

fn every_page() -> Vec<Html> {
    let mut pages: Vec<Html> = STATES.into_iter().map(|state| pay_page(&page(state))).collect();
    pages.extend([
        unknown_link(Locale::En),
        problem(Locale::En, "Too many requests", "Please wait."),
        challenge(&[]),
        file_soon(Locale::En, 2),
    ]);
    pages
}

/// What stands between an opening tag and its end, for each time the tag occurs.
fn inlined<'a>(body: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    body.split(open).skip(1).map(|rest| rest.split(close).next().unwrap()).collect()
}

fn directive<'a>(html: &'a Html, name: &str) -> &'a str {
    let mut directives = html.csp.split("; ").filter_map(|d| d.split_once(' '));
    directives.find(|(found, _)| *found == name).unwrap().1
}

fn hash_source(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    format!("'sha256-{}'", STANDARD.encode(digest))
}

#[test]
fn a_page_says_what_is_paid_for_and_asks_who_pays_where_nobody_knows() {
    let plain = pay_page(&page(PageState::Payable)).body;
    assert!(!plain.contains("class=\"what\"") && !plain.contains("id=\"email\""));
    assert!(plain.contains("id=\"time\""));
    let page = PayPage {
        description: "Annual <report>",
        asks_email: true,
        expires_at_ms: None,
        ..page(PageState::Payable)
    };
    let body = pay_page(&page).body;
    assert!(body.contains("Annual &#60;report&#62;"), "{body}");
    assert!(body.contains("<label for=\"email\">"));
    assert!(!body.contains("id=\"time\""), "a link that never ends counts nothing down");
}

#[test]
fn a_page_masks_who_pays_and_offers_another_card_where_one_may_be_tried() {
    let plain = pay_page(&page(PageState::Challenge)).body;
    assert!(!plain.contains("id=\"other-card\"") && !plain.contains("example.com ·"));
    let known =
        PayPage { payer: "g...@example.com · DE", retries: true, ..page(PageState::Challenge) };
    let body = pay_page(&known).body;
    assert!(body.contains("g...@example.com · DE") && body.contains("id=\"other-card\""));
}

#[test]
fn only_a_web_address_is_a_way_back_and_only_after_success() {
    let shown = |url, state| {
        let body = pay_page(&PayPage { return_url: Some(url), ..page(state) }).body;
        inlined(&body, r#"id="return" target="_top" rel="noreferrer""#, ">")
            .first()
            .map_or_else(|| "no link".to_owned(), |attributes| (*attributes).trim().to_owned())
    };
    let url = "https://shop.example/done?a=1&b=2";
    assert_eq!(shown(url, PAID), r#"href="https://shop.example/done?a=1&#38;b=2""#);
    assert_eq!(shown("HTTP://shop.example", PAID), r#"href="HTTP://shop.example""#);
    for bad in ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//a", "é", ""]
    {
        assert_eq!(shown(bad, PAID), "hidden", "{bad}");
    }
    assert_eq!(shown(url, PageState::Payable), "hidden");
    assert_eq!(shown(url, PageState::Expired), "no link");
}

#[test]
fn each_state_opens_on_its_own_view() {
    let views = ["form", "processing", "challenge", "success", "failed", "expired", "canceled"];
    for (state, view) in STATES.into_iter().zip(views) {
        let body = pay_page(&page(state)).body;
        assert!(body.contains(&format!(r#"data-shown="{view}""#)), "{view}");
        let open = format!(r#"data-view="{view}" aria-labelledby="{view}-title">"#);
        assert!(body.contains(&open), "{view} is not shown");
        let hidden = body.matches("-title\" hidden>").count();
        let shown = body.matches(r#"<section class="view""#).count() - hidden;
        assert_eq!(shown, 1, "{view} is not alone");
    }
}

#[test]
fn a_used_link_shows_its_outcome_and_nothing_else() {
    for state in [PAID, PageState::NotPaid { message: "Declined." }] {
        let body = pay_page(&page(state)).body;
        assert!(!body.contains("<form") && !body.contains("<input"));
    }
    assert!(
        pay_page(&page(PageState::NotPaid { message: "Declined." })).body.contains("Declined.")
    );
}

#[test]
fn a_receipt_names_the_card_that_was_charged_and_only_that() {
    let card = r#"<dd id="receipt-card" translate="no">"#;
    let receipt = |state| {
        let body = pay_page(&page(state)).body;
        (inlined(&body, card, "<").concat(), body.contains(r#"id="receipt-row" hidden"#))
    };
    assert_eq!(receipt(PAID), ("Visa ending in 4242".to_owned(), false));
    assert_eq!(receipt(PageState::Paid { card: None }), (String::new(), true));
    for open in [PageState::Payable, PageState::Processing, PageState::Challenge] {
        assert_eq!(receipt(open), (String::new(), true), "{open:?}");
    }
    let failed = pay_page(&page(PageState::NotPaid { message: "Declined." })).body;
    assert!(!failed.contains(r#"id="receipt-card""#), "a card that was not charged has no receipt");
}

#[test]
fn only_an_outcome_says_that_nothing_was_charged() {
    let says = |body: &str, view: &str| {
        let section =
            body.split("<section").find(|part| part.contains(&format!("data-view=\"{view}\"")));
        section.is_some_and(|section| section.contains("been charged"))
    };
    let body = pay_page(&page(PageState::Payable)).body;
    for view in ["form", "processing", "slow", "unsure", "embedded", "challenge", "success"] {
        assert!(!says(&body, view), "{view} states an outcome");
    }
    for view in ["failed", "expired", "canceled"] {
        assert!(says(&body, view), "{view} does not say that nothing was charged");
    }
    assert!(
        !problem(Locale::En, "Something went wrong on our side", "Please reload.")
            .body
            .contains("charged")
    );
}

#[test]
fn a_page_and_what_it_frames_have_one_main_part_with_a_name() {
    for html in every_page() {
        let mains = html.body.matches("<main").count();
        assert!(mains <= 1, "{mains} main parts");
        for main in inlined(&html.body, "<main", ">") {
            assert!(main.contains("aria-labelledby="), "a main part without a name: {main}");
        }
    }
    for framed in [challenge(&[]), challenge_over(Locale::En, &[])] {
        assert!(!framed.body.contains("<main"), "a second main part inside the page");
    }
}

#[test]
fn the_form_tells_browsers_and_readers_what_each_field_is() {
    let body = pay_page(&page(PageState::Payable)).body;
    for word in ["cc-number", "cc-exp", "cc-csc", "cc-name", "postal-code"] {
        assert!(body.contains(&format!(r#"autocomplete="{word}""#)), "{word}");
    }
    for field in ["number", "expiry", "cvc", "name", "postal_code"] {
        assert!(body.contains(&format!(r#"<label for="{field}">"#)), "{field} has no label");
        assert!(body.contains(&format!(r#"id="{field}-error""#)), "{field} has no error");
    }
    // Without a script nothing may leave the page: no field has a name to be sent under.
    assert!(inlined(&body, "<input", ">").iter().all(|input| !input.contains(" name=")));
    assert!(body.contains("<noscript>"));
    assert!(!body.contains(" checked"));
}

#[test]
fn the_test_badge_is_for_test_mode() {
    let live = pay_page(&PayPage { test_mode: false, ..page(PageState::Payable) }).body;
    assert!(!live.contains("Test mode") && !live.contains("4242"));
    assert!(pay_page(&page(PageState::Payable)).body.contains("Test mode"));
}

#[test]
fn pages_stay_small() {
    for html in every_page() {
        assert!(html.body.len() < 52 * 1024, "{} bytes", html.body.len());
    }
}

#[test]
fn sources_survive_being_compacted() {
    let scripts = [PAY_SCRIPT, CHALLENGE_SCRIPT, STRIPE_SCRIPT, STRIPE_CHECK_SCRIPT];
    for source in scripts.into_iter().chain([include_str!("../page/page.css")]) {
        for line in source.lines() {
            assert!(line.matches('`').count().is_multiple_of(2), "a string over lines: {line}");
        }
        assert!(!source.contains("</") && !source.contains("<!--") && !source.contains('\r'));
    }
    assert_eq!(compact("// a\n  b\n\n/* c */\n  d // e\n"), "b\nd // e");
    assert_eq!(compact_css("a b { c: d, e;\n  f: g; }\n"), "a b{c:d,e;f:g}");
    let css = compact_css(include_str!("../page/page.css"));
    assert_eq!(css.matches('{').count(), css.matches('}').count());
    assert!(
        !css.contains(";content:") && !css.contains("{content:"),
        "text in the style sheet may lose its spaces"
    );
}

#[test]
fn a_checkout_whose_time_is_over_leads_back_to_its_link() {
    let page = PayPage { start_again: Some("../l/6f0c2f9e"), ..page(PageState::Expired) };
    let body = pay_page(&page).body;
    assert!(body.contains(r#"<a class="button quiet" id="start-again" href="../l/6f0c2f9e">"#));
    assert!(!body.contains("for a new link"));
}

#[test]
fn a_buyer_of_a_link_may_leave_without_paying() {
    let ways = |cancel, failed, state| {
        pay_page(&PayPage { cancel_url: Some(cancel), failed_url: Some(failed), ..page(state) })
            .body
    };
    let (no, late) = ("https://shop.example/no?a=1&b=2", "https://shop.example/late");
    let form = ways(no, late, PageState::Payable);
    assert!(form.contains(
        r#"id="leave" target="_top" rel="noreferrer" href="https://shop.example/no?a=1&#38;b=2""#
    ));
    let over = ways(no, late, PageState::Expired);
    assert!(over.contains(r#"href="https://shop.example/late""#) && !over.contains("id=\"leave\""));
    let bad = ways("javascript:alert(1)", "data:x", PageState::Payable);
    assert!(!bad.contains("javascript:") && !bad.contains("data:x"));
}

#[test]
fn the_page_asks_where_the_buyer_is_and_shows_each_tax_only_where_tax_is_looked_at() {
    let plain = pay_page(&page(PageState::Payable)).body;
    assert!(!plain.contains("id=\"country\"") && !plain.contains("id=\"taxes\""));
    let tax = PayTax {
        place: true,
        full: false,
        tax_id: true,
        us: false,
        country: "DE".into(),
        lines: vec![("Subtotal".into(), "12.50".into()), ("VAT 19 % (<DE>)".into(), "2.38".into())],
        note: "",
        shown: (238, 1488),
    };
    let html = pay_page(&PayPage { tax: Some(&tax), ..page(PageState::Payable) });
    let script = inlined(&html.body, "<script>", "</script>")[0];
    assert_eq!(directive(&html, "script-src"), hash_source(script));
    let body = html.body;
    assert!(body.len() < 64 * 1024, "{} bytes", body.len());
    for part in ["id=\"country\"", "<option selected>DE</option>", "id=\"taxId\"", "$2.38"] {
        assert!(body.contains(part), "{part}");
    }
    assert!(body.contains("VAT 19 % (&#60;DE&#62;)"), "text is escaped");
    assert!(body.contains(r#""tax":{"place":true,"full":false,"us":false"#));
    let bare = PayTax { place: false, lines: Vec::new(), note: "plus tax, if any", ..tax };
    let body = pay_page(&PayPage { tax: Some(&bare), ..page(PageState::Payable) }).body;
    assert!(!body.contains("id=\"country\"") && body.contains("plus tax, if any"));
}
