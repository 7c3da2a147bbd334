//! What a link to a document's file answers.

use super::{pages::html_reply, view::file_soon, words::Locale};
use crate::http::{Reply, Request};

/// Seconds after which a browser tries again.
const AGAIN_S: u32 = 2;

/// Sends the browser to the file.
pub fn moved(url: String) -> Reply {
    let reply = Reply::html(String::new(), "default-src 'none'".to_owned());
    reply.header("location", url)
}

/// The file is not there yet: its document was made a moment ago.
pub fn not_yet(req: &Request) -> Reply {
    let reply = html_reply(503, file_soon(Locale::of(req, None), AGAIN_S));
    reply.header("retry-after", AGAIN_S.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Content, gateway, reply::ReplyStatus};
    use serde_json::json;

    #[test]
    fn a_file_that_is_not_there_yet_is_asked_for_again() {
        let event = json!({"httpMethod": "GET", "headers": {"Accept-Language": "de"}});
        let reply = not_yet(&gateway::request(event).unwrap());
        assert_eq!(reply.status, ReplyStatus::Instead(503));
        assert!(reply.headers.contains(&("retry-after", "2".to_owned())));
        let Content::Html(page) = reply.content else { panic!("a page for people") };
        let again = format!("http-equiv=\"refresh\" content=\"{AGAIN_S}\"");
        assert!(page.contains(&again) && !page.contains("<script"), "{page}");
        assert!(page.contains("<html lang=\"de\"") && page.contains("Einen Moment"), "{page}");
    }
}
