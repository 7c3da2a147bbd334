//! Everything that the first screen of the dashboard shows, read at once: figures as they are kept, the
//! newest payments, the best links, and what somebody should look at.

use super::{
    Result,
    merchant_links::Seller,
    statistics::{Days, Report, report},
};
use crate::{
    model::{
        Scope, Surface, Time,
        date::Date,
        endpoint_health::EndpointHealth,
        id::{MemberId, PaymentLinkId, RefundId, WebhookEndpointId},
        link_figures::LinkFigures,
        member::Member,
        payment_link::LinkStatus,
        refund::{Refund, RefundStatusName},
        transaction::{Transaction, TransactionFilter},
        webhook_endpoint::WebhookEndpoint,
    },
    store::{
        Table,
        list::Slice,
        payment_link::{LinkRow, MAX_ROWS},
    },
};

/// How many of the newest payments the first screen shows.
const RECENT: u32 = 10;

/// How many links the first screen shows, those first that brought most.
const TOP: usize = 5;

/// A link that ends within so many days is told.
const EXPIRES_WITHIN_DAYS: i64 = 3;

/// A link of whose uses this much is taken is told, in percent.
const NEARLY_SOLD_OUT: u64 = 90;

/// Refunds that failed within so many days are told.
const FAILED_WITHIN_DAYS: i64 = 7;

/// So many submits in a day are needed to tell a surge of declines, and this much of them declined, in
/// percent.
const SURGE: (u64, u64) = (20, 80);

/// Most things of one kind that are told.
const MAX_TOLD: usize = 10;

/// What the first screen of the dashboard shows, read at once.
#[derive(Debug)]
pub struct DashboardFigures {
    /// The last 30 days, today among them.
    pub report: Report,
    /// The 10 newest payments.
    pub recent: Vec<Transaction>,
    /// The links that brought most, in the organisation's currency.
    pub top: Vec<LinkRow>,
    /// What somebody should look at.
    pub attention: Vec<Attention>,
}

/// Something that somebody should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attention {
    /// No account of the organisation charges cards in this mode.
    PaymentsNotEnabled,
    /// Whoever looks has no second factor, and should.
    TotpMissing(MemberId),
    /// Deliveries to a webhook (its id and address) have failed since this moment.
    WebhookFailing(WebhookEndpointId, String, Time),
    /// An endpoint gets nothing any more.
    WebhookDisabled(WebhookEndpointId, String),
    /// A refund did not work.
    RefundFailed(RefundId, String),
    /// A link (its id and name) ends soon, at this moment.
    LinkExpiring(PaymentLinkId, String, Time),
    /// Few uses of a link are left: so many of so many are paid.
    LinkNearlySoldOut(PaymentLinkId, String, u32, u32),
    /// Nearly all cards of a link were declined today: so many of so many submits.
    DeclineSurge(PaymentLinkId, String, u32, u32),
}

/// Reads the first screen for a member.
pub async fn dashboard(
    store: &Table,
    seller: &Seller,
    member: &Member,
    now: Time,
) -> Result<DashboardFigures> {
    let scope = seller.tenant.scope;
    let filter = TransactionFilter::default();
    let began = scope.tenant.minted_at();
    let newest =
        |from: Time, limit| Slice { before: None, from: from.max(began), until: now, limit };
    let recent = newest(began, RECENT);
    let failed = newest(now.plus_days(-FAILED_WITHIN_DAYS), RECENT);
    let is_failed = |refund: &Refund| refund.status.name() == RefundStatusName::Failed;
    let (report, rows, recent, refunds, endpoints) = tokio::join!(
        report(store, &seller.organization, None, Days::default(), now),
        store.link_rows(scope, None, MAX_ROWS),
        store.transactions(scope, &filter, &recent, now),
        store.refunds(scope, None, &failed, is_failed),
        store.endpoints_on(scope, Surface::Links),
    );
    let (report, rows, endpoints) = (report?, rows?.rows, endpoints?);
    let today = report.range().map(|(_, today)| today);
    let (health, surges) = tokio::join!(
        store.endpoints_health(scope, &endpoints),
        surges(store, scope, today, &rows),
    );
    let mut attention = Vec::new();
    if !seller.accounts.payments_enabled() {
        attention.push(Attention::PaymentsNotEnabled);
    }
    if seller.organization.requires_totp() && !member.totp_enabled {
        attention.push(Attention::TotpMissing(member.id));
    }
    attention.extend(surges?);
    attention.extend(endpoints_to_look_at(&endpoints, &health?));
    attention.extend(refunds?.entries.iter().map(|refund| {
        Attention::RefundFailed(
            refund.id,
            format!("{} {}", refund.amount.major(), refund.amount.currency()),
        )
    }));
    attention.extend(links_to_look_at(&rows, now));
    let top = top(rows, seller);
    Ok(DashboardFigures { report, recent: recent?.entries, top, attention })
}

fn top(mut rows: Vec<LinkRow>, seller: &Seller) -> Vec<LinkRow> {
    let currency = seller.organization.default_currency;
    rows.retain(|row| {
        row.deleted_at.is_none() && row.figures.as_ref().is_some_and(|it| it.paid > 0)
    });
    rows.sort_by_cached_key(|row| {
        let revenue = row.figures.as_ref().map(LinkFigures::revenue).unwrap_or_default();
        let revenue = revenue.get(&currency).copied().unwrap_or(0);
        let paid = row.figures.as_ref().map_or(0, |figures| figures.paid);
        std::cmp::Reverse((revenue, paid, row.id))
    });
    rows.truncate(TOP);
    rows
}

/// Links with nothing but declines today, as far as they were counted.
async fn surges(
    store: &Table,
    scope: Scope,
    today: Option<Date>,
    rows: &[LinkRow],
) -> Result<Vec<Attention>> {
    let Some(today) = today else { return Ok(Vec::new()) };
    let days = store.counted_days_by_link(scope, today).await?;
    let surging = days.into_iter().filter_map(|(link, day)| {
        let (declined, all) = (day.failed_attempts, day.failed_attempts + day.paid);
        let (least, percent) = SURGE;
        let surges =
            u64::from(all) >= least && u64::from(declined) * 100 > u64::from(all) * percent;
        let row = rows.iter().find(|row| row.id == link).filter(|_| surges)?;
        Some(Attention::DeclineSurge(link, row.name.clone(), declined, all))
    });
    Ok(surging.take(MAX_TOLD).collect())
}

fn endpoints_to_look_at(
    endpoints: &[WebhookEndpoint],
    health: &[EndpointHealth],
) -> Vec<Attention> {
    let told = endpoints.iter().zip(health).filter_map(|(endpoint, health)| {
        let url = endpoint.url.clone();
        match (&endpoint.disabled, health.failing_since) {
            (Some(_), _) => Some(Attention::WebhookDisabled(endpoint.id, url)),
            (None, Some(since)) => Some(Attention::WebhookFailing(endpoint.id, url, since)),
            (None, None) => None,
        }
    });
    told.take(MAX_TOLD).collect()
}

fn links_to_look_at(rows: &[LinkRow], now: Time) -> Vec<Attention> {
    let active = || rows.iter().filter(|row| row.status_at(now) == LinkStatus::Active);
    let soon = now.plus_days(EXPIRES_WITHIN_DAYS);
    let ending = active().filter_map(|row| {
        let end = row.expires_at.filter(|end| *end <= soon)?;
        Some(Attention::LinkExpiring(row.id, row.name.clone(), end))
    });
    let taken = active().filter_map(|row| {
        let (max, paid) = (row.limit.max()?, row.figures.as_ref().map_or(0, |it| it.paid));
        let nearly = u64::from(paid) * 100 >= u64::from(max) * NEARLY_SOLD_OUT;
        nearly.then(|| Attention::LinkNearlySoldOut(row.id, row.name.clone(), paid, max))
    });
    ending.take(MAX_TOLD).chain(taken.take(MAX_TOLD)).collect()
}
