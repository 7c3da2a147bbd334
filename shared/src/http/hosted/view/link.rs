//! The page of a shared link, and what stands there when it is over.

use super::{
    Html,
    amount::show_money,
    ancestors, data_block, exact_origins,
    frame::{Frame, LINK, OVER},
    initial, is_web_address, render,
    says::filled,
};
use crate::{
    digest::sha256,
    http::hosted::words::{self, Link, Locale, Notice},
};
use askama::Template;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that the page of a link shows.
#[derive(Debug)]
pub struct LinkPage<'a> {
    /// The page's language.
    pub locale: Locale,
    /// The link's id.
    pub uuid: &'a str,
    /// The company that sells.
    pub seller: &'a LinkSeller<'a>,
    /// What is sold.
    pub lines: &'a [LinkLine<'a>],
    /// What the amounts are in.
    pub currency: &'a str,
    /// What there is to choose from.
    pub currencies: &'a [&'a str],
    /// The sum of the lines in major units, with tax where prices contain it.
    pub subtotal: &'a str,
    /// What to know about tax.
    pub tax_note: &'a str,
    /// Countries that the form offers, two letters of ISO 3166-1 each.
    pub countries: &'a [&'static str],
    /// Shows the test badge.
    pub test_mode: bool,
    /// Why there is no form.
    pub closed: Option<LinkClosed>,
    /// When to look again at most, where the link is in use.
    pub retry_after_s: i64,
    /// When the link stops working, in Unix milliseconds; never when absent.
    pub expires_at_ms: Option<i64>,
    /// The server's clock in Unix milliseconds: the page counts down from it.
    pub now_ms: i64,
    /// Who may embed the page. Anything but an exact origin is ignored.
    pub allowed_origins: &'a [String],
}

/// Why a link that is there shows no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkClosed {
    /// Its last uses are held by buyers who are paying.
    InUse,
    /// The seller has no account that charges.
    NotEnabled,
}

/// Who sells, as the organisation wants to be seen.
#[derive(Debug, Clone, Copy)]
pub struct LinkSeller<'a> {
    /// The name that buyers read above the lines.
    pub name: &'a str,
    /// The SHA-256 of the logo, as its address names it; none without a logo.
    pub logo: Option<&'a str>,
    /// `#rrggbb`, behind the name.
    pub panel: Option<&'a str>,
    /// `#rrggbb`, of marks on the panel.
    pub accent: Option<&'a str>,
    /// `#rrggbb`, of the button and of links.
    pub button: Option<&'a str>,
    /// Where buyers get help.
    pub support: PageSupport<'a>,
}

/// Where buyers get help.
#[derive(Debug, Clone, Copy, Default)]
pub struct PageSupport<'a> {
    /// The e-mail address for questions about an order.
    pub email: Option<&'a str>,
    /// The telephone number for questions about an order.
    pub phone: Option<&'a str>,
    /// The web page for questions about an order.
    pub url: Option<&'a str>,
}

/// One line of what is sold.
#[derive(Debug)]
pub struct LinkLine<'a> {
    /// `prod_...`.
    pub product_id: String,
    /// The product's name.
    pub name: &'a str,
    /// Its description.
    pub description: Option<&'a str>,
    /// The SHA-256 of the product's picture, as its address names it; none without one.
    pub image: Option<&'a str>,
    /// How many; what the page proposes where the buyer may choose.
    pub quantity: u32,
    /// The smallest and the largest quantity that a buyer may choose; none where it is fixed.
    pub range: Option<(u32, u32)>,
    /// What one piece costs, in major units.
    pub unit_price: String,
    /// The price times the quantity, in major units.
    pub total: String,
    /// Major units by currency.
    pub prices: BTreeMap<String, String>,
}

/// The page of a link that is there.
pub fn link_page(page: &LinkPage<'_>) -> Html {
    let words = words::link(page.locale);
    let brand = brand(page.seller);
    let lines = page.lines.iter().map(|line| ShownLine {
        name: line.name,
        description: line.description,
        image: line.image.and_then(image),
        quantity: line.quantity,
        range: line.range,
        unit_price: &line.unit_price,
        unit_shown: show_money(&line.unit_price, page.currency),
        total: &line.total,
        total_shown: show_money(&line.total, page.currency),
    });
    let template = LinkTemplate {
        frame: &LINK,
        locale: page.locale,
        brand: brand.as_ref().map(|brand| brand.css.as_str()),
        words,
        notice: words::notice(page.locale),
        script_words: words::link_script(page.locale),
        seller: page.seller.name,
        initial: initial(page.seller.name),
        logo: page.seller.logo.and_then(image),
        lines: lines.collect(),
        currency: page.currency,
        currencies: page.currencies,
        subtotal: page.subtotal,
        subtotal_shown: show_money(page.subtotal, page.currency),
        tax_note: page.tax_note,
        countries: page.countries,
        test_mode: page.test_mode,
        closed: page.closed.map(|closed| match closed {
            LinkClosed::InUse => (words.in_use, words.in_use_text),
            LinkClosed::NotEnabled => (words.not_enabled, words.not_enabled_text),
        }),
        in_use: page.closed == Some(LinkClosed::InUse),
        support: ways(&page.seller.support),
        live: false,
        data: &data_block(&LinkData {
            uuid: page.uuid,
            currency: page.currency,
            lines: page.lines.iter().map(LineData::of).collect(),
            retry_after_s: page.retry_after_s,
            expires_at_ms: page.expires_at_ms,
            now_ms: page.now_ms,
        }),
    };
    let origins = exact_origins(page.allowed_origins);
    branded(render(&template, &LINK, &ancestors(&origins)), brand.as_ref())
}

/// What stands in the place of a link that is over: why, and where to get help.
pub fn link_over(locale: Locale, seller: &LinkSeller<'_>, title: &str, message: &str) -> Html {
    let brand = brand(seller);
    let template = OverTemplate {
        frame: &OVER,
        locale,
        brand: brand.as_ref().map(|brand| brand.css.as_str()),
        words: words::link(locale),
        notice: words::notice(locale),
        seller: seller.name,
        logo: seller.logo.and_then(image),
        title,
        message,
        support: ways(&seller.support),
    };
    branded(render(&template, &OVER, "'none'"), brand.as_ref())
}

/// The same under a policy that allows the seller's colours, too.
fn branded(html: Html, brand: Option<&BrandStyle>) -> Html {
    let Some(BrandStyle { hash, .. }) = brand else { return html };
    Html { csp: html.csp.replacen("style-src ", &format!("style-src {hash} "), 1), ..html }
}

#[derive(Template)]
#[template(path = "link.html")]
struct LinkTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    /// The seller's colours, as a style sheet.
    brand: Option<&'a str>,
    words: &'static Link,
    notice: &'static Notice,
    /// What the script says, as JSON.
    script_words: &'static str,
    seller: &'a str,
    initial: Option<String>,
    logo: Option<String>,
    lines: Vec<ShownLine<'a>>,
    currency: &'a str,
    currencies: &'a [&'a str],
    subtotal: &'a str,
    subtotal_shown: String,
    tax_note: &'a str,
    countries: &'a [&'static str],
    test_mode: bool,
    closed: Option<(&'static str, &'static str)>,
    in_use: bool,
    support: Vec<Way>,
    /// Cards are not asked for here: their signs are left out.
    live: bool,
    data: &'a str,
}

#[derive(Template)]
#[template(path = "over.html")]
struct OverTemplate<'a> {
    frame: &'a Frame,
    locale: Locale,
    /// The seller's colours, as a style sheet.
    brand: Option<&'a str>,
    words: &'static Link,
    notice: &'static Notice,
    seller: &'a str,
    logo: Option<String>,
    title: &'a str,
    message: &'a str,
    support: Vec<Way>,
}

struct ShownLine<'a> {
    name: &'a str,
    description: Option<&'a str>,
    image: Option<String>,
    quantity: u32,
    range: Option<(u32, u32)>,
    unit_price: &'a str,
    unit_shown: String,
    total: &'a str,
    total_shown: String,
}

impl ShownLine<'_> {
    /// A label with the product's name in it.
    fn named(&self, label: &str) -> String {
        filled(label, &[("product", self.name)])
    }
}

/// A way to get help.
struct Way {
    href: String,
    text: String,
}

/// What the script reads from the page.
#[derive(Serialize)]
struct LinkData<'a> {
    uuid: &'a str,
    currency: &'a str,
    lines: Vec<LineData<'a>>,
    retry_after_s: i64,
    expires_at_ms: Option<i64>,
    now_ms: i64,
}

#[derive(Serialize)]
struct LineData<'a> {
    product_id: &'a str,
    quantity: u32,
    prices: &'a BTreeMap<String, String>,
}

impl<'a> LineData<'a> {
    fn of(line: &'a LinkLine<'a>) -> Self {
        Self { product_id: &line.product_id, quantity: line.quantity, prices: &line.prices }
    }
}

/// Where an uploaded picture is, seen from the page.
fn image(hash: &str) -> Option<String> {
    let plain = !hash.is_empty() && hash.chars().all(|c| c.is_ascii_hexdigit());
    plain.then(|| format!("../images/{hash}"))
}

fn ways(support: &PageSupport<'_>) -> Vec<Way> {
    let email = support.email.map(|email| (format!("mailto:{email}"), email));
    let dialled =
        |phone: &str| phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>();
    let phone = support.phone.map(|phone| (format!("tel:{}", dialled(phone)), phone));
    let url = support.url.filter(|url| is_web_address(url)).map(|url| (url.to_owned(), url));
    let ways = [email, phone, url].into_iter().flatten();
    ways.map(|(href, text)| Way { href, text: text.to_owned() }).collect()
}

/// The seller's colours over ours.
struct BrandStyle {
    /// The style sheet.
    css: String,
    /// Its hash, which the page's policy names.
    hash: String,
}

/// The seller's colours as a style of their own, over ours; and the hash that the policy names.
/// Anything but `#rrggbb` is left out.
fn brand(seller: &LinkSeller<'_>) -> Option<BrandStyle> {
    let mut css = String::new();
    for (color, names) in [
        (seller.panel, &["--panel"][..]),
        (seller.accent, &["--gold"]),
        (seller.button, &["--brand", "--brand-deep"]),
    ] {
        let Some((color, [red, green, blue])) = color.and_then(rgb) else { continue };
        names.iter().for_each(|name| css += &format!("{name}:{color};"));
        if names.contains(&"--brand") {
            css += if is_light(red, green, blue) { "--on-brand:#000;" } else { "--on-brand:#fff;" };
        }
        if names.contains(&"--panel") {
            css += "--panel-soft:#ffffffd9;";
        }
    }
    if css.is_empty() {
        return None;
    }
    let css = format!(":root{{{}}}", css.trim_end_matches(';'));
    let hash = format!("'sha256-{}'", STANDARD.encode(sha256::<32>(&css)));
    Some(BrandStyle { css, hash })
}

fn rgb(color: &str) -> Option<(&str, [u64; 3])> {
    let digits = color.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    if !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let part = |at: usize| u64::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    Some((color, [part(0)?, part(2)?, part(4)?]))
}

/// Whether black stands out from it better than white: its luminance, by a gamma of 2, is above
/// 0.18.
const fn is_light(red: u64, green: u64, blue: u64) -> bool {
    let luminance = 2126 * red * red + 7152 * green * green + 722 * blue * blue;
    luminance > 10_000 * 255 * 255 / 100 * 18
}

#[cfg(test)]
mod tests;
