//! Checkouts that a server makes with its API key.
#![expect(non_snake_case, reason = "three names of fields are published in camelCase")]

use super::{
    buyer_details::BuyerDetails,
    field::{Count, Line, LinkCurrency, Percent, PricingMode, ProductRef},
};
use crate::{
    http::{
        Result,
        field::{Amount, WebUrl},
    },
    model::{
        Currency, Money,
        catalog::{MAX_LINES, MAX_QUANTITY, Purchase},
        metadata::Metadata,
        payment_link::ReturnAddresses,
    },
    operations::{
        FieldError, Problem,
        merchant_checkouts::{AskedLine, NewCheckout},
    },
};
use derive::Body;

/// A checkout for one buyer.
#[derive(Body)]
pub struct CreateCheckout {
    /// The buyer's details.
    #[body(flatten)]
    pub buyer: BuyerDetails,
    /// ISO 4217, what the checkout is paid in; `USD` when absent.
    #[body(default = LinkCurrency(Currency::USD))]
    pub currency: Option<LinkCurrency>,
    /// 1 to 100: products of the catalog, or lines of your own.
    pub products: Vec<CheckoutLine>,
    /// Whether the prices contain their tax; the organisation's default when absent.
    pub pricing_mode: Option<PricingMode>,
    /// Any object up to 4 KB, never shown to buyers.
    #[body(default = Metadata::nothing())]
    pub metadata: Option<Metadata>,
    /// Seconds for which the checkout can be paid: an hour when absent.
    #[body(default = Count(3_600))]
    pub expires_in: Option<Count<300, 86_400>>,
    /// Your own reference, such as an order's number, 1 to 120 characters.
    pub client_reference: Option<Line<1, 120>>,
    /// Where the buyer goes after paying.
    pub successUrl: Option<WebUrl>,
    /// Where the buyer goes when the checkout ended unpaid.
    pub failedUrl: Option<WebUrl>,
    /// Where the buyer goes after giving up.
    pub cancelUrl: Option<WebUrl>,
}

/// One line: a product, or what you call it and what it costs.
#[derive(Body)]
pub struct CheckoutLine {
    /// A product of the catalog, `prod_...`, which brings its own name and price.
    pub id: Option<ProductRef>,
    /// What buyers read, for a line of your own.
    pub name: Option<Line<1, 120>>,
    /// How many pieces, from 1 on.
    #[body(default = Count(1))]
    pub quantity: Option<Count<1, MAX_QUANTITY>>,
    /// What one costs, for a line of your own.
    pub unit_price: Option<Amount>,
    /// How a line of your own is taxed.
    pub tax_code: Option<Line<1, 40>>,
    /// Replaces the table's rate, for a line of your own.
    pub tax_rate: Option<Percent>,
}

impl CreateCheckout {
    /// The checkout that is asked for.
    ///
    /// # Errors
    /// Everything that is wrong with its lines; then what is wrong with the buyer's details.
    pub fn command(self) -> Result<NewCheckout> {
        let currency = self.currency.map_or(Currency::USD, |currency| currency.0);
        let lines = lines(self.products, currency)?;
        let url = |url: Option<WebUrl>| url.map(|url| url.0);
        Ok(NewCheckout {
            payer: self.buyer.payer()?,
            currency,
            lines,
            pricing_mode: self.pricing_mode.map(|mode| mode.0),
            metadata: self.metadata,
            life_s: self.expires_in.map(|seconds| seconds.0.into()),
            client_reference: self.client_reference.map(|text| text.0),
            addresses: ReturnAddresses {
                success: url(self.successUrl),
                failed: url(self.failedUrl),
                cancel: url(self.cancelUrl),
            },
        })
    }
}

fn lines(products: Vec<CheckoutLine>, currency: Currency) -> Result<Vec<AskedLine>> {
    if products.is_empty() || products.len() > MAX_LINES {
        return Err(Problem::field("products", format!("must have 1 to {MAX_LINES} lines")));
    }
    let (mut lines, mut problems) = (Vec::new(), Vec::new());
    for (at, line) in products.into_iter().enumerate() {
        match line.read(currency) {
            Ok(line) => lines.push(line),
            Err((member, message)) => {
                problems.push(FieldError { field: format!("products[{at}].{member}"), message });
            }
        }
    }
    if problems.is_empty() { Ok(lines) } else { Err(Problem::Invalid(problems)) }
}

/// Which member of a line is wrong, and why.
type LineProblem = (&'static str, String);

impl CheckoutLine {
    /// The line, which is either a product or one of the caller's own.
    fn read(self, currency: Currency) -> std::result::Result<AskedLine, LineProblem> {
        let quantity = self.quantity.map_or(1, |count| count.0);
        match (self.id, self.name) {
            (Some(id), None) if self.unit_price.is_none() => match id.0 {
                Some(product) => Ok(AskedLine::Product { product, quantity }),
                None => Err(("id", "is no product of yours".to_owned())),
            },
            (None, Some(name)) => {
                let price = self.unit_price.ok_or(("unit_price", "is required".to_owned()))?;
                let unit_price = Money::parse_major(&price.0, currency);
                Ok(AskedLine::Own(Purchase {
                    product: None,
                    name: name.0,
                    quantity,
                    unit_price: unit_price.map_err(|why| ("unit_price", why.0))?,
                    tax_code: self.tax_code.map(|code| code.0),
                    tax_rate: self.tax_rate.map(|rate| rate.0),
                }))
            }
            (Some(_), _) => {
                Err(("id", "stands alone: a product has its own name and price".to_owned()))
            }
            (None, None) => Err(("id", "is required, or a name with a unit_price".to_owned())),
        }
    }
}
