//! The page behind a shared link: `/l/{uuid}`. Looking changes nothing.

use super::{
    pages::{html_reply, origins_of},
    view::{LinkClosed, LinkLine, LinkPage, LinkSeller, PageSupport, link_over, link_page},
    words::{self, Locale},
};
use crate::{
    http::{Reply, Request, Result},
    model::{
        Currency, Mode, Time,
        catalog::{Snapshot, sum},
        organization::Organization,
        payment_link::LinkRefusal,
        tax::{Pricing, place::Country},
    },
    operations::{
        Problem,
        merchant_links::{OpenedLink, Seller},
    },
};

/// Seconds after which the page of a link whose uses are all taken looks again at most.
const RETRY_AFTER_S: i64 = 60;

/// What a buyer finds behind a link: what it sells and a form, or why it cannot be paid.
///
/// # Errors
/// A link without lines, which no function makes.
pub fn page(opened: &OpenedLink, req: &Request, now: Time) -> Result {
    let locale = Locale::of(req, Locale::named(&opened.seller.organization.locale));
    let enabled = opened.seller.accounts.payments_enabled();
    let closed = match opened.link.available_at(now) {
        Ok(()) if enabled => None,
        Ok(()) => Some(LinkClosed::NotEnabled),
        Err(LinkRefusal::InUse) => Some(LinkClosed::InUse),
        Err(dead) => return Ok(over(&opened.seller, dead, locale)),
    };
    let snapshot = opened.details.snapshot.as_ref();
    let snapshot = snapshot.ok_or_else(|| Problem::internal("a link without lines"))?;
    let currency = wanted(req, snapshot);
    let lines = lines(snapshot, currency);
    let chosen = snapshot.choose(currency, &[]).unwrap_or_default();
    let subtotal = sum(currency, &chosen).map(|total| total.major()).unwrap_or_default();
    let currencies = snapshot.currencies();
    let codes: Vec<&str> = currencies.iter().map(Currency::code).collect();
    let words = words::link(locale);
    let html = link_page(&LinkPage {
        locale,
        uuid: &opened.link.id.to_string(),
        seller: &shown(&opened.seller),
        lines: &lines,
        currency: currency.code(),
        currencies: &codes,
        subtotal: &subtotal,
        tax_note: match snapshot.pricing_mode {
            Pricing::Exclusive => words.plus_tax,
            Pricing::Inclusive => words.including_tax,
        },
        countries: &Country::all().collect::<Vec<_>>(),
        test_mode: opened.link.scope.mode == Mode::Test,
        closed,
        retry_after_s: RETRY_AFTER_S,
        expires_at_ms: opened.link.expires_at.map(Time::ms),
        now_ms: now.ms(),
        allowed_origins: &origins_of(&opened.seller.tenant.allowed_origins),
    });
    Ok(html_reply(200, html))
}

/// The currency that the query names, where the link has it; anything else in a query is somebody
/// else's.
fn wanted(req: &Request, snapshot: &Snapshot) -> Currency {
    let named = req.query().text("currency").and_then(|code| code.to_uppercase().parse().ok());
    let named = named.filter(|code| snapshot.currencies().contains(code));
    named.unwrap_or(snapshot.currency)
}

fn lines(snapshot: &Snapshot, currency: Currency) -> Vec<LinkLine<'_>> {
    let chosen = snapshot.choose(currency, &[]).unwrap_or_default();
    let lines = snapshot.lines.iter().zip(&chosen).map(|(line, chosen)| LinkLine {
        product_id: line.product.links_form(),
        name: &line.offer.name,
        description: line.offer.description.as_deref(),
        image: line.offer.image.as_deref(),
        quantity: line.quantity,
        range: line.adjustable.map(|range| (range.minimum, range.maximum)),
        unit_price: chosen.unit_price.major(),
        total: chosen.line_total().map(|total| total.major()).unwrap_or_default(),
        prices: snapshot
            .currencies()
            .into_iter()
            .filter_map(|currency| {
                Some((currency.to_string(), line.offer.prices.get(currency)?.major()))
            })
            .collect(),
    });
    lines.collect()
}

fn shown(seller: &Seller) -> LinkSeller<'_> {
    let Seller { tenant, organization, .. } = seller;
    let branding = &organization.branding;
    LinkSeller {
        name: branding.display_name.as_deref().unwrap_or(&tenant.name),
        logo: branding.logo.as_deref(),
        panel: branding.panel_color.as_deref(),
        accent: branding.accent_color.as_deref(),
        button: branding.button_color.as_deref(),
        support: PageSupport {
            email: organization.support.email.as_deref(),
            phone: organization.support.phone.as_deref(),
            url: organization.support.url.as_deref(),
        },
    }
}

/// A link that is over, in the seller's words where there are any.
fn over(seller: &Seller, dead: LinkRefusal, locale: Locale) -> Reply {
    let words = words::link(locale);
    let Organization { messages, .. } = &seller.organization;
    let ((title, text), own) = match dead {
        LinkRefusal::Deleted => ((words.deleted, words.deleted_text), &messages.deleted),
        LinkRefusal::Inactive => ((words.inactive, words.inactive_text), &messages.inactive),
        LinkRefusal::Expired => ((words.expired, words.expired_text), &messages.expired),
        LinkRefusal::Exhausted => ((words.exhausted, words.exhausted_text), &messages.exhausted),
        LinkRefusal::InUse => ((words.in_use, words.in_use_text), &None),
    };
    let message = own.as_deref().unwrap_or(text);
    html_reply(410, link_over(locale, &shown(seller), title, message))
}
