//! Tax ids of countries outside Europe.

use super::digits::{
    char_at, day_exists, digits, digits_of, index_in, luhn, number, split, weighted,
};
use crate::model::tax::place::Country;

/// Whether an id has the form and check digits of its country; `None` where nothing is known.
/// The United States, the Emirates and Saudi Arabia publish no check digit: their form alone is
/// looked at.
pub fn fits(country: Country, body: &str) -> Option<bool> {
    let rule: fn(&str) -> Option<bool> = match country.code() {
        "AU" => australia,
        "NZ" => new_zealand,
        "CA" => canada,
        "IN" => india,
        "SG" => singapore,
        "KR" => korea,
        "JP" => japan,
        "ZA" => south_africa,
        "MX" => mexico,
        "BR" => brazil,
        "TR" => turkey,
        "US" => |body| Some(digits_of(body, 9)?.len() == 9),
        "AE" => |body| Some(digits_of(body, 15)?.len() == 15),
        "SA" => |body| {
            let all = digits_of(body, 15)?;
            Some(all.first() == Some(&3) && all.last() == Some(&3))
        },
        _ => return None,
    };
    Some(rule(body).unwrap_or(false))
}

fn australia(body: &str) -> Option<bool> {
    let all = digits_of(body, 11)?;
    let (first, rest) = all.split_first()?;
    let sum = first.checked_sub(1)? * 10 + weighted(rest, &[1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    Some(sum.is_multiple_of(89))
}

fn new_zealand(body: &str) -> Option<bool> {
    let padded = format!("{body:0>9}");
    let all = digits_of(&padded, 9)?;
    let in_range = (10_000_001..150_000_000).contains(&number(&padded, 0..9)?);
    let (first, last) = split(&all)?;
    let check = |weights: &[u64]| (11 - weighted(first, weights) % 11) % 11;
    let check = match check(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => check(&[7, 4, 3, 2, 5, 2, 7, 6]),
        check => check,
    };
    Some((8..=9).contains(&body.len()) && in_range && check == last)
}

fn canada(body: &str) -> Option<bool> {
    let business = digits_of(body.get(..9)?, 9)?;
    let account = body.get(9..)?;
    let program = account.is_empty()
        || (account.len() == 6
            && matches!(account.get(..2)?, "RC" | "RM" | "RP" | "RT")
            && digits(account.get(2..)?).is_some());
    Some(program && luhn(&business, 10) == 0)
}

const BASE_36: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn india(body: &str) -> Option<bool> {
    let values: Vec<u64> = body.chars().map(|c| index_in(BASE_36, c)).collect::<Option<_>>()?;
    let letters = |range: std::ops::Range<usize>| {
        body.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    let holder = body.get(5..6).is_some_and(|kind| "ABCFGHJKLPT".contains(kind));
    let form = body.len() == 15
        && (1..=37).contains(&number(body, 0..2)?)
        && letters(2..7)
        && number(body, 7..11)? > 0
        && letters(11..12)
        && holder
        && body.get(12..13) != Some("0")
        && body.get(13..14) == Some("Z");
    Some(form && luhn(&values, 36) == 0)
}

/// Kinds of entities in numbers that begin with R, S or T.
const SINGAPORE_KINDS: &str = "CC CD CH CL CM CP CS CX DP FB FC FM FN GA GB GS HS LL LP MB MC MD \
    MH MM MQ NB NR PA PB PF RF RP SM SS TC TU VH XL";

const SINGAPORE_LETTERS: &str = "ABCDEFGHJKLMNPQRSTUVWX0123456789";

fn singapore(body: &str) -> Option<bool> {
    let (first, last) = body.split_at_checked(body.len().checked_sub(1)?)?;
    let check = match (body.len(), digits(first)) {
        (9, Some(all)) => char_at("XMKECAWLJDB", weighted(&all, &[10, 4, 9, 3, 8, 2, 7, 1]) % 11)?,
        (10, Some(all)) => {
            char_at("ZKCMDNERGWH", weighted(&all, &[10, 8, 6, 4, 9, 7, 5, 3, 1]) % 11)?
        }
        (10, None) => {
            let form = body.starts_with(['R', 'S', 'T'])
                && number(body, 1..3).is_some()
                && SINGAPORE_KINDS.split(' ').any(|kind| Some(kind) == body.get(3..5))
                && number(body, 5..9).is_some();
            let values: Option<Vec<u64>> =
                first.chars().map(|c| index_in(SINGAPORE_LETTERS, c)).collect();
            let sum = weighted(&values?, &[4, 3, 5, 3, 10, 2, 2, 5, 7]);
            // Less 5, kept above zero.
            char_at(SINGAPORE_LETTERS, (sum + 6) % 11).filter(|_| form)?
        }
        _ => return Some(false),
    };
    Some(last == check.to_string())
}

fn korea(body: &str) -> Option<bool> {
    let all = digits_of(body, 10)?;
    let (first, last) = split(&all)?;
    let form = number(body, 0..3)? >= 101 && number(body, 3..5)? > 0 && number(body, 5..9)? > 0;
    let carried = first.last()? * 5 / 10;
    let sum = weighted(first, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + carried;
    Some(form && (10 - sum % 10) % 10 == last)
}

/// A corporate number, with or without the T of a qualified invoice issuer.
fn japan(body: &str) -> Option<bool> {
    let all = digits_of(body.strip_prefix('T').unwrap_or(body), 13)?;
    let (check, rest) = all.split_first()?;
    let weights = [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1];
    Some(9 - weighted(rest, &weights) % 9 == *check)
}

fn south_africa(body: &str) -> Option<bool> {
    let all = digits_of(body, 10)?;
    Some(matches!(all.first()?, 0 | 1 | 2 | 3 | 4 | 9) && luhn(&all, 10) == 0)
}

const MEXICAN: &str = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";

fn mexico(body: &str) -> Option<bool> {
    let chars: Vec<char> = body.chars().collect();
    let names = match chars.len() {
        12 => 3,
        13 => 4,
        _ => return Some(false),
    };
    let date: String = chars.get(names..names + 6)?.iter().collect();
    let (year, month, day) = (number(&date, 0..2)?, number(&date, 2..4)?, number(&date, 4..6)?);
    let named = chars.iter().take(names).all(|c| c.is_ascii_uppercase() || matches!(c, '&' | 'Ñ'));
    let padded: String = format!("{body: >13}");
    let values: Option<Vec<u64>> = padded.chars().map(|c| index_in(MEXICAN, c)).collect();
    let values = values?;
    let (first, _) = split(&values)?;
    let sum = weighted(first, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = char_at(MEXICAN, (11 - sum) % 11);
    let homoclave: Option<&[char]> = chars.get(names + 6..);
    let ends = homoclave?.iter().all(|c| c.is_ascii_alphanumeric());
    Some(named && day_exists(2000 + year, month, day) && ends && chars.last().copied() == check)
}

fn brazil(body: &str) -> Option<bool> {
    match body.len() {
        11 => {
            let all = digits(body)?;
            let check = |weights: &[u64]| (11 - weighted(&all, weights) % 11) % 11 % 10;
            let first = check(&[10, 9, 8, 7, 6, 5, 4, 3, 2]);
            let second = check(&[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
            let any = all.iter().any(|digit| *digit > 0);
            Some(any && all.get(9..) == Some(&[first, second]))
        }
        14 => {
            let plain = body.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            let values: Vec<u64> = body.bytes().map(|b| u64::from(b).saturating_sub(48)).collect();
            let check = |weights: &[u64]| (11 - weighted(&values, weights) % 11) % 11 % 10;
            let first = check(&[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
            let second = check(&[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
            let company = !body.starts_with("000000000000");
            Some(plain && company && values.get(12..) == Some(&[first, second]))
        }
        _ => Some(false),
    }
}

fn turkey(body: &str) -> Option<bool> {
    let all = digits_of(body, 10)?;
    let (first, last) = split(&all)?;
    let mut sum = 0;
    for (place, digit) in (1..).zip(first.iter().rev()) {
        let shifted = (digit + place) % 10;
        if shifted > 0 {
            let power = shifted * 2_u64.pow(u32::try_from(place).ok()?) % 9;
            sum += if power == 0 { 9 } else { power };
        }
    }
    Some((10 - sum % 10) % 10 == last)
}
