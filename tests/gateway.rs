//! The API Gateway's definition, `functions/api.yaml`, is what the routes say.
//!
//! `PAYLINK_UPDATE=1 cargo test -p tests gateway` writes it anew.

use crate::openapi;
use std::collections::{BTreeMap, BTreeSet};
use std::{fs, path::Path};

/// Answers where no other function does: unknown paths, and unknown methods of known ones.
const FALLBACK: &str = "hosted-not-found";

/// How CloudFormation names a method that takes whatever the others leave.
const ANY: &str = "x-amazon-apigateway-any-method";

/// Names that a role of the API may invoke begin with one of these (template.yaml, `InvokeRole`).
const HTTP_SURFACES: [&str; 5] = ["platform-", "payments-", "links-", "hosted-", "dashboard-"];

/// What the gateway says by itself: kind, status, code, message.
const RESPONSES: [(&str, u16, &str, &str); 18] = [
    ("ACCESS_DENIED", 403, "forbidden", "Access is denied."),
    ("API_CONFIGURATION_ERROR", 500, "internal_error", "Something went wrong on our side."),
    ("BAD_REQUEST_BODY", 400, "validation_error", "The body is not valid."),
    ("BAD_REQUEST_PARAMETERS", 400, "validation_error", "The parameters are not valid."),
    ("DEFAULT_4XX", 400, "validation_error", "The request cannot be served as it is."),
    ("DEFAULT_5XX", 500, "internal_error", "Something went wrong on our side."),
    ("EXPIRED_TOKEN", 401, "unauthorized", "The credentials have expired."),
    ("INTEGRATION_FAILURE", 502, "internal_error", "Something went wrong on our side."),
    ("INTEGRATION_TIMEOUT", 504, "temporarily_unavailable", "No answer in time."),
    ("INVALID_SIGNATURE", 401, "unauthorized", "Wrong Authorization."),
    ("MISSING_AUTHENTICATION_TOKEN", 404, "not_found", "No such route, or not with this method."),
    ("QUOTA_EXCEEDED", 429, "rate_limited", "Too many requests."),
    ("REQUEST_TOO_LARGE", 413, "body_too_large", "The request is too large."),
    ("RESOURCE_NOT_FOUND", 404, "not_found", "No such route, or not with this method."),
    ("THROTTLED", 429, "rate_limited", "Too many requests."),
    ("UNAUTHORIZED", 401, "unauthorized", "Missing or wrong Authorization."),
    ("UNSUPPORTED_MEDIA_TYPE", 415, "unsupported_media_type", "Unsupported media type."),
    ("WAF_FILTERED", 403, "forbidden", "The request was filtered."),
];

const HEAD: &str = "\
# The API's definition, written by `PAYLINK_UPDATE=1 cargo test -p tests gateway` from the routes.
# The root template includes it, so that names in it are the root's; short forms such as !Ref are
# not allowed in an included file.
openapi: 3.0.1
info: {title: {Ref: AWS::StackName}, version: '1'}
";

/// Methods by path; each path has [`ANY`] last.
fn methods() -> BTreeMap<String, Vec<(String, String)>> {
    let mut paths: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (method, path, function) in openapi::served() {
        paths.entry(path.to_owned()).or_default().push((method.to_owned(), function));
    }
    for path in ["/", "/{proxy+}"] {
        paths.entry(path.to_owned()).or_default();
    }
    for methods in paths.values_mut() {
        methods.sort();
        methods.push((ANY.to_owned(), FALLBACK.to_owned()));
    }
    paths
}

fn template() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml")).unwrap()
}

fn committed() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/api.yaml");
    fs::read_to_string(path).unwrap_or_default()
}

fn definition() -> String {
    let mut text = format!("{HEAD}paths:\n");
    for (path, methods) in methods() {
        text += &format!("  {path}:\n");
        for (method, function) in methods {
            text += &format!("    {method}:\n{}", operation(&function));
        }
    }
    // The gateway's own answers carry the keys of all envelopes side by side, because it cannot
    // know which surface was asked.
    text += "x-amazon-apigateway-gateway-responses:\n";
    for (kind, status, code, message) in RESPONSES {
        text += &gateway_response(kind, status, code, message);
    }
    text
}

fn operation(function: &str) -> String {
    let lambda = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function";
    let gateway = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31";
    format!(
        "      responses: {{}}
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        credentials: {{Fn::GetAtt: [InvokeRole, Arn]}}
        uri:
          Fn::Sub: '{gateway}/functions/{lambda}:${{AWS::StackName}}-{function}/invocations'
"
    )
}

/// A default answers with the status that the gateway has chosen; the body can only guess it.
fn gateway_response(kind: &str, status: u16, code: &str, message: &str) -> String {
    let mut text = format!("  {kind}:\n");
    if !kind.starts_with("DEFAULT_") {
        text += &format!("    statusCode: '{status}'\n");
    }
    text += "    responseParameters:\n";
    let mut headers = vec![
        ("Access-Control-Allow-Origin", "\"'*'\""),
        ("Cache-Control", "\"'no-store'\""),
        ("x-request-id", "context.requestId"),
    ];
    if status == 429 {
        headers.push(("Retry-After", "\"'1'\""));
    }
    for (name, value) in headers {
        text += &format!("      gatewayresponse.header.{name}: {value}\n");
    }
    let group = match code {
        "forbidden" | "unauthorized" => "authentication_error",
        "internal_error" | "temporarily_unavailable" => "internal_error",
        "not_found" => "not_found_error",
        "rate_limited" => "rate_limit_error",
        _ => "validation_error",
    };
    let body = format!(
        "{{\"status_code\": {status},
        \"data\": {{\"code\": \"{code}\", \"message\": \"{message}\",
        \"errors\": [], \"request_id\": \"$context.requestId\"}},
        \"query_generated_time\": $context.requestTimeEpoch,
        \"success\": false,
        \"error\": {{\"type\": \"{group}\", \"code\": \"{code}\",
        \"message\": \"{message}\"}},
        \"detail\": \"{message}\", \"code\": \"{code}\"}}"
    );
    text + &format!("    responseTemplates:\n      application/json: >-\n        {body}\n")
}

#[test]
fn the_committed_definition_is_what_the_routes_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/api.yaml");
    let made = definition();
    if std::env::var_os("PAYLINK_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert!(committed() == made, "run PAYLINK_UPDATE=1 cargo test -p tests gateway and commit");
}

#[test]
fn a_method_is_served_once_and_every_function_of_a_surface_serves_one() {
    let served = openapi::served();
    let routes: BTreeSet<_> = served.iter().map(|(method, path, _)| (method, path)).collect();
    assert_eq!(routes.len(), served.len(), "two functions serve one route");
    let mut functions: BTreeSet<String> = served.into_iter().map(|(_, _, name)| name).collect();
    functions.insert(FALLBACK.to_owned());
    let names = crate::tidy::functions();
    let of_http = |name: &String| HTTP_SURFACES.iter().any(|surface| name.starts_with(surface));
    let listed: BTreeSet<String> = names.into_iter().filter(of_http).collect();
    assert_eq!(functions, listed);
}

/// A quota of API Gateway that AWS raises on request only.
#[test]
fn the_api_has_no_more_resources_than_an_api_may_have() {
    let parts = |path: &str| path.matches('/').count();
    let mut resources = BTreeSet::new();
    for path in methods().into_keys() {
        for depth in 0..=parts(&path) {
            resources.insert(path.split('/').take(depth + 1).collect::<Vec<_>>().join("/"));
        }
    }
    assert!(resources.len() <= 300, "{} resources", resources.len());
}

#[test]
fn throttles_name_methods_that_are_served() {
    let template = template();
    let (_, settings) = template.split_once("      MethodSettings:\n").unwrap();
    let settings = settings.lines().take_while(|line| line.starts_with("        "));
    let named: Vec<&str> = settings.filter(|line| !line.trim().starts_with('#')).collect();
    let mut throttled = 0;
    for pair in named.windows(2) {
        let [path, method] = pair else { continue };
        let path =
            path.trim().strip_prefix("- ResourcePath: /").map(|path| path.replace("~1", "/"));
        let Some(path) = path.filter(|path| path != "*") else { continue };
        let method = method.trim().trim_start_matches("HttpMethod: ").to_lowercase();
        let served = openapi::served().into_iter().any(|(m, p, _)| m == method && p == path);
        assert!(served, "{method} {path} is throttled and not served");
        throttled += 1;
    }
    assert!(throttled >= 3, "only {throttled} methods have throttles of their own");
}

#[test]
fn the_api_may_invoke_what_it_serves_and_no_worker_or_operator() {
    let template = template();
    let role = template.split_once("\n  InvokeRole:\n").unwrap().1;
    let allowed: Vec<&str> = role
        .lines()
        .skip_while(|line| !line.contains("Action: lambda:InvokeFunction"))
        .filter_map(|line| line.split_once("function:${AWS::StackName}-"))
        .map(|(_, rest)| rest.trim_end_matches("*'"))
        .collect();
    assert_eq!(allowed, HTTP_SURFACES);
}

/// A10: what the gateway says by itself is true of whatever it says it for.
#[test]
fn a10_the_gateways_own_answers_are_neutral_and_keep_their_real_status() {
    let committed = committed();
    let answers = committed.split_once("x-amazon-apigateway-gateway-responses:\n").unwrap().1;
    let answer = |kind: &str| {
        let (_, rest) = answers.split_once(&format!("  {kind}:\n")).unwrap();
        let lines = rest.lines().take_while(|line| line.starts_with("    "));
        lines.collect::<Vec<_>>().join(" ")
    };
    // A default stands for statuses that nobody foresaw: it neither sets one nor claims one.
    for (kind, code) in [("DEFAULT_4XX", "validation_error"), ("DEFAULT_5XX", "internal_error")] {
        let said = answer(kind);
        assert!(!said.contains("statusCode:"), "{kind} would hide the real status");
        assert!(said.contains(code), "{said}");
        for claim in ["not_found", "No such", "unauthorized", "rate_limited"] {
            assert!(!said.contains(claim), "{kind} claims {claim}");
        }
    }
    // What is malformed is no unknown path, and the other way round.
    for (kind, status, code) in [
        ("BAD_REQUEST_BODY", "400", "validation_error"),
        ("BAD_REQUEST_PARAMETERS", "400", "validation_error"),
        ("REQUEST_TOO_LARGE", "413", "body_too_large"),
        ("UNSUPPORTED_MEDIA_TYPE", "415", "unsupported_media_type"),
        ("MISSING_AUTHENTICATION_TOKEN", "404", "not_found"),
        ("RESOURCE_NOT_FOUND", "404", "not_found"),
        ("THROTTLED", "429", "rate_limited"),
    ] {
        let said = answer(kind);
        assert!(said.contains(&format!("statusCode: '{status}'")), "{kind}: {said}");
        assert!(said.contains(&format!("\"code\": \"{code}\"")), "{kind}: {said}");
    }
}

/// A10: the gateway itself never judges a method or a proof. It would take a Bearer token for a
/// broken signature of its own, and answer 401 or 403 to what is a wrong method.
#[test]
fn a10_every_path_sends_the_methods_it_lacks_to_a_function() {
    let paths = methods();
    for path in ["/", "/{proxy+}"] {
        assert!(paths.contains_key(path), "{path} would be the gateway's to answer");
    }
    for (path, methods) in paths {
        let rest = methods.iter().find(|(method, _)| method == ANY);
        assert_eq!(rest.map(|(_, function)| function.as_str()), Some(FALLBACK), "{path}");
    }
    assert!(!committed().contains("securitySchemes") && !template().contains("Authorizer"));
    // A REST API renames this header in answers, which is written down where callers look.
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/platform/README.md");
    assert!(fs::read_to_string(readme).unwrap().contains("x-amzn-remapped-www-authenticate"));
}

/// C10: what is large is compressed, and what everybody reads is kept by whoever reads it.
#[test]
fn c10_descriptions_and_key_sets_are_compressed_and_kept() {
    assert!(template().contains("\n      MinimumCompressionSize: 1024\n"));
    let mut kept = 0;
    for (_, path, function) in openapi::served() {
        if !path.ends_with("openapi.json") && !path.ends_with("jwks.json") {
            continue;
        }
        let (surface, verb) = function.split_once('-').unwrap();
        let file = format!("../functions/{surface}/{}.rs", verb.replace('-', "_"));
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        assert!(
            fs::read_to_string(file).unwrap().contains(".kept("),
            "{path} is read anew each time"
        );
        kept += 1;
    }
    assert_eq!(kept, 4, "three descriptions and one key set");
}
