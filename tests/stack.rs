//! The local stack as tests see it: who calls, what they send, what came back, and what is in the
//! table behind it.
//!
//! `make start` (or `make test`) runs the stack and writes `target/local/env`. A test takes the
//! principals it needs: [`Stack::merchant`], [`Stack::stranger`], a tenant of its own where it
//! counts things ([`Stack::tenant`]), or a buyer, who has nothing but a [`Link`].

mod aws;
pub mod bank;
pub mod http;
mod mirror;
mod receiver;
mod seller;
pub mod shop;
mod stripe;
mod tenant;
mod turns;

pub use aws::text_of;
pub use http::{Answer, Call};
pub use mirror::Changes;
pub use receiver::{Received, Receiver};
pub use seller::Seller;
pub use shop::Shop;
pub use stripe::StripeBooks;
pub use tenant::{Link, Tenant};
pub use turns::Alone;

use serde_json::{Value, json};
use shared::{app::clock, model::Time};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
    thread,
    time::Duration,
};

/// What a test says when it cannot reach the stack.
const NOT_RUNNING: &str = "the local stack is not running: start it with `make start`";

/// Between two looks at something that has not happened yet.
const PAUSE: Duration = Duration::from_millis(100);

/// How often a function is invoked that says that it cannot reach the table, and what it says then: a
/// machine that stands still makes it so.
const TRIES: usize = 30;
const OUT_OF_REACH: &str = "the table cannot be reached";

/// What is sure to come is waited for this long at least, in seconds, however slow the machine is:
/// the time that a test names is what it usually takes. A sender whose time was over in the middle of
/// its work, as on a machine that stood still, is followed by another after 270 seconds.
const WAIT_TIMEOUT_S: i64 = 900;

/// After this time a tenant that tests share gets another token; one is good for an hour.
const FRESH_S: i64 = 1800;

/// An id that nothing has.
pub const NOBODY: &str = "0193a0a0-0000-7000-8000-00000000dead";

thread_local! {
    /// An address in the network of whoever calls: failures and starts are counted by network, and the
    /// tests have more of both than one network may.
    static NETWORK: String = network();
}

/// A moment in an answer. Texts of moments do not compare: whole seconds have no fraction.
pub fn time_of(value: &Value) -> Time {
    let time = value.as_str().and_then(|text| Time::parse(text).ok());
    time.unwrap_or_else(|| panic!("{value} is no moment"))
}

/// An address in a private network that nobody else is in.
pub fn network() -> String {
    let [a, b] = clock::random();
    format!("10.{a}.{b}.7")
}

/// The stack that `make start` runs.
pub struct Stack {
    facts: HashMap<String, String>,
    agent: ureq::Agent,
    merchant: SharedTenant,
    stranger: SharedTenant,
}

/// A tenant that tests share, and until when its token is fresh.
#[derive(Default)]
struct SharedTenant(Mutex<Option<(Time, &'static Tenant)>>);

impl Stack {
    /// The running stack, together with other tests.
    pub fn get() -> &'static Self {
        turns::together();
        Self::find()
    }

    /// The running stack for this test alone, until the second value is dropped.
    pub fn alone() -> (&'static Self, Alone) {
        let alone = turns::alone();
        (Self::find(), alone)
    }

    /// The running stack for a test that workers may die under: it neither waits for one that has
    /// the stack alone nor keeps it waiting.
    pub fn beside() -> &'static Self {
        Self::find()
    }

    fn find() -> &'static Self {
        static STACK: OnceLock<Stack> = OnceLock::new();
        STACK.get_or_init(|| {
            let text = fs::read_to_string(target().join("local/env"));
            let text = text.unwrap_or_else(|_| panic!("{NOT_RUNNING}"));
            let facts = text.lines().filter_map(|line| line.split_once('='));
            Self {
                facts: facts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
                agent: http::agent(),
                merchant: SharedTenant::default(),
                stranger: SharedTenant::default(),
            }
        })
    }

    /// A line of `target/local/env`.
    pub fn fact(&self, name: &str) -> &str {
        self.facts.get(name).unwrap_or_else(|| panic!("target/local/env has no {name}"))
    }

    /// A tenant with a limit of 10,000.00 USD that most tests share.
    pub fn merchant(&'static self) -> &'static Tenant {
        self.shared(&self.merchant, "Corner Shop")
    }

    /// Another tenant: its ids mean nothing to the merchant, nor the other way round.
    pub fn stranger(&'static self) -> &'static Tenant {
        self.shared(&self.stranger, "Other Shop")
    }

    /// The tenant itself stays the same however long the tests take; its token is renewed.
    fn shared(&'static self, place: &SharedTenant, name: &str) -> &'static Tenant {
        let mut known = place.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::now();
        let tenant = match *known {
            Some((until, tenant)) if now < until => return tenant,
            Some((_, before)) => before.renewed(),
            None => self.tenant(name),
        };
        let tenant: &'static Tenant = Box::leak(Box::new(tenant));
        *known = Some((now.plus_seconds(FRESH_S), tenant));
        tenant
    }

    /// The tenant of `make start`, whose webhooks go to the receiver of `make start`.
    pub fn demo(&'static self) -> Tenant {
        Tenant::signed_in(
            self,
            self.fact("TENANT_ID").to_owned(),
            self.fact("CLIENT_ID").to_owned(),
            self.fact("CLIENT_SECRET").to_owned(),
        )
    }

    /// A tenant of one's own.
    pub fn tenant(&'static self, name: &str) -> Tenant {
        let made = self.invoke(
            "operators-provision-tenant",
            &json!({
                "name": name,
                "mode": "test",
                "allowed_origins": [self.shop_origin(), "https://shop.example"],
                "currency_limits": {"USD": "10000.00"},
            }),
        );
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Tenant::signed_in(self, text("tenant_id"), text("client_id"), text("client_secret"))
    }

    /// The origin of the demo shop, which embeds links.
    pub fn shop_origin(&self) -> &str {
        self.fact("RECEIVER_URL").trim_end_matches('/')
    }

    /// A call without a credential.
    pub fn anonymous(&'static self, method: &str, path: &str) -> Call {
        self.call(method, &format!("{}{path}", self.fact("BASE_URL")))
    }

    /// A call to any URL, from this test's own network.
    pub fn call(&'static self, method: &str, url: &str) -> Call {
        NETWORK.with(|network| Call::new(&self.agent, method, url).sent_from(network))
    }

    /// Invokes a function without HTTP, as an operator does; again, while it cannot reach the table.
    pub fn invoke(&'static self, function: &str, input: &Value) -> Value {
        for _ in 1..TRIES {
            match self.try_invoke(function, input) {
                Err(error) if error.contains(OUT_OF_REACH) => thread::sleep(PAUSE),
                Ok(told) => return told,
                Err(error) => panic!("{function}: {error}"),
            }
        }
        self.try_invoke(function, input).unwrap_or_else(|error| panic!("{function}: {error}"))
    }

    /// Invokes a function that may refuse.
    pub fn try_invoke(&'static self, function: &str, input: &Value) -> Result<Value, String> {
        let endpoint = self.fact("AWS_ENDPOINT_URL");
        let url = format!("{endpoint}/2015-03-31/functions/paylink-{function}/invocations");
        let answer = self.call("POST", &url).json(input).send();
        match answer.header("x-amz-function-error") {
            None if answer.status == 200 => Ok(answer.json()),
            _ => Err(answer.body),
        }
    }
}

/// The build folder, where the stack keeps its files.
pub fn target() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).join("target")
}

/// Looks until there is something to see.
///
/// # Panics
/// When there is nothing after `seconds`, or a quarter of an hour if that is less.
pub fn eventually<T>(what: &str, seconds: i64, look: impl FnMut() -> Option<T>) -> T {
    let seconds = seconds.max(WAIT_TIMEOUT_S);
    within(seconds, look).unwrap_or_else(|| panic!("not within {seconds} s: {what}"))
}

/// Looks until there is something to see; `None` when there is nothing after `seconds`.
pub fn within<T>(seconds: i64, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let ends = clock::now().plus_seconds(seconds);
    loop {
        let found = look();
        if found.is_some() || clock::now() >= ends {
            return found;
        }
        thread::sleep(PAUSE);
    }
}

/// Letters and digits that nobody else has.
pub fn unique() -> String {
    clock::random::<8>().iter().map(|byte| format!("{byte:02x}")).collect()
}
