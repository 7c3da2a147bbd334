//! Elements of XML, written in order and escaped.

/// What is written so far.
pub struct Writer {
    text: String,
}

impl Writer {
    /// A document that has nothing but its declaration.
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned() }
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        self.text.push('\n');
        self.text
    }

    /// An element with elements inside; none where they turn out to be none.
    pub fn group(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.group_with(name, "", inside);
    }

    /// The same with attributes, which are written as they are.
    pub fn group_with(&mut self, name: &str, attributes: &str, inside: impl FnOnce(&mut Self)) {
        let start = self.text.len();
        self.text += &format!("<{name}{attributes}>");
        let empty = self.text.len();
        inside(self);
        if self.text.len() == empty {
            self.text.truncate(start);
        } else {
            self.text += &format!("</{name}>");
        }
    }

    /// An element with text.
    pub fn text(&mut self, name: &str, text: &str) {
        self.text_with(name, "", text);
    }

    /// An element with text, where there is one.
    pub fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// An element with attributes, which are written as they are, and text. What is nothing but
    /// spaces counts as none: the standard knows no empty elements.
    pub fn text_with(&mut self, name: &str, attributes: &str, text: &str) {
        if !text.trim().is_empty() {
            self.text += &format!("<{name}{attributes}>");
            self.text.extend(text.chars().map(allowed).flat_map(Escaped::from));
            self.text += &format!("</{name}>");
        }
    }
}

/// A character as XML 1.0 may carry it: what it forbids becomes a replacement sign, and line ends,
/// which parsers would change, become spaces.
fn allowed(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

/// One character, escaped where it means something.
struct Escaped;

impl Escaped {
    fn from(c: char) -> impl Iterator<Item = char> {
        let (escaped, itself) = match c {
            '&' => ("&amp;", None),
            '<' => ("&lt;", None),
            '>' => ("&gt;", None),
            '"' => ("&quot;", None),
            _ => ("", Some(c)),
        };
        escaped.chars().chain(itself)
    }
}
