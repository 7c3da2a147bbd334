//! Pictures that organisations show to their buyers: what they are is read from their own bytes, never
//! believed.

use super::Invalid;
use crate::digest::{first_of, hex};
use ring::digest::{SHA256, digest};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The largest picture, in bytes.
pub const MAX_PICTURE_BYTES: usize = 24 * 1024;

/// The shortest and the longest side, in pixels.
pub const PICTURE_SIDES: (u32, u32) = (64, 1024);

/// Kinds of pictures that every browser shows and that hold no script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
pub enum PictureKind {
    /// Files of the media type `image/png`.
    #[strum(serialize = "image/png")]
    Png,
    /// Files of the media type `image/jpeg`.
    #[strum(serialize = "image/jpeg")]
    Jpeg,
    /// Files of the media type `image/webp`.
    #[strum(serialize = "image/webp")]
    WebP,
}

/// A picture that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The kind that was named on upload; the bytes were checked to be of it.
    pub kind: PictureKind,
    /// The whole file as it was uploaded, at most [`MAX_PICTURE_BYTES`].
    pub bytes: Vec<u8>,
}

impl PictureKind {
    /// Every kind, in the order in which they are declared.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// Its media type, such as `image/png`.
    pub fn media(self) -> &'static str {
        self.into()
    }

    /// Width and height in pixels, as its own bytes say; `None` for what is of another kind.
    fn size(self, bytes: &[u8]) -> Option<(u32, u32)> {
        match self {
            Self::Png => png(bytes),
            Self::Jpeg => jpeg(bytes),
            Self::WebP => web_p(bytes),
        }
    }
}

impl Picture {
    /// A picture of this kind.
    ///
    /// # Errors
    /// It is larger than [`MAX_PICTURE_BYTES`], of another kind, or its sides are outside
    /// [`PICTURE_SIDES`].
    pub fn read(kind: PictureKind, bytes: Vec<u8>) -> Result<Self, Invalid> {
        if bytes.len() > MAX_PICTURE_BYTES {
            let most = MAX_PICTURE_BYTES;
            return Err(Invalid::new(format!("has {} bytes; {most} is the most", bytes.len())));
        }
        let Some((width, height)) = kind.size(&bytes) else {
            return Err(Invalid::new(format!("is no picture of the type {}", kind.media())));
        };
        let (least, most) = PICTURE_SIDES;
        let fits = |side| (least..=most).contains(&side);
        if !fits(width) || !fits(height) {
            let why = format!("is {width} x {height} pixels; each side needs {least} to {most}");
            return Err(Invalid::new(why));
        }
        Ok(Self { kind, bytes })
    }

    /// The SHA-256 of its bytes in hex: its name, and its address too.
    pub fn hash(&self) -> String {
        hex(&first_of::<32>(digest(&SHA256, &self.bytes).as_ref()))
    }
}

/// Whether a text may be the name of a picture.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The number that some bytes are, the highest first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// The same, the lowest first.
fn number_lowest_first(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// A PNG is a row of chunks: its header first, then among others one with pixels, then its end.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let begins = bytes.starts_with(b"\x89PNG\r\n\x1a\n") && bytes.get(12..16)? == b"IHDR";
    if !begins {
        return None;
    }
    let size = (number(bytes, 16, 4)?, number(bytes, 20, 4)?);
    let (mut at, mut has_pixels) = (8_usize, false);
    loop {
        let length = usize::try_from(number(bytes, at, 4)?).ok()?;
        let kind = bytes.get(at.checked_add(4)?..at.checked_add(8)?)?;
        // After what it holds, a chunk has four bytes of a checksum.
        at = at.checked_add(12)?.checked_add(length)?;
        if at > bytes.len() {
            return None;
        }
        match kind {
            b"IEND" => return has_pixels.then_some(size),
            b"IDAT" => has_pixels |= length > 0,
            _ => {}
        }
    }
}

/// A JPEG is a row of segments, of which the frame's says the size.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(&[0xFF, 0xD8]) {
        return None;
    }
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xFF {
            return None;
        }
        match *bytes.get(at + 1)? {
            // A marker may be preceded by any number of these.
            0xFF => at += 1,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Some((number(bytes, at + 7, 2)?, number(bytes, at + 5, 2)?));
            }
            // Pixels before any frame.
            0xD8..=0xDA => return None,
            _ => {
                let length = usize::try_from(number(bytes, at + 2, 2)?).ok()?;
                at = at.checked_add(2)?.checked_add(length.max(2))?;
            }
        }
    }
}

/// A WebP is one of three: lossy, lossless, or extended, which says its size first.
fn web_p(bytes: &[u8]) -> Option<(u32, u32)> {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let lossy = (b"VP8 ".as_slice(), bytes.get(23..26));
    match bytes.get(12..16)? {
        chunk if chunk == lossy.0 => {
            let side = |at| Some(number_lowest_first(bytes, at, 2)? & 0x3FFF);
            (lossy.1? == b"\x9d\x01\x2a").then_some((side(26)?, side(28)?))
        }
        b"VP8L" => {
            let sides = number_lowest_first(bytes, 21, 4)?;
            (*bytes.get(20)? == 0x2F)
                .then_some(((sides & 0x3FFF) + 1, ((sides >> 14) & 0x3FFF) + 1))
        }
        b"VP8X" => {
            let side = |at| Some(number_lowest_first(bytes, at, 3)? + 1);
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A PNG of this size as far as it is looked at: its pixels and checksums are none.
    pub(crate) fn png_of(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend(b"\0\0\0\x01IDAT\0\0\0\0\0\0\0\0\0IEND\0\0\0\0");
        bytes
    }

    #[test]
    fn a_png_without_pixels_or_without_its_end_is_none() {
        let whole = png_of(100, 100);
        assert_eq!(png(&whole), Some((100, 100)));
        for length in [24, 33, whole.len() - 12, whole.len() - 1] {
            assert_eq!(png(&whole[..length]), None, "{length} bytes");
        }
        let bare = [&whole[..33], b"\0\0\0\0IEND\0\0\0\0".as_slice()].concat();
        assert_eq!(png(&bare), None, "no pixels");
    }

    fn jpeg_of(width: u16, height: u16) -> Vec<u8> {
        // A comment, filling, a table, then the frame.
        let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xFE, 0, 4, 1, 2, 0xFF, 0xFF, 0xC4, 0, 3, 9];
        bytes.extend([0xFF, 0xC2, 0, 11, 8]);
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([1, 0, 0, 0]);
        bytes
    }

    fn web_p_of(chunk: &[u8], rest: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP".as_slice(), chunk, &[0; 4], rest].concat()
    }

    #[test]
    fn sizes_are_read_from_each_kind() {
        use PictureKind::{Jpeg, Png, WebP};
        let lossy = web_p_of(b"VP8 ", &[0, 0, 0, 0x9D, 1, 0x2A, 0x2C, 0x41, 0xC8, 0]);
        // 300 x 200: one less of each, in fourteen bits.
        let sides: u32 = 299 | 199 << 14;
        let lossless = web_p_of(b"VP8L", &[[0x2F].as_slice(), &sides.to_le_bytes()].concat());
        let extended = web_p_of(b"VP8X", &[0, 0, 0, 0, 0x2B, 1, 0, 0xC7, 0, 0]);
        for (kind, bytes) in [
            (Png, png_of(300, 200)),
            (Jpeg, jpeg_of(300, 200)),
            (WebP, lossy),
            (WebP, lossless),
            (WebP, extended),
        ] {
            assert_eq!(kind.size(&bytes), Some((300, 200)), "{kind:?}");
            for other in PictureKind::ALL.iter().filter(|other| **other != kind) {
                assert_eq!(other.size(&bytes), None, "{kind:?} as {other:?}");
            }
            for length in 0..bytes.len() {
                // Whatever is cut off: an answer, and no panic.
                let _ = kind.size(&bytes[..length]);
            }
        }
    }

    #[test]
    fn hard_case_50_what_is_no_picture_of_its_type_or_too_large_is_refused() {
        let read = |kind, bytes: &[u8]| Picture::read(kind, bytes.to_vec()).map_err(|why| why.0);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>";
        let told = read(PictureKind::Png, svg).unwrap_err();
        assert_eq!(told, "is no picture of the type image/png");
        let told = read(PictureKind::Png, &png_of(5_000, 100)).unwrap_err();
        assert_eq!(told, "is 5000 x 100 pixels; each side needs 64 to 1024");
        for (width, height) in [(64, 64), (1_024, 1_024)] {
            assert!(read(PictureKind::Png, &png_of(width, height)).is_ok());
        }
        for (width, height) in [(63, 64), (64, 1_025), (0, 64)] {
            assert!(read(PictureKind::Png, &png_of(width, height)).is_err());
        }
        let mut large = png_of(100, 100);
        large.resize(MAX_PICTURE_BYTES, 0);
        assert!(read(PictureKind::Png, &large).is_ok());
        large.push(0);
        let told = read(PictureKind::Png, &large).unwrap_err();
        assert_eq!(told, "has 24577 bytes; 24576 is the most");
        for nothing in [b"".as_slice(), b"\x89PNG", &[0xFF, 0xD8, 0xFF, 0xDA, 0, 0]] {
            assert!(PictureKind::ALL.iter().all(|kind| read(*kind, nothing).is_err()));
        }
    }

    #[test]
    fn a_picture_is_named_by_its_bytes() {
        let one = Picture::read(PictureKind::Png, png_of(100, 100)).unwrap();
        let other = Picture::read(PictureKind::Png, png_of(100, 101)).unwrap();
        assert!(is_hash(&one.hash()) && one.hash() != other.hash());
        let long = "0".repeat(65);
        for text in ["", "0abc", &one.hash().to_uppercase(), &one.hash()[1..], long.as_str()] {
            assert!(!is_hash(text), "{text}");
        }
    }
}
