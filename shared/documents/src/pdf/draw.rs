//! Pages become a file: PDF/A-3b, tagged, with the XML attached.

use super::{
    Error, VERSION,
    flow::{Element, Flow, Item, Role},
    fonts::{self, Face, Style},
    layout::TEST,
    text::{Line, Paragraph},
    units::{Milli, of_em, points, turned_at},
};
use crate::document::{Date, Document};
use krilla::{
    Document as File, SerializeSettings,
    color::rgb,
    configure::{Archival, ConfigurationBuilder},
    embed::{AssociationKind, EmbeddedFile, MimeType},
    geom::{PathBuilder, Point, Rect},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    page::PageSettings,
    paint::Fill,
    surface::Surface,
    tagging::{
        Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag,
        TagGroup, TagKind, TagTree,
    },
    text::{Font, GlyphId, KrillaGlyph},
};
use std::{collections::BTreeMap, num::NonZeroU16};

/// The file's bytes.
pub fn file(flow: &Flow, document: &Document, xml: Option<String>) -> Result<Vec<u8>, Error> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .finish()
        .map_err(|error| Error::File(format!("{error:?}")))?;
    let mut file = File::new_with(SerializeSettings {
        configuration,
        enable_tagging: true,
        xmp_metadata: true,
        ..SerializeSettings::default()
    });
    let mut drawing = Drawing { fonts: BTreeMap::new(), leaves: BTreeMap::new() };
    for items in &flow.pages {
        let size = PageSettings::from_wh(points(flow.size.0), points(flow.size.1));
        let mut page = file.start_page_with(size.ok_or(Error::Fonts)?);
        let mut surface = page.surface();
        if document.test_mode {
            drawing.word_across(&mut surface, flow)?;
        }
        for item in items {
            drawing.item(&mut surface, item)?;
        }
        surface.finish();
        page.finish();
    }
    file.set_tag_tree(tree(&flow.elements, drawing.leaves, document));
    file.set_metadata(metadata(document));
    if let Some(xml) = xml {
        attach(&mut file, document, xml)?;
    }
    file.finish().map_err(|error| Error::File(format!("{error:?}")))
}

/// What has to be remembered from item to item.
struct Drawing {
    fonts: BTreeMap<Face, Font>,
    /// Pieces of content by the element that they belong to.
    leaves: BTreeMap<usize, Vec<Identifier>>,
}

impl Drawing {
    fn item(&mut self, surface: &mut Surface, item: &Item) -> Result<(), Error> {
        match item {
            Item::Text { x, y, line, style, element: Some(element) } => {
                let leaf = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
                self.leaves.entry(*element).or_default().push(leaf);
                self.text(surface, *x, *y, line, *style)?;
                surface.end_tagged();
            }
            Item::Text { x, y, line, style, element: None } => {
                start_artifact(surface, ArtifactType::PaginationOther);
                self.text(surface, *x, *y, line, *style)?;
                surface.end_tagged();
            }
            Item::Rule { x, y, width, height, color } => {
                start_artifact(surface, ArtifactType::Layout);
                let corner = (points(*x), points(*y));
                let rect = Rect::from_xywh(corner.0, corner.1, points(*width), points(*height));
                if let Some(rect) = rect {
                    let mut path = PathBuilder::new();
                    path.push_rect(rect);
                    if let Some(path) = path.finish() {
                        surface.set_fill(Some(fill(*color)));
                        surface.draw_path(&path);
                    }
                }
                surface.end_tagged();
            }
        }
        Ok(())
    }

    fn text(
        &mut self,
        surface: &mut Surface,
        mut x: Milli,
        y: Milli,
        line: &Line,
        style: Style,
    ) -> Result<(), Error> {
        surface.set_fill(Some(fill(style.color)));
        for run in &line.runs {
            let font = self.font(run.face)?;
            let glyphs: Vec<_> = run
                .glyphs
                .iter()
                .map(|glyph| {
                    KrillaGlyph::new(
                        GlyphId::new(glyph.id),
                        of_em(glyph.advance, run.units_per_em),
                        of_em(glyph.x, run.units_per_em),
                        of_em(glyph.y, run.units_per_em),
                        0.0,
                        glyph.text.clone(),
                        None,
                    )
                })
                .collect();
            let start = Point::from_xy(points(x), points(y));
            surface.draw_glyphs(start, &glyphs, font, &line.text, points(style.size), false);
            x += run.width;
        }
        Ok(())
    }

    fn font(&mut self, face: Face) -> Result<Font, Error> {
        if let Some(font) = self.fonts.get(&face) {
            return Ok(font.clone());
        }
        let font = fonts::for_file(face).ok_or(Error::Fonts)?;
        self.fonts.insert(face, font.clone());
        Ok(font)
    }

    /// The word across a page of test mode, below everything else.
    fn word_across(&mut self, surface: &mut Surface, flow: &Flow) -> Result<(), Error> {
        let line = Paragraph::new(flow.fonts, TEST, "TEST").line();
        start_artifact(surface, ArtifactType::Watermark);
        surface.push_transform(&turned_at(flow.size.0 / 2, flow.size.1 / 2));
        // Capitals are about 0.71 em high.
        self.text(surface, -line.width / 2, TEST.size * 71 / 200, &line, TEST)?;
        surface.pop();
        surface.end_tagged();
        Ok(())
    }
}

fn start_artifact(surface: &mut Surface, kind: ArtifactType) {
    surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
}

fn fill([red, green, blue]: [u8; 3]) -> Fill {
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        ..Fill::default()
    }
}

/// The structure as the file has it.
fn tree(
    elements: &[Element],
    mut leaves: BTreeMap<usize, Vec<Identifier>>,
    document: &Document,
) -> TagTree {
    let mut tree = TagTree::new().with_lang(Some(document.language.code().to_owned()));
    let mut groups: Vec<Vec<Node>> = elements.iter().map(|_| Vec::new()).collect();
    // Children come after their parents, so going backwards meets each child before its parent.
    for (index, element) in elements.iter().enumerate().rev() {
        let mut children: Vec<Node> =
            leaves.remove(&index).into_iter().flatten().map(Node::from).collect();
        let mut inside = groups.get_mut(index).map(std::mem::take).unwrap_or_default();
        inside.reverse();
        children.append(&mut inside);
        let kind = kind(element.role).with_actual_text(element.says.clone());
        let group = Node::from(TagGroup::with_children(kind, children));
        match element.parent.and_then(|parent| groups.get_mut(parent)) {
            Some(siblings) => siblings.push(group),
            None => tree.children.insert(0, group),
        }
    }
    tree
}

fn kind(role: Role) -> TagKind {
    let level = |level| NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
    match role {
        Role::Title => Tag::Hn(level(1), None).into(),
        Role::Heading => Tag::Hn(level(2), None).into(),
        Role::Section => Tag::Section.into(),
        Role::Paragraph => Tag::P.into(),
        Role::Words => Tag::Span.into(),
        Role::Table => Tag::Table.into(),
        Role::TableHead => Tag::THead.into(),
        Role::TableBody => Tag::TBody.into(),
        Role::Row => Tag::TR.into(),
        Role::HeadCell => Tag::TH(TableHeaderScope::Column).into(),
        Role::Cell => Tag::TD.into(),
    }
}

fn metadata(document: &Document) -> Metadata {
    Metadata::new()
        .title(format!("{} {}", document.title(), document.number))
        .authors(vec![document.seller.name.clone()])
        .producer(format!("Paylink documents {VERSION}"))
        .language(document.language.code().to_owned())
        .creation_date(moment(document.issued_on))
        .document_id(document.id.clone())
}

/// The first moment of a day.
fn moment(date: Date) -> DateTime {
    let day = DateTime::new(date.year).month(date.month).day(date.day);
    day.hour(0).minute(0).second(0).utc_offset_hour(0).utc_offset_minute(0)
}

fn attach(file: &mut File, document: &Document, xml: String) -> Result<(), Error> {
    let attached = file.embed_file(EmbeddedFile {
        path: "invoice.xml".to_owned(),
        mime_type: MimeType::new("text/xml"),
        description: Some(format!("{} {}, UBL 2.1", document.title(), document.number)),
        association_kind: AssociationKind::Alternative,
        data: xml.into_bytes().into(),
        modification_date: Some(moment(document.issued_on)),
        compress: Some(true),
        location: None,
    });
    attached.ok_or_else(|| Error::File("the XML could not be attached".to_owned()))
}
