//! What AWS would hurt us with and no emulator shows, as lines of the templates.

use super::{
    between, read,
    template::{blocks, template},
};

/// A resource of the root's template: its lines.
fn resource(id: &str) -> String {
    let root = read("template.yaml");
    let (_, rest) = root.split_once(&format!("\n  {id}:\n")).unwrap_or_else(|| panic!("no {id}"));
    let lines = rest.lines().take_while(|line| line.is_empty() || line.starts_with("    "));
    lines.collect::<Vec<_>>().join("\n")
}

/// A parameter of the root's template: its lines.
fn parameter(id: &str) -> String {
    let root = read("template.yaml");
    let (parameters, _) = root.split_once("\nResources:\n").unwrap();
    let (_, rest) = parameters
        .split_once(&format!("\n  {id}:\n"))
        .unwrap_or_else(|| panic!("no parameter {id}"));
    let lines = rest.lines().take_while(|line| line.starts_with("    "));
    lines.collect::<Vec<_>>().join("\n")
}

/// A5: traces, metrics and Lambda's own lines cost more than the work where nobody asked for them.
#[test]
fn a5_nothing_is_traced_measured_or_logged_unless_somebody_asks() {
    assert!(parameter("Tracing").contains("Default: PassThrough"));
    for surface in super::template::SURFACES {
        let text = template(surface);
        assert_eq!(text.matches("Tracing: !Ref Tracing").count(), 1, "{surface}");
        assert_eq!(text.matches("Tracing:").count(), 2, "a function of {surface} traces by itself");
        assert!(text.contains("SystemLogLevel: WARN"), "{surface}");
    }
    assert!(resource("Api").contains("TracingEnabled: false"));
    // What costs by the month is counted, so that one more is noticed: it is in the idle sum.
    let costs = read("tests/bench/costs.py");
    let written = between(&costs, "METRICS = {", "}").unwrap();
    let metrics = written.matches(':').count();
    assert!(metrics <= 1, "{metrics} metrics are written all month");
    for line in ["gb_month", "gb_backup_month", "alarm_month", "metric_month", "kms_key_month"] {
        assert!(costs.contains(line), "the costs leave out {line}");
    }
    assert!(costs.contains("BATCHES = {0.4: 1, 40: 10}"), "both rates are computed");
}

/// A6: strangers' receivers take a part of the account's concurrency, and buyers' pages the rest.
#[test]
fn a6_senders_leave_room_for_pages_and_a_lack_of_room_rings() {
    assert!(parameter("SenderConcurrency").contains("Default: 50"));
    let workers = template("workers");
    assert!(workers.contains("ScalingConfig: {MaximumConcurrency: !Ref SenderConcurrency}"));
    // Every queue's worker has a bound, so that none of them takes the account's limit alone.
    let mappings = workers.matches("EventSourceArn: !Ref").count();
    let streams = workers.matches("StartingPosition:").count();
    assert_eq!(workers.matches("ScalingConfig:").count(), mappings - streams);
    assert!(resource("ThrottlesAlarm").contains("MetricName: Throttles"));
    let guide = read("functions/operators/README.md");
    assert!(guide.contains("`SenderConcurrency`") && guide.contains("concurren"));
}

/// B5: a test account may end the process of its own request, and of no worker that others share.
#[test]
fn b5_no_worker_charges_with_a_processor_that_may_end_its_process() {
    let shared_by_all = read("shared/src/app/context/workers.rs");
    assert!(shared_by_all.contains("Processors::embedded(&self.store, hmac_key(&key), false)"));
    assert!(!shared_by_all.contains(", true)"));
    let mut sweeps = 0;
    for (path, text) in super::files("functions/workers", &[".rs"]) {
        assert!(!text.contains("Providers"), "{path} charges as a request does");
        sweeps += usize::from(text.contains("Processors") || text.contains("processors()"));
    }
    assert!(sweeps >= 2, "only {sweeps} workers were looked at");
}

/// A11: a domain and a firewall before the API, and no way round them.
#[test]
fn a11_an_operator_puts_domain_and_firewall_before_the_api_with_parameters() {
    for name in
        ["DomainName", "CertificateArn", "HostedZoneId", "WebAclArn", "DisableExecuteApiEndpoint"]
    {
        assert!(!parameter(name).is_empty());
    }
    let domain = resource("Domain");
    for line in
        ["Condition: HasDomain", "RegionalCertificateArn: !Ref CertificateArn", "Types: [REGIONAL]"]
    {
        assert!(domain.contains(line), "{line}");
    }
    let mapping = resource("DomainToApi");
    assert!(mapping.contains("RestApiId: !Ref Api") && mapping.contains("DomainName: !Ref Domain"));
    let record = resource("DomainRecord");
    assert!(record.contains("Condition: HasRecord"));
    assert!(record.contains("DNSName: !GetAtt Domain.RegionalDomainName"));
    let firewall = resource("Firewall");
    assert!(firewall.contains("Condition: HasWebAcl"));
    assert!(firewall.contains("WebACLArn: !Ref WebAclArn"));
    let api = resource("Api");
    assert!(api.contains("disableExecuteApiEndpoint: !If [ClosesOwnAddress, true, false]"));
    // What costs a hash or a provider's patience has a throttle of its own.
    for path in ["~1auth~1token", "{token}~1card", "{token}~1submit"] {
        assert!(api.contains(path), "{path} shares the throttle of all");
    }
    // Addresses that buyers get follow the domain, unless another is given.
    let root = read("template.yaml");
    let followed = root.matches("!If [HasDomain, !Sub 'https://${DomainName}', '']").count();
    assert!(followed >= 3, "{followed}");
    // A deployment that contradicts itself is refused before it starts.
    for rule in ["DomainHasCertificate", "AnAddressIsLeft", "RecordHasDomain"] {
        assert!(root.contains(&format!("\n  {rule}:\n")), "{rule}");
    }
}

/// A11, decisions 72: behind a proxy, the caller's address is in a header that an operator names.
#[test]
fn a11_proxies_before_the_api_are_trusted_by_name_only() {
    let trusted = parameter("TrustedProxies");
    assert!(trusted.contains("Default: ''"), "nobody is by default");
    assert!(trusted.contains("AllowedPattern:"));
    // Every surface that counts by network is told.
    for surface in ["platform", "links", "hosted"] {
        assert!(template(surface).contains("TRUSTED_PROXIES: !Ref TrustedProxies"), "{surface}");
    }
}

/// A13: Lambda ends what it takes for a loop, and counts the turns of other messages of a batch.
#[test]
fn a13_workers_that_send_to_queues_are_never_stopped_as_loops() {
    let mut checked = 0;
    for block in blocks() {
        let has = |text: &str| block.lines.iter().any(|line| line.contains(text));
        let works = has("sqs:ReceiveMessage");
        let sends = has("sqs:SendMessage");
        if works && sends {
            assert!(has("RecursiveLoop: Allow"), "{} may be stopped", block.id);
            checked += 1;
        }
    }
    assert!(checked >= 2, "only {checked} workers were looked at");
    // Ours end by themselves, long before Lambda's sixteen turns.
    let hops = read("shared/src/queue/sqs/messages.rs");
    let hops: u32 = between(&hops, "pub const MAX_HOPS: u8 = ", ";").unwrap().parse().unwrap();
    assert!(hops <= 8, "{hops}");
    let dropped = resource("LoopsDroppedAlarm");
    assert!(dropped.contains("MetricName: RecursiveInvocationsDropped"));
    assert!(dropped.contains("Threshold: 0"));
}

/// A14: no key that is paid for, a bound on what a flood costs, all indexes before the first release.
#[test]
fn a14_the_table_has_its_own_key_a_bound_and_every_index_from_the_start() {
    let table = resource("Table");
    assert!(!table.contains("SSESpecification"), "DynamoDB's own key costs nothing");
    assert!(parameter("TableMaxUnits").contains("Default: 0"));
    let indexes = ["gsi1", "gsi2", "gsi3", "gsi4"];
    for index in indexes {
        assert!(table.contains(&format!("IndexName: {index}")), "{index}");
    }
    assert_eq!(table.matches("IndexName:").count(), indexes.len(), "an update adds one at most");
    let bounds = table.matches("MaxReadRequestUnits: !Ref TableMaxUnits").count();
    assert_eq!(bounds, indexes.len() + 1, "an index without a bound is a flood's way in");
    assert!(table.contains("DeletionPolicy: RetainExceptOnCreate"));
}
