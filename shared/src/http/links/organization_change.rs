//! What members change of their organisation.

use super::{
    field::{
        AmountMap, HexColor, Line, Lines, LinkCurrency, Locale, OriginList, PriceMode, PricingMode,
        ZoneName,
    },
    problems::SUGGESTED,
};
use crate::{
    http::{
        body::Change,
        field::{Email, WebUrl},
    },
    model::{
        Invalid,
        contrast::{Color, ContrastNeed, DARK_GROUND, MARK, OWN_PANEL, TEXT, WHITE},
        member::Permission,
        organization::{Branding, Messages, Organization, Support},
    },
    operations::{FieldError, Problem, Result},
};
use derive::Body;

/// What changes of an organisation. Absent fields stay as they are.
#[derive(Body)]
#[body(check = agree(pricing_mode, price_mode))]
pub struct UpdateOrganization {
    /// The organisation's own name, 1 to 100 characters.
    #[body(not_null)]
    pub name: Option<Line<1, 100>>,
    /// Its web site; null for none.
    pub website: Change<WebUrl>,
    /// The address that the operator of this deployment writes to; buyers never see it.
    #[body(not_null)]
    pub contact_email: Option<Email>,
    /// The same by Telegram; null for none.
    pub telegram: Change<Line<1, 64>>,
    /// Whether prices of new links contain their tax.
    #[body(not_null)]
    pub pricing_mode: Option<PricingMode>,
    /// The same setting by another name: `HT` is without tax, `TTC` with it.
    #[body(not_null, means = "pricing_mode")]
    pub price_mode: Option<PriceMode>,
    /// What buyers of new links pay in.
    #[body(not_null)]
    pub default_currency: Option<LinkCurrency>,
    /// IANA name; days of statistics and times of exports. A change counts from now on.
    #[body(not_null)]
    pub timezone: Option<ZoneName>,
    /// The language of pages and receipts.
    #[body(not_null)]
    pub locale: Option<Locale>,
    /// Where buyers get help: pages and receipts show it.
    #[body(not_null)]
    pub support: Option<SupportChange>,
    /// How the buyers' pages look: name, logo and colours.
    #[body(not_null)]
    pub branding: Option<BrandingChange>,
    /// What buyers of a dead link read.
    #[body(not_null)]
    pub messages: Option<MessagesChange>,
    /// Up to 10 exact origins that the public `start` may send buyers back to.
    #[body(not_null)]
    pub redirect_origins: Option<OriginList>,
    /// Whether servers may sell lines that are in no catalog.
    #[body(not_null)]
    pub ad_hoc_lines: Option<bool>,
    /// Whether sales through links get invoices. A change counts for checkouts that start after it.
    #[body(not_null)]
    pub invoice: Option<bool>,
    /// Whether members need a second factor; owners only.
    #[body(not_null)]
    pub require_totp: Option<bool>,
    /// Largest single refund by staff, by currency; null for no limit. Owners only.
    pub staff_refund_limit: Change<AmountMap>,
}

/// Where buyers get help. Absent fields stay as they are.
#[derive(Body)]
pub struct SupportChange {
    /// The e-mail address for buyers' questions; null for none.
    pub email: Change<Email>,
    /// The telephone number for buyers' questions, 5 to 20 characters; null for none.
    pub phone: Change<Line<5, 20>>,
    /// The address of a page that helps buyers; null for none.
    pub url: Change<WebUrl>,
}

/// How pages look. Absent fields stay as they are, null is Paylink's own.
#[derive(Body)]
pub struct BrandingChange {
    /// The name buyers see; null: the organisation's.
    pub display_name: Change<Line<1, 60>>,
    /// Behind the name; white text on it has at least 4.5:1.
    pub panel_color: Change<HexColor>,
    /// Marks on the panel, at least 3:1.
    pub accent_color: Change<HexColor>,
    /// The button that pays: at least 3:1 on white and on the dark ground.
    pub button_color: Change<HexColor>,
}

/// What buyers of a dead link read. Absent fields stay as they are, null is Paylink's own.
#[derive(Body)]
pub struct MessagesChange {
    /// Of a link that is switched off.
    pub inactive: Change<Lines<1, 300>>,
    /// Of a link past its time.
    pub expired: Change<Lines<1, 300>>,
    /// Of a link that is sold out.
    pub exhausted: Change<Lines<1, 300>>,
    /// Of a link that is gone.
    pub deleted: Change<Lines<1, 300>>,
}

/// The setting with two names has one value.
fn agree(
    pricing_mode: Option<&PricingMode>,
    price_mode: Option<&PriceMode>,
) -> std::result::Result<(), Invalid> {
    match (pricing_mode, price_mode) {
        (Some(one), Some(other)) if one.0 != other.0 => {
            Err(Invalid::new("says something else than price_mode, which is the same setting"))
        }
        _ => Ok(()),
    }
}

impl UpdateOrganization {
    /// What some of these fields need besides.
    pub const fn permission(&self) -> Option<Permission> {
        match (&self.require_totp, &self.staff_refund_limit) {
            (None, Change::Keep) => None,
            (Some(_), _) | (None, Change::Clear | Change::Set(_)) => Some(Permission::ManageOwners),
        }
    }

    /// The settings afterwards, without when and at which version.
    ///
    /// # Errors
    /// Colours that do not stand out.
    pub fn over(self, before: &Organization) -> Result<Organization> {
        let mut problems = Vec::new();
        let branding = match self.branding {
            Some(change) => change.over(&before.branding),
            None => before.branding.clone(),
        };
        check_colors(&branding, &mut problems);
        if !problems.is_empty() {
            return Err(Problem::Invalid(problems));
        }
        let price_mode = self.price_mode.map(|mode| mode.0);
        let pricing_mode = self.pricing_mode.map(|mode| mode.0).or(price_mode);
        let limit = self.staff_refund_limit.map(|limit| limit.0);
        Ok(Organization {
            website: self.website.map(|url| url.0).apply(before.website.clone()),
            contact_email: self.contact_email.map(|email| email.0).or(before.contact_email.clone()),
            telegram: self.telegram.map(|name| name.0).apply(before.telegram.clone()),
            pricing_mode: pricing_mode.unwrap_or(before.pricing_mode),
            default_currency: self.default_currency.map_or(before.default_currency, |it| it.0),
            timezone: self.timezone.map_or_else(|| before.timezone.clone(), |zone| zone.0),
            locale: self.locale.map_or_else(|| before.locale.clone(), |it| it.0.to_owned()),
            support: match self.support {
                Some(change) => change.over(&before.support),
                None => before.support.clone(),
            },
            messages: match self.messages {
                Some(change) => change.over(&before.messages),
                None => before.messages.clone(),
            },
            branding,
            redirect_origins: self
                .redirect_origins
                .map_or_else(|| before.redirect_origins.clone(), |origins| origins.0),
            ad_hoc_lines: self.ad_hoc_lines.unwrap_or(before.ad_hoc_lines),
            invoice: self.invoice.unwrap_or(before.invoice),
            require_totp: self.require_totp.or(before.require_totp),
            staff_refund_limit: limit
                .apply(Some(before.staff_refund_limit.clone()))
                .unwrap_or_default(),
            ..before.clone()
        })
    }
}

impl SupportChange {
    fn over(self, before: &Support) -> Support {
        Support {
            email: self.email.map(|email| email.0).apply(before.email.clone()),
            phone: self.phone.map(|phone| phone.0).apply(before.phone.clone()),
            url: self.url.map(|url| url.0).apply(before.url.clone()),
        }
    }
}

impl BrandingChange {
    fn over(self, before: &Branding) -> Branding {
        let color = |change: Change<HexColor>, before: &Option<String>| {
            change.map(|color| color.0.to_string()).apply(before.clone())
        };
        Branding {
            display_name: self.display_name.map(|name| name.0).apply(before.display_name.clone()),
            logo: before.logo.clone(),
            panel_color: color(self.panel_color, &before.panel_color),
            accent_color: color(self.accent_color, &before.accent_color),
            button_color: color(self.button_color, &before.button_color),
        }
    }
}

impl MessagesChange {
    fn over(self, before: &Messages) -> Messages {
        Messages {
            inactive: self.inactive.map(|text| text.0).apply(before.inactive.clone()),
            expired: self.expired.map(|text| text.0).apply(before.expired.clone()),
            exhausted: self.exhausted.map(|text| text.0).apply(before.exhausted.clone()),
            deleted: self.deleted.map(|text| text.0).apply(before.deleted.clone()),
        }
    }
}

/// Notes colours that do not stand out, each with the nearest one that does. Colours are judged as
/// they stand together, so another panel may need another accent.
fn check_colors(branding: &Branding, problems: &mut Vec<FieldError>) {
    let color = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
    let panel: Option<Color> = color(&branding.panel_color);
    let accent: Option<Color> = color(&branding.accent_color);
    let button: Option<Color> = color(&branding.button_color);
    let need = |what, against, tenths| ContrastNeed { what, against, tenths };
    let mut check = |name: &str, color: Option<Color>, needs: &[ContrastNeed]| {
        let Some(Err(poor)) = color.map(|color| color.check(needs)) else { return };
        let field = format!("branding.{name}");
        if let Some(better) = poor.suggested {
            let field = format!("{SUGGESTED}{field}");
            problems.push(FieldError { field, message: better.to_string() });
        }
        problems.push(FieldError { field, message: poor.why });
    };
    check("panel_color", panel, &[need("White text on it", WHITE, TEXT)]);
    let on_panel = need("It on the panel", panel.unwrap_or(OWN_PANEL), MARK);
    check("accent_color", accent, &[on_panel]);
    let on_grounds =
        [need("It on white", WHITE, MARK), need("It on the dark ground", DARK_GROUND, MARK)];
    check("button_color", button, &on_grounds);
}
