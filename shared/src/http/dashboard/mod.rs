//! The merchant dashboard: a page, and the files it is made of. It is a client of the links surface
//! like any other, so nothing here knows anything of tenants, members or money.

pub mod docs;
pub mod page;
pub mod routes;

use super::{
    Reply, Request, Result,
    hosted::{Hosted, problems},
    surface::{Exchange, Rendered, Surface, UnknownFields},
};
use crate::operations::Problem;

include!(concat!(env!("OUT_DIR"), "/dashboard_assets.rs"));

/// The dashboard's page and files.
pub struct Dashboard;

/// What the page may do: its own scripts and styles, its own API, nothing of anybody else's. No
/// script may make markup out of text (Trusted Types).
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; frame-src 'self'; form-action 'none'; \
    base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'";

/// What the preview of a buyer's page may do: stand in the dashboard, with its own script, style and
/// words, and send nothing anywhere.
pub const PREVIEW_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Headers of the page and its files.
const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("content-security-policy", POLICY),
    ("cross-origin-opener-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), \
         clipboard-write=(self), web-share=(self)",
    ),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex, nofollow"),
];

/// What a browser may do with a file that never changes under its address: keep it for a year.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";

impl Surface for Dashboard {
    const NAME: &'static str = "dashboard";
    const UNKNOWN_FIELDS: UnknownFields = UnknownFields::Ignored;

    fn headers() -> &'static [(&'static str, &'static str)] {
        HEADERS
    }

    fn success(reply: Reply, status: u16, _: &Exchange<'_>) -> Rendered {
        Rendered::plain(reply, status)
    }

    fn problem(problem: &Problem, _: &Exchange<'_>) -> Rendered {
        let (status, _) = Self::code(problem);
        let text = format!("{}\n", problems::message(problem));
        Rendered::text(status, Vec::new(), "text/plain; charset=utf-8", text)
            .retry_after(problems::retry_after_s(problem))
            .allow(problem)
    }

    fn code(problem: &Problem) -> (u16, &'static str) {
        Hosted::code(problem)
    }
}

/// What a file is, by its name; `None` for what is never served.
fn media(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "mjs" => Some("text/javascript; charset=utf-8"),
        "css" => Some("text/css; charset=utf-8"),
        "html" => Some("text/html; charset=utf-8"),
        "txt" => Some("text/plain; charset=utf-8"),
        _ => None,
    }
}

/// A file of this build. Its address changes with its bytes, so that a browser asks once.
///
/// # Errors
/// 404: the file is of another build, or there is none of that name.
pub fn asset(req: &Request) -> Result {
    let missing = || Problem::NoRoute { method: req.method().to_owned(), instead: None };
    let name = req.path("file");
    if req.path("build") != BUILD {
        return Err(missing());
    }
    let found = FILES.binary_search_by_key(&name, |(name, _)| name).map_err(|_| missing())?;
    let (_, text) = FILES.get(found).ok_or_else(missing)?;
    let media = media(name).ok_or_else(missing)?;
    let reply = Reply::text(media, (*text).to_owned()).header("cache-control", FOR_GOOD);
    // The one file that is a page; it stands in a frame of the dashboard.
    let page = name.ends_with(".html");
    Ok(if page {
        reply.header("content-security-policy", PREVIEW_POLICY.to_owned())
    } else {
        reply
    })
}

// What the build does with the files is tested here.
#[cfg(test)]
#[path = "../../../build/bundle.rs"]
mod bundle;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        http::{Content, gateway},
        operations::ProblemKind,
    };
    use serde_json::json;

    fn ask(build: &str, file: &str) -> Result {
        let path = json!({"build": build, "file": file});
        asset(&gateway::request(json!({"httpMethod": "GET", "pathParameters": path})).unwrap())
    }

    #[test]
    fn every_file_is_served_as_what_it_is_and_kept_for_good() {
        assert_eq!(BUILD.len(), 16);
        assert!(FILES.is_sorted_by_key(|(name, _)| *name) && FILES.len() > 10);
        for (name, text) in FILES {
            let reply = ask(BUILD, name).unwrap();
            let Content::Text { media, text: served } = &reply.content else { panic!("{name}") };
            assert_eq!(served, text);
            assert_eq!(media.starts_with("text/javascript"), name.ends_with(".mjs"), "{name}");
            let framed =
                reply.headers.iter().any(|(_, value)| value.contains("frame-ancestors 'self'"));
            assert_eq!(framed, *name == "preview/preview.html", "{name}");
            let cached = ("cache-control", FOR_GOOD.to_owned());
            assert!(reply.headers.contains(&cached), "{name} is asked for again and again");
        }
    }

    #[test]
    fn a_file_of_another_build_and_a_path_out_of_the_folder_are_not_found() {
        let name = "app/main.mjs";
        assert!(ask(BUILD, name).is_ok());
        for (build, file) in [
            ("0123456789abcdef", name),
            ("", name),
            (BUILD, ""),
            (BUILD, "app"),
            (BUILD, "../mod.rs"),
            (BUILD, "app/../app/main.mjs"),
        ] {
            assert_eq!(ask(build, file).unwrap_err().kind(), ProblemKind::NoRoute, "{file}");
        }
    }

    /// The names and texts of our own modules, as they are written.
    fn sources() -> Vec<(String, String)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/dashboard/assets/");
        let mut found = Vec::new();
        for part in ["app", "app/screens", "app/i18n", "preview"] {
            for entry in std::fs::read_dir(format!("{folder}{part}")).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                if name.ends_with(".mjs") {
                    found.push((name, std::fs::read_to_string(&path).unwrap()));
                }
            }
        }
        found
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere_and_nothing_makes_markup_of_text() {
        for (name, text) in sources() {
            for word in ["innerHTML", "dangerouslySetInnerHTML", "eval(", "document.write"] {
                assert!(!text.contains(word), "{name} contains {word}");
            }
            for line in text.lines() {
                let loads = line.trim_start().starts_with("import ") || line.contains(" from \"");
                let loads = loads && line.contains("\"http");
                assert!(!loads, "{name}: {line}");
            }
        }
    }

    #[test]
    fn every_screen_is_one_file_and_signing_in_is_one() {
        let served: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        let main = FILES.iter().find(|(name, _)| *name == "app/main.mjs").unwrap().1;
        for taken_in in ["app/api.mjs", "app/ui.mjs", "app/screens/sign_in.mjs"] {
            assert!(!served.contains(&taken_in), "{taken_in} is a file of its own");
            assert!(main.contains(&format!("$t[{taken_in:?}] = ")), "{taken_in} is left out");
        }
        let loaded = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.starts_with("import "));
            lines.filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
        };
        assert_eq!(loaded(main), Vec::<String>::new());
        for (name, text) in FILES.iter().filter(|(name, _)| name.starts_with("app/screens/")) {
            let others = loaded(text);
            let known = |path: &String| ["../main.mjs", "../frame.mjs"].contains(&path.as_str());
            assert!(others.iter().all(known), "{name} loads {others:?}");
        }
    }

    #[test]
    fn modules_that_are_put_together_see_each_other_as_before() {
        let files = bundle::Files::from(
            [
                ("app/main.mjs", "// Begins.\nimport * as a from \"./a.mjs\";\nimport(\"./screens/b.mjs\");\nimport(\"./frame.mjs\");\na.one();\n"),
                ("app/a.mjs", "/** One. */\nexport const one = () => \"// no comment\";\nexport default { two: 2 };\n"),
                ("app/frame.mjs", "import { one as first } from \"./a.mjs\";\nexport * from \"./more.mjs\";\nexport function Frame() {\n\treturn first();\n}\n"),
                ("app/more.mjs", "const all = 1;\nexport {\n\tall as most,\n};\n"),
                ("app/screens/b.mjs", "import two from \"../a.mjs\";\nimport { most } from \"../more.mjs\";\nimport { url } from \"../far.mjs\";\nexport default function B() {\n\treturn [two, most, url];\n}\n"),
                ("app/far.mjs", "export const url = new URL(\"../x.css\", import.meta.url);\n"),
                ("x.css", "a{}"),
            ]
            .map(|(name, text)| (name.to_owned(), text.to_owned())),
        );
        let made = bundle::bundle(&files).unwrap();
        let names: Vec<&str> = made.keys().map(String::as_str).collect();
        assert_eq!(names, ["app/frame.mjs", "app/main.mjs", "app/screens/b.mjs", "x.css"]);
        assert_eq!(
            made["app/main.mjs"],
            "export const $t = {};\n$t[\"app/a.mjs\"] = (() => {\nconst one = () => \"// no comment\";\n\
             const $default = { two: 2 };\n\nreturn { one, default: $default };\n})();\n\
             $t[\"app/main.mjs\"] = (() => {\nconst a = $t[\"app/a.mjs\"];\n\nimport(\"./screens/b.mjs\");\n\
             import(\"./frame.mjs\");\na.one();\n\nreturn {  };\n})();\n"
        );
        let frame = &made["app/frame.mjs"];
        assert!(frame.starts_with("import { $t as $t0 } from \"./main.mjs\";\n"), "{frame}");
        assert!(frame.contains("const { one: first } = $t0[\"app/a.mjs\"];"), "{frame}");
        assert!(frame.contains("return { ...$t[\"app/more.mjs\"], Frame };"), "{frame}");
        assert!(frame.contains("export const most = $t[\"app/frame.mjs\"].most;"), "{frame}");
        let screen = &made["app/screens/b.mjs"];
        assert!(screen.contains("const { default: two } = $t0[\"app/a.mjs\"];"), "{screen}");
        assert!(screen.contains("const { most } = $t1[\"app/more.mjs\"];"), "{screen}");
        let moved = "new URL(\"../x.css\", new URL(\"../far.mjs\", import.meta.url))";
        assert!(screen.contains(moved), "{screen}");
        assert!(
            screen.ends_with("export default $t[\"app/screens/b.mjs\"].default;\n"),
            "{screen}"
        );
    }

    #[test]
    fn a_circle_and_a_module_that_is_not_there_stop_the_build() {
        let of = |text: &str| {
            let main = ("app/main.mjs".to_owned(), text.to_owned());
            let frame = ("app/frame.mjs".to_owned(), "import \"x\";\n".to_owned());
            let round = "import { b } from \"./a.mjs\";\nexport const a = 1;\n".to_owned();
            bundle::bundle(&bundle::Files::from([main, frame, ("app/a.mjs".to_owned(), round)]))
        };
        assert!(of("import { a } from \"./a.mjs\";\n").is_err());
        assert!(of("import { a } from \"./none.mjs\";\n").is_err());
    }
}
