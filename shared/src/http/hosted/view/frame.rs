//! Styles and scripts of pages, inlined, and the policies that name them by hash.

use crate::processor::PageFields;
use std::sync::LazyLock;

/// The style and the script of a page, and the part of its policy that never changes.
pub struct Frame {
    /// The style sheet.
    pub css: String,
    /// The script; empty where there is none.
    pub script: String,
    /// All of the policy but who may frame the page.
    pub policy: String,
    /// Sources of the policy that are the page's own.
    own: OwnSources,
}

/// What a page's own style, script and pictures are in its policy.
struct OwnSources {
    styles: &'static str,
    scripts: &'static str,
    images: &'static str,
}

/// Hashes of the inlined sources, so that no process has to compute them. The tests say what they
/// have to be after an edit.
const CSS_HASH: &str = "'sha256-GtvTXWxXl+mcbbXAnpCQoG7CFJ1YXRCo9ZUADDBuJsE='";
const PAY_HASH: &str = "'sha256-Ov7A3k9y/lCWhKMBSpQWJL22VOuBH4HMnxPpRmxhoqE='";
const PAY_TAX_HASH: &str = "'sha256-MRCM0Puxv+5VvHbqvXj32vFSVcdMGJtoXtXtd8ijxUI='";
const STRIPE_HASH: &str = "'sha256-cVvIk1Z3lN+BQh4WyATZauNLOaOEb70NAxzjX+GzO3c='";
const STRIPE_TAX_HASH: &str = "'sha256-hxr97d46IJmu2C9hnjRzsdh/WKs25mfi13+NmcZ8ulE='";
const STRIPE_CHECK_HASH: &str = "'sha256-hb+Bhu80fYZDDEmOTFUyjmfGLUyl978lwPVFPZROtGY='";
const LINK_CSS_HASH: &str = "'sha256-Qm5n7hViiUPxfUQ6xofOfGqAJE+GZ7OU7D5nR9ujff8='";
const LINK_HASH: &str = "'sha256-J6no6VRUeEzjFDcdhL/rxG5kIvaZDYTRwMfZOU7L5G0='";
const CHALLENGE_HASH: &str = "'sha256-EAS3a/Io4hXBUiLMGaZSXcRDUyepwF0HRhiBZ97E730='";

impl Frame {
    fn new(script: &str, scripts: &'static str) -> Self {
        Self::styled(include_str!("../page/page.css"), CSS_HASH, script, scripts, "data:")
    }

    /// A frame of the page of a link, which shows pictures that sellers uploaded.
    fn of_link(script: &str, scripts: &'static str) -> Self {
        let css = concat!(include_str!("../page/page.css"), include_str!("../page/link.css"));
        Self::styled(css, LINK_CSS_HASH, script, scripts, "'self' data:")
    }

    fn styled(
        css: &str,
        styles: &'static str,
        script: &str,
        scripts: &'static str,
        images: &'static str,
    ) -> Self {
        let css = compact_css(css);
        let script = compact(script);
        let own = OwnSources { styles, scripts, images };
        Self { css, script, policy: own.policy("", "", ""), own }
    }

    /// The policy of a page that shows a processor's card fields: its own, and what they need.
    pub fn policy_with(&self, fields: &PageFields) -> String {
        self.own.policy(
            &format!(" {}", fields.script_src),
            &format!(" {}", fields.connect_src),
            &format!(" {}", fields.frame_src),
        )
    }
}

impl OwnSources {
    fn policy(&self, scripts: &str, connections: &str, frames: &str) -> String {
        let Self { styles, scripts: own, images } = self;
        format!(
            "default-src 'none'; style-src {styles}; script-src {own}{scripts}; \
             connect-src 'self'{connections}; img-src {images}; frame-src 'self'{frames}; \
             form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
             trusted-types 'none'",
        )
    }
}

pub(super) const PAY_SCRIPT: &str = concat!(
    include_str!("../page/money.js"),
    include_str!("../page/server.js"),
    include_str!("../page/payer.js"),
    include_str!("../page/card.js"),
    include_str!("../page/no-tax.js"),
    include_str!("../page/page.js"),
);
pub(super) const PAY_TAX_SCRIPT: &str = concat!(
    include_str!("../page/money.js"),
    include_str!("../page/server.js"),
    include_str!("../page/payer.js"),
    include_str!("../page/card.js"),
    include_str!("../page/tax.js"),
    include_str!("../page/page.js"),
);
pub(super) const STRIPE_SCRIPT: &str = concat!(
    include_str!("../page/money.js"),
    include_str!("../page/server.js"),
    include_str!("../page/payer.js"),
    include_str!("../page/stripe.js"),
    include_str!("../page/no-tax.js"),
    include_str!("../page/page.js"),
);
pub(super) const STRIPE_TAX_SCRIPT: &str = concat!(
    include_str!("../page/money.js"),
    include_str!("../page/server.js"),
    include_str!("../page/payer.js"),
    include_str!("../page/stripe.js"),
    include_str!("../page/tax.js"),
    include_str!("../page/page.js"),
);
pub(super) const STRIPE_CHECK_SCRIPT: &str = include_str!("../page/stripe-check.js");
pub(super) const CHALLENGE_SCRIPT: &str =
    concat!(include_str!("../page/money.js"), include_str!("../page/challenge.js"));

pub(super) const LINK_SCRIPT: &str =
    concat!(include_str!("../page/money.js"), include_str!("../page/link.js"));

pub(super) static LINK: LazyLock<Frame> = LazyLock::new(|| Frame::of_link(LINK_SCRIPT, LINK_HASH));
pub(super) static OVER: LazyLock<Frame> = LazyLock::new(|| Frame::of_link("", "'none'"));
pub(super) static PAY: LazyLock<Frame> = LazyLock::new(|| Frame::new(PAY_SCRIPT, PAY_HASH));
pub(super) static PAY_TAX: LazyLock<Frame> =
    LazyLock::new(|| Frame::new(PAY_TAX_SCRIPT, PAY_TAX_HASH));
pub(super) static STRIPE: LazyLock<Frame> =
    LazyLock::new(|| Frame::new(STRIPE_SCRIPT, STRIPE_HASH));
pub(super) static STRIPE_TAX: LazyLock<Frame> =
    LazyLock::new(|| Frame::new(STRIPE_TAX_SCRIPT, STRIPE_TAX_HASH));
pub(super) static STRIPE_CHECK: LazyLock<Frame> =
    LazyLock::new(|| Frame::new(STRIPE_CHECK_SCRIPT, STRIPE_CHECK_HASH));
pub(super) static CHALLENGE: LazyLock<Frame> =
    LazyLock::new(|| Frame::new(CHALLENGE_SCRIPT, CHALLENGE_HASH));
pub(super) static NOTICE: LazyLock<Frame> = LazyLock::new(|| Frame::new("", "'none'"));

/// The source without indentation and without lines that only comment.
pub(super) fn compact(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| {
        let comment = line.starts_with("//") || (line.starts_with("/*") && line.ends_with("*/"));
        !line.is_empty() && !comment
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A style sheet without the spaces that nothing needs. It has no text in quotes but font names.
/// In one pass, since the first buyer of a process waits for it.
pub(super) fn compact_css(source: &str) -> String {
    let source = compact(source);
    let mut css = String::with_capacity(source.len());
    for letter in source.chars() {
        let needless = match letter {
            ' ' => css.ends_with([':', ';', ',', '{']),
            '\n' => css.ends_with([';', '{']),
            _ => false,
        };
        if needless {
            continue;
        }
        if letter == '{' && css.ends_with(' ') {
            css.pop();
        }
        if letter == '}' {
            let end = css.trim_end_matches([' ', '\n', ';']).len();
            css.truncate(end);
        }
        css.push(letter);
    }
    css
}
