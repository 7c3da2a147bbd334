//! Colleagues and second factors in the dashboard, on the local stack.

use super::{
    dashboard::{address, is_tidy, press_button, shown, sign_in},
    *,
};
use crate::stack::shop::PASSWORD;
use shared::model::totp;

/// The bytes of a secret as an app reads it (RFC 4648).
fn bytes(base32: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bits = String::new();
    for letter in base32.chars() {
        bits += &format!("{:05b}", LETTERS.find(letter).unwrap());
    }
    let whole = bits.as_bytes().chunks_exact(8);
    whole.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect()
}

/// What an app shows now, or some steps later.
fn code(secret: &str, later: i64) -> String {
    totp::code(&bytes(secret), clock::now().seconds() / 30 + later)
}

fn focus_on(browser: &Browser, label: &str) {
    browser.wait_until(&format!(
        "(() => {{ const found = [...document.querySelectorAll('label')]\
         .find(one => one.textContent.startsWith('{label}'));\
         const field = found && document.getElementById(found.htmlFor);\
         field?.focus(); field?.select?.(); return field === document.activeElement; }})()"
    ));
}

#[test]
fn a_colleague_is_invited_comes_in_and_protects_the_account() {
    let shop = Stack::get().shop("Team Shop");
    let owner = Browser::of_member(1280, 900);
    sign_in(&owner, &shop);
    owner.open(&format!("{}#/team", address()));
    press_button(&owner, "Invite");
    owner.wait_until("document.activeElement?.type === 'email'");
    owner.press(format!("colleague.{}@example.com", shop.tenant).chars().chain([ENTER]));
    owner.wait_until("document.querySelector('.secret code')?.textContent.includes('#/invite/')");
    let invitation = owner.value("document.querySelector('.secret code').textContent");
    press_button(&owner, "I have saved it");
    owner.wait_until("document.body.innerText.includes('Invitations')");
    is_tidy(&owner);
    owner.screenshot("dashboard-team");

    let colleague = Browser::of_member(360, 740);
    colleague.open(invitation.as_str().unwrap());
    shown(&colleague, "[name=name]");
    focus_on(&colleague, "Your name");
    colleague.press("Barbara Example".chars().chain([TAB]));
    colleague.press(PASSWORD.chars().chain([ENTER]));
    shown(&colleague, ".frame");
    colleague.open(&format!("{}#/account", address()));
    press_button(&colleague, "Set up a second factor");
    shown(&colleague, "dialog .factor-qr");
    let secret = colleague.value("document.querySelector('dialog .secret code').textContent");
    let secret = secret.as_str().unwrap();
    focus_on(&colleague, "Code");
    colleague.press(code(secret, 0).chars());
    shown(&colleague, "dialog .codes");
    let recovery = colleague.value("document.querySelector('.codes code').textContent");
    press_button(&colleague, "I have saved it");
    colleague.wait_until("document.body.innerText.includes('New recovery codes')");
    is_tidy(&colleague);

    // The next step's code is taken, and no step twice.
    let sign_out = |browser: &Browser| {
        browser.value("(document.querySelector('.topbar [aria-haspopup=menu]').click(), true)");
        shown(browser, ".topbar [role=menu]");
        browser.value(
            "([...document.querySelectorAll('.topbar [role=menuitem]')].at(-1).click(), true)",
        );
        browser.wait_until("document.activeElement?.name === 'email'");
    };
    let password = |browser: &Browser| {
        browser.press(format!("colleague.{}@example.com", shop.tenant).chars().chain([TAB]));
        browser.press(PASSWORD.chars().chain([ENTER]));
        browser.wait_until("document.activeElement?.autocomplete === 'one-time-code'");
    };
    sign_out(&colleague);
    password(&colleague);
    colleague.press(code(secret, 1).chars());
    shown(&colleague, ".frame main h1");
    sign_out(&colleague);
    password(&colleague);
    press_button(&colleague, "Use a recovery code");
    colleague.wait_until("document.activeElement?.inputMode === 'text'");
    colleague.press(recovery.as_str().unwrap().chars().chain([ENTER]));
    shown(&colleague, ".frame main h1");
    is_tidy(&colleague);
}

#[test]
fn a_reset_is_made_for_a_colleague_who_sets_a_new_password_with_it() {
    let shop = Stack::get().shop("Reset Shop");
    let staff = shop.member("staff");
    let owner = Browser::of_member(1280, 900);
    sign_in(&owner, &shop);
    owner.open(&format!("{}#/team", address()));
    owner.wait_until(&format!("document.body.innerText.includes('{}')", staff.email));
    owner.value(&format!(
        "([...document.querySelectorAll('tbody tr')]\
         .find(row => row.innerText.includes('{}')).querySelector('button').click(), true)",
        staff.email
    ));
    shown(&owner, "[role=menu]");
    owner.value(
        "([...document.querySelectorAll('[role=menuitem]')]\
         .find(one => one.innerText === 'Link for a new password').click(), true)",
    );
    press_button(&owner, "Make the link");
    owner.wait_until("document.querySelector('.secret code')?.textContent.includes('#/reset/')");
    let reset = owner.value("document.querySelector('.secret code').textContent");
    is_tidy(&owner);

    let browser = Browser::of_member(360, 740);
    browser.open(reset.as_str().unwrap());
    focus_on(&browser, "New password");
    browser.press("another long sentence".chars().chain([ENTER]));
    browser.wait_until("document.activeElement?.name === 'email'");
    browser.press(staff.email.chars().chain([TAB]));
    browser.press("another long sentence".chars().chain([ENTER]));
    shown(&browser, ".frame main h1");
    staff.get("/api/auth/me/").told_off(401, "session_revoked");
    is_tidy(&browser);
}

#[test]
fn signing_in_asks_five_times_at_most_and_stays_below_its_weight() {
    let browser = Browser::of_member(1280, 900);
    browser.open(&address());
    browser.wait_until("document.activeElement?.name === 'email'");
    let names = browser.value(
        "performance.getEntriesByType('resource').map(r => r.name).filter(n => n.startsWith('http'))",
    );
    let names = names.as_array().unwrap();
    assert!(names.len() < 5, "besides the page: {names:?}");
    is_tidy(&browser);
}
