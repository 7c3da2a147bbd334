//! Pictures in the table, by their own hash: the same picture is kept once, whoever uploads it, and
//! never changes.

use super::{Consistency, Corrupt, Error, Item, Result, Table, Write, key};
use crate::model::picture::{Picture, PictureKind};
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

impl Table {
    /// A picture by its hash.
    pub async fn picture(&self, hash: &str) -> Result<Option<Picture>> {
        // One that was uploaded a moment ago is shown at once.
        let item = match self.get(&key::picture(hash), Consistency::Eventual).await? {
            None => self.get(&key::picture(hash), Consistency::Strong).await?,
            found => found,
        };
        Ok(item.map(|item| from_item(&item)).transpose()?)
    }

    /// Keeps a picture; one that is kept already stays.
    pub async fn keep_picture(&self, picture: &Picture) -> Result<()> {
        match self.commit(vec![insert(picture)]).await {
            Ok(()) | Err(Error::Refused { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

fn insert(picture: &Picture) -> Write {
    let item = key::picture(&picture.hash())
        .item()
        .with("v", 1_i64)
        .with("media", picture.kind.media())
        .with("data", STANDARD_NO_PAD.encode(&picture.bytes));
    Write::Insert(item)
}

fn from_item(item: &Item) -> std::result::Result<Picture, Corrupt> {
    let media = item.text("media")?;
    let kind = PictureKind::ALL.iter().find(|kind| kind.media() == media);
    let bytes = STANDARD_NO_PAD.decode(item.text("data")?);
    Ok(Picture {
        kind: *kind.ok_or_else(|| item.corrupt("media"))?,
        bytes: bytes.map_err(|_| item.corrupt("data"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::picture::tests::png_of, store::memory::Memory};

    #[tokio::test]
    async fn a_picture_is_kept_once_and_comes_back_byte_for_byte() {
        let store = Table::Memory(Memory::default());
        let picture = Picture::read(PictureKind::Png, png_of(100, 80)).unwrap();
        for _ in 0..2 {
            store.keep_picture(&picture).await.unwrap();
        }
        assert_eq!(store.picture(&picture.hash()).await.unwrap(), Some(picture));
        assert_eq!(store.picture(&"0".repeat(64)).await.unwrap(), None);
    }
}
