//! The simulator's tokeniser: the only code that ever sees a card number.

use super::cards::{Behaviour, at_place, check_digit_fits, place_of};
use crate::{
    digest::first_of,
    mac,
    model::{
        Time,
        card::{CardSummary, FailureReason, card_digits, is_expired},
        id::TenantId,
        secret::ProcessorToken,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;

/// Tokens are good for this long, in seconds.
const LIFETIME_S: i64 = 30 * 60;

/// How far ahead a card may expire, in years.
const MAX_VALIDITY: u16 = 25;

const PREFIX: &str = "tok_";

/// First byte of what is signed. Then: card, month, year (2), end (8), link (8), fingerprint (16),
/// nonce (8).
const KIND: u8 = 1;

const VAULT_PREFIX: &str = "pm_";

/// First byte of what is signed in a vault token. Then: card, fingerprint (16), nonce (8).
const VAULT_KIND: u8 = 2;

/// A card as typed. Lives as long as the call that makes a token of it, and never prints itself.
pub struct Card {
    /// Digits of any script, with or without spaces.
    pub number: String,
    /// Expiry month, 1 to 12.
    pub exp_month: u8,
    /// Expiry year, four digits.
    pub exp_year: u16,
    /// Three digits, or four for American Express.
    pub cvc: String,
}

/// What is wrong with a card as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardProblem {
    /// Not 12 to 19 digits, or a wrong check digit.
    Number,
    /// A well-formed number that is not a published test card.
    NotATestCard,
    /// In the past, or absurdly far ahead.
    Expiry,
    /// Not the number of digits this card has.
    Cvc,
}

/// Makes a token for a card that is to pay through one link.
pub fn tokenise(
    key: &hmac::Key,
    card: &Card,
    link: &str,
    tenant: TenantId,
    now: Time,
    nonce: [u8; 8],
) -> Result<(ProcessorToken, CardSummary), Vec<CardProblem>> {
    let number = card_digits(&card.number).unwrap_or_default();
    let mut problems = Vec::new();
    let mut place = None;
    if !(12..=19).contains(&number.len()) || !check_digit_fits(&number) {
        problems.push(CardProblem::Number);
    } else {
        place = place_of(&number);
        if place.is_none() {
            problems.push(CardProblem::NotATestCard);
        }
    }
    if !expiry_fits(card.exp_month, card.exp_year, now) {
        problems.push(CardProblem::Expiry);
    }
    let cvc_digits = if number.starts_with("34") || number.starts_with("37") { 4 } else { 3 };
    if card_digits(&card.cvc).is_none_or(|cvc| cvc.len() != cvc_digits) {
        problems.push(CardProblem::Cvc);
    }
    let Some(place) = place.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let fingerprint = hmac::sign(key, format!("{}#{number}", tenant).as_bytes());
    let mut bytes = vec![KIND, place, card.exp_month];
    bytes.extend_from_slice(&card.exp_year.to_be_bytes());
    bytes.extend_from_slice(&now.plus_seconds(LIFETIME_S).ms().to_be_bytes());
    bytes.extend_from_slice(&link_hash(key, link));
    bytes.extend(fingerprint.as_ref().iter().take(16));
    bytes.extend_from_slice(&nonce);
    match summary(&bytes) {
        Some(summary) => Ok((ProcessorToken::new(mac::signed(key, PREFIX, bytes)), summary)),
        None => Err(vec![CardProblem::Number]),
    }
}

/// The card behind a token that was made for this link and is still good.
pub fn open(
    key: &hmac::Key,
    token: &str,
    link: &str,
    now: Time,
) -> Option<(Behaviour, CardSummary)> {
    let bytes = mac::verified(key, PREFIX, KIND, token)?;
    let ends = i64::from_be_bytes(bytes.get(5..13)?.try_into().ok()?);
    let same_link = bytes.get(13..21)? == link_hash(key, link);
    let card = at_place(*bytes.get(1)?)?;
    (same_link && now.ms() < ends).then_some((card.behaviour, summary(&bytes)?))
}

/// What the card behind a token does, whatever its age: a charge that was accepted goes through.
pub fn behaviour(key: &hmac::Key, token: &str) -> Option<Behaviour> {
    let bytes = mac::verified(key, PREFIX, KIND, token)?;
    at_place(*bytes.get(1)?).map(|card| card.behaviour)
}

/// A token for charging the card behind a token again, on any link or none, with no end. The same
/// card token makes the same one.
pub fn vault(key: &hmac::Key, card_token: &str) -> Option<ProcessorToken> {
    let bytes = mac::verified(key, PREFIX, KIND, card_token)?;
    let (place, fingerprint, nonce) = (*bytes.get(1)?, bytes.get(21..37)?, bytes.get(37..45)?);
    let vaulted = [&[VAULT_KIND, place], fingerprint, nonce].concat();
    Some(ProcessorToken::new(mac::signed(key, VAULT_PREFIX, vaulted)))
}

/// What the card behind a vault token does when it is charged again. Nobody is there to pass a
/// challenge, so none is asked.
pub fn vaulted(key: &hmac::Key, vault_token: &str) -> Option<Behaviour> {
    let bytes = mac::verified(key, VAULT_PREFIX, VAULT_KIND, vault_token)?;
    let card = at_place(*bytes.get(1)?)?;
    Some(match card.behaviour {
        Behaviour::Challenge => Behaviour::Approve,
        Behaviour::ChallengeThenDecline => Behaviour::Decline(FailureReason::CardDeclined),
        Behaviour::DeclineLater(reason) => Behaviour::Decline(reason),
        Behaviour::LoseLater => Behaviour::Lost,
        Behaviour::ChallengeAlways => Behaviour::Decline(FailureReason::AuthenticationRequired),
        same @ (Behaviour::Approve
        | Behaviour::Decline(_)
        | Behaviour::Late
        | Behaviour::Twice
        | Behaviour::Lost
        | Behaviour::RefundsLate { .. }
        | Behaviour::Dies { .. }) => same,
    })
}

fn summary(bytes: &[u8]) -> Option<CardSummary> {
    let card = at_place(*bytes.get(1)?)?;
    let fingerprint = bytes.get(21..37)?;
    Some(CardSummary {
        brand: card.brand.to_owned(),
        last4: card.number.get(card.number.len().checked_sub(4)?..)?.to_owned(),
        exp_month: *bytes.get(2)?,
        exp_year: u16::from_be_bytes(bytes.get(3..5)?.try_into().ok()?),
        fingerprint: URL_SAFE_NO_PAD.encode(fingerprint),
        country: card.country().and_then(|code| code.parse().ok()),
    })
}

fn link_hash(key: &hmac::Key, link: &str) -> [u8; 8] {
    first_of(hmac::sign(key, format!("link#{link}").as_bytes()).as_ref())
}

fn expiry_fits(month: u8, year: u16, now: Time) -> bool {
    let this_year: u16 = now.rfc3339().get(..4).and_then(|text| text.parse().ok()).unwrap_or(0);
    (1..=12).contains(&month)
        && !is_expired(month, year, now)
        && year <= this_year.saturating_add(MAX_VALIDITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &[1; 32])
    }

    fn now() -> Time {
        Time::parse("2026-11-21T10:00:00Z").unwrap()
    }

    fn tenant(n: u8) -> TenantId {
        TenantId::mint(now(), [n; 10])
    }

    fn card(number: &str) -> Card {
        Card { number: number.into(), exp_month: 12, exp_year: 2030, cvc: "123".into() }
    }

    fn token(card: &Card) -> Result<(String, CardSummary), Vec<CardProblem>> {
        let made = tokenise(&key(), card, "link", tenant(1), now(), [9; 8]);
        made.map(|(token, summary)| (token.reveal().to_owned(), summary))
    }

    #[test]
    fn a_token_holds_what_may_be_known_and_not_the_number() {
        let (text, summary) = token(&card("4000 0000 0000 9995")).unwrap();
        assert_eq!((summary.brand.as_str(), summary.last4.as_str()), ("visa", "9995"));
        let opened = open(&key(), &text, "link", now()).unwrap();
        assert_eq!(opened.1, summary);
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix("tok_").unwrap()).unwrap();
        let printed = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!printed.contains("4000") && !text.contains("9995"));
    }

    #[test]
    fn a_token_is_good_for_its_link_and_its_time() {
        let (text, _) = token(&card("4242424242424242")).unwrap();
        assert!(open(&key(), &text, "another link", now()).is_none());
        assert!(open(&key(), &text, "link", now().plus_seconds(LIFETIME_S)).is_none());
        let other = hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]);
        assert!(open(&other, &text, "link", now()).is_none());
        assert_eq!(behaviour(&key(), &text), Some(Behaviour::Approve));
    }

    #[test]
    fn a_vault_token_tells_what_a_later_charge_does() {
        for (number, later) in [
            ("4242424242424242", Behaviour::Approve),
            ("4000000000003220", Behaviour::Approve),
            ("4000000000000341", Behaviour::Decline(FailureReason::CardDeclined)),
            ("4000000000001109", Behaviour::Late),
            ("4000002760003184", Behaviour::Decline(FailureReason::AuthenticationRequired)),
            ("4000000000005506", Behaviour::Dies { charged: true }),
        ] {
            let (text, _) = token(&card(number)).unwrap();
            let vault_token = vault(&key(), &text).unwrap();
            assert_eq!(vault(&key(), &text), Some(vault_token.clone()), "{number}");
            let vault_token = vault_token.reveal();
            assert_eq!(vaulted(&key(), vault_token), Some(later), "{number}");
            // One kind of token is not good for another.
            assert_eq!(behaviour(&key(), &vault_token.replace("pm_", "tok_")), None);
            assert_eq!(vaulted(&key(), &text.replace("tok_", "pm_")), None);
        }
        let other = hmac::Key::new(hmac::HMAC_SHA256, &[2; 32]);
        let (text, _) = token(&card("4242424242424242")).unwrap();
        assert_eq!(vaulted(&other, vault(&key(), &text).unwrap().reveal()), None);
        for text in ["", "pm_", "pm_AAAA", "pm_0190a0a0-0000-7000-8000-000000000000"] {
            assert_eq!(vaulted(&key(), text), None, "{text}");
        }
    }

    #[test]
    fn the_fingerprint_is_the_same_for_one_tenant_and_differs_between_tenants() {
        let of = |n| {
            let made = tokenise(&key(), &card("4242424242424242"), "l", tenant(n), now(), [n; 8]);
            made.unwrap().1.fingerprint
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn a_card_typed_in_another_script_is_the_same_card() {
        let (_, latin) = token(&card("4242424242424242")).unwrap();
        for (number, cvc) in [
            ("٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢", "١٢٣"),
            ("۴۲۴۲۴۲۴۲۴۲۴۲۴۲۴۲", "۱۲۳"),
            ("४२४२ ४२४२ ४२४२ ४२४२", "१२३"),
            ("４２４２４２４２４２４２４２４２", "１２３"),
        ] {
            let typed = Card { cvc: cvc.into(), ..card(number) };
            assert_eq!(token(&typed).unwrap().1, latin, "{number}");
        }
    }

    #[test]
    fn a_card_is_taken_until_its_month_is_over_everywhere() {
        let november = Card { exp_month: 11, exp_year: 2026, ..card("4242424242424242") };
        let at =
            |now| tokenise(&key(), &november, "l", tenant(1), Time::parse(now).unwrap(), [9; 8]);
        assert!(at("2026-12-01T00:00:05Z").is_ok());
        assert!(at("2026-12-01T11:59:59Z").is_ok());
        assert_eq!(at("2026-12-01T12:00:00Z").unwrap_err(), [CardProblem::Expiry]);
    }

    #[test]
    fn a_number_that_could_be_a_real_card_is_refused() {
        for number in ["4111111111111111", "4532015112830366", "5105105105105100"] {
            assert_eq!(token(&card(number)).unwrap_err(), [CardProblem::NotATestCard]);
        }
    }

    #[test]
    fn malformed_cards_are_refused_with_every_problem() {
        let bad = Card {
            number: "4242424242424241".into(),
            exp_month: 10,
            exp_year: 2026,
            cvc: "12".into(),
        };
        let problems = token(&bad).unwrap_err();
        assert_eq!(problems, [CardProblem::Number, CardProblem::Expiry, CardProblem::Cvc]);
        for (month, year) in [(13, 2030), (0, 2030), (12, 2052), (10, 2026)] {
            let card = Card { exp_month: month, exp_year: year, ..card("4242424242424242") };
            assert_eq!(token(&card).unwrap_err(), [CardProblem::Expiry]);
        }
        let this_month = Card { exp_month: 11, exp_year: 2026, ..card("4242424242424242") };
        assert!(token(&this_month).is_ok());
        let amex = Card { cvc: "1234".into(), ..card("378282246310005") };
        assert!(token(&amex).is_ok());
        for number in ["", "4242", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٣", "4242424242424242x"] {
            assert_eq!(token(&card(number)).unwrap_err(), [CardProblem::Number]);
        }
    }
}
