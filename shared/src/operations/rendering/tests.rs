use super::*;
use crate::{
    model::{
        Id, Time,
        id::TenantId,
        invoice::{DocumentId, NamedFile},
    },
    operations::{
        Resource, StateRefusal,
        downloads::{self, Download},
    },
    store::{self, memory::Memory},
};
use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture},
    orchestrator::{HttpRequest, HttpResponse},
};
use aws_smithy_types::body::SdkBody;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

const AMBIENT: Ambient = Ambient { now: crate::store::tests::now, random: || [7; 10] };

/// A bucket that keeps what is put into it, and how often it was asked.
#[derive(Debug, Clone, Default)]
struct Shelf(Arc<Mutex<Kept>>);

type Kept = (BTreeMap<String, Vec<u8>>, u32);

impl Shelf {
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        self.0.lock().unwrap().0.clone()
    }

    fn calls(&self) -> u32 {
        self.0.lock().unwrap().1
    }
}

impl HttpConnector for Shelf {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        assert_eq!((request.method(), request.headers().get("if-none-match")), ("PUT", Some("*")));
        assert!(request.headers().get("authorization").unwrap().contains("/s3/aws4_request"));
        let path = request.uri().split_once("/documents/").unwrap().1.to_owned();
        let bytes = request.body().bytes().unwrap().to_vec();
        let mut shelf = self.0.lock().unwrap();
        shelf.1 += 1;
        let there = shelf.0.insert(path, bytes).is_some();
        let status = if there { 412_u16 } else { 200 }.try_into().unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::empty())))
    }
}

fn invoice() -> Invoice {
    Invoice { files: None, ..store::invoice::tests::full() }
}

async fn renderer() -> (Renderer, Shelf) {
    let shelf = Shelf::default();
    let bucket = Bucket {
        name: "documents".to_owned(),
        region: "us-east-1".to_owned(),
        credentials: Credentials::new("a", "b", None, None, "test"),
        endpoint: Some("http://127.0.0.1:1".to_owned()),
        fips: false,
        dual_stack: false,
    };
    let table = Table::Memory(Memory::default());
    table.commit(vec![store::invoice::insert(&invoice())]).await.unwrap();
    let connector = SharedHttpConnector::new(shelf.clone());
    (Renderer { store: table, bucket, connector }, shelf)
}

async fn kept(context: &Renderer) -> Invoice {
    let invoice = invoice();
    let kept = context.store.invoice(invoice.scope, invoice.id, Consistency::Strong).await;
    kept.unwrap().unwrap()
}

fn message() -> String {
    let invoice = invoice();
    serde_json::to_string(&Render::invoice(invoice.scope, invoice.id)).unwrap()
}

#[tokio::test]
async fn hard_case_43_files_are_made_once_and_lie_under_their_hash() {
    let (context, shelf) = renderer().await;
    for _ in 0..3 {
        render(&context, &message(), AMBIENT).await.unwrap();
    }
    let (files, invoice) = (kept(&context).await.files.unwrap(), invoice());
    let xml = files.xml.clone().unwrap();
    assert_eq!(shelf.calls(), 2, "the PDF and the XML, once");
    let Scope { tenant, mode } = invoice.scope;
    for (file, extension) in [(&files.pdf, "pdf"), (&xml, "xml")] {
        let place = format!("{tenant}/{mode}/invoices/{}/{}.{extension}", invoice.id, file.sha256);
        let bytes = shelf.files().remove(&place).unwrap();
        assert_eq!(sha256_hex(&bytes), file.sha256);
        assert_eq!(u64::try_from(bytes.len()), Ok(file.bytes));
    }
    assert_eq!(files.renderer, documents::VERSION.to_string());
    assert!(shelf.files().values().any(|bytes| bytes.starts_with(b"%PDF-")));
}

#[tokio::test]
async fn two_that_render_at_once_make_the_same_files() {
    let (context, shelf) = renderer().await;
    let text = message();
    let both = tokio::join!(render(&context, &text, AMBIENT), render(&context, &text, AMBIENT));
    assert_eq!(both, (Ok(Verdict::Done), Ok(Verdict::Done)));
    assert_eq!(shelf.files().len(), 2);
}

#[tokio::test]
async fn other_bytes_than_the_first_time_are_an_alarm() {
    let (context, _) = renderer().await;
    let place = key::invoice(invoice().scope, invoice().id);
    let file = StoredFile { sha256: "ab".repeat(32), bytes: 1 };
    let files = DocumentFiles { pdf: file, xml: None, renderer: "0".to_owned() };
    let found = super::invoice(&context.store, invoice().scope, invoice().id).await;
    let found = found.unwrap().unwrap();
    context.store.keep_files(place, &files).await.unwrap();
    let again = super::files(&context, found, AMBIENT).await;
    assert!(again.unwrap_err().is_ours());
    assert_eq!(kept(&context).await.files, Some(files), "what is stored stays");
}

#[tokio::test]
async fn hard_case_46_a_link_leads_to_its_own_file_until_its_time_is_over() {
    let (context, _) = renderer().await;
    let invoice = invoice();
    let ends = Time::parse("2026-12-03T10:00:00Z").unwrap();
    let file = NamedFile {
        scope: invoice.scope,
        document: DocumentId::Invoice(invoice.id),
        kind: FileKind::Pdf,
        ends,
    };
    let store = &context.store;
    let before = ends.plus_ms(-1);
    assert_eq!(downloads::find(store, &file, before).await, Ok(Download::NotYet));
    render(&context, &message(), AMBIENT).await.unwrap();
    let Ok(Download::Ready { key, file_name, kind }) = downloads::find(store, &file, before).await
    else {
        panic!("the file is there")
    };
    assert_eq!((file_name.as_str(), kind), ("INV-000044.pdf", FileKind::Pdf));
    assert!(key.ends_with(".pdf") && key.contains(&invoice.id.to_string()));
    let over = downloads::find(store, &file, ends).await;
    assert_eq!(over, Err(Problem::State(StateRefusal::LinkExpired)), "to the second");
    let stranger: TenantId = Id::mint(ends, [9; 10]);
    let foreign = NamedFile { scope: Scope { tenant: stranger, ..invoice.scope }, ..file };
    let missing = Err(Problem::NotFound(Resource::Link));
    assert_eq!(downloads::find(store, &foreign, before).await, missing);
    let note = DocumentId::CreditNote(Id::from_uuid(*invoice.id.uuid()));
    let other = NamedFile { document: note, ..file };
    assert_eq!(downloads::find(store, &other, before).await, missing);
}
