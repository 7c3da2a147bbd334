//! The page's own calls: their bodies and views.

use crate::{
    http::field::{Email, Field, Text},
    model::{
        Invalid, Time,
        card::card_digits,
        payment_intent::{Buyer, PaymentIntent, Status, StatusName, Success},
    },
    operations::{FieldError, Problem, checkout::Submit},
    processor::simulator::{Card, CardProblem},
};
use derive::{Body, View};
use serde_json::{Value, json};

/// A card as typed. Read only by the simulator's tokeniser.
#[derive(Body)]
pub struct TokenizeCard {
    /// The number, with or without spaces.
    pub number: CardNumber,
    /// 1 to 12, as a number or as a text of digits.
    pub exp_month: CardMonth,
    /// Four digits, or the last two, as a number or as a text of digits.
    pub exp_year: CardYear,
    /// Security code.
    pub cvc: Cvc,
    /// Name on the card; looked at by real processors only.
    pub name: Option<Text<0, 200>>,
    /// Postal code; looked at by real processors only.
    pub postal_code: Option<Text<0, 20>>,
}

/// A card number on its way to the tokeniser. Cannot be printed.
pub struct CardNumber(String);

/// A security code on its way to the tokeniser. Cannot be printed.
pub struct Cvc(String);

/// The month a card expires in.
pub struct CardMonth(u8);

/// The year a card expires in, with its century.
pub struct CardYear(u16);

/// The one submit of a link.
#[derive(Body)]
pub struct SubmitPayment {
    /// What the tokeniser gave.
    pub card_token: Text<1, 255>,
    /// Whether the buyer ticked "save card"; no when absent.
    #[body(default = false)]
    pub save_card: Option<bool>,
    /// Who pays, where the link was made for nobody.
    pub email: Option<Email>,
    /// Their full name, beside it.
    pub name: Option<Text<1, 200>>,
}

/// The buyer's answer to the simulated bank.
#[derive(Body)]
pub struct CompleteChallenge {
    /// Whether the buyer confirms the payment.
    pub approve: bool,
}

/// A token that stands for a card.
#[derive(View)]
pub struct CardTokenView {
    /// The token.
    pub card_token: String,
    /// Scheme.
    pub brand: String,
    /// Last four digits.
    pub last4: String,
}

/// Where the payment stands, for the page.
#[derive(View)]
pub struct PaymentStatusView {
    /// `pending`, `processing`, `requires_action`, `succeeded`, `failed`, `expired`, `canceled`.
    pub status: &'static str,
    /// A sentence for the buyer.
    pub message: Option<&'static str>,
    /// Where the challenge is.
    pub challenge_path: Option<&'static str>,
    /// Where the buyer may go after success.
    pub return_url: Option<String>,
    /// The card that was charged; nothing before that.
    pub card: Option<PaidCardView>,
    /// Whether that card was saved for next time.
    pub card_saved: bool,
}

/// The card that was charged.
#[derive(View)]
pub struct PaidCardView {
    /// Scheme.
    pub brand: String,
    /// Scheme in words.
    pub name: &'static str,
    /// Last four digits.
    pub last4: String,
}

impl std::fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardNumber")
    }
}

impl std::fmt::Debug for Cvc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cvc")
    }
}

impl Field for CardNumber {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text = Text::<1, 40>::read(json).map_err(|_| Invalid::new("enter the card number"))?;
        Ok(Self(text.0))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 40})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl Field for Cvc {
    fn read(json: &str) -> Result<Self, Invalid> {
        let text =
            Text::<1, 10>::read(json).map_err(|_| Invalid::new("enter the security code"))?;
        Ok(Self(text.0))
    }

    fn schema() -> Value {
        json!({"type": "string", "minLength": 1, "maxLength": 10})
    }

    fn meaning(&self) -> String {
        self.0.clone()
    }
}

impl SubmitPayment {
    /// The submit that is asked for, of the link with this token.
    #[must_use]
    pub fn command(self, link_token: &str) -> Submit<'_> {
        let (card_token, save_card) = (self.card_token.0, self.save_card == Some(true));
        let name = self.name.map(|name| name.0);
        let buyer = self.email.map(|email| Buyer { email: email.0, name });
        Submit { link_token, card_token, save_card, buyer }
    }
}

/// A number, or a text of digits in any script.
fn whole_number(json: &str) -> Option<u16> {
    match serde_json::from_str::<String>(json) {
        Ok(text) => card_digits(&text)?.parse().ok(),
        Err(_) => json.parse().ok(),
    }
}

impl Field for CardMonth {
    fn read(json: &str) -> Result<Self, Invalid> {
        let month = whole_number(json).and_then(|month| u8::try_from(month).ok());
        let month = month.filter(|month| (1..=12).contains(month));
        month.map(Self).ok_or_else(|| Invalid::new("must be a month from 1 to 12"))
    }

    fn schema() -> Value {
        json!({"oneOf": [
            {"type": "integer", "minimum": 1, "maximum": 12},
            {"type": "string", "pattern": "^(0?[1-9]|1[0-2])$"},
        ]})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl Field for CardYear {
    fn read(json: &str) -> Result<Self, Invalid> {
        let year = whole_number(json).map(|year| if year < 100 { year + 2000 } else { year });
        let year = year.filter(|year| (2000..=2099).contains(year));
        year.map(Self).ok_or_else(|| Invalid::new("must be a year from 2000 to 2099"))
    }

    fn schema() -> Value {
        json!({"oneOf": [
            {"type": "integer", "minimum": 2000, "maximum": 2099},
            {"type": "integer", "minimum": 0, "maximum": 99},
            {"type": "string", "pattern": "^(20)?[0-9]{2}$"},
        ]})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl TokenizeCard {
    /// The card for the tokeniser.
    #[must_use]
    pub fn into_card(self) -> Card {
        Card {
            number: self.number.0,
            exp_month: self.exp_month.0,
            exp_year: self.exp_year.0,
            cvc: self.cvc.0,
        }
    }
}

/// What is wrong with a card, field by field.
#[must_use]
pub fn card_error(problems: &[CardProblem]) -> Problem {
    let fields = problems.iter().map(|problem| {
        let (field, message) = match problem {
            CardProblem::Number => ("number", "check the card number"),
            CardProblem::NotATestCard => {
                ("number", "this is a test page: only published test cards work here")
            }
            CardProblem::Expiry => ("exp_month", "check the expiry date"),
            CardProblem::Cvc => ("cvc", "check the security code"),
        };
        FieldError { field: field.to_owned(), message: message.to_owned() }
    });
    Problem::Invalid(fields.collect())
}

/// Where a payment stands at `now`.
#[must_use]
pub fn status(intent: &PaymentIntent, now: Time) -> PaymentStatusView {
    let status = intent.status_at(now);
    let message = match status {
        StatusName::Failed => Some(super::failure_of(intent)),
        StatusName::Expired => Some("The time for this payment is over."),
        StatusName::Canceled => Some("This payment was called off."),
        // Another card may be tried.
        StatusName::Pending => {
            intent.last_failure().map(|failure| super::failure_text(failure.reason))
        }
        StatusName::PendingReview
        | StatusName::Processing
        | StatusName::RequiresAction
        | StatusName::Held
        | StatusName::Succeeded
        | StatusName::Settled => None,
    };
    let paid =
        if let Status::Succeeded(Success::Card { attempt, payment_method, .. }) = &intent.status {
            Some((attempt, payment_method))
        } else {
            None
        };
    PaymentStatusView {
        status: name_for_the_page(status),
        card: paid.map(|(attempt, _)| PaidCardView {
            brand: attempt.card.brand.clone(),
            name: super::brand_name(&attempt.card.brand),
            last4: attempt.card.last4.clone(),
        }),
        card_saved: paid.is_some_and(|(_, method)| method.is_some()),
        message,
        challenge_path: (status == StatusName::RequiresAction).then_some("challenge"),
        return_url: intent.return_url().filter(|_| status == StatusName::Succeeded),
    }
}

/// The page knows what matters to a buyer: paid is paid, and what waits for others is on its way.
const fn name_for_the_page(status: StatusName) -> &'static str {
    match status {
        StatusName::Settled => StatusName::Succeeded.as_str(),
        StatusName::PendingReview | StatusName::Held => StatusName::Processing.as_str(),
        StatusName::Pending
        | StatusName::Processing
        | StatusName::RequiresAction
        | StatusName::Succeeded
        | StatusName::Failed
        | StatusName::Expired
        | StatusName::Canceled => status.as_str(),
    }
}
