//! What a page lets browsers load, run and frame, whatever words sellers put into it.

use super::*;

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

#[test]
fn a_hash_is_the_base64_of_sha_256() {
    assert_eq!(hash_source(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
}

#[test]
fn no_page_may_be_framed_without_allowed_origins() {
    for state in STATES {
        assert_eq!(directive(&pay_page(&page(state)), "frame-ancestors"), "'none'");
    }
    assert_eq!(directive(&unknown_link(Locale::En), "frame-ancestors"), "'none'");
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
    for html in [problem(Locale::En, hostile, hostile), challenge_with(hostile)] {
        assert!(!html.body.contains("<img") && !html.body.contains("alert(1)</script>"));
    }
}

fn challenge_with(hostile: &str) -> Html {
    challenge_page(&ChallengePage {
        locale: Locale::En,
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
