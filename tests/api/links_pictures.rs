//! Logos and pictures of products: uploaded, shown everywhere, frozen in links, refused.

use crate::stack::{Answer, Shop, Stack};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

const LOGO: &str = "/api/organization/logo/";
const ORGANIZATION: &str = "/api/organization/";

/// A PNG of 64 x 64 pixels, and another.
const GREEN: &str = "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAUElEQVR42u3PQQkAAAgEsItkFCPYP4URfAuD\
    FVhq+rUICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICFwW+38A0/z6ZHUA\
    AAAASUVORK5CYII=";
const RED: &str = "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAIAAAAlC+aJAAAAT0lEQVR42u3PQQkAAAgEsIty/VMYzQi+hcEK\
    LNO+FgEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQGBywLQIADxkgTHrwAA\
    AABJRU5ErkJggg==";

/// The beginning of a PNG of 5,000 x 100 pixels.
const WIDE: &str = "iVBORw0KGgoAAAANSUhEUgAAE4gAAABkCAYAAAA=";

fn png(data: &str) -> Value {
    json!({"media_type": "image/png", "data": data})
}

fn put(shop: &Shop, path: &str, body: &Value) -> Answer {
    shop.call("PUT", path).json(body).send()
}

/// What a browser gets at an address of a picture.
fn fetched(url: &str) -> Answer {
    let path = format!("/images/{}", url.rsplit('/').next().unwrap());
    Stack::get().anonymous("GET", &path).header("accept", "image/png,*/*;q=0.8").send()
}

#[test]
fn a_logo_is_shown_to_buyers_until_it_is_removed() {
    let shop = Stack::get().shop("Logo Shop");
    let uuid = shop.link(None);
    let url = put(&shop, LOGO, &png(GREEN)).shown(200)["logo_url"].as_str().unwrap().to_owned();
    assert_eq!(shop.get(ORGANIZATION).shown(200)["branding"]["logo_url"], json!(url));
    assert_eq!(shop.preview(&uuid).shown(200)["organization"]["logo_url"], json!(url));
    let page = Stack::get().anonymous("GET", &format!("/l/{uuid}"));
    let page = page.header("accept", "text/html").send();
    let hash = url.rsplit('/').next().unwrap();
    assert!(page.body.contains(&format!("../images/{hash}")), "{}", page.body);
    let picture = fetched(&url);
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    assert_eq!(picture.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    // The same again is the same; another has another address, and the old one stays.
    assert_eq!(put(&shop, LOGO, &png(GREEN)).shown(200)["logo_url"], json!(url));
    assert_ne!(put(&shop, LOGO, &png(RED)).shown(200)["logo_url"], json!(url));
    assert_eq!(fetched(&url).status, 200);
    for _ in 0..2 {
        assert_eq!(shop.call("DELETE", LOGO).send().status, 204);
    }
    assert_eq!(shop.preview(&uuid).shown(200)["organization"]["logo_url"], Value::Null);
}

#[test]
fn a_picture_of_a_product_is_frozen_in_links() {
    let shop = Stack::get().shop("Picture Shop");
    let product = shop.product();
    let (path, image) =
        (format!("/api/products/{product}/"), format!("/api/products/{product}/image/"));
    let shown = put(&shop, &image, &png(GREEN)).shown(200);
    let url = shown["image"].clone();
    assert!(url.as_str().is_some_and(|url| url.contains("/images/")), "{shown}");
    assert_eq!(shop.get(&path).shown(200)["image"], url);
    let body = json!({"name": "With a picture", "products": [{"product_id": product}]});
    let link = shop.post("/api/payment-links/", &body).shown(201);
    assert_eq!(link["products"][0]["image"], url);
    for _ in 0..2 {
        assert_eq!(shop.call("DELETE", &image).send().status, 204);
    }
    assert_eq!(shop.get(&path).shown(200)["image"], Value::Null);
    let preview = shop.preview(link["uuid"].as_str().unwrap()).shown(200);
    assert_eq!(preview["products"][0]["image"], url, "frozen");
    let other = "/api/products/prod_00000000000000000000000000/image/";
    put(&shop, other, &png(GREEN)).told_off(404, "product_not_found");
    shop.call("DELETE", other).send().told_off(404, "product_not_found");
}

#[test]
fn hard_case_50_pictures_that_are_none_or_too_wide_are_refused_by_field() {
    let shop = Stack::get().shop("Hostile Picture Shop");
    let svg = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciPjwvc3ZnPg==";
    for (body, field) in [
        (png(svg), "data"),
        (png(WIDE), "data"),
        (png("not base64"), "data"),
        (png(&"A".repeat(32_772)), "data"),
        (json!({"media_type": "image/jpeg", "data": GREEN}), "data"),
        (json!({"media_type": "image/svg+xml", "data": svg}), "media_type"),
        (json!({"media_type": "image/png"}), "data"),
        (json!({"media_type": "image/png", "data": GREEN, "url": "https://x.example"}), "url"),
    ] {
        let told = put(&shop, LOGO, &body).told_off(400, "validation_error");
        assert!(told[field].is_array(), "{field}: {told}");
    }
    // Its size is told in bytes, and a body that is no JSON by its media type.
    let large = STANDARD.encode([0; 24_577]);
    let told = put(&shop, LOGO, &png(&large)).told_off(400, "validation_error");
    assert_eq!(told["data"], json!(["Has 24577 bytes; 24576 is the most."]));
    let raw = shop.call("PUT", LOGO).text("image/png", "no JSON").send();
    raw.told_off(415, "unsupported_media_type");
    assert_eq!(shop.get(ORGANIZATION).shown(200)["branding"]["logo_url"], Value::Null);
}

#[test]
fn pictures_are_uploaded_by_those_who_may_and_found_by_their_hash_alone() {
    let shop = Stack::get().shop("Guarded Picture Shop");
    let image = format!("/api/products/{}/image/", shop.product());
    let (viewer, staff) = (shop.member("viewer"), shop.member("staff"));
    put(&viewer, &image, &png(GREEN)).told_off(403, "permission_denied");
    put(&staff, LOGO, &png(GREEN)).told_off(403, "permission_denied");
    let url = put(&staff, &image, &png(GREEN)).shown(200)["image"].as_str().unwrap().to_owned();
    let path = format!("/images/{}", url.rsplit('/').next().unwrap());
    let plain = Stack::get().anonymous("GET", &path).header("accept", "*/*").send();
    plain.told_off(406, "not_acceptable");
    for unknown in ["0".repeat(64), "nothing".to_owned()] {
        fetched(&unknown).told_off(404, "image_not_found");
    }
}
