//! A Chromium of one's own, driven through WebDriver (W3C), which is plain JSON over HTTP.

use crate::stack::{Stack, eventually, network, target, unique, within};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Lines},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

/// Names an element in WebDriver's JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The Tab key.
pub const TAB: char = '\u{E004}';

/// The Enter key.
pub const ENTER: char = '\u{E007}';

/// The End key.
pub const END: char = '\u{E010}';

/// The arrow upwards.
pub const UP: char = '\u{E013}';

/// The space bar.
pub const SPACE: char = ' ';

/// Nothing leaves this machine, and nothing is left of it afterwards.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// What the driver prints.
type Output = Lines<BufReader<ChildStdout>>;

/// A browser with one window.
pub struct Browser {
    driver: Child,
    /// Kept open: the driver ends when nobody can hear it any more.
    _output: Output,
    session: String,
    profile: PathBuf,
}

/// A driver on a free port; `None` when the port it found was taken by somebody else meanwhile.
fn start_driver() -> Option<(Child, Output, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut output = BufReader::new(driver.stdout.take()?).lines();
    let port = output.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.rsplit_once("successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    if port.is_none() {
        let _ = driver.kill();
        let _ = driver.wait();
    }
    Some((driver, output, port?))
}

impl Browser {
    /// A browser with a window of this size, of a buyer who reads English.
    ///
    /// # Panics
    /// When there is no Chromium, or no driver of it.
    pub fn start(width: u32, height: u32) -> Self {
        Self::start_in("en-US", width, height)
    }

    /// A browser of a buyer who reads this language.
    ///
    /// # Panics
    /// When there is no Chromium, or no driver of it.
    pub fn start_in(language: &str, width: u32, height: u32) -> Self {
        let (driver, output, port) = (0..5)
            .find_map(|_| start_driver())
            .expect("chromedriver does not start; `make test` says how to get it");
        let url = format!("http://127.0.0.1:{port}/session");
        let profile = target().join(format!("local/chromium-{}", unique()));
        fs::create_dir_all(&profile).unwrap();
        let mut args: Vec<String> = FLAGS.map(str::to_owned).into();
        args.push(format!("--user-data-dir={}", profile.display()));
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL"},
            "goog:chromeOptions": {
                "args": args,
                "prefs": {"intl.accept_languages": language},
                "mobileEmulation": {
                    "deviceMetrics": {"width": width, "height": height, "pixelRatio": 1},
                },
            },
        }}});
        let mut browser = Self { driver, _output: output, session: url, profile };
        let made = browser.command("POST", "", &wanted);
        browser.session = format!("{}/{}", browser.session, made["sessionId"].as_str().unwrap());
        browser
    }

    /// A browser of somebody who signs in, from a network of its own: failures are counted by network.
    /// Its header would have to be allowed by other origins, which is why buyers' browsers have none.
    ///
    /// # Panics
    /// When there is no Chromium, or no driver of it.
    pub fn of_member(width: u32, height: u32) -> Self {
        let browser = Self::start(width, height);
        browser.devtools("Network.enable", &json!({}));
        let headers = json!({"X-Forwarded-For": network()});
        browser.devtools("Network.setExtraHTTPHeaders", &json!({"headers": headers}));
        browser
    }

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.try_command(method, path, body).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_command(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let call = Stack::get().call(method, &format!("{}{path}", self.session));
        let call = if method == "POST" { call.json(body) } else { call };
        let answer = call.send();
        if answer.status != 200 {
            return Err(format!("{method} {path}: {}", answer.body));
        }
        Ok(answer.json()["value"].take())
    }

    /// Opens a page.
    pub fn open(&self, url: &str) {
        self.insist(|| drop(self.command("POST", "/url", &json!({"url": url}))));
    }

    /// Loads the page anew, as a buyer does who has waited long enough.
    pub fn reload(&self) {
        self.insist(|| drop(self.command("POST", "/refresh", &json!({}))));
    }

    /// Loads a page, and again where it says that something went wrong on our side and to try again: as
    /// it does on a machine that stands still.
    fn insist(&self, load: impl Fn()) {
        eventually("the page answers", 60, || {
            load();
            let status = "performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0";
            // Of a document that is being left nothing can be said.
            let status = self.try_value(status).unwrap_or_default();
            (!matches!(status.as_u64(), Some(502..=504))).then_some(())
        });
    }

    /// Runs a script in every page that is opened from now on, before the page's own.
    pub fn before_scripts(&self, source: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({"source": source}));
    }

    /// Requests to addresses like these fail from now on, as under a blocker; to no others.
    pub fn block(&self, addresses: &[&str]) {
        self.devtools("Network.enable", &json!({}));
        self.devtools("Network.setBlockedURLs", &json!({"urls": addresses}));
    }

    /// Shows text that an input method is still composing in the field that has the focus.
    pub fn compose(&self, text: &str) {
        let end = text.chars().count();
        let state = json!({"text": text, "selectionStart": end, "selectionEnd": end});
        self.devtools("Input.imeSetComposition", &state);
    }

    /// Ends the composition with this text.
    pub fn commit(&self, text: &str) {
        self.devtools("Input.insertText", &json!({"text": text}));
    }

    fn devtools(&self, command: &str, params: &Value) {
        self.command("POST", "/goog/cdp/execute", &json!({"cmd": command, "params": params}));
    }

    /// Looks into the one frame of the document that is looked at.
    pub fn enter_frame(&self, css: &str) {
        let by = json!({"using": "css selector", "value": css});
        let found = self.command("POST", "/element", &by)[ELEMENT].take();
        self.command("POST", "/frame", &json!({"id": {ELEMENT: found}}));
    }

    /// Looks at the document around the frame that is looked at.
    pub fn leave_frame(&self) {
        self.command("POST", "/frame/parent", &json!({}));
    }

    /// Looks at the outermost document again.
    pub fn leave_frames(&self) {
        self.command("POST", "/frame", &json!({"id": null}));
    }

    /// The value of an expression in the document that is looked at.
    pub fn value(&self, expression: &str) -> Value {
        self.try_value(expression).unwrap_or_else(|error| panic!("{error}"))
    }

    fn try_value(&self, expression: &str) -> Result<Value, String> {
        let script = json!({"script": format!("return {expression};"), "args": []});
        self.try_command("POST", "/execute/sync", &script)
    }

    /// Waits until an expression is true. What cannot be said yet is not true yet: of an element
    /// that is not there, of a document that is just being left.
    pub fn wait_until(&self, expression: &str) {
        eventually(&format!("in the browser: {expression}"), 40, || {
            (self.try_value(expression) == Ok(Value::Bool(true))).then_some(())
        });
    }

    /// Whether an expression becomes true within so many seconds.
    pub fn becomes(&self, seconds: i64, expression: &str) -> bool {
        let look = || (self.try_value(expression) == Ok(Value::Bool(true))).then_some(());
        within(seconds, look).is_some()
    }

    /// Waits until a view of the payment page is shown and has stopped moving.
    pub fn wait_for_view(&self, name: &str) {
        self.wait_until(&format!(
            "[...document.querySelectorAll('[data-view]')]\
             .filter(v => !v.hidden).map(v => v.dataset.view).join() === '{name}'"
        ));
        self.wait_until(
            "document.getAnimations().every(a => a.playState !== 'running' \
             || a.effect.getTiming().iterations === Infinity)",
        );
    }

    /// Presses keys one after the other, wherever the focus is.
    pub fn press(&self, keys: impl IntoIterator<Item = char>) {
        let presses: Vec<Value> = keys
            .into_iter()
            .flat_map(|key| {
                let key = key.to_string();
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        let keyboard = json!({"type": "key", "id": "keyboard", "actions": presses});
        self.command("POST", "/actions", &json!({"actions": [keyboard]}));
    }

    /// Saves what is seen to `target/screenshots/`.
    pub fn screenshot(&self, name: &str) {
        let folder = target().join("screenshots");
        fs::create_dir_all(&folder).unwrap();
        let picture = self.command("GET", "/screenshot", &Value::Null);
        let picture = STANDARD.decode(picture.as_str().unwrap()).unwrap();
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// What the browser complained about so far: broken policies, errors of scripts.
    pub fn complaints(&self) -> Vec<String> {
        let lines = self.command("POST", "/se/log", &json!({"type": "browser"}));
        let lines = lines.as_array().unwrap().iter().filter(|line| line["level"] == "SEVERE");
        let texts = lines.map(|line| line["message"].as_str().unwrap_or_default().to_owned());
        // A page that answers 410 is meant to, and the shop has no icon; browsers mention both.
        let meant = |text: &str| text.contains("status of 410") || text.contains("/favicon.ico");
        texts.filter(|text| !meant(text)).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends Chromium; whatever is left of it goes with its driver.
        let _ = Stack::get().call("DELETE", &self.session).try_send();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = fs::remove_dir_all(&self.profile);
    }
}
