//! `demo`: writes the past of the demo shop of the running local stack. It reads what a function
//! reads from its environment, and refuses any table that is not on this machine.

use aws_sdk_dynamodb::config::Credentials;
use shared::{
    app::{
        aws::{CallLimits, Clients, connections::http_client_within},
        clock,
        config::{Aws, Endpoints},
    },
    model::{Mode, Scope, id::Id},
    store::{Table, dynamo::Dynamo},
};
use std::{
    env,
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

/// How long a call may take on a busy machine.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    match run() {
        Ok(said) => match writeln!(io::stdout(), "{said}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(why) => {
            eprintln!("demo: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, String> {
    let setting = |name: &str| env::var(name).map_err(|_| format!("{name} is not set"));
    let endpoint = setting("AWS_ENDPOINT_URL")?;
    let host = endpoint.strip_prefix("http://").unwrap_or_default();
    if !host.starts_with("127.0.0.1:") && !host.starts_with("localhost:") {
        return Err(format!("{endpoint} is not on this machine"));
    }
    let tenant = setting("TENANT_ID")?.parse::<Id<_>>().map_err(|why| format!("{why:?}"))?;
    let aws = Aws {
        region: setting("AWS_REGION")?,
        credentials: Credentials::new(
            setting("AWS_ACCESS_KEY_ID")?,
            setting("AWS_SECRET_ACCESS_KEY")?,
            None,
            None,
            "demo",
        ),
        ca_bundle: None,
        fips: false,
        dual_stack: false,
        endpoints: Endpoints { all: Some(endpoint), ..Endpoints::default() },
    };
    let limits = CallLimits {
        attempts: 3,
        initial_backoff: Duration::from_millis(50),
        attempt: CALL_TIMEOUT,
        operation: CALL_TIMEOUT,
    };
    let http = http_client_within(CALL_TIMEOUT, None).map_err(|why| format!("{why:?}"))?;
    let client = Clients { aws, http, limits }.dynamodb().map_err(|why| format!("{why:?}"))?;
    let table = Table::Dynamo(Dynamo::new(client, setting("TABLE_NAME")?));
    let scope = Scope { tenant, mode: Mode::Test };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| why.to_string())?;
    let made = runtime
        .block_on(demo::load(&table, scope, clock::now()))
        .map_err(|why| format!("{why:?}"))?;
    Ok(format!(
        "{} days: {} checkouts, {} paid, {} refunds",
        demo::DAYS,
        made.started,
        made.paid,
        made.refunded
    ))
}
