//! A store that somebody changes by hand: the doctor sees it, the operator accepts it, and it is
//! served as it is from the next request on.

use serde_json::Value;

use super::{Dev, Folder, free_port, souk};

/// A `souk dev` with two stores that anybody may read, and its owner.
struct Ground {
    folder: Folder,
    dev: Dev,
    owner: tokio_postgres::Client,
    http: reqwest::Client,
}

impl Ground {
    async fn start() -> Self {
        let folder = Folder::new();
        let dev = Dev::start(&folder, free_port());
        let (owner, connection) =
            tokio_postgres::connect(dev.value("Database"), tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let ground = Self { folder, dev, owner, http };
        for slug in ["acme", "plain"] {
            ground.told(&["store", "create", slug, "--owner", "ada@example.com"]);
            ground.told(&["store", "publish", slug]);
        }
        ground
    }

    /// What a command says, and whether it ended well.
    fn say(&self, arguments: &[&str]) -> (String, bool) {
        let output = souk(&self.folder, arguments);
        (String::from_utf8(output.stdout).unwrap(), output.status.success())
    }

    fn told(&self, arguments: &[&str]) -> String {
        let (text, is_good) = self.say(arguments);
        assert!(is_good, "{arguments:?}: {text}");
        text
    }

    /// The code of a read that only who knows the table `notes` can answer; `""` for 200.
    async fn read(&self, slug: &str) -> String {
        let address = self.dev.value("Address");
        let url = format!("{address}/s/{slug}/rest/v1/products?select=id,notes(id)");
        let asked = self.http.get(url).header("apikey", self.dev.value("Publishable key"));
        let answer: Value = asked.send().await.unwrap().json().await.unwrap();
        answer["code"].as_str().unwrap_or_default().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_by_hand_is_seen_accepted_and_served() {
    let ground = Ground::start().await;
    assert_eq!(ground.read("acme").await, "PGRST200");
    assert_eq!(ground.told(&["store", "accept", "acme"]).trim(), ALREADY);

    let change = "create table tenant_acme.notes (id int primary key);
                  grant select on tenant_acme.notes to anon;
                  alter table tenant_acme.products add column note_id int
                      constraint products_note_fkey references tenant_acme.notes";
    ground.owner.batch_execute(change).await.unwrap();
    let (seen, is_good) = ground.say(&["doctor"]);
    assert!(!is_good && seen.contains("BAD   drift          tenant_acme drifted"), "{seen}");
    assert!(seen.contains("souk store accept"), "{seen}");

    assert!(ground.told(&["store", "accept", "acme"]).contains("is on record as it is now"));
    assert_eq!(ground.read("acme").await, "");
    assert_eq!(ground.read("plain").await, "PGRST200");
    assert!(ground.told(&["doctor"]).contains("accepted as changed by hand: acme"));
    assert_eq!(ground.told(&["store", "accept", "acme"]).trim(), ALREADY);

    let back = "alter table tenant_acme.products drop column note_id; drop table tenant_acme.notes";
    ground.owner.batch_execute(back).await.unwrap();
    assert!(ground.told(&["store", "accept", "acme"]).contains("is what its version is again"));
    assert_eq!(ground.read("acme").await, "PGRST200");
    assert!(!ground.told(&["doctor"]).contains("by hand"));

    let audited = "select count(*) from shared.audit_log where action = 'store.schema_accepted'";
    assert_eq!(ground.owner.query_one(audited, &[]).await.unwrap().get::<_, i64>(0), 2);

    ground.owner.batch_execute("drop schema tenant_acme cascade").await.unwrap();
    let gone = souk(&ground.folder, &["store", "accept", "acme"]);
    let text = String::from_utf8(gone.stderr).unwrap();
    assert!(text.contains("tenant_acme is not there") && !gone.status.success(), "{text}");
    assert_eq!(ground.dev.interrupt(), Some(0));
}

const ALREADY: &str = "tenant_acme is what its store's row says; nothing to do";
