//! The page's own calls: their bodies and views.

use crate::{
    http::field::{Field, Text, Whole},
    model::{
        Invalid, Time,
        payment_intent::{PaymentIntent, StatusName},
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
    /// 1 to 12.
    pub exp_month: Whole<1, 12>,
    /// Four digits.
    pub exp_year: Whole<2000, 2099>,
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

/// The one submit of a link.
#[derive(Body)]
pub struct SubmitPayment {
    /// What the tokeniser gave.
    pub card_token: Text<1, 255>,
    /// Whether the buyer ticked "save card"; no when absent.
    #[body(default = false)]
    pub save_card: Option<bool>,
}

/// The buyer's answer to the simulated bank.
#[derive(Body)]
pub struct CompleteChallenge {
    /// Whether it is them.
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
        Submit { link_token, card_token, save_card }
    }
}

impl TokenizeCard {
    /// The card for the tokeniser.
    #[must_use]
    pub fn into_card(self) -> Card {
        Card {
            number: self.number.0,
            exp_month: u8::try_from(self.exp_month.0).unwrap_or(0),
            exp_year: u16::try_from(self.exp_year.0).unwrap_or(0),
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
        StatusName::Pending
        | StatusName::PendingReview
        | StatusName::Processing
        | StatusName::RequiresAction
        | StatusName::Held
        | StatusName::Succeeded
        | StatusName::Settled => None,
    };
    PaymentStatusView {
        status: status.as_str(),
        message,
        challenge_path: (status == StatusName::RequiresAction).then_some("challenge"),
        return_url: intent
            .link_terms()
            .and_then(|terms| terms.link.return_url.clone())
            .filter(|_| status == StatusName::Succeeded),
    }
}
