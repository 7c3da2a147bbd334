use super::*;

const NOW: i64 = 1_790_000_000_000;

fn seller() -> LinkSeller<'static> {
    LinkSeller {
        name: "Corner Shop",
        logo: None,
        panel: None,
        accent: None,
        button: None,
        support: PageSupport { email: Some("help@shop.example"), phone: None, url: None },
    }
}

fn lines() -> Vec<LinkLine<'static>> {
    let line = |name, quantity, range, price: &str, total: &str| LinkLine {
        product_id: "prod_01JDPNX3R00000000000000009".to_owned(),
        name,
        description: None,
        image: None,
        quantity,
        range,
        unit_price: price.to_owned(),
        total: total.to_owned(),
        prices: [("EUR", "110.00"), ("USD", price)]
            .map(|(code, price)| (code.to_owned(), price.to_owned()))
            .into(),
    };
    vec![
        line("Workshop seat", 1, Some((1, 4)), "120.00", "120.00"),
        line("Printed handbook with exercises and solutions", 2, None, "19.90", "39.80"),
    ]
}

fn page_of<'a>(seller: &'a LinkSeller<'a>, lines: &'a [LinkLine<'a>]) -> LinkPage<'a> {
    LinkPage {
        locale: Locale::En,
        uuid: "6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21",
        seller,
        lines,
        currency: "USD",
        currencies: &["EUR", "USD"],
        subtotal: "159.80",
        tax_note: "plus tax",
        countries: &["DE", "FR", "US"],
        test_mode: true,
        closed: None,
        retry_after_s: 60,
        expires_at_ms: Some(NOW + 86_400_000),
        now_ms: NOW,
        allowed_origins: &[],
    }
}

/// The page with a form, the one in use, the one of a seller without an account, one that is over.
fn every_page(seller: &LinkSeller<'_>) -> Vec<Html> {
    let lines = lines();
    let states = [None, Some(LinkClosed::InUse), Some(LinkClosed::NotEnabled)];
    let pages = states.map(|closed| link_page(&LinkPage { closed, ..page_of(seller, &lines) }));
    let over = link_over(Locale::En, seller, "This link has expired", "See you in spring!");
    pages.into_iter().chain([over]).collect()
}

fn inlined<'a>(body: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    body.split(open).skip(1).map(|rest| rest.split(close).next().unwrap()).collect()
}

fn directive<'a>(html: &'a Html, name: &str) -> &'a str {
    let mut directives = html.csp.split("; ").filter_map(|d| d.split_once(' '));
    directives.find(|(found, _)| *found == name).unwrap().1
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(sha256::<32>(text)))
}

#[test]
fn the_policy_allows_exactly_the_inlined_styles_and_script() {
    let branded = LinkSeller { panel: Some("#123456"), button: Some("#ffee00"), ..seller() };
    for seller in [seller(), branded] {
        for html in every_page(&seller) {
            let mut styles = inlined(&html.body, "<style>", "</style>");
            styles.reverse();
            let styles: Vec<String> = styles.into_iter().map(hash).collect();
            assert_eq!(directive(&html, "style-src"), styles.join(" "));
            let scripts = inlined(&html.body, "<script>", "</script>");
            let script = scripts.first().map_or("'none'".to_owned(), |script| hash(script));
            assert_eq!(directive(&html, "script-src"), script);
            assert_eq!(directive(&html, "default-src"), "'none'");
            assert_eq!(directive(&html, "form-action"), "'none'");
            assert_eq!(directive(&html, "frame-ancestors"), "'none'");
            assert!(!html.csp.contains("unsafe"));
        }
    }
}

#[test]
fn a_sellers_colours_reach_the_page_only_as_colours() {
    let shown = |color| {
        let seller = LinkSeller { panel: Some(color), ..seller() };
        every_page(&seller).iter().all(|html| html.body.contains(&format!("--panel:{color};")))
    };
    assert!(shown("#123456") && shown("#ABCDEF"));
    for bad in ["red", "#12345", "#1234567", "#12345g", "#é1234", "#123456;}*{}", "", "#+1+2+3"] {
        assert!(!shown(bad), "{bad}");
    }
    let text_on = |button| brand(&LinkSeller { button: Some(button), ..seller() }).unwrap().css;
    assert!(text_on("#ffee00").contains("--on-brand:#000"));
    assert!(text_on("#0b5f4b").contains("--on-brand:#fff"));
}

#[test]
fn hostile_words_stay_words() {
    let hostile = r#"</script><script>alert(1)</script><img src=x onerror="a">'&--><!--"#;
    let plain = every_page(&seller());
    let bad = LinkSeller {
        name: hostile,
        logo: Some(hostile),
        support: PageSupport { email: Some(hostile), phone: Some(hostile), url: Some(hostile) },
        ..seller()
    };
    let lines: Vec<LinkLine<'_>> = lines()
        .into_iter()
        .map(|line| LinkLine {
            name: hostile,
            description: Some(hostile),
            image: Some(hostile),
            ..line
        })
        .collect();
    let page = link_page(&LinkPage { uuid: hostile, ..page_of(&bad, &lines) });
    let over = link_over(Locale::En, &bad, hostile, hostile);
    for (html, tame) in [(&page, &plain[0]), (&over, &plain[3])] {
        for tag in ["<script", "</script", "<img", "<!--"] {
            let counts = [html, tame].map(|html| html.body.matches(tag).count());
            assert_eq!(counts[0], counts[1], "{tag}");
        }
        assert!(!html.body.contains(" onerror=\""));
        assert!(!html.body.contains("javascript:"));
    }
}

#[test]
fn no_page_asks_anyone_else_for_anything() {
    for html in every_page(&seller()) {
        let body = html.body.replace("http://www.w3.org/2000/svg", "");
        let body = body.replace(r"/^https?:\/\//", "");
        assert!(!body.contains("://"), "an address in {body}");
        assert!(!body.contains("url(") && !body.contains("@import"));
        assert!(!body.contains(" style=") && !body.contains(" onclick="));
        assert!(!body.contains("innerHTML") && !body.contains("Storage"));
        assert!(!body.contains("document.cookie"));
        assert!(body.contains(r#"<meta name="robots" content="noindex, nofollow">"#));
    }
}

#[test]
fn only_a_link_that_can_be_paid_has_a_form() {
    let pages = every_page(&seller());
    let forms: Vec<bool> = pages.iter().map(|html| html.body.contains("<form")).collect();
    assert_eq!(forms, [true, false, false, false]);
    assert!(pages[1].body.contains("Somebody is paying right now"));
    assert!(pages[1].body.contains(r#"id="again""#), "it can be asked again");
    assert!(pages[2].body.contains("does not take payments yet"));
}

#[test]
fn a_link_that_is_over_shows_the_sellers_words_the_way_to_help_and_nothing_else() {
    let over = every_page(&seller()).pop().unwrap().body;
    assert!(over.contains("See you in spring!") && over.contains("mailto:help@shop.example"));
    assert!(!over.contains("Workshop seat") && !over.contains("120.00"));
    assert!(!over.contains("<script>") && !over.contains("page-data"));
}

#[test]
fn uploaded_pictures_are_shown_and_no_others() {
    let seller = LinkSeller { logo: Some("0abc"), ..seller() };
    let body = every_page(&seller)[0].body.clone();
    assert!(body.contains(r#"src="../images/0abc""#));
    let elsewhere = LinkSeller { logo: Some("https://cdn.example/logo.png"), ..seller };
    assert!(!every_page(&elsewhere)[0].body.contains("<img"));
}

#[test]
fn what_the_script_reads_is_json_that_cannot_leave_its_element() {
    let body = every_page(&seller())[0].body.clone();
    let open = r#"<script type="application/json" id="page-data">"#;
    let blocks = inlined(&body, open, "</script>");
    assert!(!blocks[0].contains(['<', '>', '&']));
    let data: serde_json::Value = serde_json::from_str(blocks[0]).unwrap();
    assert_eq!(data["lines"][0]["prices"]["EUR"], "110.00");
    let open = r#"<script type="application/json" id="page-words">"#;
    assert_eq!(inlined(&body, open, "</script>"), [words::link_script(Locale::En)]);
}

#[test]
fn a_link_that_is_over_and_one_that_is_not_speak_every_language() {
    let (seller, lines) = (seller(), lines());
    for locale in Locale::ALL {
        let page = link_page(&LinkPage { locale, ..page_of(&seller, &lines) });
        let over = link_over(locale, &seller, words::link(locale).expired, "-");
        let open = format!("<html lang=\"{}\" dir=\"{}\">", locale.code(), locale.dir());
        assert!(page.body.contains(&open) && over.body.contains(&open), "{}", locale.code());
        assert!(page.body.contains(words::link(locale).go_on), "{}", locale.code());
        assert!(!page.body.contains("{product}") && page.body.len() < 44 * 1024);
    }
}
