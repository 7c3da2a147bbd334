//! What an attempt to charge a saved card is made with: the card, who charges it, and what it costs.

use super::{ChargeServices, ChosenCard, MAX_A_MINUTE, no_card};
use crate::{
    model::{
        Amounts, Money, Scope, Time,
        card::CardSummary,
        customer::Customer,
        id::{AttemptId, CustomerId},
        payment_intent::{Attempt, ChargingAccount},
        payment_method::PaymentMethod,
        processor_account::{TenantAccounts, default_among},
        tax::{AttemptTax, Calculator, Pricing, SaleLine, settings::Settings},
    },
    operations::{
        Allowance, Problem, Result, StateRefusal,
        tax::{self, Computed, Wanted},
        vault,
    },
    processor::{Processors, registry},
    store::{
        self, Consistency, Error, Table, Write, key, processor_account, sliding::SlidingCounter,
    },
};

/// The tenant who charges, with what decides its tax.
pub(super) struct ChargeSeller {
    pub(super) accounts: TenantAccounts,
    pub(super) settings: Settings,
}

/// What is charged for.
#[derive(Clone, Copy)]
pub(super) struct ChargeSale<'a> {
    pub(super) amount: Money,
    pub(super) tax_code: Option<&'a str>,
    pub(super) card: ChosenCard,
}

/// What an attempt is made with.
pub(super) struct Means {
    pub(super) account: ChargingAccount,
    pub(super) method: PaymentMethod,
    card: CardSummary,
    pub(super) amounts: Amounts,
    charged: Option<Box<AttemptTax>>,
    /// How far the customer is from the limit with this attempt.
    pub(super) allowance: Allowance,
    /// Takes the declines of the card out that no longer count, if there are some.
    pub(super) forgets: Option<Write>,
}

impl Means {
    pub(super) fn attempt(&self, id: AttemptId) -> Attempt {
        Attempt {
            id,
            card: self.card.clone(),
            save_card: false,
            buyer: None,
            billing: None,
            charged: self.charged.clone(),
        }
    }
}

impl ChargeSeller {
    pub(super) async fn read(store: &Table, scope: Scope) -> Result<Self> {
        let keys = [key::tenant_accounts(scope), key::tax_settings(scope)];
        let [accounts, settings] = store.get_all(keys, Consistency::Strong).await?;
        Ok(Self {
            accounts: processor_account::from_item(scope, accounts.as_ref())?,
            settings: store::tax::from_item(settings.as_ref())?,
        })
    }

    /// What an attempt is made with now, once it is counted.
    pub(super) async fn means(
        &self,
        store: &Table,
        services: ChargeServices<'_>,
        customer: &Customer,
        sale: ChargeSale<'_>,
        now: Time,
    ) -> Result<Means> {
        let id = match sale.card {
            ChosenCard::Default => customer.profile.default_method,
            ChosenCard::Named(id) => Some(id),
            ChosenCard::Nothing => None,
        };
        let id = id.ok_or_else(no_card)?;
        let (declines, starts) = (vault::declines(id), starts(customer.id));
        let method = key::payment_method(customer.scope, customer.id, id);
        let keys = [method, declines.place(), starts.place()];
        let [method, declined, started] = store.get_all(keys, Consistency::Strong).await?;
        let method = method.ok_or_else(no_card)?;
        let method = store::payment_method::from_item(customer.scope, &method)?;
        let card = method.card().cloned().ok_or_else(no_card)?;
        let account = self.account(services.processors, &method)?;
        let (amounts, charged) = self.taxed(services.calculator, customer, sale, now).await?;
        registry::check_amount(&account.processor, amounts.total())
            .map_err(|why| Problem::field("amount", why.0))?;
        let declined = declines.recent(declined.as_ref(), now);
        let of_card = declines.allowance(&declined, now);
        if of_card.left == 0 {
            return Err(Problem::LimitReached(of_card));
        }
        let recent = starts.recent(started.as_ref(), now);
        match store.commit(vec![starts.count(&recent, now)]).await {
            Ok(()) => {}
            Err(Error::Refused { .. }) => {
                return Err(Problem::LimitReached(starts.full(&recent, now)));
            }
            Err(other) => return Err(other.into()),
        }
        let allowance = starts.after(&recent, now);
        let forgets = declines.forget(&declined, now).map(Write::Update);
        Ok(Means { account, method, card, amounts, charged, allowance, forgets })
    }

    /// The tenant's account that can charge a card: the oldest of the processor that keeps it, and
    /// there of the account in which it is kept.
    fn account(
        &self,
        processors: &Processors<'_>,
        method: &PaymentMethod,
    ) -> Result<ChargingAccount> {
        let processor = processors.named(&method.processor);
        let processor = processor.ok_or(StateRefusal::NoMerchantAccount)?;
        let home = processor.connected(method.token.reveal());
        let account = default_among(&self.accounts.accounts, |account| {
            account.processor == method.processor && account.connected.as_deref() == home
        });
        Ok(registry::frozen(account.ok_or(StateRefusal::NoMerchantAccount)?))
    }

    /// What a sale to a customer costs by where and who the customer is now.
    async fn taxed(
        &self,
        calculator: &dyn Calculator,
        customer: &Customer,
        sale: ChargeSale<'_>,
        now: Time,
    ) -> Result<(Amounts, Option<Box<AttemptTax>>)> {
        let buyer = customer.profile.for_tax();
        let line = SaleLine {
            tax_code: sale.tax_code.unwrap_or_default().to_owned(),
            own_rate: None,
            amount: sale.amount.minor(),
        };
        let wanted = Wanted {
            lines: std::slice::from_ref(&line),
            pricing: Pricing::Exclusive,
            currency: sale.amount.currency(),
            buyer: &buyer,
        };
        let taxed = match tax::compute(calculator, &self.settings, wanted, now).await? {
            Computed::Known(taxed) => *taxed,
            Computed::Needs(needs) => return Err(tax::missing(&needs)),
        };
        let record = Some(taxed.record).filter(|_| self.settings.collects());
        let charged = record
            .map(|record| Box::new(AttemptTax { amounts: taxed.amounts, record: Some(record) }));
        Ok((taxed.amounts, charged))
    }
}

/// The counter of a customer's charges.
fn starts(customer: CustomerId) -> SlidingCounter {
    let (what, whom) = ("charges", customer.to_string());
    SlidingCounter { what, whom, limit: MAX_A_MINUTE, window_s: 60 }
}
