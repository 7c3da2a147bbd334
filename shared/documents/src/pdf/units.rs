//! Lengths. Everything is laid out in whole thousandths of a point, so that no build and no machine
//! rounds otherwise; fractions come to be only where a number is written into the file.

#![expect(
    clippy::as_conversions,
    clippy::disallowed_types,
    clippy::float_arithmetic,
    reason = "the file format counts in fractions; one division rounds alike everywhere"
)]

use harfrust::Direction;
use krilla::geom::Transform;

/// A thousandth of a point.
pub type Milli = i32;

/// A length in points, as the file has it.
pub fn points(length: Milli) -> f32 {
    of_em(length, 1_000)
}

/// A part of a font's em.
pub fn of_em(units: i32, units_per_em: i32) -> f32 {
    units as f32 / units_per_em as f32
}

/// Turns by 35 degrees around a place. Cosine and sine are written out because mathematical
/// libraries differ in their last digit.
pub fn turned_at(x: Milli, y: Milli) -> Transform {
    let (cosine, sine) = (0.819_152, 0.573_576);
    Transform::from_row(cosine, -sine, sine, cosine, points(x), points(y))
}

/// Font units at a size, rounded to the nearest thousandth of a point.
pub fn scaled(units: i32, size: Milli, units_per_em: i32) -> Milli {
    let product = i64::from(units) * i64::from(size) * 2 + i64::from(units_per_em);
    Milli::try_from(product.div_euclid(i64::from(units_per_em) * 2)).unwrap_or(Milli::MAX)
}

/// The direction of a run of text.
pub const fn direction(right_to_left: bool) -> Direction {
    if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight }
}
