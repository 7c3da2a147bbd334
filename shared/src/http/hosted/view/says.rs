//! Texts with facts in them: names and amounts stand in elements of their own, isolated from the
//! direction of the text around them and closed to translators.

use askama::filters::{Html, escape};

/// The card to try in test mode.
const TEST_CARD: &str = "<span translate=\"no\">4242&nbsp;4242&nbsp;4242&nbsp;4242</span>";

/// What the texts of a payment page have in them, as markup.
pub struct Says<'a> {
    payee: String,
    /// The amount as buyers write it.
    pub sum: &'a str,
    link: String,
}

impl<'a> Says<'a> {
    /// What stands for the payee, the amount, and the link to the bank's page with its words.
    pub fn new(payee: &str, sum: &'a str, link: &str) -> Self {
        let link = escaped(link);
        Self {
            payee: format!("<bdi translate=\"no\">{}</bdi>", escaped(payee)),
            sum,
            link: format!(
                "<a id=\"challenge-tab\" target=\"_blank\" rel=\"noopener noreferrer\">{link}</a>"
            ),
        }
    }

    /// A text as markup, with its facts.
    pub fn put(&self, text: &str) -> String {
        fill(&escaped(text), |name| {
            Some(match name {
                "payee" => &self.payee,
                "amount" => self.sum,
                "card" => TEST_CARD,
                "link" => &self.link,
                "sandbox" => "<code translate=\"no\">sandbox</code>",
                "scripts" => "<code translate=\"no\">allow-scripts</code>",
                "origin" => "<code translate=\"no\">allow-same-origin</code>",
                _ => return None,
            })
        })
    }
}

/// An amount in major units with its currency, as `money` and in `words` where its digits could be
/// misread; as markup that scripts write anew.
pub fn sum(amount: &str, currency: &str, money: &str, words: Option<&str>) -> String {
    let (amount, currency, money) = (escaped(amount), escaped(currency), escaped(money));
    let mut markup = format!(
        "<span class=\"money\" translate=\"no\" data-amount=\"{amount}\" \
         data-currency=\"{currency}\">{money}</span>"
    );
    if let Some(words) = words {
        markup += " <span class=\"words\" translate=\"no\">(";
        markup += &escaped(words);
        markup += ")</span>";
    }
    markup
}

/// A text as markup, with one fact that is closed to translators.
pub fn fact(text: &str, name: &str, value: &str) -> String {
    let value = format!("<span translate=\"no\">{}</span>", escaped(value));
    fill(&escaped(text), |found| (found == name).then_some(value.as_str()))
}

/// A text with its placeholders filled in; it is no markup.
pub fn filled(text: &str, values: &[(&str, &str)]) -> String {
    fill(text, |name| values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
}

fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut whole = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        whole.push_str(before);
        whole.push_str(value(name).unwrap_or_default());
        rest = after;
    }
    whole + rest
}

fn escaped(text: &str) -> String {
    // Writing into a string cannot fail.
    escape(text, Html).map(|safe| safe.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_escaped_and_keep_to_themselves() {
        let sum = sum("1.500", "KWD", "KWD\u{a0}1.500", Some("1 & 5"));
        let says = Says::new("<b>A</b> {amount}", &sum, "open");
        let text = says.put("{amount} an <{payee}> {nobody}.");
        assert!(text.starts_with("<span class=\"money\" translate=\"no\" data-amount=\"1.500\""));
        assert!(text.contains("(1 &#38; 5)"), "{text}");
        assert!(
            text.ends_with(
                " an &#60;<bdi translate=\"no\">&#60;b&#62;A&#60;/b&#62; {amount}</bdi>&#62; ."
            ),
            "{text}"
        );
        assert_eq!(filled("{a}{b} } {c", &[("a", "{b}"), ("b", "2")]), "{b}2 } {c");
        assert_eq!(fact("no. {n}", "n", "<1>"), "no. <span translate=\"no\">&#60;1&#62;</span>");
    }
}
