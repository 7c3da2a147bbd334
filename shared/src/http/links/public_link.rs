//! Links as buyers see them, and the checkout that a buyer starts.
#![expect(non_snake_case, reason = "three names of fields are published in camelCase")]

use super::{
    buyer_details::BuyerDetails,
    field::{Count, CountryCode, Line, LinkCurrency, ProductRef},
    payment_link::{RangeView, range_view, totals},
    picture,
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Body as _,
        field::WebUrl,
        links::{problems, routes::StartCheckout},
        revealed::Revealed,
        route::HttpRoute,
    },
    model::{
        Currency, Mode, Scope, Time,
        address::region_if_any,
        catalog::{MAX_QUANTITY, Snapshot, sum},
        checkout_session::CheckoutSession,
        id::ProductId,
        organization::Messages,
        payment_link::{LinkRefusal, ReturnAddresses},
        secret::{LinkToken, kind},
        tax::{Pricing, TaxBuyer},
    },
    operations::{
        Idempotency, Problem,
        merchant_checkouts::StartCheckout as Wish,
        merchant_links::{self, OpenedLink, Seller},
        tax::Computed,
    },
};
use derive::{Body, View};

/// How a buyer wants to see a link.
#[derive(Body)]
pub struct PreviewPaymentLink {
    /// One of the link's `currencies`, ISO 4217: amounts are answered in it.
    pub currency: Option<LinkCurrency>,
    /// Where the buyer is, for the tax of that place.
    pub country: Option<CountryCode>,
    /// The region of that country: the part of ISO 3166-2 after the hyphen, such as `CA` of
    /// `US-CA`.
    pub region: Option<Line<1, 10>>,
    /// The text as the buyer typed it.
    pub postal_code: Option<Line<1, 12>>,
}

/// What a buyer typed and chose.
#[derive(Body)]
pub struct StartCheckoutBody {
    /// The buyer's details.
    #[body(flatten)]
    pub buyer: BuyerDetails,
    /// One of the link's `currencies`; the link's own when absent.
    pub currency: Option<LinkCurrency>,
    /// Quantities of lines that leave the choice to the buyer; none but those of the link when absent.
    #[body(default = Vec::new())]
    pub quantities: Option<Vec<QuantityChoice>>,
    /// Where the buyer goes after paying, of an origin of yours.
    pub successUrl: Option<WebUrl>,
    /// Where the buyer goes when the checkout ended unpaid.
    pub failedUrl: Option<WebUrl>,
    /// Where the buyer goes after giving up.
    pub cancelUrl: Option<WebUrl>,
}

/// A chosen quantity.
#[derive(Body)]
pub struct QuantityChoice {
    /// The product's id, `prod_...`.
    pub product_id: ProductRef,
    /// How many pieces, 1 to 999999.
    pub quantity: Count<1, MAX_QUANTITY>,
}

impl StartCheckoutBody {
    /// What is asked for, from this network.
    ///
    /// # Errors
    /// No postal code where one is needed; a tax id that breaks its country's rules.
    pub fn command(self, network: String) -> Result<Wish> {
        let url = |url: Option<WebUrl>| url.map(|url| url.0);
        let chosen = self.quantities.unwrap_or_default();
        let quantities = chosen.iter().map(|choice| {
            let nothing = || ProductId::from_uuid(uuid::Uuid::nil());
            (choice.product_id.0.unwrap_or_else(nothing), choice.quantity.0)
        });
        Ok(Wish {
            payer: self.buyer.payer()?,
            currency: self.currency.map(|currency| currency.0),
            quantities: quantities.collect(),
            addresses: ReturnAddresses {
                success: url(self.successUrl),
                failed: url(self.failedUrl),
                cancel: url(self.cancelUrl),
            },
            network,
        })
    }
}

impl PreviewPaymentLink {
    /// The currency that is asked for.
    pub fn currency(&self) -> Option<Currency> {
        self.currency.map(|currency| currency.0)
    }

    /// Whoever is at the place that is asked about.
    ///
    /// # Errors
    /// A region that is none of the country.
    pub fn buyer(&self) -> Result<TaxBuyer> {
        let country = self.country.map(|country| country.0);
        let part = self.region.as_ref().map(|part| part.0.as_str());
        let part = region_if_any(country, part);
        Ok(TaxBuyer {
            country,
            region: part.map_err(|why| Problem::field("region", why.0))?,
            postal_code: self.postal_code.as_ref().map(|text| text.0.clone()),
            ..TaxBuyer::default()
        })
    }
}

/// A link as buyers see it.
#[derive(View)]
pub struct PublicLinkView {
    /// The link's id, a UUID.
    pub uuid: String,
    /// The company that sells, as buyers see it.
    pub organization: SellerView,
    /// The lines that are sold.
    pub products: Vec<PublicLine>,
    /// What the amounts are in, ISO 4217 in upper case.
    pub currency: String,
    /// What there is to choose from.
    pub currencies: Vec<String>,
    /// `TAX_EXCLUSIVE` where tax is added to the prices, `TAX_INCLUSIVE` where prices contain it.
    pub pricing_mode: &'static str,
    /// The sum of the lines, with tax where prices contain it.
    pub subtotal: String,
    /// Null while the buyer's country decides it.
    pub tax: Option<String>,
    /// Null while the buyer's country decides it.
    pub total: Option<String>,
    /// A sentence about the tax that is added to the prices or contained in them.
    pub tax_note: &'static str,
    /// Whether it can be paid now.
    pub available: bool,
    /// Why it cannot be paid now: `in_use` or `payments_not_enabled`; null where it can.
    pub unavailable_reason: Option<&'static str>,
    /// Seconds after which to look again.
    pub retry_after: Option<i64>,
    /// When it ends, in RFC 3339; null where it does not end by time.
    pub expires_at: Option<String>,
    /// The server's time in RFC 3339, to count down to `expires_at` by.
    pub server_time: String,
    /// Whether this is test mode, in which no money moves.
    pub test_mode: bool,
    /// The seller's language, a code such as `de`.
    pub locale: String,
}

/// Whoever sells, as buyers see it.
#[derive(View)]
pub struct SellerView {
    /// The name that buyers read.
    pub name: String,
    /// The address of the uploaded logo; null for none.
    pub logo_url: Option<String>,
    /// The seller's web site; null for none.
    pub website: Option<String>,
    /// Where buyers get help.
    pub support: BuyerSupportView,
}

/// Where buyers get help.
#[derive(View)]
pub struct BuyerSupportView {
    /// The e-mail address for buyers' questions; null for none.
    pub email: Option<String>,
    /// The telephone number for buyers' questions; null for none.
    pub phone: Option<String>,
    /// The address of a page that helps buyers; null for none.
    pub url: Option<String>,
}

/// One line as buyers see it.
#[derive(View)]
pub struct PublicLine {
    /// The product's id, `prod_...`.
    pub product_id: String,
    /// The product's name, as it was when the link was made.
    pub name: String,
    /// The product's description; null for none.
    pub description: Option<String>,
    /// The address of the product's picture; null for none.
    pub image: Option<String>,
    /// How many pieces, 1 to 999999.
    pub quantity: u32,
    /// How many pieces the buyer may choose; null where the quantity is fixed.
    pub adjustable_quantity: Option<RangeView>,
    /// What one piece costs, in major units of the currency.
    pub unit_price: String,
    /// The price times the quantity, in major units.
    pub line_total: String,
}

/// A link that is over.
#[derive(View)]
pub struct DeadLinkView {
    /// What is wrong, in a sentence.
    pub detail: String,
    /// Why the link is over: `link_deleted`, `link_inactive`, `link_expired` or `link_exhausted`.
    pub code: &'static str,
    /// The seller's own words to buyers who come too late; null for none.
    pub message: Option<String>,
    /// The company that sells, as buyers see it.
    pub organization: SellerView,
}

/// A checkout that was started.
#[derive(View)]
pub struct CheckoutView {
    /// The checkout's id, `ord_...`.
    pub checkout_id: String,
    /// The same as `checkout_id`.
    pub order_id: String,
    /// The transaction's id, `TX...`.
    pub transaction_id: String,
    /// The address of the page where the buyer pays.
    pub checkout_url: String,
    /// The secret in that address: who has it may pay, and sees the checkout.
    pub token: Revealed<kind::Link>,
    /// When the checkout can no longer be paid, in Unix seconds.
    pub expires_at: i64,
    /// The id of the link that was opened; null where there was none.
    pub payment_link_id: Option<String>,
    /// What the amounts are in, ISO 4217 in upper case.
    pub currency: String,
    /// The sum of the lines, with tax where prices are.
    pub subtotal: String,
    /// The tax in major units, by the rules of this moment.
    pub tax: String,
    /// What the buyer pays: subtotal and tax.
    pub total: String,
}

/// The answer of a link that nobody can pay any more, whatever else is asked of it.
pub fn over(opened: &OpenedLink, now: Time, base: &str) -> Option<Reply> {
    match opened.link.available_at(now) {
        Ok(()) | Err(LinkRefusal::InUse) => None,
        Err(dead) => Some(dead_link(opened, dead, base)),
    }
}

/// What a buyer finds: the link, or why it is over.
///
/// # Errors
/// Another currency than the link's.
pub fn preview(
    opened: &OpenedLink,
    wish: &PreviewPaymentLink,
    price: Option<&Computed>,
    now: Time,
    base: &str,
) -> Result {
    if let Some(over) = over(opened, now, base) {
        return Ok(over);
    }
    let unavailable = match opened.link.available_at(now) {
        Ok(()) if opened.seller.accounts.payments_enabled() => None,
        Ok(()) => Some(("payments_not_enabled", None)),
        Err(_) => Some(("in_use", Some(60))),
    };
    let snapshot = opened.details.snapshot.as_ref();
    let snapshot = snapshot.ok_or_else(|| Problem::internal("a link without lines"))?;
    let currency = wish.currency.map_or(snapshot.currency, |currency| currency.0);
    let chosen = snapshot.choose(currency, &[]);
    let chosen = chosen.map_err(|refusal| merchant_links::choice_problem(&refusal, snapshot))?;
    let total = sum(currency, &chosen).map(|total| total.major()).unwrap_or_default();
    // Without a country, what it will be is not known; with one, something may still be missing.
    let known = match price.filter(|_| wish.country.is_some()) {
        Some(Computed::Known(taxed)) => Some(taxed.amounts),
        Some(Computed::Needs(_)) | None => None,
    };
    let view = PublicLinkView {
        uuid: opened.link.id.to_string(),
        organization: seller(&opened.seller, base),
        products: lines(snapshot, currency, base),
        currency: currency.code().to_owned(),
        currencies: totals(snapshot).into_keys().collect(),
        pricing_mode: snapshot.pricing_mode.as_str(),
        subtotal: total,
        tax: known.map(|amounts| amounts.tax().major()),
        total: known.map(|amounts| amounts.total().major()),
        tax_note: match snapshot.pricing_mode {
            Pricing::Exclusive => "plus tax",
            Pricing::Inclusive => "including tax",
        },
        available: unavailable.is_none(),
        unavailable_reason: unavailable.map(|(reason, _)| reason),
        retry_after: unavailable.and_then(|(_, seconds)| seconds),
        expires_at: opened.link.expires_at.map(|at| at.rfc3339()),
        server_time: now.rfc3339(),
        test_mode: opened.link.scope.mode == Mode::Test,
        locale: opened.seller.organization.locale.clone(),
    };
    Ok(Reply::json(&view))
}

fn lines(snapshot: &Snapshot, currency: Currency, base: &str) -> Vec<PublicLine> {
    let chosen = snapshot.choose(currency, &[]).unwrap_or_default();
    let lines = snapshot.lines.iter().zip(&chosen).map(|(line, chosen)| PublicLine {
        product_id: line.product.links_form(),
        name: line.offer.name.clone(),
        description: line.offer.description.clone(),
        image: picture::url(base, line.offer.image.as_ref()),
        quantity: line.quantity,
        adjustable_quantity: line.adjustable.map(range_view),
        unit_price: chosen.unit_price.major(),
        line_total: chosen.line_total().map(|total| total.major()).unwrap_or_default(),
    });
    lines.collect()
}

fn seller(seller: &Seller, base: &str) -> SellerView {
    let (organization, branding) = (&seller.organization, &seller.organization.branding);
    let support = &organization.support;
    SellerView {
        name: branding.display_name.clone().unwrap_or_else(|| seller.tenant.name.clone()),
        logo_url: picture::url(base, branding.logo.as_ref()),
        website: organization.website.clone(),
        support: BuyerSupportView {
            email: support.email.clone(),
            phone: support.phone.clone(),
            url: support.url.clone(),
        },
    }
}

/// 410, with the seller's own words.
fn dead_link(opened: &OpenedLink, refusal: LinkRefusal, base: &str) -> Reply {
    let problem = Problem::State(merchant_links::refusal(refusal));
    let messages = &opened.seller.organization.messages;
    let view = DeadLinkView {
        detail: problems::detail(&problem).into_owned(),
        code: problems::row(&problem).code,
        message: message(messages, refusal).cloned(),
        organization: seller(&opened.seller, base),
    };
    Reply::json(&view).instead(problems::row(&problem).status)
}

const fn message(messages: &Messages, refusal: LinkRefusal) -> Option<&String> {
    match refusal {
        LinkRefusal::Deleted => messages.deleted.as_ref(),
        LinkRefusal::Inactive => messages.inactive.as_ref(),
        LinkRefusal::Expired => messages.expired.as_ref(),
        LinkRefusal::Exhausted => messages.exhausted.as_ref(),
        LinkRefusal::InUse => None,
    }
}

/// What makes repeating a start harmless, once it is known whose link it is.
pub fn repeat<'a>(
    req: &'a Request,
    body: &StartCheckoutBody,
) -> impl Fn(Scope) -> Result<Idempotency> + Sync + use<'a> {
    let meaning = body.meaning().with("uuid", req.path("uuid").to_lowercase());
    move |scope| Idempotency::of(req, &meaning, scope, StartCheckout::OPERATION, None)
}

/// The answer with a checkout that was started.
pub fn started(session: &CheckoutSession, checkout_url: String) -> Reply {
    Reply::json(&checkout_view(session, checkout_url))
}

/// A checkout that was started, with the address where it is paid.
pub fn checkout_view(session: &CheckoutSession, checkout_url: String) -> CheckoutView {
    let token = LinkToken::new(checkout_url.rsplit('/').next().unwrap_or_default().to_owned());
    let order = session.id.links_form();
    CheckoutView {
        checkout_id: order.clone(),
        order_id: order,
        transaction_id: session.payment().links_form(),
        checkout_url,
        token: Revealed::once(&token),
        expires_at: session.expires_at.seconds(),
        payment_link_id: session.link.map(|link| link.to_string()),
        currency: session.amounts.currency().code().to_owned(),
        subtotal: session.pricing_mode.sum_of_lines(&session.amounts).major(),
        tax: session.amounts.tax().major(),
        total: session.amounts.total().major(),
    }
}
