use super::*;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
    sync::mpsc,
};

/// A request as the service saw it.
#[derive(Debug)]
struct Seen {
    head: String,
    body: Value,
}

/// A service that gives these answers, one after the other, and keeps to itself after the last.
async fn service(answers: Vec<(u16, Value)>) -> (String, mpsc::UnboundedReceiver<Seen>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (tell, seen) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut answers = answers.into_iter();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let mut stream = BufReader::new(stream);
            while let Some(request) = read(&mut stream).await {
                tell.send(request).unwrap();
                let Some((status, answer)) = answers.next() else {
                    return std::future::pending().await;
                };
                let text = answer.to_string();
                let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", text.len());
                stream.write_all((head + &text).as_bytes()).await.unwrap();
            }
        }
    });
    (url, seen)
}

async fn read(stream: &mut BufReader<tokio::net::TcpStream>) -> Option<Seen> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let length = head.split("content-length: ").nth(1)?.split("\r\n").next()?.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { head, body: serde_json::from_slice(&body).unwrap() })
}

fn client(url: String) -> Client {
    let credentials = Credentials {
        access_key_id: "AKID".to_owned(),
        secret_access_key: "secret".to_owned(),
        session_token: Some("session".to_owned()),
    };
    let now = || Time::from_ms(1_795_000_000_000);
    let place = (Some(url), &trust(None).unwrap());
    let client = Client::new(&KMS, ("eu-central-1", credentials), place, now).unwrap();
    client.with_patience(Patience { pause_ms: 1, ..Patience::NORMAL })
}

async fn decrypt(client: &Client) -> Result<Value, Error> {
    client.call("Decrypt", &json!({"KeyId": "key"})).await
}

#[tokio::test]
async fn a_call_is_a_signed_post_that_names_its_operation() {
    let (url, mut seen) = service(vec![(200, json!({"Plaintext": "eA=="}))]).await;
    trace(Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1".to_owned()));
    let answer = decrypt(&client(url.clone())).await.unwrap();
    trace(None);
    assert_eq!(answer, json!({"Plaintext": "eA=="}));
    let Seen { head, body } = seen.recv().await.unwrap();
    assert_eq!(body, json!({"KeyId": "key"}));
    let host = url.strip_prefix("http://").unwrap();
    for line in [
        "POST / HTTP/1.1",
        &format!("host: {host}"),
        "content-type: application/x-amz-json-1.1",
        "x-amz-target: TrentService.Decrypt",
        "x-amz-security-token: session",
        "x-amzn-trace-id: Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
    ] {
        assert!(head.contains(&format!("{line}\r\n")), "no {line} in {head}");
    }
    assert!(head.contains("authorization: AWS4-HMAC-SHA256 Credential=AKID/"));
}

#[tokio::test]
async fn faults_and_throttling_are_tried_again_and_the_third_is_the_answer() {
    let slow = json!({"__type": "com.amazonaws#ThrottlingException", "message": "slowly"});
    let good = json!({"Plaintext": "eA=="});
    let (url, mut seen) =
        service(vec![(500, json!({})), (400, slow.clone()), (200, good.clone())]).await;
    assert_eq!(decrypt(&client(url)).await.unwrap(), good);
    assert_eq!(std::iter::from_fn(|| seen.try_recv().ok()).count(), 3);

    let (url, mut seen) =
        service(vec![(400, slow.clone()), (400, slow.clone()), (400, slow)]).await;
    let error = decrypt(&client(url)).await.unwrap_err();
    assert_eq!(error.to_string(), "Decrypt: 400 ThrottlingException: slowly");
    assert_eq!(std::iter::from_fn(|| seen.try_recv().ok()).count(), 3);
}

#[tokio::test]
async fn a_refusal_is_an_answer_and_tells_its_code_and_content() {
    let refusal = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException:http://x/",
        "Message": "no",
        "Item": {"pk": {"S": "tenant"}},
    });
    let (url, mut seen) = service(vec![(400, refusal.clone())]).await;
    let error = decrypt(&client(url)).await.unwrap_err();
    assert_eq!(error.to_string(), "Decrypt: 400 ConditionalCheckFailedException: no");
    let Error::Refused(fault) = error else { panic!("{error}") };
    assert_eq!(fault.code, "ConditionalCheckFailedException");
    assert_eq!(fault.read::<Value>().unwrap(), refusal);
    seen.recv().await.unwrap();
    assert!(seen.is_empty(), "asked once");
}

#[tokio::test]
async fn a_service_that_keeps_silent_is_given_up_in_time() {
    let (url, mut seen) = service(Vec::new()).await;
    let short = Duration::from_millis(20);
    let long = Duration::from_secs(60);
    let patience = Patience { tries: 2, attempt: short, operation: long, pause_ms: 1 };
    let error = decrypt(&client(url).with_patience(patience)).await.unwrap_err();
    assert!(error.to_string().contains("in time"), "{error}");
    seen.recv().await.unwrap();
    let (url, _seen) = service(Vec::new()).await;
    let patience = Patience { tries: 2, attempt: long, operation: short, pause_ms: 1 };
    let error = decrypt(&client(url).with_patience(patience)).await.unwrap_err();
    assert_eq!(error.to_string(), "Decrypt: no answer in time");
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_not_quoted() {
    let (url, _seen) = service(vec![(200, json!({"Plaintext": "a secret"}))]).await;
    let result: Result<Vec<u8>, Error> = client(url).call("Decrypt", &json!({})).await;
    let error = result.unwrap_err().to_string();
    assert!(error.starts_with("Decrypt: not understood") && !error.contains("secret"), "{error}");
}
