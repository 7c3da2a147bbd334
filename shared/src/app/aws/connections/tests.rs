use super::*;
use crate::{
    app::aws::{
        CallLimits,
        tests::{
            decrypt, good,
            service::{PATIENT, Say, Service, clients},
        },
    },
    aws_error::describe,
    digest::hex,
};
use futures_util::future::join_all;
use ring::digest::{SHA256, digest};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

/// <https://www.amazontrust.com/repository/> lists the same.
#[test]
fn the_roots_are_those_that_amazon_publishes() {
    let prints = AMAZON_ROOTS.map(|der| hex(digest(&SHA256, der).as_ref()));
    let published = [
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
    ];
    assert_eq!(prints, published);
    assert_eq!(roots(None).unwrap().len(), 5);
    assert!(http_client(Some(b"no certificate")).is_err());
}

fn answering() -> Service {
    Service::start(None, |_| Say::Answer(200, good()))
}

/// As many calls at once, each on a connection of its own.
async fn calls_at_once(client: &aws_sdk_kms::Client, count: usize) {
    for answer in join_all((0..count).map(|_| decrypt(client))).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn a_connection_is_used_again_and_one_more_is_opened_only_beside_it() {
    let service = answering();
    let clients = clients(&service.url, PATIENT, None);
    let client = clients.kms().unwrap();
    for _ in 0..5 {
        decrypt(&client).await.unwrap();
    }
    assert_eq!(service.opened(), 1, "five requests, one connection");
    clients.sqs().unwrap().list_queues().send().await.unwrap();
    assert_eq!(service.opened(), 1, "another service's client has the same connections");
    calls_at_once(&client, 2).await;
    assert_eq!(service.opened(), 2, "two at once, one connection more");
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced_without_another_attempt() {
    let service = Service::start(None, |_| Say::Last(good()));
    let limits = CallLimits { attempts: 1, ..PATIENT };
    let client = clients(&service.url, limits, None).kms().unwrap();
    for number in 1..=5 {
        decrypt(&client).await.unwrap();
        assert_eq!(service.opened(), number);
        // Nothing of this process runs until the service has closed the connection.
        service.wait_until_closed();
    }
}

#[tokio::test]
async fn connections_that_were_reset_while_the_process_slept_are_replaced() {
    let service = answering();
    let limits = CallLimits { attempts: 1, ..PATIENT };
    let client = clients(&service.url, limits, None).kms().unwrap();
    calls_at_once(&client, 10).await;
    let opened = service.opened();
    service.reset_all();
    decrypt(&client).await.unwrap();
    assert_eq!(service.opened(), opened + 1);
}

/// What lies between may forget connections without telling either end.
#[tokio::test]
async fn connections_that_lead_nowhere_any_more_cost_one_attempt_and_not_one_each() {
    let dead = Arc::new(AtomicBool::new(false));
    let (asked, before) = (dead.clone(), 10);
    let service =
        Service::start(None, move |seen| match asked.load(SeqCst) && seen.connection <= before {
            true => Say::Silence,
            false => Say::Answer(200, good()),
        });
    // Long enough for every call but the silent one, however busy the machine is.
    let limits = CallLimits { attempts: 2, attempt: Duration::from_secs(3), ..PATIENT };
    let client = clients(&service.url, limits, None).kms().unwrap();
    calls_at_once(&client, 10).await;
    service.seen();
    dead.store(true, SeqCst);
    decrypt(&client).await.unwrap();
    let connections: Vec<_> = service.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections.len(), 2);
    assert!(connections[0] <= 10 && connections[1] > 10, "{connections:?}");
}

#[tokio::test]
async fn only_services_with_a_trusted_certificate_are_talked_to() {
    let names = vec!["127.0.0.1".to_owned()];
    let signed = rcgen::generate_simple_self_signed(names).unwrap();
    let key = signed.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.cert.der().clone()], key)
        .unwrap();
    let tls = TlsAcceptor::from(Arc::new(config));
    let service = Service::start(Some(tls), |_| Say::Answer(200, good()));
    let amazon = clients(&service.url, PATIENT, None).kms().unwrap();
    let refused = describe("Decrypt", &decrypt(&amazon).await.unwrap_err());
    assert!(refused.contains("certificate"), "{refused}");
    assert!(service.seen().is_empty());
    let pem = pem_of(signed.cert.der());
    let bundled = clients(&service.url, PATIENT, Some(pem.as_bytes())).kms().unwrap();
    decrypt(&bundled).await.unwrap();
}

fn pem_of(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
