//! Links to files of documents: making them, and following them.

use super::{Capability, LinkKeys};
use crate::{
    app::{App, Config, aws, keys::hmac_key, log},
    http::{
        Reply, Request, Result,
        document_token::{decode, encode, key_number},
        hosted::download,
        link_token::LinkKey,
        payments::download::view as links_view,
    },
    model::{Time, invoice::NamedFile},
    operations::{Problem, Resource, downloads::Download},
    queue::bucket::{Bucket, FileShown},
    store::Table,
};
use std::time::Duration;

/// How long the address of a file in the bucket works. Its credentials live longer.
const SHOWN_FOR: Duration = Duration::from_secs(300);

/// What follows links to files.
pub struct Downloads {
    links: LinkKeys,
    bucket: Bucket,
}

impl Capability for Downloads {
    async fn ready(config: &Config, store: &Table) -> std::result::Result<Self, String> {
        let bucket = aws::documents(&config.aws, &config.documents_bucket)?;
        Ok(Self { links: LinkKeys::ready(config, store).await?, bucket })
    }
}

impl AsRef<LinkKeys> for Downloads {
    fn as_ref(&self) -> &LinkKeys {
        &self.links
    }
}

impl<I, C: AsRef<LinkKeys>> App<I, C> {
    /// A link to a file.
    pub async fn file_url(&self, req: &Request, file: &NamedFile) -> Result<String> {
        Ok(format!("{}/{}", self.base_url(req)?, self.file_path(file).await?))
    }

    /// The same below our base address, for pages of ours.
    pub async fn file_path(&self, file: &NamedFile) -> Result<String> {
        let (number, secret) = self.capability.as_ref().keys().newest(&self.store).await?;
        let key = LinkKey { number, signing: hmac_key(&secret) };
        Ok(format!("invoice-files/{}", encode(&key, file)))
    }

    /// The file that a link names. A forged one costs no read of a document.
    pub async fn linked_file(&self, token: &str) -> Result<NamedFile> {
        let unknown = || Problem::NotFound(Resource::Link);
        let number = key_number(token).ok_or_else(unknown)?;
        let keys = self.capability.as_ref().keys();
        let key = keys.numbered(&self.store, number).await?.ok_or_else(unknown)?;
        let file = decode(&hmac_key(&key), token).ok_or_else(unknown)?;
        log::about(file.scope);
        Ok(file)
    }
}

impl<I, C: AsRef<LinkKeys>> App<I, C> {
    /// Links to the files of a document, good from now on for some days.
    pub async fn download_links(
        &self,
        req: &Request,
        pdf: NamedFile,
        xml: Option<NamedFile>,
    ) -> Result {
        let url = self.file_url(req, &pdf).await?;
        let xml_url = match &xml {
            Some(xml) => Some(self.file_url(req, xml).await?),
            None => None,
        };
        Ok(Reply::data(&links_view(&pdf, url, xml_url)))
    }
}

impl<I> App<I, Downloads> {
    /// Sends a browser to the file, or lets it try again where there is none yet.
    ///
    /// # Errors
    /// The bucket's settings make no address.
    pub fn show_file(&self, req: &Request, found: &Download, now: Time) -> Result {
        let Download::Ready { key, file_name, kind } = found else {
            return Ok(download::not_yet(req));
        };
        let as_what = FileShown { content_type: kind.content_type(), file_name, lasts: SHOWN_FOR };
        let url = self.capability.bucket.shown(key, as_what, now).map_err(Problem::internal)?;
        Ok(download::moved(url))
    }
}
