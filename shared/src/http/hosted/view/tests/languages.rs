//! Texts stand in the catalogue of each language, and facts are no texts.

use super::*;

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

/// A template without its tags, tests and values has no letter left.
#[test]
fn every_text_of_a_page_stands_in_the_catalogue() {
    for template in [
        include_str!("../../page/base.html"),
        include_str!("../../page/pay.html"),
        include_str!("../../page/challenge.html"),
        include_str!("../../page/check.html"),
        include_str!("../../page/notice.html"),
        include_str!("../../page/soon.html"),
        include_str!("../../page/link.html"),
        include_str!("../../page/help.html"),
        include_str!("../../page/over.html"),
    ] {
        let mut text = String::new();
        let mut rest = template;
        while let Some(start) = rest.find(['<', '{']) {
            text += &rest[..start];
            let end = if rest[start..].starts_with('<') { ">" } else { "}" };
            let end = rest[start..].find(end).map_or(rest.len(), |end| start + end + 1);
            rest = &rest[end..];
        }
        assert!(!text.chars().any(char::is_alphabetic), "{text}");
        for label in ["placeholder=\"", "aria-label=\"", "title=\"", "alt=\""] {
            for (at, _) in template.match_indices(label) {
                let value = &template[at + label.len()..];
                let own = value.starts_with(['{', '"'])
                    || value.starts_with("1234 1234")
                    || value.starts_with("CVC\"");
                assert!(own, "{label}{}", value.split('"').next().unwrap());
            }
        }
    }
}

/// Two words beside each other, the first with a capital: a sentence.
#[test]
fn no_script_has_a_sentence_of_its_own() {
    let names = ["American Express", "Diners Club", "MM / YY", "Sales tax"];
    for script in
        [PAY_TAX_SCRIPT, STRIPE_TAX_SCRIPT, STRIPE_CHECK_SCRIPT, CHALLENGE_SCRIPT, LINK_SCRIPT]
    {
        for line in compact(script).lines() {
            for text in line.split(['"', '`']).skip(1).step_by(2) {
                let mut words = text.split(' ');
                let first = words.next().is_some_and(|word| {
                    word.len() > 1
                        && word.starts_with(char::is_uppercase)
                        && word.chars().skip(1).all(char::is_lowercase)
                });
                let second = words.next().is_some_and(|word| word.starts_with(char::is_alphabetic));
                assert!(!(first && second) || names.contains(&text), "{text}");
            }
        }
    }
}

#[test]
fn a_page_speaks_one_language_and_says_which() {
    for locale in Locale::ALL {
        let html = pay_page(&PayPage { locale, ..page(PageState::Payable) });
        let open = format!("<html lang=\"{}\" dir=\"{}\">", locale.code(), locale.dir());
        for html in [&html, &unknown_link(locale), &challenge_over(locale, &[])] {
            assert!(html.body.contains(&open), "{}", locale.code());
        }
        assert!(html.body.contains(words::pay(locale).by_card));
        let others = Locale::ALL.into_iter().filter(|other| *other != locale);
        for other in others {
            assert!(!html.body.contains(words::pay(other).unsure_title), "{}", other.code());
        }
        assert!(html.body.len() < 60 * 1024, "{}: {} bytes", locale.code(), html.body.len());
        // What is a fact stays one in every language, and no placeholder is left.
        let markup = html.body.split("<script").next().unwrap().split("</style>").last().unwrap();
        assert!(markup.contains("<bdi translate=\"no\">Acme Books</bdi>"));
        assert!(!markup.contains('{') && !markup.contains('}'), "{}", locale.code());
    }
}
