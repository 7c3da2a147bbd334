use super::*;
use crate::digest::hex;
use ring::digest::{SHA256, digest};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";

fn endpoint(url: &str) -> Option<(bool, String, String, u16)> {
    let Endpoint { https, authority, host, port } = Endpoint::parse(url)?;
    Some((https, authority, host, port))
}

#[test]
fn endpoints_are_read_with_their_port_and_nothing_else() {
    let read = |url: &str| endpoint(url).unwrap();
    let (aws, local) = ("dynamodb.eu-central-1.amazonaws.com", "127.0.0.1:4566");
    assert_eq!(read(&format!("https://{aws}")), (true, aws.into(), aws.into(), 443));
    let expected = (false, local.to_owned(), "127.0.0.1".to_owned(), 4566);
    assert_eq!(read("http://127.0.0.1:4566"), expected);
    assert_eq!(read("http://127.0.0.1:4566/"), expected);
    assert_eq!(read("http://[::1]:8000"), (false, "[::1]:8000".into(), "::1".into(), 8000));
    assert_eq!(read("https://[::1]"), (true, "[::1]".into(), "::1".into(), 443));
    for url in [
        "",
        "dynamodb",
        "ftp://host",
        "http://",
        "http://host/path",
        "http://u@host",
        "http://host:x",
    ] {
        assert_eq!(endpoint(url), None, "{url}");
    }
}

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
    let mut roots = RootCertStore::empty();
    let (good, bad) = roots.add_parsable_certificates(AMAZON_ROOTS.map(CertificateDer::from));
    assert_eq!((good, bad), (5, 0));
    assert!(trust(Some(b"no certificate")).is_err());
}

/// A server that answers `answers` requests on each connection, hangs up after them, and tells of
/// every connection.
async fn server(answers: usize, tls: Option<TlsAcceptor>) -> (u16, mpsc::UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _ = tell.send(());
            let tls = tls.clone();
            tokio::spawn(async move {
                match tls {
                    None => answer(stream, answers).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            answer(stream, answers).await;
                        }
                    }
                }
            });
        }
    });
    (port, told)
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, answers: usize) {
    for _ in 0..answers {
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => read.push(byte),
                Err(_) => return,
            }
        }
        stream.write_all(OK).await.unwrap();
        stream.flush().await.unwrap();
    }
}

fn request() -> Outgoing {
    Request::post("/").header("host", "127.0.0.1").body(Full::default()).unwrap()
}

fn connections(scheme: &str, port: u16, trust: &Trust) -> Connections {
    let endpoint = Endpoint::parse(&format!("{scheme}://127.0.0.1:{port}")).unwrap();
    Connections::new(endpoint, trust)
}

async fn ask(connections: &Connections) -> Result<Bytes, String> {
    connections.send(request()).await.map(|(_, body)| body)
}

#[tokio::test]
async fn a_connection_is_used_again_and_one_more_is_opened_only_beside_it() {
    let (port, mut told) = server(100, None).await;
    let connections = connections("http", port, &trust(None).unwrap());
    for _ in 0..5 {
        assert_eq!(ask(&connections).await.unwrap(), "hi");
    }
    told.recv().await.unwrap();
    assert!(told.is_empty(), "five requests, one connection");
    let (one, other) = tokio::join!(ask(&connections), ask(&connections));
    assert!(one.is_ok() && other.is_ok());
    told.recv().await.unwrap();
    assert!(told.is_empty(), "two at once, one connection more");
}

#[tokio::test]
async fn a_connection_that_has_ended_is_replaced_without_an_error() {
    let (port, mut told) = server(1, None).await;
    let connections = connections("http", port, &trust(None).unwrap());
    for _ in 0..5 {
        assert_eq!(ask(&connections).await.unwrap(), "hi");
        told.recv().await.unwrap();
        // The server hangs up after its answer; wait until that is known here.
        while connections.idle().iter().any(|(line, _)| !line.requests.is_closed()) {
            yield_now().await;
        }
    }
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
    let (port, _told) = server(100, Some(TlsAcceptor::from(Arc::new(config)))).await;
    let amazon = connections("https", port, &trust(None).unwrap());
    let refused = ask(&amazon).await.unwrap_err();
    assert!(refused.contains("certificate"), "{refused}");
    let pem = pem_of(signed.cert.der());
    let bundled = connections("https", port, &trust(Some(pem.as_bytes())).unwrap());
    assert_eq!(ask(&bundled).await.unwrap(), "hi");
}

fn pem_of(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let text = STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
}
