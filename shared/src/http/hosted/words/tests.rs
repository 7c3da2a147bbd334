use super::*;
use crate::{
    http::{
        gateway,
        hosted::{call, failure_text, problems},
    },
    model::{card::FailureReason, organization::LOCALES},
    operations::{Problem, StateRefusal},
    processor::simulator::CardProblem,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Every catalogue, as it lies in the repository.
fn sources() -> Vec<(&'static str, &'static str)> {
    vec![
        ("en", include_str!("en.txt")),
        ("de", include_str!("de.txt")),
        ("fr", include_str!("fr.txt")),
        ("es", include_str!("es.txt")),
        ("it", include_str!("it.txt")),
        ("nl", include_str!("nl.txt")),
        ("pl", include_str!("pl.txt")),
        ("pt", include_str!("pt.txt")),
        ("da", include_str!("da.txt")),
        ("sv", include_str!("sv.txt")),
        ("ja", include_str!("ja.txt")),
        ("ar", include_str!("ar.txt")),
    ]
}

/// Section, name and text of every line.
fn texts(source: &str) -> Vec<(String, String)> {
    let mut section = "";
    let mut found = Vec::new();
    for line in source.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
        } else {
            let (name, text) = line.split_once('=').unwrap();
            found.push((format!("{section} {}", name.trim()), text.trim().to_owned()));
        }
    }
    found
}

fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
}

#[test]
fn every_catalogue_has_the_same_names_and_placeholders() {
    let english = texts(include_str!("en.txt"));
    for (locale, source) in sources() {
        let own = texts(source);
        assert_eq!(own.len(), english.len(), "{locale}");
        for ((name, text), (theirs, said)) in own.iter().zip(&english) {
            assert_eq!(name, theirs, "{locale}");
            assert!(!text.is_empty(), "{locale}: {name} says nothing");
            assert_eq!(placeholders(text), placeholders(said), "{locale}: {name}");
            assert!(!text.contains(['<', '>', '`', '\\']), "{locale}: {name} has markup in it");
        }
    }
}

#[test]
fn no_catalogue_left_a_sentence_in_english() {
    let english = texts(include_str!("en.txt"));
    for (locale, source) in sources().into_iter().skip(1) {
        for ((name, text), (_, said)) in texts(source).iter().zip(&english) {
            let words = said.split(' ').filter(|word| word.starts_with(char::is_alphabetic));
            let sentence = words.count() > 3;
            assert!(!sentence || text != said, "{locale}: {name} is English");
        }
    }
}

#[test]
fn words_of_buttons_and_fields_stay_short() {
    for (locale, source) in sources() {
        for (name, text) in texts(source) {
            let most = match name.as_str() {
                "[bank] approve" | "[bank] decline" => 18,
                "[pay] pay" | "[link] go_on" | "[pay] check_again" => 32,
                "[pay] expiry_form" | "[pay] test_mode" | "[pay] time_left" => 20,
                "[pay] security_code" | "[pay] expiry" => 22,
                _ => 400,
            };
            assert!(text.chars().count() <= most, "{locale}: {name} is too long");
        }
    }
}

#[test]
fn the_languages_are_those_of_the_contract() {
    assert_eq!(Locale::ALL.map(Locale::code), LOCALES);
    assert_eq!(sources().into_iter().map(|(locale, _)| locale).collect::<Vec<_>>(), LOCALES);
    for locale in Locale::ALL {
        assert_eq!(Locale::named(locale.code()), Some(locale));
        let words: Value = serde_json::from_str(pay_script(locale)).unwrap();
        assert_eq!(words["told"].as_object().unwrap().is_empty(), locale == Locale::En);
        assert!(serde_json::from_str::<Value>(link_script(locale)).unwrap().is_object());
        assert!(
            !pay_script(locale).contains(['<', '>']) && !link_script(locale).contains(['<', '>'])
        );
    }
}

#[test]
fn the_best_language_of_those_a_browser_names_is_chosen() {
    for (wanted, found) in [
        ("de", Some(Locale::De)),
        ("de-CH,de;q=0.9,en;q=0.8", Some(Locale::De)),
        ("en;q=0.8, fr;q=0.9", Some(Locale::Fr)),
        ("ko, ar-EG;q=0.5", Some(Locale::Ar)),
        ("PT-br", Some(Locale::Pt)),
        ("zh-Hant,zh;q=0.9,*;q=0.1", None),
        ("de;q=0, sv;q=0.001", Some(Locale::Sv)),
        ("de;q=a, it;q=2, nl;q=1", Some(Locale::Nl)),
        ("", None),
        (",;,=;q", None),
        ("denmark", None),
        ("é;q=0.5é", None),
    ] {
        assert_eq!(Locale::best(wanted), found, "{wanted}");
    }
    let many = "ko,".repeat(10_000) + "de";
    assert_eq!(Locale::best(&many), None, "a list without end");
}

#[test]
fn what_the_query_names_wins_over_what_the_browser_prefers() {
    let asked = |query: Value, header: &str| {
        let event = json!({
            "httpMethod": "GET", "queryStringParameters": query,
            "headers": {"Accept-Language": header},
        });
        Locale::of(&gateway::request(event).unwrap(), Some(Locale::Sv))
    };
    assert_eq!(asked(json!({"lang": "ar"}), "de"), Locale::Ar);
    assert_eq!(asked(json!({"lang": "xx"}), "de"), Locale::De);
    assert_eq!(asked(json!({"lang": "ja;q=0"}), "de"), Locale::De);
    assert_eq!(asked(Value::Null, "ko"), Locale::Sv);
}

/// Whatever a page repeats of the server's answers has its sentence in every language.
#[test]
fn what_the_server_tells_a_page_can_be_said_in_every_language() {
    let reasons = [
        FailureReason::CardDeclined,
        FailureReason::AuthenticationFailed,
        FailureReason::ProcessingError,
    ];
    let refusals = [
        StateRefusal::CardNotAccepted,
        StateRefusal::LinkInUse,
        StateRefusal::LinkInactive,
        StateRefusal::LinkDeleted,
        StateRefusal::LinkExhausted,
        StateRefusal::TaxUnknown,
    ];
    let cards =
        [CardProblem::Number, CardProblem::NotATestCard, CardProblem::Expiry, CardProblem::Cvc];
    let mut said: Vec<String> = reasons.map(|reason| failure_text(reason).to_owned()).into();
    said.extend(refusals.map(|refusal| problems::message(&Problem::State(refusal)).into_owned()));
    for card in cards {
        let Problem::Invalid(fields) = call::card_error(&[card]) else { panic!("not a field") };
        said.extend(fields.into_iter().map(|field| field.message));
    }
    for locale in Locale::ALL.into_iter().skip(1) {
        let words: Value = serde_json::from_str(pay_script(locale)).unwrap();
        for sentence in &said {
            assert!(words["told"][sentence].is_string(), "{locale:?}: {sentence}");
        }
        assert_ne!(say(locale, failure_text(FailureReason::LostCard)), said[0]);
    }
}
