//! Links as buyers see them, and the checkout that a buyer starts.
#![expect(non_snake_case, reason = "three names of fields are published in camelCase")]

use super::{
    field::{Count, CountryCode, Line, LinkCurrency, ProductRef},
    payment_link::{RangeView, range_view, totals},
};
use crate::{
    http::{
        Reply, Request, Result,
        body::Body as _,
        field::{Email, WebUrl},
        links::{problems, routes::StartCheckout},
        route::Route,
    },
    model::{
        Currency, Mode, Scope, Time,
        catalog::{MAX_QUANTITY, Snapshot, sum},
        checkout_session::{CheckoutSession, Payer},
        id::ProductId,
        organization::Messages,
        payment_link::{LinkRefusal, ReturnAddresses},
        tax::{
            Pricing,
            tax_id::{TaxId, TaxIdStatus},
        },
    },
    operations::{
        Idempotency, Problem,
        merchant_checkouts::StartCheckout as Wish,
        merchant_links::{self, OpenedLink, Seller},
    },
};
use derive::{Body, View};

/// How a buyer wants to see a link.
#[derive(Body)]
pub struct PreviewPaymentLink {
    /// One of the link's `currencies`.
    pub currency: Option<LinkCurrency>,
    /// Where the buyer is, for the tax of that place.
    pub country: Option<CountryCode>,
    /// The part of ISO 3166-2 after the hyphen.
    pub region: Option<Line<1, 10>>,
    /// As typed.
    pub postal_code: Option<Line<1, 12>>,
}

/// What a buyer typed and chose.
#[derive(Body)]
pub struct StartCheckoutBody {
    /// Two letters of ISO 3166-1.
    pub billing_country: CountryCode,
    /// Required for US.
    pub billing_postal_code: Option<Line<1, 12>>,
    /// The part of ISO 3166-2 after the hyphen.
    pub billing_region: Option<Line<1, 10>>,
    /// Given name.
    pub billing_first_name: Line<1, 100>,
    /// Family name.
    pub billing_last_name: Line<1, 100>,
    /// Where the receipt goes.
    pub billing_email: Email,
    /// As typed.
    pub billing_phone: Option<Line<5, 20>>,
    /// Whoever buys for a company.
    pub billing_company: Option<Line<1, 100>>,
    /// The company's, whose form is checked.
    pub billing_tax_id: Option<Line<1, 40>>,
    /// One of the link's `currencies`; the link's own when absent.
    pub currency: Option<LinkCurrency>,
    /// Quantities of lines that leave the choice to the buyer.
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
    /// Which line.
    pub product_id: ProductRef,
    /// How many.
    pub quantity: Count<1, MAX_QUANTITY>,
}

impl StartCheckoutBody {
    /// What is asked for, from this network.
    ///
    /// # Errors
    /// No postal code where one is needed; a tax id that breaks its country's rules.
    pub fn command(self, network: String) -> Result<Wish> {
        let country = self.billing_country.0;
        if country.code() == "US" && self.billing_postal_code.is_none() {
            return Err(Problem::field("billing_postal_code", "is required"));
        }
        let tax_id = self.billing_tax_id.map(|text| TaxId::read(country, &text.0));
        if tax_id.as_ref().is_some_and(|id| id.status == TaxIdStatus::FormatInvalid) {
            return Err(Problem::field("billing_tax_id", "is no tax id of this country"));
        }
        let url = |url: Option<WebUrl>| url.map(|url| url.0);
        let chosen = self.quantities.unwrap_or_default();
        let quantities = chosen.iter().map(|choice| {
            let nothing = || ProductId::from_uuid(uuid::Uuid::nil());
            (choice.product_id.0.unwrap_or_else(nothing), choice.quantity.0)
        });
        Ok(Wish {
            payer: Payer {
                first_name: self.billing_first_name.0,
                last_name: self.billing_last_name.0,
                email: self.billing_email.0,
                phone: self.billing_phone.map(|text| text.0),
                company: self.billing_company.map(|text| text.0),
                tax_id: tax_id.map(|id| id.value),
                country: country.code().to_owned(),
                region: self.billing_region.map(|text| text.0.to_uppercase()),
                postal_code: self.billing_postal_code.map(|text| text.0),
            },
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

/// A link as buyers see it.
#[derive(View)]
pub struct PublicLinkView {
    /// Its id.
    pub uuid: String,
    /// Who sells.
    pub organization: SellerView,
    /// What is sold.
    pub products: Vec<PublicLine>,
    /// What the amounts are in.
    pub currency: String,
    /// What there is to choose from.
    pub currencies: Vec<String>,
    /// `TAX_EXCLUSIVE` or `TAX_INCLUSIVE`.
    pub pricing_mode: &'static str,
    /// The sum of the lines, with tax where prices contain it.
    pub subtotal: String,
    /// Null while the buyer's country decides it.
    pub tax: Option<String>,
    /// Null while the buyer's country decides it.
    pub total: Option<String>,
    /// What to know about tax.
    pub tax_note: &'static str,
    /// Whether it can be paid now.
    pub available: bool,
    /// `in_use` or `payments_not_enabled`.
    pub unavailable_reason: Option<&'static str>,
    /// Seconds after which to look again.
    pub retry_after: Option<i64>,
    /// RFC 3339; null: never.
    pub expires_at: Option<String>,
    /// RFC 3339.
    pub server_time: String,
    /// Whether no money moves.
    pub test_mode: bool,
    /// The seller's language.
    pub locale: String,
}

/// Whoever sells, as buyers see it.
#[derive(View)]
pub struct SellerView {
    /// What buyers read.
    pub name: String,
    /// The uploaded logo.
    pub logo_url: Option<String>,
    /// The seller's web site.
    pub website: Option<String>,
    /// Where buyers get help.
    pub support: SupportView,
}

/// Where buyers get help.
#[derive(View)]
pub struct SupportView {
    /// An address.
    pub email: Option<String>,
    /// A number.
    pub phone: Option<String>,
    /// A page.
    pub url: Option<String>,
}

/// One line as buyers see it.
#[derive(View)]
pub struct PublicLine {
    /// `prod_...`.
    pub product_id: String,
    /// The product's name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Its picture.
    pub image: Option<String>,
    /// How many.
    pub quantity: u32,
    /// What the buyer may choose.
    pub adjustable_quantity: Option<RangeView>,
    /// What one piece costs.
    pub unit_price: String,
    /// Price times quantity.
    pub line_total: String,
}

/// A link that is over.
#[derive(View)]
pub struct DeadLinkView {
    /// A sentence.
    pub detail: String,
    /// `link_deleted`, `link_inactive`, `link_expired` or `link_exhausted`.
    pub code: &'static str,
    /// The seller's own words.
    pub message: Option<String>,
    /// Who sells.
    pub organization: SellerView,
}

/// A checkout that was started.
#[derive(View)]
pub struct CheckoutView {
    /// `ord_...`.
    pub checkout_id: String,
    /// The same.
    pub order_id: String,
    /// `TX...`.
    pub transaction_id: String,
    /// Where the buyer pays.
    pub checkout_url: String,
    /// The secret in it.
    pub token: String,
    /// Unix seconds.
    pub expires_at: i64,
    /// The link that was opened.
    pub payment_link_id: Option<String>,
    /// What the amounts are in.
    pub currency: String,
    /// The sum of the lines.
    pub subtotal: String,
    /// By the tax of this moment.
    pub tax: String,
    /// What is paid.
    pub total: String,
}

/// What a buyer finds: the link, or why it is over.
///
/// # Errors
/// Another currency than the link's.
pub fn preview(opened: &OpenedLink, wish: &PreviewPaymentLink, now: Time) -> Result {
    let refusal = opened.link.available_at(now).err();
    let unavailable = match refusal {
        None if opened.seller.accounts.payments_enabled() => None,
        None => Some(("payments_not_enabled", None)),
        Some(LinkRefusal::InUse) => Some(("in_use", Some(60))),
        Some(dead) => return Ok(dead_link(opened, dead)),
    };
    let snapshot = opened.details.snapshot.as_ref();
    let snapshot = snapshot.ok_or_else(|| Problem::internal("a link without lines"))?;
    let currency = wish.currency.map_or(snapshot.currency, |currency| currency.0);
    let chosen = snapshot.choose(currency, &[]);
    let chosen = chosen.map_err(|refusal| merchant_links::choice_problem(&refusal, snapshot))?;
    let total = sum(currency, &chosen).map(|total| total.major()).unwrap_or_default();
    // No organisation collects tax yet: it is known as soon as the buyer says where.
    let known = wish.country.is_some();
    let view = PublicLinkView {
        uuid: opened.link.id.to_string(),
        organization: seller(&opened.seller),
        products: lines(snapshot, currency),
        currency: currency.code().to_owned(),
        currencies: totals(snapshot).into_keys().collect(),
        pricing_mode: snapshot.pricing_mode.as_str(),
        subtotal: total.clone(),
        tax: known.then(|| "0.00".to_owned()),
        total: known.then_some(total),
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

fn lines(snapshot: &Snapshot, currency: Currency) -> Vec<PublicLine> {
    let chosen = snapshot.choose(currency, &[]).unwrap_or_default();
    let lines = snapshot.lines.iter().zip(&chosen).map(|(line, chosen)| PublicLine {
        product_id: line.product.links_form(),
        name: line.offer.name.clone(),
        description: line.offer.description.clone(),
        image: line.offer.image.clone(),
        quantity: line.quantity,
        adjustable_quantity: line.adjustable.map(range_view),
        unit_price: chosen.unit_price.major(),
        line_total: chosen.line_total().map(|total| total.major()).unwrap_or_default(),
    });
    lines.collect()
}

fn seller(seller: &Seller) -> SellerView {
    let (organization, branding) = (&seller.organization, &seller.organization.branding);
    let support = &organization.support;
    SellerView {
        name: branding.display_name.clone().unwrap_or_else(|| seller.tenant.name.clone()),
        logo_url: branding.logo.clone(),
        website: organization.website.clone(),
        support: SupportView {
            email: support.email.clone(),
            phone: support.phone.clone(),
            url: support.url.clone(),
        },
    }
}

/// 410, with the seller's own words.
fn dead_link(opened: &OpenedLink, refusal: LinkRefusal) -> Reply {
    let problem = Problem::State(merchant_links::refusal(refusal));
    let messages = &opened.seller.organization.messages;
    let view = DeadLinkView {
        detail: problems::detail(&problem).into_owned(),
        code: problems::row(&problem).code,
        message: message(messages, refusal).cloned(),
        organization: seller(&opened.seller),
    };
    Reply { status: problems::row(&problem).status, ..Reply::json(&view) }
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

/// 201 with a checkout that was started.
#[must_use]
pub fn started(session: &CheckoutSession, checkout_url: String) -> Reply {
    Reply { status: 201, ..Reply::json(&checkout_view(session, checkout_url)) }
}

/// A checkout that was started, with the address where it is paid.
#[must_use]
pub fn checkout_view(session: &CheckoutSession, checkout_url: String) -> CheckoutView {
    let token = checkout_url.rsplit('/').next().unwrap_or_default().to_owned();
    let order = session.id.links_form();
    CheckoutView {
        checkout_id: order.clone(),
        order_id: order,
        transaction_id: session.payment().links_form(),
        checkout_url,
        token,
        expires_at: session.expires_at.seconds(),
        payment_link_id: session.link.map(|link| link.to_string()),
        currency: session.amounts.currency().code().to_owned(),
        subtotal: session.amounts.subtotal().major(),
        tax: session.amounts.tax().major(),
        total: session.amounts.total().major(),
    }
}
