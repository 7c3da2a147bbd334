//! What a receiver answers, as far as it is read and kept.

use http_body_util::BodyExt;
use hyper::{StatusCode, body::Incoming};

/// How much of an answer is read, and how much of that is kept.
const MAX_READ: usize = 64 * 1024;
const MAX_KEPT: usize = 4 * 1024;

/// Longest address of a redirect that is told.
const MAX_LOCATION: usize = 500;

/// What has come so far.
#[derive(Default)]
pub(super) struct ReceiverAnswer {
    pub(super) status: Option<StatusCode>,
    pub(super) retry_after: Option<String>,
    pub(super) location: Option<String>,
    pub(super) start: Vec<u8>,
}

impl ReceiverAnswer {
    /// Where a redirect leads to. It is not followed; whoever reads this can register it.
    pub(super) fn redirect(&self, status: StatusCode) -> Option<String> {
        let location = self.location.as_ref().filter(|_| status.is_redirection())?;
        let location: String = readable(location.as_bytes()).chars().take(MAX_LOCATION).collect();
        Some(format!("redirects are not followed; register the address it leads to: {location}"))
    }

    /// Reads the body as far as it is wanted. Says whether that was its end.
    pub(super) async fn read(&mut self, mut body: Incoming) -> bool {
        let mut read = 0_usize;
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            let Some(data) = frame.data_ref() else {
                continue;
            };
            // Three more, so that the last character is whole.
            let room = (MAX_KEPT + 3).saturating_sub(self.start.len());
            self.start.extend(data.iter().take(room));
            read = read.saturating_add(data.len());
            if read >= MAX_READ {
                return false;
            }
        }
        true
    }
}

/// Text that is safe to store and show: at most 4 KiB, no control characters but line ends and
/// tabs, replacement characters for what is not UTF-8.
pub(super) fn readable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        let c =
            if c.is_control() && c != '\n' && c != '\t' { char::REPLACEMENT_CHARACTER } else { c };
        if text.len().saturating_add(c.len_utf8()) > MAX_KEPT {
            break;
        }
        text.push(c);
    }
    text
}
