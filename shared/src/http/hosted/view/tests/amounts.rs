//! Amounts and times as buyers read them.

use super::super::{
    amount::{in_words, length_class, show_money},
    pay::time_left,
};
use super::*;

#[test]
fn money_is_written_the_way_buyers_write_it() {
    for (amount, currency, shown) in [
        ("12.50", "USD", "$12.50"),
        ("1234567.05", "EUR", "€1,234,567.05"),
        ("999", "JPY", "¥999"),
        ("123456", "JPY", "¥123\u{202f}456"),
        ("1234567", "JPY", "¥1,234,567"),
        ("0.050", "KWD", "KWD\u{a0}0.050"),
        ("999.00", "CHF", "CHF\u{a0}999.00"),
        ("1000.00", "CAD", "CA$1,000.00"),
    ] {
        assert_eq!(show_money(amount, currency), shown);
    }
}

#[test]
fn three_decimals_are_named_since_a_thousand_looks_the_same() {
    for (amount, currency, words) in [
        ("1.500", "KWD", Some("1 dinar and 500 fils")),
        ("2.005", "TND", Some("2 dinars and 5 millimes")),
        ("1500.001", "OMR", Some("1500 rials and 1 baisa")),
        ("12.000", "LYD", Some("12 dinars and 0 dirhams")),
        ("12.50", "USD", None),
        ("1500", "JPY", None),
    ] {
        assert_eq!(in_words(amount, currency, Locale::En).as_deref(), words, "{amount} {currency}");
    }
    let body =
        pay_page(&PayPage { amount: "1.500", currency: "KWD", ..page(PageState::Payable) }).body;
    let shown = body.matches(r#"data-amount="1.500""#).count();
    assert!(shown >= 3, "{shown}");
    assert_eq!(body.matches("(1 dinar and 500 fils)").count(), shown);
}

#[test]
fn long_amounts_are_written_smaller() {
    for (money, class) in [
        ("$12.50", ""),
        ("$12,345.00", "long"),
        ("$12,345,678,901.00", "longer"),
        ("$92,233,720,368,547,758.07", "longest"),
    ] {
        assert_eq!(length_class(money), class, "{money}");
    }
}

#[test]
fn the_time_left_starts_where_the_script_goes_on() {
    for (ms, shown) in [
        (-5, "0:00"),
        (0, "0:00"),
        (1, "0:01"),
        (60_000, "1:00"),
        (581_000, "9:41"),
        (3_600_000, "1 h 00 min"),
        (86_399_000, "23 h 59 min"),
        (90_000_000, "1 d 1 h"),
    ] {
        assert_eq!(time_left(ms, words::pay_both(Locale::En)), shown);
    }
}
