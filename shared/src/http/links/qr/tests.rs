use super::*;
use crate::{
    http::{Content, gateway, route::RouteQuery, surface::UnknownFields},
    operations::ProblemKind,
};

const URL: &str = "https://pay.example/l/6f0c2f9e-2d0b-4f7e-9d5e-0a4b1c8e7a21";

fn ask(accept: &str, query: Value) -> Result {
    let event = json!({
        "httpMethod": "GET", "headers": {"Accept": accept}, "queryStringParameters": query,
    });
    let req = gateway::request(event).unwrap();
    let wish = <DrawQr as RouteQuery>::read(&req, UnknownFields::Refused)?;
    reply(&req, &wish, URL, "Autumn")
}

fn disposition_of(reply: &Reply) -> &str {
    let found = reply.headers.iter().find(|(name, _)| *name == "content-disposition");
    &found.unwrap().1
}

#[test]
fn a_drawing_is_what_is_answered_unless_pixels_are_asked_for() {
    let drawn = ask("*/*", json!({})).unwrap();
    assert_eq!(disposition_of(&drawn), "inline; filename=\"Autumn.svg\"");
    let Content::Text { media, text } = drawn.content else { panic!() };
    assert_eq!(media, "image/svg+xml");
    assert!(
        text.contains("width=\"512\"") && text.starts_with("<svg ") && !text.contains("script")
    );
}

#[test]
fn pixels_need_to_be_said_first() {
    let pixels = json!({"format": "png"});
    for accept in ["*/*", "", "application/json, image/png"] {
        let refused = ask(accept, pixels.clone()).unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::State(StateRefusal::NotAcceptable), "{accept}");
    }
    for accept in ["image/png", "image/avif,image/webp,*/*;q=0.8", "IMAGE/PNG"] {
        let drawn = ask(accept, pixels.clone()).unwrap();
        assert_eq!(disposition_of(&drawn), "inline; filename=\"Autumn.png\"");
        let Content::Bytes { media, bytes } = drawn.content else { panic!() };
        assert_eq!((media, bytes.get(1..4)), ("image/png", Some(&b"PNG"[..])));
    }
}

#[test]
fn sizes_margins_and_corrections_are_bounded() {
    for query in [
        json!({"size": "127"}),
        json!({"size": "2049"}),
        json!({"margin": "11"}),
        json!({"ecc": "X"}),
        json!({"format": "gif"}),
        json!({"color": "red"}),
    ] {
        assert_eq!(ask("*/*", query.clone()).unwrap_err().kind(), ProblemKind::Invalid, "{query}");
    }
    for ecc in ["L", "m", "Q", "h"] {
        let wish = json!({"format": "png", "size": "128", "margin": "10", "ecc": ecc});
        assert!(ask("image/png", wish).is_ok(), "{ecc}");
    }
}

/// The pixels say what the modules say, each as large as any other, with white around them.
#[test]
fn every_module_is_a_square_of_pixels() {
    let modules = Modules::of(URL, EcLevel::M, 4).unwrap();
    let size = 300;
    let bytes = modules.png(size).unwrap();
    let decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    let mut reader = decoder.read_info().unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut data).unwrap();
    assert_eq!((info.width, info.height, info.bit_depth), (size, size, BitDepth::One));
    let (pixels, whole) = (300, modules.whole());
    let scale = pixels / whole;
    let edge = (pixels - scale * whole) / 2;
    for y in 0..pixels {
        for x in 0..pixels {
            let dark = data[y * info.line_size + x / 8] >> (7 - x % 8) & 1 == 0;
            let inside = |at: usize| (edge..edge + scale * whole).contains(&at);
            let expected =
                inside(x) && inside(y) && modules.is_dark((x - edge) / scale, (y - edge) / scale);
            assert_eq!(dark, expected, "{x} {y}");
        }
    }
    assert!(modules.is_dark(4, 4) && !modules.is_dark(3, 4), "the corner's mark, and white");
}

#[test]
fn names_are_safe_in_a_header() {
    let plain = disposition("Autumn workshop", "svg");
    assert_eq!(plain, "inline; filename=\"Autumn workshop.svg\"");
    let other = disposition("Café \"1\"\r\nX: y", "png");
    let whole = "filename*=UTF-8''Caf%C3%A9%20%221%22%0D%0AX%3A%20y.png";
    assert_eq!(other, format!("inline; filename=\"Caf_ _1___X_ y.png\"; {whole}"));
}
