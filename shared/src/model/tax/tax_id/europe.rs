//! VAT ids of the European Union, the United Kingdom, Switzerland, Norway and Iceland.

use super::digits::{
    char_at, day_exists, digits, digits_of, index_in, luhn, mod_11_10, number, remainder, split,
    weighted,
};
use crate::model::tax::place::Country;

/// Whether an id without its prefix has the form and check digits of its country; `None` where
/// this file knows no rule.
pub fn fits(country: Country, body: &str) -> Option<bool> {
    let rule: fn(&str) -> Option<bool> = match country.tax_territory().code() {
        "AT" => austria,
        "BE" => belgium,
        "BG" => bulgaria,
        "CY" => cyprus,
        "CZ" => czechia,
        "DE" => |body| Some(!body.starts_with('0') && mod_11_10(&digits_of(body, 9)?)),
        "DK" => denmark,
        "EE" => |body| {
            Some(weighted(&digits_of(body, 9)?, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10))
        },
        "ES" => spain,
        "FI" => |body| {
            Some(weighted(&digits_of(body, 8)?, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11))
        },
        "FR" => france,
        "GR" => greece,
        "HR" => |body| Some(mod_11_10(&digits_of(body, 11)?)),
        "HU" => |body| {
            Some(weighted(&digits_of(body, 8)?, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10))
        },
        "IE" => ireland,
        "IT" => italy,
        "LT" => lithuania,
        "LU" => |body| Some(number(body, 0..6)? % 89 == number(body, 6..8)? && body.len() == 8),
        "LV" => latvia,
        "MT" => malta,
        "NL" => netherlands,
        "PL" => poland,
        "PT" => portugal,
        "RO" => romania,
        "SE" => sweden,
        "SI" => slovenia,
        "SK" => slovakia,
        "GB" => united_kingdom,
        "CH" | "LI" => switzerland,
        "NO" => norway,
        "IS" => |body| Some(matches!(digits(body)?.len(), 5 | 6)),
        _ => return None,
    };
    Some(rule(body).unwrap_or(false))
}

fn austria(body: &str) -> Option<bool> {
    let digits = digits_of(body.strip_prefix('U')?, 8)?;
    let (body, last) = split(&digits)?;
    Some((16 - luhn(body, 10)) % 10 == last)
}

fn belgium(body: &str) -> Option<bool> {
    let body = if body.len() == 9 { format!("0{body}") } else { body.to_owned() };
    let first = number(&body, 0..8)?;
    let check = number(&body, 8..10)?;
    let starts = body.starts_with(['0', '1']);
    Some(body.len() == 10 && starts && first > 0 && (first + check) % 97 == 0)
}

fn bulgaria(body: &str) -> Option<bool> {
    let all = digits(body)?;
    let (first, last) = split(&all)?;
    match all.len() {
        9 => {
            let sum = weighted(first, &[1, 2, 3, 4, 5, 6, 7, 8]) % 11;
            let again = weighted(first, &[3, 4, 5, 6, 7, 8, 9, 10]) % 11;
            Some((if sum == 10 { again } else { sum }) % 10 == last)
        }
        10 => {
            let other = (11 - weighted(first, &[4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            let foreigner = weighted(first, &[21, 19, 17, 13, 11, 9, 7, 3, 1]) % 10;
            Some(bulgarian_person(body, first, last)? || foreigner == last || other == last)
        }
        _ => Some(false),
    }
}

/// A personal number: the month says the century.
fn bulgarian_person(body: &str, first: &[u64], last: u64) -> Option<bool> {
    let (year, month, day) = (number(body, 0..2)?, number(body, 2..4)?, number(body, 4..6)?);
    let (century, month) = match month {
        41.. => (2000, month - 40),
        21..=40 => (1800, month - 20),
        _ => (1900, month),
    };
    let check = weighted(first, &[2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10;
    Some(day_exists(century + year, month, day) && check == last)
}

fn cyprus(body: &str) -> Option<bool> {
    let (first, letter) = body.split_at_checked(8)?;
    let odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let mut sum = 0;
    for (at, digit) in digits_of(first, 8)?.into_iter().enumerate() {
        sum += if at % 2 == 0 { *odd.get(usize::try_from(digit).ok()?)? } else { digit };
    }
    let wanted = char_at("ABCDEFGHIJKLMNOPQRSTUVWXYZ", sum % 26)?;
    Some(!first.starts_with("12") && letter == wanted.to_string())
}

fn czechia(body: &str) -> Option<bool> {
    let all = digits(body)?;
    let (first, last) = split(&all)?;
    match all.len() {
        8 => {
            let check = (11 - weighted(first, &[8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            Some(!body.starts_with('9') && (if check == 0 { 1 } else { check }) % 10 == last)
        }
        9 if body.starts_with('6') => {
            let sum = weighted(first.get(1..)?, &[8, 7, 6, 5, 4, 3, 2]) % 11;
            Some((sum + 8) % 10 == last)
        }
        9 | 10 => birth_number(body),
        _ => Some(false),
    }
}

/// A Czech or Slovak birth number: nine digits until 1953, ten with a check digit since.
fn birth_number(body: &str) -> Option<bool> {
    let all = digits(body)?;
    let (short, month) = (number(body, 0..2)?, number(body, 2..4)? % 50 % 20);
    let day = number(body, 4..6)?;
    let year = match (all.len(), short) {
        (9, 54..=79) => return Some(false),
        (9, 80..) => 1800 + short,
        (9, _) | (10, 54..) => 1900 + short,
        (10, _) => 2000 + short,
        _ => return Some(false),
    };
    let (first, last) = split(&all)?;
    let checked = all.len() == 9 || remainder(first, 11) % 10 == last;
    Some(day_exists(year, month, day) && checked)
}

fn denmark(body: &str) -> Option<bool> {
    let sum = weighted(&digits_of(body, 8)?, &[2, 7, 6, 5, 4, 3, 2, 1]);
    Some(!body.starts_with('0') && sum.is_multiple_of(11))
}

fn spain(body: &str) -> Option<bool> {
    let kind = body.chars().next().filter(char::is_ascii)?;
    let middle = body.get(1..8)?;
    let last = body.get(8..)?;
    let seven = number(middle, 0..7)?;
    let letter = |n: u64| char_at("TRWAGMYFPDXBNJZSQVHLCKE", n % 23).map(|c| c.to_string());
    match kind {
        'K' | 'L' | 'M' => Some(letter(seven)? == last),
        '0'..='9' => Some(letter(number(body, 0..8)?)? == last),
        'X' | 'Y' | 'Z' => {
            let first = index_in("XYZ", kind)?;
            Some(letter(first * 10_000_000 + seven)? == last)
        }
        'A'..='H' | 'J' | 'N' | 'P'..='S' | 'U' | 'V' | 'W' => {
            let mut with_check = digits(middle)?;
            with_check.push(0);
            let check = (10 - luhn(&with_check, 10)) % 10;
            let letter = char_at("JABCDEFGHI", check)?;
            Some(last == check.to_string() || last == letter.to_string())
        }
        _ => Some(false),
    }
}

const FRENCH: &str = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";

fn france(body: &str) -> Option<bool> {
    let (check, siren) = body.split_at_checked(2)?;
    let siren_digits = digits_of(siren, 9)?;
    // Monaco's numbers are no SIREN.
    if !siren.starts_with("000") && luhn(&siren_digits, 10) != 0 {
        return Some(false);
    }
    let company: u64 = siren.parse().ok()?;
    if let Some(check) = number(check, 0..2) {
        return Some((company * 100 + 12) % 97 == check);
    }
    let mut letters = check.chars();
    let (first, second) = (letters.next()?, letters.next()?);
    let (a, b) = (index_in(FRENCH, first)?, index_in(FRENCH, second)?);
    let key = if first.is_ascii_digit() {
        (a * 24 + b).checked_sub(10)?
    } else {
        (a * 34 + b).checked_sub(100)?
    };
    Some((company + 1 + key / 11) % 11 == key % 11)
}

fn greece(body: &str) -> Option<bool> {
    let body = if body.len() == 8 { format!("0{body}") } else { body.to_owned() };
    let all = digits_of(&body, 9)?;
    let (first, last) = split(&all)?;
    let sum = weighted(first, &[256, 128, 64, 32, 16, 8, 4, 2]);
    Some(sum % 11 % 10 == last)
}

const IRISH: &str = "WABCDEFGHIJKLMNOPQRSTUV";

fn ireland(body: &str) -> Option<bool> {
    let check = body.chars().nth(7)?;
    let irish = |digits: &[u64], letter: Option<char>| {
        let extra = letter.map_or(Some(0), |letter| index_in(IRISH, letter))?;
        char_at(IRISH, (weighted(digits, &[8, 7, 6, 5, 4, 3, 2]) + 9 * extra) % 23)
    };
    let rest = body.get(8..)?;
    if let (Some(all), true) = (digits_of(body.get(..7)?, 7), rest.len() <= 1) {
        return Some(irish(&all, rest.chars().next())? == check);
    }
    // The old form: a letter or a sign at the second place, the first digit counts last.
    let second = body.chars().nth(1)?;
    let mut all = vec![0];
    all.extend(digits_of(body.get(2..7)?, 5)?);
    all.push(u64::from(body.chars().next()?.to_digit(10)?));
    let fits = second.is_ascii_uppercase() || matches!(second, '+' | '*');
    Some(fits && rest.is_empty() && irish(&all, None)? == check)
}

fn italy(body: &str) -> Option<bool> {
    let all = digits_of(body, 11)?;
    let office = number(body, 7..10)?;
    let known = matches!(office, 1..=100 | 120 | 121 | 888 | 999);
    Some(number(body, 0..7)? > 0 && known && luhn(&all, 10) == 0)
}

fn lithuania(body: &str) -> Option<bool> {
    let all = digits(body)?;
    let (first, last) = split(&all)?;
    if !matches!(all.len(), 9 | 12) || first.last() != Some(&1) {
        return Some(false);
    }
    let sum = |shift: u64| -> u64 {
        (0..).zip(first).map(|(at, digit): (u64, &u64)| (1 + (at + shift) % 9) * digit).sum()
    };
    let check = match sum(0) % 11 {
        10 => sum(2) % 11,
        check => check,
    };
    Some(check % 10 == last)
}

fn latvia(body: &str) -> Option<bool> {
    let all = digits_of(body, 11)?;
    let (first, last) = split(&all)?;
    if *first.first()? > 3 {
        return Some(weighted(&all, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3);
    }
    let check = (1 + weighted(first, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10;
    let (day, month, year) = (number(body, 0..2)?, number(body, 2..4)?, number(body, 4..6)?);
    let century = 1800 + number(body, 6..7)? * 100;
    let dated = body.starts_with("32") || day_exists(century + year, month, day);
    Some(dated && check == last)
}

fn malta(body: &str) -> Option<bool> {
    let sum = weighted(&digits_of(body, 8)?, &[3, 4, 6, 7, 8, 9, 10, 1]);
    Some(!body.starts_with('0') && sum.is_multiple_of(37))
}

fn netherlands(body: &str) -> Option<bool> {
    let first = digits_of(body.get(..9)?, 9)?;
    let suffix = digits_of(body.get(10..)?, 2)?;
    if body.get(9..10) != Some("B") || first.iter().all(|d| *d == 0) || suffix == [0, 0] {
        return Some(false);
    }
    let (nine, last) = split(&first)?;
    let citizen = weighted(nine, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 == last;
    // Sole traders: ISO 7064 MOD 97-10 over `NL` and all of it, a letter counts as its two digits.
    let text = format!("2321{}11{}", body.get(..9)?, body.get(10..)?);
    Some(citizen || remainder(&digits(&text)?, 97) == 1)
}

fn poland(body: &str) -> Option<bool> {
    let all = digits_of(body, 10)?;
    let (first, last) = split(&all)?;
    Some(weighted(first, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last)
}

fn portugal(body: &str) -> Option<bool> {
    let all = digits_of(body, 9)?;
    let (first, last) = split(&all)?;
    let check = (11 - weighted(first, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
    Some(!body.starts_with('0') && check == last)
}

fn romania(body: &str) -> Option<bool> {
    let all = digits(body)?;
    let (first, last) = split(&all)?;
    match all.len() {
        13 => {
            let sum = weighted(first, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
            let century = match first.first()? {
                0 => return Some(false),
                3 | 4 => 1800,
                5 | 6 => 2000,
                _ => 1900,
            };
            let (year, month, day) =
                (number(body, 1..3)?, number(body, 3..5)?, number(body, 5..7)?);
            let county = matches!(number(body, 7..9)?, 1..=48 | 51 | 52 | 70 | 80..=83);
            let check = if sum == 10 { 1 } else { sum };
            Some(day_exists(century + year, month, day) && county && check == last)
        }
        2..=10 => {
            let padded = format!("{body:0>10}");
            let sum = weighted(&digits_of(&padded, 10)?, &[7, 5, 3, 2, 1, 7, 5, 3, 2]);
            Some(!body.starts_with('0') && sum * 10 % 11 % 10 == last)
        }
        _ => Some(false),
    }
}

fn sweden(body: &str) -> Option<bool> {
    let organisation = digits_of(body.strip_suffix("01")?, 10)?;
    Some(luhn(&organisation, 10) == 0)
}

fn slovenia(body: &str) -> Option<bool> {
    let all = digits_of(body, 8)?;
    let (first, last) = split(&all)?;
    let check = match 11 - weighted(first, &[8, 7, 6, 5, 4, 3, 2]) % 11 {
        10 => 0,
        check => check,
    };
    Some(!body.starts_with('0') && check == last)
}

fn slovakia(body: &str) -> Option<bool> {
    let all = digits_of(body, 10)?;
    let company = !body.starts_with('0') && matches!(all.get(2)?, 2 | 3 | 4 | 7 | 8 | 9);
    Some(birth_number(body)? || (company && remainder(&all, 11) == 0))
}

fn united_kingdom(body: &str) -> Option<bool> {
    let office = |number: u64| match body.get(..2) {
        Some("GD") => number < 500,
        Some("HA") => (500..1000).contains(&number),
        _ => false,
    };
    match body.len() {
        5 => Some(office(number(body, 2..5)?)),
        11 if body.get(2..6) == Some("8888") => {
            let office_number = number(body, 6..9)?;
            Some(office(office_number) && office_number % 97 == number(body, 9..11)?)
        }
        9 | 12 => {
            let all = digits(body)?;
            let sum = weighted(&all, &[8, 7, 6, 5, 4, 3, 2, 10, 1]) % 97;
            Some(sum == 0 || (number(body, 0..3)? >= 100 && matches!(sum, 42 | 55)))
        }
        _ => Some(false),
    }
}

fn switzerland(body: &str) -> Option<bool> {
    let body = ["MWST", "TVA", "IVA"].iter().find_map(|end| body.strip_suffix(end)).unwrap_or(body);
    let all = digits_of(body, 9)?;
    let (first, last) = split(&all)?;
    Some((11 - weighted(first, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == last)
}

fn norway(body: &str) -> Option<bool> {
    let body = body.strip_prefix("NO").unwrap_or(body);
    let body = body.strip_suffix("MVA").unwrap_or(body);
    Some(weighted(&digits_of(body, 9)?, &[3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11))
}
