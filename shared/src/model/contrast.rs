//! How well one colour stands out on another (WCAG 2.2), in whole numbers.

use super::Invalid;
use std::{fmt, str::FromStr};

/// A colour as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color([u8; 3]);

/// What has to stand out on what, and how well.
#[derive(Debug, Clone, Copy)]
pub struct ContrastNeed {
    /// What is seen, for the sentence: `White text on it`.
    pub what: &'static str,
    /// The colour that the checked one is compared with: the ground behind it or the text on it.
    pub against: Color,
    /// The least ratio, in tenths.
    pub tenths: i64,
}

/// A colour that does not stand out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoorContrast {
    /// A sentence with both ratios.
    pub why: String,
    /// The nearest darker or lighter colour that is fine; `None` when there is none.
    pub suggested: Option<Color>,
}

/// White: the ground of light pages, and the text that has to be readable on panels.
pub const WHITE: Color = Color([255; 3]);

/// Behind everything on a page in dark colours.
pub const DARK_GROUND: Color = Color([0x0a, 0x12, 0x10]);

/// The colour of the panel where an organisation has set none of its own.
pub const OWN_PANEL: Color = Color([0x0d, 0x3d, 0x33]);

/// Text has this contrast (WCAG 1.4.3), in tenths.
pub const TEXT: i64 = 45;

/// Marks and edges of controls have this contrast (WCAG 1.4.11), in tenths.
pub const MARK: i64 = 30;

/// The light of each value of a channel, in millionths: sRGB without its gamma.
const LINEAR: [i64; 256] = [
    0, 304, 607, 911, 1_214, 1_518, 1_821, 2_125, 2_428, 2_732, 3_035, 3_347, 3_677, 4_025, 4_391,
    4_777, 5_182, 5_605, 6_049, 6_512, 6_995, 7_499, 8_023, 8_568, 9_134, 9_721, 10_330, 10_960,
    11_612, 12_286, 12_983, 13_702, 14_444, 15_209, 15_996, 16_807, 17_642, 18_500, 19_382, 20_289,
    21_219, 22_174, 23_153, 24_158, 25_187, 26_241, 27_321, 28_426, 29_557, 30_713, 31_896, 33_105,
    34_340, 35_601, 36_889, 38_204, 39_546, 40_915, 42_311, 43_735, 45_186, 46_665, 48_172, 49_707,
    51_269, 52_861, 54_480, 56_128, 57_805, 59_511, 61_246, 63_010, 64_803, 66_626, 68_478, 70_360,
    72_272, 74_214, 76_185, 78_187, 80_220, 82_283, 84_376, 86_500, 88_656, 90_842, 93_059, 95_307,
    97_587, 99_899, 102_242, 104_616, 107_023, 109_462, 111_932, 114_435, 116_971, 119_538,
    122_139, 124_772, 127_438, 130_136, 132_868, 135_633, 138_432, 141_263, 144_128, 147_027,
    149_960, 152_926, 155_926, 158_961, 162_029, 165_132, 168_269, 171_441, 174_647, 177_888,
    181_164, 184_475, 187_821, 191_202, 194_618, 198_069, 201_556, 205_079, 208_637, 212_231,
    215_861, 219_526, 223_228, 226_966, 230_740, 234_551, 238_398, 242_281, 246_201, 250_158,
    254_152, 258_183, 262_251, 266_356, 270_498, 274_677, 278_894, 283_149, 287_441, 291_771,
    296_138, 300_544, 304_987, 309_469, 313_989, 318_547, 323_143, 327_778, 332_452, 337_164,
    341_914, 346_704, 351_533, 356_400, 361_307, 366_253, 371_238, 376_262, 381_326, 386_429,
    391_572, 396_755, 401_978, 407_240, 412_543, 417_885, 423_268, 428_690, 434_154, 439_657,
    445_201, 450_786, 456_411, 462_077, 467_784, 473_531, 479_320, 485_150, 491_021, 496_933,
    502_886, 508_881, 514_918, 520_996, 527_115, 533_276, 539_479, 545_724, 552_011, 558_340,
    564_712, 571_125, 577_580, 584_078, 590_619, 597_202, 603_827, 610_496, 617_207, 623_960,
    630_757, 637_597, 644_480, 651_406, 658_375, 665_387, 672_443, 679_542, 686_685, 693_872,
    701_102, 708_376, 715_694, 723_055, 730_461, 737_910, 745_404, 752_942, 760_525, 768_151,
    775_822, 783_538, 791_298, 799_103, 806_952, 814_847, 822_786, 830_770, 838_799, 846_873,
    854_993, 863_157, 871_367, 879_622, 887_923, 896_269, 904_661, 913_099, 921_582, 930_111,
    938_686, 947_307, 955_973, 964_686, 973_445, 982_251, 991_102, 1_000_000,
];

/// What the formula adds to each light, in the unit of [`Color::light`].
const FLARE: i64 = 500_000_000;

impl Color {
    /// Relative luminance, in 10^-10.
    fn light(self) -> i64 {
        let Self([red, green, blue]) = self;
        let of = |value: u8| LINEAR.get(usize::from(value)).copied().unwrap_or_default();
        2_126 * of(red) + 7_152 * of(green) + 722 * of(blue)
    }

    /// The ratio of the lighter to the darker one, in hundredths, cut off.
    pub fn contrast(self, other: Self) -> i64 {
        let (a, b) = (self.light() + FLARE, other.light() + FLARE);
        a.max(b) * 100 / a.min(b)
    }

    /// Checks what has to stand out.
    ///
    /// # Errors
    /// The first need that is not met, with the nearest colour that meets all.
    pub fn check(self, needs: &[ContrastNeed]) -> Result<(), PoorContrast> {
        let meets =
            |color: Self, need: &ContrastNeed| color.contrast(need.against) >= need.tenths * 10;
        let Some(missed) = needs.iter().find(|need| !meets(self, need)) else { return Ok(()) };
        let (has, needed) = (self.contrast(missed.against), missed.tenths);
        // Rounded, but never up to what is needed.
        let has = ((has + 5) / 10).min(needed - 1);
        let why = format!(
            "{} has {}.{}:1, {}.{}:1 is needed.",
            missed.what,
            has / 10,
            has % 10,
            needed / 10,
            needed % 10
        );
        let steps = (1..=u8::MAX).flat_map(|step| [self.darker(step), self.lighter(step)]);
        let suggested =
            steps.into_iter().find(|color| needs.iter().all(|need| meets(*color, need)));
        Err(PoorContrast { why, suggested })
    }

    /// White or black, whichever is read better on this colour.
    pub fn text_on_it(self) -> Self {
        let black = Self([0; 3]);
        if self.contrast(WHITE) >= self.contrast(black) { WHITE } else { black }
    }

    fn darker(self, step: u8) -> Self {
        Self(self.0.map(|value| mix(value, 0, step)))
    }

    fn lighter(self, step: u8) -> Self {
        Self(self.0.map(|value| mix(value, u8::MAX, step)))
    }
}

/// So many 255ths of the way from one value to another.
fn mix(from: u8, to: u8, step: u8) -> u8 {
    let (from, to, step) = (u32::from(from), u32::from(to), u32::from(step));
    u8::try_from((from * (255 - step) + to * step) / 255).unwrap_or(u8::MAX)
}

impl FromStr for Color {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii());
        let channel = |at: usize| u8::from_str_radix(hex?.get(at..at + 2)?, 16).ok();
        let read = [channel(0), channel(2), channel(4)];
        match read {
            [Some(red), Some(green), Some(blue)] if !text.contains('+') => {
                Ok(Self([red, green, blue]))
            }
            _ => Err(Invalid::new("must be a colour such as #0d3d33")),
        }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self([red, green, blue]) = self;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        text.parse().unwrap()
    }

    #[test]
    fn ratios_are_those_of_the_recommendation() {
        for (one, other, hundredths) in [
            ("#ffffff", "#000000", 2100),
            ("#ffffff", "#ffffff", 100),
            ("#777777", "#ffffff", 447),
            ("#767676", "#ffffff", 454),
            ("#f3c969", "#ffffff", 156),
        ] {
            let ratio = color(one).contrast(color(other));
            assert!((ratio - hundredths).abs() <= 1, "{one} on {other}: {ratio}");
            assert_eq!(ratio, color(other).contrast(color(one)));
        }
    }

    #[test]
    fn a_miss_names_the_ratio_and_the_nearest_colour_that_passes() {
        let need = ContrastNeed { what: "White text on it", against: WHITE, tenths: TEXT };
        let poor = color("#f3c969").check(&[need]).unwrap_err();
        assert_eq!(poor.why, "White text on it has 1.6:1, 4.5:1 is needed.");
        let better = poor.suggested.unwrap();
        assert!(better.check(&[need]).is_ok(), "{better}");
        assert!(color("#0d3d33").check(&[need]).is_ok());
    }

    #[test]
    fn colours_are_six_digits() {
        assert_eq!(color("#0D3d33").to_string(), "#0d3d33");
        for text in ["", "0d3d33", "#fff", "#0d3d3", "#0d3d333", "#0d3d3g", "#+d3d33", "#ééé"] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }

    #[test]
    fn text_on_any_colour_can_be_read() {
        for value in 0..=u8::MAX {
            let color = Color([value; 3]);
            assert!(color.contrast(color.text_on_it()) >= 450, "{color}");
        }
    }
}
