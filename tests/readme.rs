//! Tables of the READMEs that say what the code says.
//!
//! `PAYLINK_UPDATE=1 cargo test -p tests readme` writes them anew.

use shared::http::platform::problems;
use shared::model::card::FailureReason;
use shared::model::event::EventType;
use shared::model::retry_schedule::SCHEDULE_S;
use shared::processor::simulator::banks::{ACCOUNTS, BankBehaviour, EMAILS};
use shared::processor::simulator::cards::{Behaviour, accepted};
use std::{fs, path::Path};

fn errors() -> String {
    let mut rows: Vec<_> = problems::ALL
        .iter()
        .map(|kind| problems::row(*kind))
        .map(|row| (row.status, format!("`{}`", row.code), row.meaning))
        .collect();
    rows.sort();
    let mut table = "| status | code | meaning |\n|---|---|---|\n".to_owned();
    for (status, code, meaning) in rows {
        table += &format!("| {status} | {code} | {meaning} |\n");
    }
    table
}

fn cards() -> String {
    let mut table = "| number | what it does |\n|---|---|\n".to_owned();
    for card in accepted() {
        let does = match card.behaviour {
            Behaviour::Approve => format!("pays ({})", card.brand),
            Behaviour::Decline(reason) => format!("declined: `{}`", reason.as_str()),
            Behaviour::DeclineLater(reason) => {
                format!("pays here; declined when charged again once saved: `{}`", reason.as_str())
            }
            Behaviour::LoseLater => {
                "pays here; once saved, a charge of it never reaches the processor: `failed` after \
                 the reconciler asked"
                    .to_owned()
            }
            Behaviour::Challenge => "asks for 3-D Secure, then pays".to_owned(),
            Behaviour::ChallengeAlways => {
                "asks for 3-D Secure each time, then pays; `authentication_required` when charged \
                 again once saved"
                    .to_owned()
            }
            Behaviour::RefundsLate { refused: false } => {
                "pays; refunds answer late, then succeed".to_owned()
            }
            Behaviour::RefundsLate { refused: true } => {
                "pays; refunds answer late, then fail".to_owned()
            }
            Behaviour::ChallengeThenDecline => "asks for 3-D Secure, then is declined".to_owned(),
            Behaviour::Late => {
                "pays, but the answer gets lost: `processing` until the reconciler asks".to_owned()
            }
            Behaviour::Twice => "pays; the charge arrives twice and counts once".to_owned(),
            Behaviour::Dies { charged: false } => {
                "kills the function before the charge: the reconciler ends it as `failed`"
                    .to_owned()
            }
            Behaviour::Dies { charged: true } => {
                "kills the function after the charge: the reconciler finds it and settles"
                    .to_owned()
            }
            Behaviour::Lost => {
                "never reaches the processor: the reconciler ends it as `failed`".to_owned()
            }
        };
        table += &format!("| {} | {does} |\n", card.number);
    }
    table
}

fn banks() -> String {
    let mut table = "| account number, or e-mail address | what it does |\n|---|---|\n".to_owned();
    for account in ACCOUNTS {
        table += &format!("| {} | {} |\n", account.number, does(account.behaviour));
    }
    for (name, behaviour) in EMAILS {
        table += &format!("| {name}@..., {name}+...@... | {} |\n", does(behaviour));
    }
    table
}

fn does(behaviour: BankBehaviour) -> String {
    match behaviour {
        BankBehaviour::Settles => "settles".to_owned(),
        BankBehaviour::Refused(reason) => format!("refused at once: `{}`", reason.as_str()),
        BankBehaviour::Fails(reason) => {
            format!("accepted, then fails before it arrives: `{}`", reason.as_str())
        }
        BankBehaviour::ReturnedAfterSuccess(reason) => {
            format!("arrives, then is sent back: `{}`", reason.as_str())
        }
        BankBehaviour::Lost => "never reaches the provider".to_owned(),
        BankBehaviour::Late => "accepted, but the answer gets lost".to_owned(),
        BankBehaviour::Dies { done: false } => {
            "kills the function before the provider has it".to_owned()
        }
        BankBehaviour::Dies { done: true } => {
            "kills the function after the provider has it".to_owned()
        }
    }
}

fn names() -> String {
    let events: Vec<String> =
        EventType::ALL.iter().map(|kind| format!("`{}`", kind.as_str())).collect();
    let reasons: Vec<String> =
        FailureReason::ALL.iter().map(|reason| format!("`{}`", reason.as_str())).collect();
    format!("Events: {}.\n\nFailure reasons: {}.\n", events.join(", "), reasons.join(", "))
}

fn schedule() -> String {
    let shown = |seconds: u32| match seconds {
        0 => "at once".to_owned(),
        s if s % 3600 == 0 => format!("{} h", s / 3600),
        s if s % 60 == 0 => format!("{} m", s / 60),
        s => format!("{s} s"),
    };
    let mut table =
        "| attempt | after the one before | since the first |\n|---|---|---|\n".to_owned();
    let mut since = 0;
    for (attempt, wait) in (1..).zip(SCHEDULE_S) {
        since += wait;
        let (h, m, s) = (since / 3600, since / 60 % 60, since % 60);
        table += &format!("| {attempt} | {} | {h} h {m:02} m {s:02} s |\n", shown(wait));
    }
    table
}

#[test]
fn tables_say_what_the_code_says() {
    let made = [
        ("functions/platform", "errors", errors()),
        ("tests/local", "cards", cards()),
        ("tests/local", "banks", banks()),
        ("events", "names", names()),
        ("events", "schedule", schedule()),
    ];
    for (folder, name, made) in made {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder).join("README.md");
        let mut text = fs::read_to_string(&path).unwrap();
        let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let from = text.find(&start).unwrap_or_else(|| panic!("no {start}")) + start.len();
        let to = text.find(&end).unwrap_or_else(|| panic!("no {end}"));
        if std::env::var_os("PAYLINK_UPDATE").is_some() {
            text.replace_range(from..to, &made);
            fs::write(&path, &text).unwrap();
        } else {
            let same = text[from..to] == made;
            assert!(same, "{name}: run PAYLINK_UPDATE=1 cargo test -p tests readme and commit");
        }
    }
}

#[test]
fn every_test_that_a_promise_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = String::new();
    let mut folders = vec![root.join("tests"), root.join("shared/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                sources += &fs::read_to_string(path).unwrap();
            }
        }
    }
    let text = fs::read_to_string(root.join("README.md")).unwrap();
    let rows = text.lines().filter(|line| {
        let numbered = line.strip_prefix("| ").and_then(|rest| rest.split_once(". "));
        numbered.is_some_and(|(number, _)| number.parse::<u8>().is_ok())
    });
    let mut named = 0;
    for row in rows {
        let Some(tests) = row.rsplit(" | ").next() else { continue };
        for name in tests.split('`').skip(1).step_by(2) {
            named += 1;
            assert!(sources.contains(&format!("fn {name}(")), "no test {name}");
        }
    }
    assert!(named > 15, "only {named} tests are named");
}

/// The READMEs of the newer surfaces list their routes by hand, with the function that serves each.
#[test]
fn a_surfaces_table_of_routes_links_every_function_of_it() {
    for surface in ["payments", "links"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions").join(surface);
        let text = fs::read_to_string(folder.join("README.md")).unwrap();
        let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name());
        let missing: Vec<String> = files
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".rs") && !text.contains(&format!("]({name})")))
            .collect();
        assert!(missing.is_empty(), "functions/{surface}/README.md lacks {missing:?}");
    }
}
