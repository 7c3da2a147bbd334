use super::*;
use crate::http::Content;

fn text(reply: Reply) -> String {
    let Content::Text { text, .. } = reply.content else { panic!() };
    text
}

#[test]
fn no_spreadsheet_takes_a_text_for_a_formula_and_numbers_stay_numbers() {
    let mut sheet = Sheet::new(Separator::Comma, Some(&["typed", "computed"]));
    for typed in [
        "=HYPERLINK(\"https://evil.example\")",
        "+49 30 1234",
        "-cmd",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
    ] {
        sheet.row(&[Cell::typed(Some(typed)), Cell::computed(Some("-12.00"))]);
        let line = format!("\"'{}\",\"-12.00\"\r\n", typed.replace('"', "\"\""));
        assert!(sheet.text.ends_with(&line), "{:?}", sheet.text);
    }
    sheet.row(&[Cell::typed(Some("a=b")), Cell::computed(None::<u32>)]);
    assert!(sheet.text.ends_with("\"a=b\",\"\"\r\n"));
}

#[test]
fn any_text_is_one_cell() {
    let mut sheet = Sheet::new(Separator::Semicolon, None);
    sheet.row(&[Cell::typed(Some("שלום; \"עולם\", ok")), Cell::typed(Some("two\nlines"))]);
    assert_eq!(sheet.text, "\"שלום; \"\"עולם\"\", ok\";\"two\nlines\"\r\n");
}

#[test]
fn the_first_page_has_a_mark_and_names_and_the_others_follow_it() {
    let first = Sheet::new(Separator::Comma, Some(&["a", "b"])).reply("x", Some("https://next"));
    let header = |name: &str| first.headers.iter().find(|(known, _)| *known == name).cloned();
    assert_eq!(header("link").unwrap().1, "<https://next>; rel=\"next\"");
    assert_eq!(header("content-disposition").unwrap().1, "attachment; filename=\"x.csv\"");
    assert_eq!(text(first), "\u{FEFF}\"a\",\"b\"\r\n");
    let last = Sheet::new(Separator::Comma, None).reply("x", None);
    assert!(last.headers.iter().all(|(name, _)| *name != "link"));
    assert_eq!(text(last), "");
}
