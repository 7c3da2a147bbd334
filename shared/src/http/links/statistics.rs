//! Statistics and the first screen: what is asked for, and how it is shown.

use super::{
    field::LinkCurrency,
    link_list::{ListedLink, listed},
    payment_link::majors,
    transaction::{self, Shown, TransactionView},
};
use crate::{
    http::field::{Field, Text},
    model::{Currency, Invalid, Time, date::Date, link_figures::LinkFigures},
    operations::{
        dashboard::{Attention, DashboardFigures},
        merchant_links::Seller,
        statistics::{Days, MAX_DAYS, Report},
    },
};
use derive::{Body, View};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Days of which statistics are shown.
#[derive(Body)]
pub struct GetLinkStatistics {
    /// The first day, in the organisation's zone; the 30 days up to `to` when absent.
    pub from: Option<Day>,
    /// The last day, at most 366 from the first; today when absent.
    pub to: Option<Day>,
}

/// The same over all links and origins.
#[derive(Body)]
pub struct GetOrganizationStatistics {
    /// The first day, in the organisation's zone; the 30 days up to `to` when absent.
    pub from: Option<Day>,
    /// The last day, at most 366 from the first; today when absent.
    pub to: Option<Day>,
    /// Only amounts in this currency, ISO 4217.
    pub currency: Option<LinkCurrency>,
}

/// A date.
#[derive(Debug, Clone, Copy)]
pub struct Day(pub Date);

impl Field for Day {
    fn read(json: &str) -> Result<Self, Invalid> {
        let Text(text) = Text::<1, 40>::read(json)?;
        text.parse().map(Self)
    }

    fn schema() -> Value {
        json!({"type": "string", "format": "date"})
    }

    fn meaning(&self) -> String {
        self.0.to_string()
    }
}

impl GetLinkStatistics {
    /// The days that are asked for.
    pub fn days(&self) -> Days {
        Days { from: self.from.map(|day| day.0), to: self.to.map(|day| day.0) }
    }
}

impl GetOrganizationStatistics {
    /// The days that are asked for.
    pub fn days(&self) -> Days {
        Days { from: self.from.map(|day| day.0), to: self.to.map(|day| day.0) }
    }
}

/// What came of a link, or of all, in a range of days.
#[derive(View)]
pub struct ReportView {
    /// The zone whose days these are.
    pub timezone: String,
    /// The first day of the range, as `YYYY-MM-DD`.
    pub from: String,
    /// The last day of the range, as `YYYY-MM-DD`; it counts.
    pub to: String,
    /// As of when it was counted, RFC 3339; null where nothing was counted yet.
    pub as_of: Option<String>,
    /// The figures of all of these days together.
    pub totals: FiguresView,
    /// The figures of as many days right before, to compare with.
    pub previous: FiguresView,
    /// Each day, the oldest first; those without anything too.
    pub days: Vec<DayView>,
    /// Declined submits by reason, the most frequent first.
    pub declines: Vec<DeclineView>,
}

/// Figures of some days.
#[derive(View)]
pub struct FiguresView {
    /// Checkouts that buyers started through links.
    pub starts: u32,
    /// Payments for which a card was submitted.
    pub attempted: u32,
    /// How many payments succeeded.
    pub paid: u32,
    /// How many submits of a card were declined.
    pub failed_attempts: u32,
    /// The part of `starts` that was paid, whenever that was, four decimals; null without starts. What
    /// was sold without a start (by key, or on another surface) is in `paid`, not in here.
    pub conversion: Option<String>,
    /// What was paid, tax included, in major units by currency.
    pub gross: BTreeMap<String, String>,
    /// The tax that `gross` contains, in major units by currency.
    pub tax_collected: BTreeMap<String, String>,
    /// What was given back, in major units by currency.
    pub refunded: BTreeMap<String, String>,
    /// What was paid less what went back.
    pub revenue: BTreeMap<String, String>,
}

/// Figures of a day.
#[derive(View)]
pub struct DayView {
    /// The day in the organisation's zone, as `YYYY-MM-DD`.
    pub date: String,
    /// Checkouts that buyers started through links.
    pub starts: u32,
    /// Of the payments begun on that day, those for which a card was submitted.
    pub attempted: u32,
    /// Payments that were paid on that day.
    pub paid: u32,
    /// Declined submits of the payments begun on that day.
    pub failed_attempts: u32,
    /// What was paid, tax included, in major units by currency.
    pub gross: BTreeMap<String, String>,
    /// The tax that `gross` contains, in major units by currency.
    pub tax_collected: BTreeMap<String, String>,
    /// What went back on that day.
    pub refunded: BTreeMap<String, String>,
    /// What was paid less what went back; may be negative.
    pub revenue: BTreeMap<String, String>,
}

/// Declined submits of one reason.
#[derive(View)]
pub struct DeclineView {
    /// Why cards were declined: a code.
    pub reason: String,
    /// How many submits were declined for this reason.
    pub count: u32,
}

/// A report, in one currency or in all that there are.
pub fn view(report: &Report, timezone: &str, currency: Option<Currency>) -> ReportView {
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let (from, to) = report.range().unzip();
    let mut declines: Vec<DeclineView> = report
        .totals
        .declines
        .iter()
        .map(|(reason, count)| DeclineView { reason: reason.clone(), count: *count })
        .collect();
    declines.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    ReportView {
        timezone: timezone.to_owned(),
        from: date(from),
        to: date(to),
        as_of: report.as_of.map(Time::rfc3339),
        totals: figures(&report.totals, currency),
        previous: figures(&report.previous, currency),
        days: days(report, currency),
        declines,
    }
}

fn days(report: &Report, currency: Option<Currency>) -> Vec<DayView> {
    let days = report.days.iter().map(|(date, of_day)| {
        let FiguresView { starts, attempted, paid, failed_attempts, gross, .. } =
            figures(of_day, currency);
        let FiguresView { tax_collected, refunded, revenue, .. } = figures(of_day, currency);
        DayView {
            date: date.to_string(),
            starts,
            attempted,
            paid,
            failed_attempts,
            gross,
            tax_collected,
            refunded,
            revenue,
        }
    });
    days.take(usize::try_from(MAX_DAYS).unwrap_or_default()).collect()
}

fn figures(figures: &LinkFigures, currency: Option<Currency>) -> FiguresView {
    let shown = |mut amounts: BTreeMap<Currency, i64>| {
        amounts.retain(|one, _| currency.is_none_or(|currency| *one == currency));
        majors(&amounts)
    };
    FiguresView {
        starts: figures.starts,
        attempted: figures.attempted,
        paid: figures.paid,
        failed_attempts: figures.failed_attempts,
        conversion: figures.conversion(),
        gross: shown(figures.gross.clone()),
        tax_collected: shown(figures.tax_collected.clone()),
        refunded: shown(figures.refunded.clone()),
        revenue: shown(figures.revenue()),
    }
}

/// Everything that the first screen shows.
#[derive(View)]
pub struct DashboardView {
    /// The organisation whose figures these are.
    pub organization: DashboardOrganization,
    /// As of when figures were counted, RFC 3339; null where nothing was counted yet.
    pub as_of: Option<String>,
    /// The figures of today, in the organisation's zone.
    pub today: FiguresView,
    /// The last 7 days, today among them.
    pub last_7_days: FiguresView,
    /// The last 30 days, today among them.
    pub last_30_days: FiguresView,
    /// These 30 days, the oldest first.
    pub days: Vec<DayView>,
    /// The newest payments for which a card was submitted, or that a key made: up to 10.
    pub recent_transactions: Vec<TransactionView>,
    /// The links that brought most in the organisation's currency: up to 5.
    pub top_links: Vec<ListedLink>,
    /// What somebody should look at, each with a sentence.
    pub attention: Vec<AttentionView>,
}

/// Whose dashboard it is.
#[derive(View)]
pub struct DashboardOrganization {
    /// The organisation's id, a UUID.
    pub id: String,
    /// The organisation's own name.
    pub name: String,
    /// `test` or `live`: the mode that this session works in.
    pub mode: &'static str,
    /// Whether an account is there that can take money.
    pub payments_enabled: bool,
}

/// Something that somebody should look at.
#[derive(View)]
pub struct AttentionView {
    /// `webhook_failing`, `webhook_disabled`, `link_expiring`, `link_nearly_sold_out`,
    /// `refund_failed`, `decline_surge`, `totp_missing` or `payments_not_enabled`.
    pub kind: &'static str,
    /// What it is about; null for the organisation itself.
    pub object: Option<AttentionObject>,
    /// What there is to look at, in a sentence.
    pub text: String,
}

/// What something is about.
#[derive(View)]
pub struct AttentionObject {
    /// `webhook`, `payment_link`, `refund` or `member`.
    pub r#type: &'static str,
    /// The object's id, in the form that its own routes take.
    pub id: String,
}

/// The answer with all that the first screen of the dashboard shows.
pub fn dashboard(
    found: &DashboardFigures,
    seller: &Seller,
    shown: Shown,
    base: &str,
) -> DashboardView {
    let scope = seller.tenant.scope;
    let report = &found.report;
    DashboardView {
        organization: DashboardOrganization {
            id: scope.tenant.to_string(),
            name: seller.tenant.name.clone(),
            mode: scope.mode.as_str(),
            payments_enabled: seller.accounts.payments_enabled(),
        },
        as_of: report.as_of.map(Time::rfc3339),
        today: figures(&report.last(1), None),
        last_7_days: figures(&report.last(7), None),
        last_30_days: figures(&report.totals, None),
        days: days(report, None),
        recent_transactions: found.recent.iter().map(|it| transaction::view(it, shown)).collect(),
        top_links: found.top.iter().map(|row| listed(row, base, shown.now)).collect(),
        attention: found.attention.iter().map(attention).collect(),
    }
}

fn attention(attention: &Attention) -> AttentionView {
    let told = |kind, object: Option<(&'static str, String)>, text: String| {
        let object = object.map(|(r#type, id)| AttentionObject { r#type, id });
        AttentionView { kind, object, text }
    };
    let link = |id: &crate::model::id::PaymentLinkId| Some(("payment_link", id.to_string()));
    match attention {
        Attention::PaymentsNotEnabled => {
            let text = "Payments are not enabled yet: no account that charges is approved.";
            told("payments_not_enabled", None, text.to_owned())
        }
        Attention::TotpMissing(id) => {
            let text = "You have no second factor, and your organisation requires one.";
            told("totp_missing", Some(("member", id.links_form())), text.to_owned())
        }
        Attention::WebhookFailing(id, url, since) => {
            let text = format!("Deliveries to {url} have been failing since {}.", since.rfc3339());
            told("webhook_failing", Some(("webhook", id.links_form())), text)
        }
        Attention::WebhookDisabled(id, url) => {
            let text = format!("The webhook {url} is disabled and gets no events.");
            told("webhook_disabled", Some(("webhook", id.links_form())), text)
        }
        Attention::RefundFailed(id, amount) => {
            let text = format!("A refund of {amount} did not work; no money went back.");
            told("refund_failed", Some(("refund", id.links_form())), text)
        }
        Attention::LinkExpiring(id, name, end) => {
            told("link_expiring", link(id), format!("{name} ends at {}.", end.rfc3339()))
        }
        Attention::LinkNearlySoldOut(id, name, paid, max) => {
            told("link_nearly_sold_out", link(id), format!("{name} is paid {paid} of {max} times."))
        }
        Attention::DeclineSurge(id, name, declined, all) => {
            let text = format!("{declined} of {all} cards were declined today on {name}.");
            told("decline_surge", link(id), text)
        }
    }
}
