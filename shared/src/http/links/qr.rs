//! The code that phones read: a link's address as a square of modules, drawn or as pixels.

use super::{field::QueryNumber, picture::takes_pictures};
use crate::{
    http::{Reply, Request, Result, field::Field},
    model::Invalid,
    operations::{Problem, StateRefusal},
};
use derive::Body;
use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode};
use serde_json::{Value, json};

/// How the code is drawn.
#[derive(Body)]
pub struct DrawQr {
    /// The picture's kind: `svg` or `png`.
    #[body(default = Format::Svg)]
    pub format: Option<Format>,
    /// Pixels a side, 128 to 2048.
    #[body(default = QueryNumber(512))]
    pub size: Option<QueryNumber<128, 2048>>,
    /// Modules of white around it, 0 to 10.
    #[body(default = QueryNumber(4))]
    pub margin: Option<QueryNumber<0, 10>>,
    /// How much of it may be hidden: `L`, `M`, `Q` or `H`.
    #[body(default = Correction(EcLevel::M))]
    pub ecc: Option<Correction>,
}

/// What the code is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A drawing.
    Svg,
    /// Pixels.
    Png,
}

/// How much of a code may be hidden.
#[derive(Debug, Clone, Copy)]
pub struct Correction(EcLevel);

const CORRECTIONS: [(&str, EcLevel); 4] =
    [("L", EcLevel::L), ("M", EcLevel::M), ("Q", EcLevel::Q), ("H", EcLevel::H)];

impl Field for Format {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        match json {
            "\"svg\"" => Ok(Self::Svg),
            "\"png\"" => Ok(Self::Png),
            _ => Err(Invalid::new("must be svg or png")),
        }
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": ["svg", "png"], "default": "svg"})
    }

    fn meaning(&self) -> String {
        self.ending().to_owned()
    }
}

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
        }
    }
}

impl Field for Correction {
    fn read(json: &str) -> std::result::Result<Self, Invalid> {
        let wanted = json.trim_matches('"').to_uppercase();
        let found = CORRECTIONS.into_iter().find(|(name, _)| *name == wanted);
        found.map(|(_, level)| Self(level)).ok_or_else(|| Invalid::new("must be L, M, Q or H"))
    }

    fn schema() -> Value {
        json!({"type": "string", "enum": CORRECTIONS.map(|(name, _)| name), "default": "M"})
    }

    fn meaning(&self) -> String {
        let found = CORRECTIONS.into_iter().find(|(_, level)| *level == self.0);
        found.map(|(name, _)| name.to_owned()).unwrap_or_default()
    }
}

/// A code with white around it.
struct Modules {
    /// Modules a side, without the white.
    side: usize,
    margin: usize,
    dark: Vec<bool>,
}

/// The code of an address.
///
/// # Errors
/// 406: pixels were asked for without saying so first in `Accept`; 400: the address has more modules
/// than pixels.
pub fn reply(req: &Request, wish: &DrawQr, url: &str, name: &str) -> Result {
    let format = wish.format.unwrap_or(Format::Svg);
    if format == Format::Png && !takes_pictures(req) {
        return Err(Problem::State(StateRefusal::NotAcceptable));
    }
    let level = wish.ecc.map_or(EcLevel::M, |ecc| ecc.0);
    let margin = wish.margin.map_or(4, |margin| margin.0);
    let size = wish.size.map_or(512, |size| size.0);
    let modules = Modules::of(url, level, margin)?;
    let reply = match format {
        Format::Svg => Reply::text("image/svg+xml", modules.svg(size)),
        Format::Png => Reply::bytes("image/png", modules.png(size)?),
    };
    Ok(reply.header("content-disposition", disposition(name, format.ending())))
}

/// The code of any text, drawn with the white that readers need.
///
/// # Errors
/// A text too long for a code.
pub fn drawing(text: &str) -> Result<String> {
    Ok(Modules::of(text, EcLevel::M, 4)?.svg(256))
}

/// Shown in place, and saved under the link's name: in ASCII, and whole for who reads RFC 8187.
fn disposition(name: &str, ending: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._-".contains(c);
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    if ascii == name {
        return format!("inline; filename=\"{name}.{ending}\"");
    }
    let whole = super::list::escaped(&format!("{name}.{ending}"));
    format!("inline; filename=\"{ascii}.{ending}\"; filename*=UTF-8''{whole}")
}

impl Modules {
    fn of(url: &str, level: EcLevel, margin: u32) -> Result<Self> {
        let code = QrCode::with_error_correction_level(url, level).map_err(Problem::internal)?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        let margin = usize::try_from(margin).map_err(Problem::internal)?;
        Ok(Self { side: code.width(), margin, dark })
    }

    /// Modules a side, with the white.
    const fn whole(&self) -> usize {
        self.side + 2 * self.margin
    }

    /// Whether a module is dark, counted with the white.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        let place = |at: usize| at.checked_sub(self.margin).filter(|at| *at < self.side);
        let at = place(x).zip(place(y)).map(|(x, y)| y * self.side + x);
        at.and_then(|at| self.dark.get(at)).copied().unwrap_or(false)
    }

    fn svg(&self, size: u32) -> String {
        let whole = self.whole();
        let mut path = String::new();
        for y in 0..whole {
            let mut x = 0;
            while x < whole {
                let run = (x..whole).take_while(|x| self.is_dark(*x, y)).count();
                if run > 0 {
                    path += &format!("M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{size}\" height=\"{size}\" \
             viewBox=\"0 0 {whole} {whole}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{whole}v{whole}H0z\"/><path d=\"{path}\"/></svg>\n"
        )
    }

    /// Whole pixels a module; what is left over is more white on all sides.
    fn png(&self, size: u32) -> Result<Vec<u8>> {
        let pixels = usize::try_from(size).map_err(Problem::internal)?;
        let scale = pixels / self.whole();
        if scale == 0 {
            let message = format!("must be at least {} for this address", self.whole());
            return Err(Problem::field("size", message));
        }
        let edge = (pixels - scale * self.whole()) / 2;
        let module = |at: usize| at.checked_sub(edge).map_or(usize::MAX, |at| at / scale);
        let mut data = Vec::with_capacity(pixels * pixels.div_ceil(8));
        for y in 0..pixels {
            for start in (0..pixels).step_by(8) {
                let bits = (start..start + 8).map(|x| {
                    let white = !(x < pixels && self.is_dark(module(x), module(y)));
                    u8::from(white)
                });
                data.push(bits.fold(0_u8, |byte, bit| byte << 1 | bit));
            }
        }
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, size, size);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        let mut writer = encoder.write_header().map_err(Problem::internal)?;
        writer.write_image_data(&data).map_err(Problem::internal)?;
        writer.finish().map_err(Problem::internal)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
