use super::*;
use crate::model::id::InvitationId;

fn now() -> Time {
    Time::from_ms(1_795_255_200_250)
}

fn id<K>(n: u8) -> Id<K> {
    Id::mint(now(), [n; 10])
}

/// Not a MAC, but it depends on every byte and on the key, which is all the format asks for.
fn mac(key: u8, bytes: &[u8]) -> Option<[u8; MAC_LEN]> {
    let mut tag = [key; MAC_LEN];
    for (n, byte) in bytes.iter().enumerate() {
        let place = n % MAC_LEN;
        tag[place] = tag[place].rotate_left(3) ^ byte;
    }
    (key < 9).then_some(tag)
}

fn access(mode: Mode) -> AccessToken {
    AccessToken { tenant: id(1), member: id(2), session: id(3), mode, ends_at: now() }
}

fn refresh() -> RefreshToken {
    RefreshToken { tenant: id(1), member: id(2), session: id(3), counter: 7 }
}

#[test]
fn tokens_say_what_was_put_into_them() {
    for mode in [Mode::Test, Mode::Live] {
        let text = access(mode).encode(4, &mac).unwrap();
        assert!(text.starts_with(&format!("pls_{mode}_")));
        assert_eq!(AccessToken::decode(&text, &mac), Some(access(mode)));
    }
    let text = refresh().encode(4, &mac).unwrap();
    assert!(text.starts_with("plr_"));
    assert_eq!(RefreshToken::decode(&text, &mac), Some(refresh()));
    let device = DeviceToken { member: id(2), device: [9; 8], ends_at: now() };
    let text = device.encode(4, &mac).unwrap();
    assert!(text.starts_with("pld_"));
    assert_eq!(DeviceToken::decode(&text, &mac), Some(device));
}

#[test]
fn any_changed_character_makes_a_token_worthless() {
    let token = access(Mode::Test).encode(4, &mac).unwrap();
    for at in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(AccessToken::decode(&forged, &mac), None, "{at}");
    }
    for text in ["", "pls_test_", &token[..token.len() - 1], &format!("{token}A"), &"é".repeat(60)]
    {
        assert_eq!(AccessToken::decode(text, &mac), None, "{text}");
    }
}

#[test]
fn no_token_passes_for_another_kind_mode_or_key() {
    let access = access(Mode::Test).encode(4, &mac).unwrap();
    let live = access.replace("pls_test_", "pls_live_");
    assert_eq!(AccessToken::decode(&live, &mac), None);
    let refresh = refresh().encode(4, &mac).unwrap();
    assert_eq!(AccessToken::decode(&refresh.replace("plr_", "pls_test_"), &mac), None);
    assert_eq!(RefreshToken::decode(&access, &mac), None);
    let other = |key, bytes: &[u8]| mac(key + 1, bytes);
    assert_eq!(AccessToken::decode(&access, &other), None);
    assert_eq!(AccessToken::decode(&access, &|_, _| None), None, "an unknown key");
}

#[test]
fn a_single_use_token_leads_to_its_record_and_proves_nothing() {
    let place = (id(1), InvitationId::mint(now(), [5; 10]));
    let text = SingleUse::Invitation.encode(place.0, place.1, [7; 32]);
    assert!(text.starts_with("pli_"));
    let read =
        |kind: SingleUse, text: &str| -> Option<(TenantId, InvitationId)> { kind.decode(text) };
    assert_eq!(read(SingleUse::Invitation, &text), Some(place));
    assert_eq!(read(SingleUse::Reset, &text), None);
    for text in ["", "pli_", &text[..text.len() - 2], &format!("{text}AA")] {
        assert_eq!(read(SingleUse::Invitation, text), None, "{text}");
    }
}
