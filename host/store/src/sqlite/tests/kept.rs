//! What the host keeps for connectors: files go with the words they came with, tokens stay.

use dispatch::port::{InteractionFilter, MediaFile, MediaStore, NewMedia, Store, StoreError, Tokens};
use model::{Digest, InteractionId};

use super::Home;
use super::accident::rival;
use crate::suite::fixtures::{accept, said};

fn file(bytes: &[u8]) -> NewMedia {
    let file = MediaFile {
        sha256: Digest::of(bytes),
        media_type: "image/png".to_owned(),
        size_bytes: u64::try_from(bytes.len()).unwrap(),
        name: Some("a.png".to_owned()),
    };
    NewMedia { file, origin: "https://files.example/1".to_owned(), bytes: bytes.to_vec() }
}

async fn interactions(home: &Home) -> Vec<InteractionId> {
    let filter = InteractionFilter { limit: 10, ..InteractionFilter::default() };
    let rows = home.store.interactions(filter).await.unwrap();
    rows.into_iter().rev().map(|(_, record)| record.interaction.id).collect()
}

#[tokio::test]
async fn a_file_is_kept_once_and_goes_with_the_last_words_that_name_it() {
    let home = Home::new().await;
    accept(&home.store, vec![said("1", "a", 1), said("2", "b", 2)]).await;
    let ids = interactions(&home).await;
    let new = file(b"pixels");
    for id in &ids {
        home.store.keep_media(id, 0, new.clone()).await.unwrap();
    }
    let found = home.store.media(&ids[0], 0, &new.origin).await.unwrap().unwrap();
    assert_eq!(found, new.file);
    assert_eq!(home.store.media(&ids[0], 0, "https://files.example/2").await.unwrap(), None, "an edit put another one there");
    assert_eq!(home.store.media(&ids[0], 1, &new.origin).await.unwrap(), None);
    assert_eq!(home.store.media_bytes(&found.sha256).await.unwrap(), b"pixels");
    let erase = |id: &InteractionId| {
        let erase = "DELETE FROM interaction_content WHERE interaction = (SELECT seq FROM interaction WHERE id = ?)";
        rival(&home.path()).execute(erase, [&id.0]).unwrap();
    };
    erase(&ids[0]);
    assert_eq!(home.store.media(&ids[0], 0, &new.origin).await.unwrap(), None);
    assert_eq!(home.store.media_bytes(&found.sha256).await.unwrap(), b"pixels", "the other one still names it");
    let gone = home.store.keep_media(&ids[0], 0, new.clone()).await;
    assert!(matches!(gone, Err(StoreError::NotFound { .. })), "what was erased does not come back: {gone:?}");
    // Another file in the same place: nobody names the first any more.
    home.store.keep_media(&ids[1], 0, file(b"others")).await.unwrap();
    assert!(matches!(home.store.media_bytes(&found.sha256).await, Err(StoreError::NotFound { .. })));
    erase(&ids[1]);
    let left: u32 = rival(&home.path()).query_row("SELECT count(*) FROM media_content", (), |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn tokens_are_kept_by_their_key() {
    let home = Home::new().await;
    assert_eq!(home.store.kept("a").await.unwrap(), None);
    home.store.keep("a", vec![1]).await.unwrap();
    home.store.keep("a", vec![2]).await.unwrap();
    home.store.keep("b", vec![3]).await.unwrap();
    assert_eq!((home.store.kept("a").await.unwrap(), home.store.kept("b").await.unwrap()), (Some(vec![2]), Some(vec![3])));
}
