//! Payment methods: cards and bank accounts that a user saved.

use crate::{
    http::{
        Result,
        body::{Body, Fields},
        field::{PageLimit, Text},
        meaning::Meaning,
        platform::{
            bank_account::{self, AccountNumber, BankAccountView, RoutingNumber},
            page::Page,
            payment::CardView,
        },
        view::Object,
    },
    model::{
        Currency, Scope, Time,
        bank::AccountType,
        card::CardSummary,
        id::{CustomerId, PaymentMethodId},
        payment_method::{MethodDetail, PaymentMethod},
    },
    processor::simulator::bank_token::BankAccount,
};
use derive::{Body, View};

/// Longest name of an account's holder.
pub const MAX_HOLDER: usize = 100;

/// A bank account of a user.
#[derive(Body)]
pub struct BankAccountForm {
    /// Whose account; one of your users.
    pub user_id: CustomerId,
    /// The bank, by its nine-digit routing number.
    pub routing_number: RoutingNumber,
    /// 4 to 17 digits. Goes to the provider at once; only the last four are kept.
    pub account_number: AccountNumber,
    /// The kind of account: `checking` or `savings`.
    pub account_type: AccountType,
    /// Whose name is on the account.
    pub account_holder_name: Text<1, MAX_HOLDER>,
    /// USD: banks with routing numbers have no other.
    #[body(default = Currency::USD)]
    pub currency: Option<Currency>,
    /// Makes repeating the request harmless, as the header `Idempotency-Key` does: the two must
    /// agree.
    #[body(key)]
    pub idempotency_key: Option<Text<1, 120>>,
}

/// A bank account of a user, in a currency that banks with routing numbers have.
pub struct CreateBankPaymentMethod(BankAccountForm);

impl Body for CreateBankPaymentMethod {
    fn read(fields: &mut Fields) -> Option<Self> {
        let form = BankAccountForm::read(fields)?;
        if form.currency.is_some_and(|currency| currency != Currency::USD) {
            fields.problem("currency", "must be USD: banks with routing numbers have no other");
        }
        Some(Self(form))
    }

    fn describe(object: &mut Object) {
        BankAccountForm::describe(object);
    }

    fn meaning(&self) -> Meaning {
        self.0.meaning()
    }

    fn idempotency_key(&self) -> Option<&str> {
        self.0.idempotency_key()
    }
}

/// Which payment methods to list.
#[derive(Body)]
pub struct ListPaymentMethods {
    /// Only those of this user.
    pub user_id: CustomerId,
    /// How many entries a page holds at most.
    pub limit: Option<PageLimit>,
    /// The `next_cursor` that the page before answered, with the same filters.
    pub cursor: Option<Text<1, 200>>,
}

/// Whose payment method to delete.
#[derive(Body)]
pub struct DeletePaymentMethod {
    /// The id of the user whose it is.
    pub user_id: CustomerId,
}

impl CreateBankPaymentMethod {
    /// The user whose account it is.
    pub const fn user(&self) -> CustomerId {
        self.0.user_id
    }

    /// The account for its provider.
    pub fn account(&self) -> BankAccount {
        BankAccount {
            routing_number: self.0.routing_number.0.clone(),
            account_number: self.0.account_number.0.clone(),
            account_type: self.0.account_type,
            holder_name: self.0.account_holder_name.0.clone(),
        }
    }
}

impl ListPaymentMethods {
    /// The page that is asked for.
    ///
    /// # Errors
    /// 422 for a cursor of another list.
    pub fn page(&self, scope: Scope, now: Time) -> Result<Page> {
        let list = format!("payment methods {}", self.user_id);
        Page::of_all(scope, list, self.limit, self.cursor.as_ref(), now)
    }
}

/// A saved card or bank account.
#[derive(View)]
pub struct PaymentMethodView {
    /// The payment method's id, a UUID.
    pub payment_method_id: PaymentMethodId,
    /// The id of the user whose payment method it is.
    pub user_id: CustomerId,
    /// `card` or `bank`.
    pub r#type: &'static str,
    /// The card, where it is one; null for a bank account.
    pub card: Option<CardView>,
    /// Where it is a bank account.
    pub bank: Option<BankAccountView>,
    /// When it was made, as an RFC 3339 time.
    pub created_at: String,
}

/// A payment method that is no more.
#[derive(View)]
pub struct DeletedPaymentMethodView {
    /// The payment method's id, a UUID.
    pub payment_method_id: PaymentMethodId,
    /// Always true: it is gone.
    pub deleted: bool,
}

fn card_view(card: &CardSummary) -> CardView {
    CardView {
        brand: card.brand.clone(),
        last4: card.last4.clone(),
        exp_month: card.exp_month,
        exp_year: card.exp_year,
    }
}

/// A payment method as this surface shows it.
pub fn view(method: &PaymentMethod) -> PaymentMethodView {
    let (kind, card, bank) = match &method.detail {
        MethodDetail::Card(card) => ("card", Some(card_view(card)), None),
        MethodDetail::Bank(account) => ("bank", None, Some(bank_account::view(account))),
    };
    PaymentMethodView {
        payment_method_id: method.id,
        user_id: method.customer,
        r#type: kind,
        card,
        bank,
        created_at: method.created_at.rfc3339(),
    }
}
