//! The page of the simulated bank, which our own page frames.

use super::{
    super::words::{self, Bank, Locale},
    Html,
    amount::{in_words, show_money},
    frame::{CHALLENGE, Frame, NOTICE},
    notice, render,
    says::{fact, sum},
    within_our_page,
};
use askama::Template;

/// What the simulated bank asks about.
#[derive(Debug, Clone, Copy)]
pub struct ChallengePage<'a> {
    /// The page's language.
    pub locale: Locale,
    /// The tenant's display name.
    pub payee: &'a str,
    /// Major units, as on the wire: `12.50`.
    pub amount: &'a str,
    /// ISO 4217, upper case.
    pub currency: &'a str,
    /// The card's last four digits.
    pub last4: &'a str,
    /// Who may embed the page that embeds this one.
    pub allowed_origins: &'a [String],
}

/// The simulated bank's page. Our own page frames it, so `'self'` stands beside the tenant's
/// origins: browsers check every ancestor, not only the nearest.
pub fn challenge_page(page: &ChallengePage<'_>) -> Html {
    let money = show_money(page.amount, page.currency);
    let in_words = in_words(page.amount, page.currency, page.locale);
    let words = words::bank(page.locale);
    let template = ChallengeTemplate {
        frame: &CHALLENGE,
        locale: page.locale,
        words,
        payee: page.payee,
        sum: &sum(page.amount, page.currency, &money, in_words.as_deref()),
        shows_code: !money.contains(page.currency),
        currency: page.currency,
        ending: &fact(words.ending, "last4", page.last4),
    };
    render(&template, &CHALLENGE, &within_our_page(page.allowed_origins))
}

/// What stands in the bank's place when there is nothing to answer any more.
pub fn challenge_over(locale: Locale, allowed_origins: &[String]) -> Html {
    let words = words::notice(locale);
    // Our own page around it has the main part.
    let template = notice(locale, "section", words.step_over_title, words.step_over_text);
    render(&template, &NOTICE, &within_our_page(allowed_origins))
}

#[derive(Template)]
#[template(path = "challenge.html")]
struct ChallengeTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    words: &'static Bank,
    payee: &'a str,
    /// The amount as buyers write it, with the marks that keep translators away.
    sum: &'a str,
    currency: &'a str,
    shows_code: bool,
    /// The card's last digits, as markup.
    ending: &'a str,
}
