use super::*;
use base64::{Engine, engine::general_purpose::STANDARD};

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
        payee: "Acme Books",
        amount: "12.50",
        currency: "USD",
        description: "",
        asks_email: false,
        expires_at_ms: Some(NOW + 581_000),
        now_ms: NOW,
        payment_intent_id: "0192f0c1-7c1e-7aaa-8bbb-0123456789ab",
        test_mode: true,
        allowed_origins: &[],
        return_url: None,
        state,
    }
}

fn origins(list: &[&str]) -> Vec<String> {
    list.iter().map(|origin| (*origin).to_owned()).collect()
}

fn challenge(allowed_origins: &[String]) -> Html {
    let (payee, amount, currency) = ("Acme Books", "12.50", "USD");
    challenge_page(&ChallengePage { payee, amount, currency, last4: "3220", allowed_origins })
}

fn every_page() -> Vec<Html> {
    let mut pages: Vec<Html> = STATES.into_iter().map(|state| pay_page(&page(state))).collect();
    pages.extend([unknown_link(), problem("Too many requests", "Please wait."), challenge(&[])]);
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

#[test]
fn the_policy_allows_exactly_the_inlined_style_and_script() {
    for html in every_page() {
        let styles = inlined(&html.body, "<style>", "</style>");
        assert_eq!(styles.len(), 1);
        assert_eq!(directive(&html, "style-src"), hash_source(styles[0]));
        let scripts = inlined(&html.body, "<script>", "</script>");
        match scripts.as_slice() {
            [] => assert_eq!(directive(&html, "script-src"), "'none'"),
            [script] => assert_eq!(directive(&html, "script-src"), hash_source(script)),
            _ => panic!("more than one script"),
        }
        assert_eq!(directive(&html, "default-src"), "'none'");
        assert_eq!(directive(&html, "base-uri"), "'none'");
        assert_eq!(directive(&html, "form-action"), "'none'");
        assert!(!html.csp.contains("unsafe"));
    }
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
fn a_hash_is_the_base64_of_sha_256() {
    assert_eq!(hash_source(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

#[test]
fn no_page_may_be_framed_without_allowed_origins() {
    for state in STATES {
        assert_eq!(directive(&pay_page(&page(state)), "frame-ancestors"), "'none'");
    }
    assert_eq!(directive(&unknown_link(), "frame-ancestors"), "'none'");
    assert_eq!(directive(&challenge(&[]), "frame-ancestors"), "'self'");
}

#[test]
fn allowed_origins_may_frame_the_page_and_the_challenge_inside_it() {
    let allowed = origins(&["https://shop.example", "http://localhost:8080", "http://[::1]:9"]);
    let list = "https://shop.example http://localhost:8080 http://[::1]:9";
    let html = pay_page(&PayPage { allowed_origins: &allowed, ..page(PageState::Payable) });
    assert_eq!(directive(&html, "frame-ancestors"), list);
    assert!(html.body.contains(r#""allowed_origins":["https://shop.example","http://"#));
    assert_eq!(directive(&challenge(&allowed), "frame-ancestors"), format!("'self' {list}"));
}

#[test]
fn what_is_not_an_exact_origin_reaches_neither_header_nor_page() {
    let hostile = [
        "*",
        "https://*.shop.example",
        "https://a.example; script-src *",
        "https://a.example\r\nset-cookie: a=b",
        "https://a.example https://b.example",
        "https://a.example/path",
        "https://user@a.example",
        "https://",
        "javascript:alert(1)",
        "null",
        "'unsafe-inline'",
        "",
    ];
    let allowed = origins(&hostile);
    let html = pay_page(&PayPage { allowed_origins: &allowed, ..page(PageState::Payable) });
    assert_eq!(directive(&html, "frame-ancestors"), "'none'");
    assert!(html.body.contains(r#""allowed_origins":[]"#));
}

#[test]
fn hostile_words_stay_words() {
    let hostile = r#"</script><script>alert(1)</script><img src=x onerror="a">'&--><!--"#;
    let plain = pay_page(&page(PageState::Payable)).body;
    for state in STATES {
        let refused = matches!(state, PageState::NotPaid { .. });
        let state = if refused { PageState::NotPaid { message: hostile } } else { state };
        let tame = pay_page(&page(state)).body;
        let html = pay_page(&PayPage {
            payee: hostile,
            payment_intent_id: hostile,
            return_url: Some(r#"https://a.example/"><script>alert(1)</script>"#),
            ..page(state)
        });
        for tag in ["<script", "</script", "<img", "<!--"] {
            assert_eq!(html.body.matches(tag).count(), tame.matches(tag).count(), "{tag}");
        }
        assert!(!html.body.contains(" onerror=\""));
    }
    assert!(!plain.contains("<img"));
    for html in [problem(hostile, hostile), challenge_with(hostile)] {
        assert!(!html.body.contains("<img") && !html.body.contains("alert(1)</script>"));
    }
}

fn challenge_with(hostile: &str) -> Html {
    challenge_page(&ChallengePage {
        payee: hostile,
        amount: hostile,
        currency: hostile,
        last4: hostile,
        allowed_origins: &[],
    })
}

#[test]
fn the_data_block_is_json_that_cannot_leave_its_element() {
    let payee = "</script><!-- & \u{2028} \"quoted\" \\";
    let body = pay_page(&PayPage { payee, ..page(PageState::Payable) }).body;
    let open = r#"<script type="application/json" id="page-data">"#;
    let blocks = inlined(&body, open, "</script>");
    let data: serde_json::Value = serde_json::from_str(blocks[0]).unwrap();
    assert!(!blocks[0].contains(['<', '>', '&']));
    assert_eq!(data["payee"], payee);
    assert_eq!(data["now_ms"], NOW);
    assert_eq!(data["expires_at_ms"], NOW + 581_000);
    assert_eq!(data["payment_intent_id"], "0192f0c1-7c1e-7aaa-8bbb-0123456789ab");
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
fn no_page_asks_anyone_else_for_anything() {
    for html in every_page() {
        let body = html.body.replace("http://www.w3.org/2000/svg", "");
        let body = body.replace(r"/^https?:\/\//i", "");
        assert!(!body.contains("://"), "an address in {body}");
        assert!(!body.contains(" src=") && !body.contains("url(") && !body.contains("@import"));
        assert!(!body.contains(" style=") && !body.contains(" onclick="));
        assert!(!body.contains("innerHTML") && !body.contains("localStorage"));
        assert!(!body.contains("cookie"));
    }
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
        !problem("Something went wrong on our side", "Please reload.").body.contains("charged")
    );
}

#[test]
fn facts_are_not_for_translators() {
    let mut bodies: Vec<String> =
        STATES.into_iter().map(|state| pay_page(&page(state)).body).collect();
    bodies.push(challenge(&[]).body);
    for body in bodies {
        let markup = body.split("<script").next().unwrap();
        for fact in ["Acme Books", "$12.50", "ending in 4242", "0192f0c1-7c1e-7aaa"] {
            for (at, _) in markup.match_indices(fact) {
                let element = markup.get(..at).unwrap().rsplit('<').next().unwrap();
                assert!(element.contains(r#"translate="no""#), "{fact} in <{element}");
            }
        }
    }
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
    for framed in [challenge(&[]), challenge_over(&[])] {
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
        assert!(html.body.len() < 44 * 1024, "{} bytes", html.body.len());
    }
}

#[test]
fn money_is_written_the_way_buyers_write_it() {
    for (amount, currency, shown) in [
        ("12.50", "USD", "$12.50"),
        ("1234567.05", "EUR", "€1,234,567.05"),
        ("999", "JPY", "¥999"),
        ("123456", "JPY", "¥123\u{202f}456"),
        ("1234567", "JPY", "¥1,234,567"),
        ("0.050", "KWD", "KWD\u{a0}0.050"),
        ("999.00", "CHF", "CHF\u{a0}999.00"),
        ("1000.00", "CAD", "CA$1,000.00"),
    ] {
        assert_eq!(show_money(amount, currency), shown);
    }
}

#[test]
fn three_decimals_are_named_since_a_thousand_looks_the_same() {
    for (amount, currency, words) in [
        ("1.500", "KWD", Some("1 dinar and 500 fils")),
        ("2.005", "TND", Some("2 dinars and 5 millimes")),
        ("1500.001", "OMR", Some("1500 rials and 1 baisa")),
        ("12.000", "LYD", Some("12 dinars and 0 dirhams")),
        ("12.50", "USD", None),
        ("1500", "JPY", None),
    ] {
        assert_eq!(in_words(amount, currency).as_deref(), words, "{amount} {currency}");
    }
    let body =
        pay_page(&PayPage { amount: "1.500", currency: "KWD", ..page(PageState::Payable) }).body;
    let shown = body.matches(r#"data-amount="1.500""#).count();
    assert!(shown >= 3, "{shown}");
    assert_eq!(body.matches("(1 dinar and 500 fils)").count(), shown);
}

#[test]
fn long_amounts_are_written_smaller() {
    for (money, class) in [
        ("$12.50", ""),
        ("$12,345.00", "long"),
        ("$12,345,678,901.00", "longer"),
        ("$92,233,720,368,547,758.07", "longest"),
    ] {
        assert_eq!(length_class(money), class, "{money}");
    }
}

#[test]
fn the_time_left_starts_where_the_script_goes_on() {
    for (ms, shown) in [
        (-5, "0:00"),
        (0, "0:00"),
        (1, "0:01"),
        (60_000, "1:00"),
        (581_000, "9:41"),
        (3_600_000, "1 h 00 min"),
        (86_399_000, "23 h 59 min"),
        (90_000_000, "1 d 1 h"),
    ] {
        assert_eq!(time_left(ms), shown);
    }
}

#[test]
fn sources_survive_being_compacted() {
    for source in [PAY_SCRIPT, CHALLENGE_SCRIPT, include_str!("../page/page.css")] {
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
