//! What the dashboard's preview of a buyer's page takes from that page: its style and its words.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Error},
    path::Path,
};

/// Where the buyer's pages are, from this package's folder.
pub const PAGE: &str = "src/http/hosted/page";

/// The section of the catalogues that the page of a link shows.
const SECTION: &str = "[link]";

/// Dark colours by the reader's own setting, and by the preview's switch.
const BY_SETTING: &str = "@media (prefers-color-scheme: dark) {\n  :root {";
const BY_SWITCH: &str = "@media all {\n  :root[data-dark] {";

/// The files, by their names among the assets.
///
/// # Errors
/// A file that cannot be read, or a style without dark colours where they are looked for.
pub fn files(root: &Path) -> io::Result<BTreeMap<String, String>> {
    let read = |name: &str| fs::read_to_string(root.join(PAGE).join(name));
    let style = read("page.css")? + &read("link.css")?;
    if !style.contains(BY_SETTING) {
        return Err(Error::other("page.css has no dark colours where the preview looks for them"));
    }
    let style = style.replace(BY_SETTING, BY_SWITCH);
    let mut files = BTreeMap::from([("preview/page.css".to_owned(), style)]);
    for entry in fs::read_dir(root.join(super::words::FOLDER))? {
        let path = entry?.path();
        let Some(name) = path.file_name().filter(|_| path.extension().is_some_and(|e| e == "txt"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path)?;
        let lines = text.lines().skip_while(|line| *line != SECTION).skip(1);
        let words: String = lines
            .take_while(|line| !line.starts_with('['))
            .filter(|line| line.contains(" = "))
            .flat_map(|line| [line, "\n"])
            .collect();
        files.insert(format!("preview/words/{}", name.to_string_lossy()), words);
    }
    Ok(files)
}
