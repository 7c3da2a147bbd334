use super::*;
use crate::{
    model::{
        Id,
        actor::Actor,
        catalog::{Offer, Prices, QuantityRange, Snapshot, SnapshotLine},
        link_figures::LinkFigures,
        metadata::Metadata,
        payment_link::{LinkEdit, LinkEditRefusal, ReturnAddresses},
        processor_account::AccountOwner,
        tax::Pricing,
    },
    store::{
        Error,
        memory::Memory,
        tests::{golden, id, now, put, scope, size},
    },
};
use futures_util::FutureExt;

fn link(max: Option<u32>) -> PaymentLink {
    PaymentLink {
        id: "6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21".parse().unwrap(),
        scope: scope(),
        surface: Surface::Links,
        sells: Sells::Snapshot,
        account: None,
        uses: LinkUses::none(Limit::at_most(max).unwrap()),
        attempts: Limit::UNLIMITED,
        expires_at: Some(now().plus_days(30)),
        active: true,
        deleted_at: None,
        edits: 0,
        created_at: now(),
        updated_at: now(),
        version: 1,
    }
}

fn line(n: u8) -> SnapshotLine {
    let prices = [("USD", 12_000), ("EUR", 11_000)];
    let prices = prices.map(|(code, minor)| Money::from_minor(minor, code.parse().unwrap()));
    SnapshotLine {
        product: id(n),
        offer: Offer {
            name: "Workshop seat".into(),
            description: Some("A day\nwith lunch".into()),
            image: Some("3f5a".into()),
            tax_code: Some("service".into()),
            tax_rate: Some("19".parse().unwrap()),
            prices: Prices::new(prices).unwrap(),
        },
        quantity: 2,
        adjustable: Some(QuantityRange { minimum: 1, maximum: 4 }),
    }
}

fn details() -> LinkDetails {
    LinkDetails {
        name: "Autumn workshop".into(),
        metadata: Some(Metadata::new(r#"{"campaign":"autumn"}"#).unwrap()),
        snapshot: Some(Snapshot {
            currency: Currency::USD,
            pricing_mode: Pricing::Exclusive,
            lines: vec![line(5)],
        }),
        addresses: ReturnAddresses {
            success: Some("https://shop.example/thanks".into()),
            failed: None,
            cancel: None,
        },
        created_by: Actor::Member(id(6)),
        cloned_from: Some(Id::from_uuid(uuid::Uuid::from_u128(7))),
        version: 1,
    }
}

/// A table with one link in it.
fn table(link: &PaymentLink) -> Table {
    let table = Table::Memory(Memory::default());
    commit(&table, insert(link, &details()).to_vec()).unwrap();
    table
}

fn commit(table: &Table, writes: Vec<Write>) -> Result<()> {
    table.commit(writes).now_or_never().unwrap()
}

fn kept(table: &Table, id: PaymentLinkId) -> PaymentLink {
    table.payment_link(id, Consistency::Strong).now_or_never().unwrap().unwrap().unwrap()
}

#[test]
fn a_links_counters_are_kept_like_this() {
    let account = ProcessorAccount {
        owner: AccountOwner::Tenant,
        account: ChargingAccount {
            id: id(3),
            processor: "simulator".into(),
            connected: None,
            statement: None,
        },
    };
    let link = PaymentLink { account: Some(account), ..link(Some(40)) };
    let item = to_item(&link);
    golden(
        &item,
        r#"
a=1
acct.id="01a1fd8c-69fa-7303-8303-030303030303"
acct.own="tenant"
acct.proc="simulator"
c=40
crt=1795255200250
e=0
h=0
m="test"
max=40
pk="link#6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"
sfc="links"
sk="link"
t="01a1fd8c-69fa-7101-8101-010101010101"
u=0
upd=1795255200250
v=1
x=1797847200250
16 attributes"#,
    );
    assert_eq!(from_item(&item), Ok(link));
}

#[test]
fn a_link_on_one_amount_without_any_limit_is_kept_like_this() {
    let sells = Sells::Amount(Money::from_minor(1_250, Currency::USD));
    let link = PaymentLink {
        sells,
        expires_at: None,
        attempts: Limit::ONE,
        deleted_at: Some(now()),
        active: false,
        ..link(None)
    };
    let item = to_item(&link);
    golden(
        &item,
        r#"
a=0
amt=1250
c=9000000000000000
crt=1795255200250
cur="USD"
del=1795255200250
e=0
h=0
m="test"
pk="link#6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"
sfc="links"
sk="link"
t="01a1fd8c-69fa-7101-8101-010101010101"
tries=1
u=0
upd=1795255200250
v=1
x=253402300799999
18 attributes"#,
    );
    assert_eq!(from_item(&item), Ok(link));
}

#[test]
fn a_links_details_are_kept_like_this() {
    let item = details::to_item(link(None).id, &details());
    golden(
        &item,
        r#"
by="member#01a1fd8c-69fa-7606-8606-060606060606"
cur="USD"
from="00000000-0000-0000-0000-000000000007"
lines[0].desc="A day\nwith lunch"
lines[0].id="01a1fd8c-69fa-7505-8505-050505050505"
lines[0].img="3f5a"
lines[0].min=1
lines[0].most=4
lines[0].n=2
lines[0].name="Workshop seat"
lines[0].prices.EUR=11000
lines[0].prices.USD=12000
lines[0].rate="19"
lines[0].tax="service"
meta="{\"campaign\":\"autumn\"}"
mode="TAX_EXCLUSIVE"
name="Autumn workshop"
pk="link#6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"
sk="snapshot"
to.ok="https://shop.example/thanks"
v=1
11 attributes"#,
    );
    assert_eq!(details::from_item(&item), Ok(details()));
    let plain = LinkDetails {
        snapshot: None,
        metadata: None,
        addresses: ReturnAddresses::default(),
        cloned_from: None,
        ..details()
    };
    assert_eq!(details::from_item(&details::to_item(link(None).id, &plain)), Ok(plain));
}

#[test]
fn a_links_row_is_kept_like_this() {
    let [_, _, row] = insert(&link(Some(40)), &details());
    golden(
        put(&row),
        r#"
a=true
by="member#01a1fd8c-69fa-7606-8606-060606060606"
cur="USD"
from="00000000-0000-0000-0000-000000000007"
max=40
meta="{\"campaign\":\"autumn\"}"
mode="TAX_EXCLUSIVE"
name="Autumn workshop"
ok="https://shop.example/thanks"
pk="links#01a1fd8c-69fa-7101-8101-010101010101#test"
prod[0]="01a1fd8c-69fa-7505-8505-050505050505"
sk="001795255200250#6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21"
sum.EUR=22000
sum.USD=24000
upd=1795255200250
v=1
x=1797847200250
16 attributes"#,
    );
}

#[test]
fn what_came_of_a_link_is_kept_in_its_row_like_this() {
    let figures = LinkFigures {
        starts: 61,
        attempted: 22,
        paid: 12,
        converted: 11,
        failed_attempts: 9,
        declines: [("card_declined".to_owned(), 4), ("insufficient_funds".to_owned(), 5)].into(),
        gross: [(Currency::USD, 204_000)].into(),
        refunded: [(Currency::USD, 12_000)].into(),
        tax_collected: [(Currency::USD, 0)].into(),
        last_paid_at: Some(now()),
        as_of: now(),
    };
    let item = figures_to_item(&figures);
    golden(
        &item,
        r#"
asof=1795255200250
at=22
cv=11
dec.card_declined=4
dec.insufficient_funds=5
fa=9
gr.USD=204000
last=1795255200250
pd=12
rf.USD=12000
st=61
tx.USD=0
11 attributes"#,
    );
    assert_eq!(figures::figures_from_item(&item), Ok(figures));
    let none = LinkFigures::none(now());
    assert_eq!(figures::figures_from_item(&figures_to_item(&none)), Ok(none));
}

#[test]
fn counting_stays_below_one_kilobyte() {
    let account = ProcessorAccount {
        owner: AccountOwner::Customer(id(2)),
        account: ChargingAccount {
            id: id(3),
            processor: "simulator".into(),
            connected: None,
            statement: None,
        },
    };
    let link = PaymentLink {
        account: Some(account),
        deleted_at: Some(now()),
        edits: u64::MAX / 2,
        version: u64::MAX / 2,
        ..link(Some(1_000_000))
    };
    assert!(size(&to_item(&link)) < 1024);
}

#[test]
fn a_link_and_its_details_come_in_one_trip() {
    let table = table(&link(Some(3)));
    let before = table.meter().take().calls;
    let read = table.link_with_details(link(None).id, Consistency::Eventual);
    let read = read.now_or_never().unwrap().unwrap();
    assert_eq!(read, Some((link(Some(3)), details())));
    assert_eq!(table.meter().take().calls, 1, "{before}");
    let other = table.link_with_details(id(9), Consistency::Eventual);
    assert_eq!(other.now_or_never().unwrap().unwrap(), None);
}

/// Every sequence of steps up to some length, against the model: the same is refused, and what is
/// kept is what the model says.
#[test]
fn guarded_updates_do_what_the_model_does() {
    for limit in [None, Some(1), Some(2)] {
        for sequence in 0..4_u32.pow(6) {
            let (mut model, table) = (link(limit), table(&link(limit)));
            for n in 0..6 {
                let step = sequence / 4_u32.pow(n) % 4;
                let (next, update) = match step {
                    0 => (model.reserve(now()).ok(), reserve_use(model.id, now())),
                    1 => (model.confirm(), confirm_use(model.id)),
                    2 => (model.give_back(), give_back_use(model.id)),
                    _ => {
                        let end = now().plus_days(30);
                        (model.reserve(end).ok(), reserve_use(model.id, end))
                    }
                };
                let done = commit(&table, vec![Write::Update(update)]);
                assert_eq!(done.is_ok(), next.is_some(), "{sequence} at {n}");
                model = next.unwrap_or(model);
            }
            assert_eq!(kept(&table, model.id), model, "{sequence}");
        }
    }
}

#[test]
fn a_refused_use_says_why() {
    let off = LinkEdit { active: Some(false), ..LinkEdit::default() };
    let full = link(Some(1)).reserve(now()).unwrap();
    let late = now().plus_days(30);
    for (link, at, refusal) in [
        (link(None).delete(now()), now(), LinkRefusal::Deleted),
        (link(None).edit(off, now()).unwrap(), now(), LinkRefusal::Inactive),
        (link(None), late, LinkRefusal::Expired),
        (full.clone(), now(), LinkRefusal::InUse),
        (full.confirm().unwrap(), now(), LinkRefusal::Exhausted),
    ] {
        let item = to_item(&link);
        let table = Table::Memory(Memory::default());
        commit(&table, vec![Write::Insert(item)]).unwrap();
        let refused = commit(&table, vec![Write::Update(reserve_use(link.id, at))]).unwrap_err();
        let Error::Refused { old: Some(old), .. } = refused else { panic!("{refused:?}") };
        assert_eq!(reserve_refusal(&old, at).unwrap(), Some(refusal));
    }
}

fn uses(limit: Option<u32>) -> LinkEdit {
    LinkEdit { uses: Limit::at_most(limit), ..LinkEdit::default() }
}

/// A limit that is changed while somebody pays: `before` is what the editor read.
#[test]
fn limits_are_exact_whatever_is_paid_meanwhile() {
    for (old, new, paid_meanwhile, fits) in [
        (Some(10), Some(5), 5, true),
        (Some(10), Some(5), 6, false),
        (Some(2), Some(7), 2, true),
        (None, Some(5), 0, true),
        (None, Some(5), 1, false),
        (Some(3), None, 3, true),
    ] {
        let before = link(old);
        let table = table(&before);
        for _ in 0..paid_meanwhile {
            commit(&table, vec![Write::Update(reserve_use(before.id, now()))]).unwrap();
        }
        let after = before.edit(uses(new), now()).unwrap();
        let done = commit(&table, edit(&before, &after, None, false));
        assert_eq!(done.is_ok(), fits, "{old:?} to {new:?} with {paid_meanwhile}");
        let now = kept(&table, before.id).uses;
        assert_eq!(now.limit.max(), if fits { new } else { old });
        assert_eq!(now.in_progress, paid_meanwhile);
    }
}

#[test]
fn two_edits_of_one_limit_do_not_both_win_and_those_of_different_parts_do() {
    let before = link(Some(10));
    let ten = table(&before);
    let [five, six] = [5, 6].map(|max| before.edit(uses(Some(max)), now()).unwrap());
    commit(&ten, edit(&before, &five, None, false)).unwrap();
    assert!(commit(&ten, edit(&before, &six, None, false)).is_err());
    let off = LinkEdit { active: Some(false), ..LinkEdit::default() };
    let ends = LinkEdit { expires_at: Some(None), ..LinkEdit::default() };
    let [off, endless] = [off, ends].map(|part| before.edit(part, now()).unwrap());
    let both = table(&before);
    commit(&both, edit(&before, &off, None, false)).unwrap();
    commit(&both, edit(&before, &endless, None, false)).unwrap();
    let after = kept(&both, before.id);
    assert_eq!((after.active, after.expires_at, after.edits), (false, None, 2));
    assert!(commit(&both, edit(&before, &endless, None, true)).is_err(), "with If-Match");
}

#[test]
fn what_is_renamed_deleted_and_restored_stands_on_the_list_too() {
    let link = link(Some(10));
    let table = table(&link);
    let named = LinkDetails { name: "Winter".into(), version: 2, ..details() };
    let renamed = link.edit(LinkEdit::default(), now()).unwrap();
    commit(&table, edit(&link, &renamed, Some(&named), true)).unwrap();
    let gone = renamed.delete(now().plus_seconds(5));
    commit(&table, edit(&renamed, &gone, None, false)).unwrap();
    assert!(commit(&table, edit(&renamed, &gone, None, false)).is_err(), "deleted already");
    let rows = |table: &Table| {
        let page = table.link_rows(scope(), None, 10).now_or_never().unwrap().unwrap();
        assert!(!page.more);
        page.rows
    };
    let row = &rows(&table)[0];
    assert_eq!((row.name.as_str(), row.deleted_at), ("Winter", gone.deleted_at));
    assert_eq!(gone.edit(LinkEdit::default(), now()), Err(LinkEditRefusal::Deleted));
    let back = gone.restore(now().plus_days(3)).unwrap();
    commit(&table, edit(&gone, &back, None, false)).unwrap();
    assert_eq!(kept(&table, link.id), back);
    let row = &rows(&table)[0];
    assert_eq!((row.deleted_at, row.products.as_slice()), (None, &[id(5)][..]));
    assert_eq!(row.totals.iter().map(Money::minor).collect::<Vec<_>>(), [22_000, 24_000]);
}

#[test]
fn a_walk_over_the_list_sees_every_link_once_newest_first() {
    let table = Table::Memory(Memory::default());
    for n in 1..=5_u8 {
        let id = Id::from_uuid(uuid::Uuid::from_u128(u128::from(n)));
        let link = PaymentLink { id, created_at: now().plus_ms(i64::from(n / 2)), ..link(None) };
        commit(&table, insert(&link, &details()).to_vec()).unwrap();
    }
    let mut seen = Vec::new();
    let mut last: Option<LinkRow> = None;
    loop {
        let before = last.as_ref().map(LinkRow::place);
        let page = table.link_rows(scope(), before, 2).now_or_never().unwrap().unwrap();
        seen.extend(page.rows.iter().map(|row| row.id.uuid().as_u128()));
        last = page.rows.last().cloned();
        if !page.more {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1]);
}
