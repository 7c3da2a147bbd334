//! The templates: the root's, and one for each surface nested in it.

use super::{between, catalogue, read, root};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

/// Surfaces whose functions are deployed, in the order of the catalogue.
pub const SURFACES: [&str; 7] =
    ["platform", "payments", "links", "hosted", "dashboard", "workers", "operators"];

/// One function of a template: whose, its logical id, and its lines.
pub struct Block {
    surface: &'static str,
    pub id: String,
    pub lines: Vec<String>,
}

pub fn template(surface: &str) -> String {
    read(&format!("functions/{surface}/template.yaml"))
}

/// Every resource of every nested template that is a function.
pub fn blocks() -> Vec<Block> {
    let mut blocks: Vec<Block> = SURFACES.into_iter().flat_map(resources).collect();
    blocks.retain(|block| block.lines.iter().any(|line| line.contains("Serverless::Function")));
    blocks
}

fn resources(surface: &'static str) -> Vec<Block> {
    let text = template(surface);
    let mut blocks: Vec<Block> = Vec::new();
    let resources = text.split_once("\nResources:\n").unwrap().1;
    for line in resources.lines() {
        let indent = line.len() - line.trim_start().len();
        if indent == 2 && line.ends_with(':') {
            let id = line.trim().trim_end_matches(':').to_owned();
            blocks.push(Block { surface, id, lines: Vec::new() });
        } else if let (true, Some(block)) = (indent > 2, blocks.last_mut()) {
            block.lines.push(line.to_owned());
        }
    }
    blocks
}

/// Every function of the templates.
pub fn functions() -> Vec<String> {
    blocks().iter().map(block_binary).collect()
}

/// Every route of the API: method and path.
pub fn routes() -> Vec<(String, String)> {
    routes_by_function().into_values().flatten().collect()
}

/// Routes of the API's definition by the function that serves them. What is left over on a path
/// that others serve goes to one function, which is listed with the path for everything else.
pub fn routes_by_function() -> BTreeMap<String, Vec<(String, String)>> {
    let mut found: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let (mut path, mut method) = (String::new(), String::new());
    for line in read("functions/api.yaml").lines() {
        if let Some(text) = line.strip_prefix("  /") {
            path = format!("/{}", text.trim_end_matches(':'));
        } else if let Some(text) = line.strip_prefix("    ").filter(|text| text.ends_with(':')) {
            if !text.starts_with(' ') {
                method = text.trim_end_matches(':').to_uppercase();
            }
        } else if let Some(name) = between(line, "${AWS::StackName}-", "/invocations") {
            let any = method.ends_with("ANY-METHOD");
            if !any {
                found.entry(name.to_owned()).or_default().push((method.clone(), path.clone()));
            } else if path == "/{proxy+}" {
                found.entry(name.to_owned()).or_default().push(("ANY".to_owned(), path.clone()));
            }
        }
    }
    found
}

fn block_binary(block: &Block) -> String {
    let line = block.lines.iter().find(|line| line.contains("Binary: "));
    let line = line.unwrap_or_else(|| panic!("{} names no binary", block.id));
    between(line, "Binary: ", "}").unwrap().trim().to_owned()
}

/// The surface that a heading of the catalogue speaks of.
fn surface_of(heading: &str) -> String {
    heading.split(' ').next().unwrap().to_lowercase()
}

fn pascal(kebab: &str) -> String {
    let parts = kebab.split('-').map(|part| {
        let mut letters = part.chars();
        letters.next().unwrap().to_uppercase().chain(letters).collect::<String>()
    });
    parts.collect()
}

#[test]
fn catalogue_and_template_name_the_same_functions_in_the_same_order() {
    let catalogue: Vec<(String, String)> =
        catalogue().into_iter().map(|(heading, name, _)| (surface_of(&heading), name)).collect();
    let template: Vec<(String, String)> =
        blocks().iter().map(|block| (block.surface.to_owned(), block_binary(block))).collect();
    assert_eq!(catalogue, template);
    for block in blocks() {
        let name = block_binary(&block);
        assert_eq!(block.id, pascal(&name));
        assert!(name.starts_with(&format!("{}-", block.surface)), "{name} is in {}", block.surface);
        let named = format!("FunctionName: !Sub '${{Prefix}}-{name}'");
        assert!(block.lines.iter().any(|line| line.trim() == named), "{name} is called otherwise");
    }
}

/// Lambda's names, and those of rules, which are named as their functions, have 64 characters.
#[test]
fn a_name_has_room_for_that_of_the_longest_stack() {
    let longest = functions().into_iter().max_by_key(String::len).unwrap();
    for surface in SURFACES {
        let text = template(surface);
        let (_, prefix) = text.split_once("\n  Prefix:\n").unwrap();
        let most: usize = between(prefix, "MaxLength: ", "\n").unwrap().parse().unwrap();
        assert!(most + 1 + longest.len() <= 64, "{longest} is too long for a stack of {most}");
        assert_eq!(most, 24, "{surface}: the README promises 24 characters");
    }
}

/// What a surface needs is given to it, and nothing else.
#[test]
fn the_root_gives_each_surface_the_parameters_it_has() {
    let root = read("template.yaml");
    for surface in SURFACES {
        let text = template(surface);
        let declared = text.split_once("\nParameters:\n").unwrap().1;
        let declared: BTreeSet<&str> = declared
            .lines()
            .take_while(|line| line.starts_with("  "))
            .filter(|line| !line.starts_with("   "))
            .map(|line| line.trim().split(':').next().unwrap())
            .collect();
        let location = format!("      Location: functions/{surface}/template.yaml\n");
        let (_, given) = root.split_once(&location).unwrap_or_else(|| panic!("no {surface}"));
        let given: BTreeSet<&str> = given
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with("        "))
            .filter(|line| !line.starts_with("         "))
            .map(|line| line.trim().split(':').next().unwrap())
            .collect();
        assert_eq!(declared, given, "{surface}");
        for name in declared {
            let uses = [format!("!Ref {name}"), format!("${{{name}}}")];
            assert!(uses.iter().any(|used| text.contains(used)), "{surface} never uses {name}");
        }
    }
}

#[test]
fn a_surface_has_one_log_group_where_lambda_makes_none_of_its_own() {
    for surface in SURFACES {
        let text = template(surface);
        assert_eq!(text.matches("AWS::Logs::LogGroup").count(), 1, "{surface}");
        let name = format!("LogGroupName: !Sub '/paylink/${{Prefix}}/{surface}'");
        assert!(text.contains(&name), "{surface} logs elsewhere");
        assert_eq!(text.matches("LoggingConfig: {LogGroup: !Ref Logs").count(), 1, "{surface}");
    }
}

#[test]
fn every_variable_of_the_configuration_is_in_the_template_and_back() {
    let config = read("shared/src/app/config.rs");
    let template: String = SURFACES.map(template).concat();
    let names = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        let known = words.filter(|word| word.len() > 5 && word.contains('_'));
        known.map(str::to_owned).collect()
    };
    let read_names: BTreeSet<String> = config
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| text.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .map(str::to_owned)
        .collect();
    let in_template = names(&template);
    for name in &read_names {
        let given_by_lambda = name.starts_with("AWS_") || name.is_empty();
        let known = in_template.contains(name) || name == "ISSUER" && template.contains("ISSUER:");
        assert!(given_by_lambda || known, "{name} is not in the template");
    }
    for variables in template.split("Variables:\n").skip(1) {
        for line in variables.lines().take_while(|line| line.starts_with("        ")) {
            let name = line.trim().split(':').next().unwrap();
            let known = name.starts_with(['#', '-']) || config.contains(name);
            assert!(known, "nobody reads {name}");
        }
    }
}

#[test]
fn functions_that_only_read_have_roles_that_only_read() {
    let writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWrite", "BatchWrite"];
    for block in blocks() {
        let name = block_binary(&block);
        // That a key was used is noted by whatever it was used for.
        let statements = block.lines.join("\n");
        let statements = statements.split("- Effect: Allow");
        let text: String =
            statements.filter(|text| !text.contains("LeadingKeys: ['api_key#*']")).collect();
        let (_, verb) = name.split_once('-').unwrap();
        if ["get-", "list-", "show-"].iter().any(|start| verb.starts_with(start)) {
            for action in writes {
                assert!(!text.contains(action), "{name} may {action}");
            }
        }
        assert!(!text.contains("dynamodb:*") && !text.contains("Scan"), "{name} may too much");
        assert!(!text.contains("DynamoDBCrudPolicy"), "{name} may too much");
    }
}

#[test]
fn every_queue_that_is_worked_off_reports_partial_failures_and_has_a_dead_letter_queue() {
    let (template, root) = (template("workers"), read("template.yaml"));
    let mappings = template.matches("Type: AWS::Lambda::EventSourceMapping").count();
    assert!(mappings >= 3);
    assert_eq!(mappings, template.matches("ReportBatchItemFailures").count());
    assert!(root.matches("RedrivePolicy").count() >= 2);
}

/// Whatever stops without an error is seen by what it no longer does.
#[test]
fn every_worker_that_fails_or_stops_rings() {
    let (root, workers) = (read("template.yaml"), template("workers"));
    let alarm = |id: &str| {
        let (_, text) = root.split_once(&format!("\n  {id}:\n")).unwrap_or_default();
        let lines = text.lines().take_while(|line| line.starts_with("    "));
        lines.collect::<Vec<_>>().join("\n")
    };
    // Errors of all are one metric, made of the lines that Lambda writes where one fails.
    assert!(
        alarm("WorkersErrorsAlarm").contains("MetricName: !Sub '${AWS::StackName}-workers-failed'")
    );
    let (_, filter) = workers.split_once("Type: AWS::Logs::MetricFilter\n").unwrap();
    for line in [
        "LogGroupName: !Ref Logs",
        r#"FilterPattern: '{ ($.type = "platform.report") && ($.record.status != "success") }'"#,
        "MetricName: !Sub '${Prefix}-workers-failed'",
    ] {
        assert!(filter.contains(line), "{line}");
    }
    assert!(!filter.contains("DefaultValue"), "a metric that is always there costs by the month");
    let logging = "LoggingConfig: {LogGroup: !Ref Logs, LogFormat: JSON, SystemLogLevel: WARN}";
    assert!(workers.contains(logging));
    assert_eq!(workers.matches("LoggingConfig:").count(), 1, "a worker that logs elsewhere");
    for block in resources("workers") {
        if !block.lines.iter().any(|line| line.contains("Serverless::Function")) {
            continue;
        }
        let name = block_binary(&block);
        if block.lines.iter().any(|line| line.contains("Type: Schedule")) {
            let verb = block.id.trim_start_matches("Workers");
            let stopped = alarm(&format!("{verb}StoppedAlarm"));
            assert!(stopped.contains(&format!("-{name}'")), "{name} stops in silence");
            assert!(stopped.contains("TreatMissingData: breaching"), "{name} stops in silence");
        }
    }
    assert!(alarm("StreamStoppedAlarm").contains("TreatMissingData: breaching"));
    // A sick account rings by itself, under its tenant's name: grouped and ordered, as it has to be.
    let accounts = alarm("AccountsAlarm");
    for line in [
        r#"FROM SCHEMA("Paylink", "stack", "tenant", "mode", "fault")"#,
        r#"GROUP BY "tenant", "mode", "fault" ORDER BY SUM() DESC"#,
        "AlarmActions: !If [HasAlarmTopic, [!Ref AlarmTopicArn]",
    ] {
        assert!(accounts.contains(line), "{line}");
    }
    for queue in root.split("Type: AWS::SQS::Queue\n").skip(1) {
        let queue = between(queue, "${AWS::StackName}-", "'").unwrap();
        if let Some(id) = queue_id(&root, queue).filter(|_| queue.contains("dead")) {
            let waits = alarm(&format!("{id}Alarm"));
            assert!(waits.contains(&format!("!GetAtt {id}.QueueName")), "{queue} fills in silence");
        }
    }
    assert!(workers.matches("Type: Schedule").count() >= 4);
}

/// The logical id of the queue with this name.
fn queue_id<'a>(root: &'a str, name: &str) -> Option<&'a str> {
    let (before, _) = root.split_once(&format!("QueueName: !Sub '${{AWS::StackName}}-{name}'"))?;
    let line = before.lines().rev().find(|line| line.starts_with("  ") && !line.starts_with("   "));
    line.map(|line| line.trim().trim_end_matches(':'))
}

/// What a rule cannot deliver goes to a queue that takes it from that rule.
#[test]
fn every_rule_with_a_dead_letter_queue_may_send_to_it() {
    let (root, workers) = (read("template.yaml"), template("workers"));
    for rule in workers.split("Type: Schedule\n").skip(1) {
        let rule: Vec<&str> =
            rule.lines().take_while(|line| line.starts_with("          ")).collect();
        let has = |start: &str| rule.iter().any(|line| line.trim().starts_with(start));
        assert!(
            has("Name: !Sub '${Prefix}-workers-"),
            "the queue's policy names {rule:?} otherwise"
        );
        assert!(has("DeadLetterConfig: {Arn: !Ref ScheduleDeadLettersArn}"), "{rule:?}");
    }
    let schedules = root.split_once("\n  SchedulesMaySend:\n").unwrap().1;
    assert!(schedules.contains(":rule/${AWS::StackName}-workers-*'"));
    let bus = root.split_once("\n  BusMaySend:\n").unwrap().1;
    assert!(bus.contains("Queues: [!Ref Fanout, !Ref FanoutDeadLetters]"));
    assert_eq!(root.matches("Type: AWS::Events::Rule").count(), 1, "name its queue here");
}

/// What a function may call and what is linked into it are the same: a client that is not used
/// would be paid for at every start. A service shows by the name that its requests carry.
#[test]
fn every_function_links_the_clients_its_role_needs_and_no_other() {
    let services = [
        ("dynamodb:", "DynamoDB_20120810"),
        ("kms:", "TrentService"),
        ("sqs:SendMessage", "AmazonSQS"),
        ("events:", "AWSEvents"),
    ];
    let mut looked_at = 0;
    for block in blocks() {
        let name = block_binary(&block);
        let Ok(bytes) = fs::read(root().join("target/local").join(&name)) else { continue };
        looked_at += 1;
        let text = String::from_utf8_lossy(&bytes);
        let actions: Vec<&String> =
            block.lines.iter().filter(|line| line.contains("Action:")).collect();
        let listed = block.lines.join("\n");
        for (action, mark) in services {
            let may = actions.iter().any(|line| line.contains(action))
                || listed.contains(&format!("- {action}"));
            let linked = text.contains(mark);
            assert_eq!(linked, may, "{name}: linked {linked}, allowed {may}: {action}");
        }
    }
    assert!(looked_at > 0, "no function is built: run make start");
}

/// Two legs of a provider's ten seconds, and time to write and answer (`shared::deadline`): functions
/// that ask one have at least 25 seconds, and answer before Lambda or the gateway ends the call.
#[test]
fn functions_that_ask_a_provider_have_time_for_two_legs_and_none_has_more_than_the_gateway() {
    let mut asking = 0;
    for block in blocks() {
        let name = block_binary(&block);
        let (surface, verb) = name.split_once('-').unwrap();
        let source = read(&format!("functions/{surface}/{}.rs", verb.replace('-', "_")));
        let own = block.lines.iter().find_map(|line| line.trim().strip_prefix("Timeout: "));
        let text = template(surface);
        let globals = between(&text, "\nGlobals:\n", "\nResources:\n").unwrap();
        let timeout = own.or_else(|| between(globals, "Timeout: ", "\n")).unwrap();
        let timeout: u32 = timeout.parse().unwrap();
        let asks = [".processors()", "Reconciler"];
        if asks.iter().any(|word| source.contains(word)) {
            asking += 1;
            assert!(timeout >= 25, "{name} asks a provider within {timeout} s");
        }
        if !["workers", "operators"].contains(&surface) {
            assert!(timeout <= 28, "{name} has {timeout} s, and the gateway waits 29");
        }
    }
    assert!(asking >= 6, "only {asking} functions are known to ask a provider");
}

/// A key that may be read and not opened stops a function at its start, and one that may be opened
/// and not read is a right for nothing. Operators, who make keys, read all of them.
#[test]
fn a_role_opens_the_keys_that_it_reads_and_no_others() {
    let mut looked_at = 0;
    for block in blocks() {
        let text = block.lines.join("\n");
        let mut rings: BTreeSet<&str> = text.split("keyring#").skip(1).map(word).collect();
        rings.remove("public");
        if rings.is_empty() || rings.contains("") {
            continue;
        }
        looked_at += 1;
        let named = text.split("EncryptionContext:purpose:").skip(1);
        let lists = named.filter_map(|rest| between(rest, "[", "]"));
        let opened: BTreeSet<&str> =
            lists.flat_map(|list| list.split(',')).map(str::trim).map(word).collect();
        assert_eq!(rings, opened, "{}", block_binary(&block));
    }
    assert!(looked_at > 20, "only {looked_at} roles read keys");
}

/// The lower-case word at the beginning of a text.
fn word(text: &str) -> &str {
    text.split(|letter: char| !letter.is_ascii_lowercase()).next().unwrap_or_default()
}
