//! Pictures as they are uploaded and shown.

use crate::{
    http::{
        Reply, Request, Result,
        field::{Field, Text},
        request::MAX_BODY_BYTES,
    },
    model::{
        Invalid,
        picture::{MAX_PICTURE_BYTES, Picture, PictureKind},
    },
    operations::{Problem, StateRefusal},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use derive::{Body, View};
use serde_json::{Value, json};

/// A picture. What it is and how large is read from its bytes.
#[derive(Body)]
pub struct UploadPicture {
    /// What the bytes are, as a media type.
    pub media_type: MediaType,
    /// The picture in base64: at most 24 KB, each side 64 to 1024 pixels.
    pub data: Base64Bytes,
}

/// The type of a picture.
#[derive(Debug, Clone, Copy)]
pub struct MediaType(pub PictureKind);

/// Bytes in base64.
#[derive(Debug, Clone)]
pub struct Base64Bytes(pub Vec<u8>);

impl Field for MediaType {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let Text(text) = Text::<1, 40>::read(json)?;
        let known = PictureKind::ALL.iter().find(|kind| kind.media().eq_ignore_ascii_case(&text));
        let known = known.copied().map(Self);
        known.ok_or_else(|| Invalid::new("must be one of image/png, image/jpeg, image/webp"))
    }

    fn schema() -> Value {
        let kinds: Vec<&str> = PictureKind::ALL.iter().map(|kind| kind.media()).collect();
        json!({"type": "string", "enum": kinds})
    }

    fn meaning(&self) -> String {
        self.0.media().to_owned()
    }
}

/// Characters of the largest picture.
const MAX_CHARACTERS: usize = MAX_PICTURE_BYTES.div_ceil(3) * 4;

impl Field for Base64Bytes {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        // What is too large is told by its bytes, which needs them all.
        let Text(text) = Text::<1, MAX_BODY_BYTES>::read(json)?;
        let bytes = STANDARD.decode(text.as_bytes());
        bytes.map(Self).map_err(|_| Invalid::new("must be base64, with its padding"))
    }

    fn schema() -> Value {
        json!({"type": "string", "contentEncoding": "base64", "minLength": 1, "maxLength": MAX_CHARACTERS})
    }

    fn meaning(&self) -> String {
        STANDARD.encode(&self.0)
    }
}

impl UploadPicture {
    /// The picture.
    ///
    /// # Errors
    /// What it says it is, it is not; it is too large or too small.
    pub fn picture(self) -> Result<Picture> {
        let picture = Picture::read(self.media_type.0, self.data.0);
        picture.map_err(|Invalid(why)| Problem::field("data", why))
    }
}

/// Where a logo is.
#[derive(View)]
pub struct LogoView {
    /// Its address; null where there is none.
    pub logo_url: Option<String>,
}

/// Where a picture is that is named by its hash.
pub fn url(base: &str, hash: Option<&String>) -> Option<String> {
    hash.map(|hash| format!("{base}/images/{hash}"))
}

/// A picture for everybody to keep for a year: its address is its hash, so it never changes.
///
/// # Errors
/// 406: the gateway would hand over base64 instead of bytes to who does not name a picture first.
pub fn reply(req: &Request, picture: Picture) -> Result {
    if !takes_pictures(req) {
        return Err(Problem::State(StateRefusal::NotAcceptable));
    }
    let reply = Reply::bytes(picture.kind.media(), picture.bytes);
    Ok(reply.header("cache-control", "public, max-age=31536000, immutable"))
}

/// Whether the gateway will hand bytes over: it decides by the first type that the caller takes.
pub(super) fn takes_pictures(req: &Request) -> bool {
    let accept = req.header("accept").unwrap_or_default();
    accept.split(',').next().unwrap_or_default().trim().to_ascii_lowercase().starts_with("image/")
}
