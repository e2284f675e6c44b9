//! Secrets are used for everything that they are for, everything that can go wrong with them goes wrong, then their bytes are looked for:
//! in the database, the log, the API, the metrics, the commands, the error texts, and in the memory of the guests while they work.

mod echo;
mod guests;
mod needle;

use harness::{Answer, Host, HostOptions, Signer, request};
use serde_json::{Value, json};

use self::echo::Echo;
use self::needle::Needle;
use crate::desk::{CHAIN, Desk, HOOK, PATIENCE, configuration};
use crate::program::call;
use crate::setup::Place;

/// Stands in every guest's settings, so that its memory is known when it is seen.
const MARKER: &str = "marker-of-a-guest-7731";

/// Signed, by a fixed token, and asked who we are; the probe with the network, state and keys, once with a service that is not there.
fn body(port: u16) -> String {
    let probe = |name: &str, url: &str, host: &str| {
        format!(
            "[[plugin]]\nname = \"{name}\"\nfile = \"DIST/probe.wasm\"\n[plugin.grant]\nfields = [\"text\", \"author\"]\nhosts = [\"{host}\"]\n\
             private_network = true\nstate_bytes_max = 65536\nsecrets = {{ service = \"service\", signing = \"signing\" }}\n\
             [plugin.limits]\ndeadline_ms = 20_000\n[plugin.settings]\nurl = \"{url}\"\ncredential = \"service\"\n"
        )
    };
    let json = |name: &str, scheme: &str, more: &str| {
        format!(
            "[[plugin]]\nname = \"{name}\"\nfile = \"DIST/json.wasm\"\ngrant = {{ secrets = {{ webhook = \"{name}\", handshake = \"check\" }} }}\n\
             [plugin.settings]\nsignature = {{ {scheme}, secret = \"webhook\" }}\n{more}\n[plugin.settings.item]\nsource_id = \"/id\"\n\
             text = \"/text\"\nattributes = {{ all = {{ header = \"authorization\" }} }}\n\
             [[connector]]\nname = \"{name}\"\nplugin = \"{name}\"\nchannel = \"{name}\"\n"
        )
    };
    let step = |plugin: &str, role: &str| format!("[[chain.step]]\nplugin = \"{plugin}\"\nrole = \"{role}\"\non_fault = \"skip\"\n");
    let odd = |misdeed: &str| {
        format!(
            "[[plugin]]\nname = \"{misdeed}\"\nfile = \"DIST/fault.wasm\"\ngrant = {{ fields = [\"text\"] }}\n\
             [plugin.settings]\nrole = \"{misdeed}\"\nwhen = \"please {misdeed}\"\n"
        )
    };
    let steps = [
        step("probe", "enricher"),
        step("away", "enricher"),
        step("trap", "classifier"),
        step("host", "classifier"),
        "[[chain.step]]".to_owned(),
    ];
    [
        "[secrets]\nshop = { env = \"SHOP\" }\ngate = { env = \"GATE\" }\ndoor = { env = \"DOOR\" }\ncheck = { env = \"CHECK\" }\n\
         service = { env = \"SERVICE\" }\nsigning = { env = \"SIGNING\" }\n"
            .to_owned(),
        HOOK.replace("[plugin.settings]", &format!("[plugin.settings]\naccount = {{ value = \"{MARKER}\" }}")),
        json(
            "shop",
            "scheme = \"hmac\", header = \"x-hub-signature-256\", prefix = \"sha256=\"",
            "handshake = { kind = \"crc\", secret = \"handshake\" }",
        ),
        json(
            "gate",
            "scheme = \"token\", header = \"authorization\", prefix = \"Bearer \"",
            "handshake = { kind = \"hub-challenge\", secret = \"handshake\" }",
        ),
        json("door", "scheme = \"basic\", username = \"door\"", ""),
        probe("probe", &format!("http://127.0.0.1:{port}/{MARKER}"), &format!("127.0.0.1:{port}")),
        probe("away", "http://127.0.0.1:1", "127.0.0.1:1"),
        odd("trap"),
        odd("host"),
        "[[connector]]\nname = \"probe\"\nplugin = \"probe\"\n".to_owned(),
        CHAIN.replace("[[chain.step]]", &steps.concat()),
        step("probe", "responder"),
    ]
    .concat()
}

/// Where something was seen, and what.
type Seen = Vec<(String, Vec<u8>)>;

struct Trial {
    desk: Desk,
    echo: Echo,
    needles: Vec<Needle>,
    token: String,
    seen: Seen,
}

impl Trial {
    fn begin() -> Self {
        let echo = Echo::start();
        let names = ["SHOP", "GATE", "DOOR", "CHECK", "SERVICE", "SIGNING"];
        let mut needles: Vec<Needle> = names.into_iter().map(Needle::fresh).collect();
        let mut env: Vec<(String, String)> = needles.iter().map(|needle| (needle.name.to_owned(), needle.text())).collect();
        env.push(("RUST_LOG".to_owned(), "trace".to_owned()));
        let made = call(&["--json", "token", "new", "--name", "all", "--role", "admin"]).good().json();
        let token = made["token"].as_str().expect("a token").to_owned();
        let section = format!("[[token]]\nname = \"all\"\nrole = \"admin\"\nsha256 = \"{}\"\n", made["sha256"].as_str().expect("a hash"));
        needles.push(Needle::of("the token", token.trim_start_matches("pm_").as_bytes().to_vec()));
        let place = Place::new();
        let text = configuration(&place, &(body(echo.port) + &section)).replace("open_api_on_loopback = true", "open_metrics = true");
        let config = place.configure(&text);
        let host = Host::start(&config, &HostOptions { env, loud: false }).expect("the host starts");
        let key = std::fs::read(place.path("pointsman.db.pseudonym-key")).expect("the key of pseudonyms");
        needles.push(Needle::of("the key of pseudonyms", key));
        Self { desk: Desk { place, host }, echo, needles, token, seen: Vec::new() }
    }

    fn secret(&self, name: &str) -> String {
        self.needles.iter().find(|needle| needle.name == name).expect("a secret").text()
    }

    /// Notes what was answered.
    fn note(&mut self, what: &str, answer: &Answer) -> u16 {
        self.seen.push((what.to_owned(), answer.body.clone().into_bytes()));
        answer.status
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = request(method, &format!("{}{path}", self.desk.host.url()), &headers, body.as_bytes()).expect("an answer");
        self.note(&format!("the answer to {method} {}", path.split('?').next().unwrap_or_default()), &answer)
    }

    fn api(&mut self, path: &str) -> Value {
        let headers = [("authorization".to_owned(), format!("Bearer {}", self.token))];
        let answer = request("GET", &format!("{}/api/v1{path}", self.desk.host.url()), &headers, b"").expect("an answer");
        assert!(answer.status < 500, "{path}: {}", answer.body);
        self.note(&format!("GET {path}"), &answer);
        answer.json().unwrap_or_default()
    }

    fn settle(&mut self) {
        let until = std::time::Instant::now() + PATIENCE;
        while self.api("/totals")["pending"] != 0 {
            assert!(std::time::Instant::now() < until, "it does not settle: {}", self.desk.host.log());
        }
    }

    /// Deliveries with every scheme, right and wrong, readable and not.
    fn deliver(&mut self) {
        let (good, cut) = (json!({"id": "1", "text": "hello"}).to_string(), "{\"id\":");
        for body in [good.as_str(), cut] {
            for right in [true, false] {
                let secret = |own: String| if right { own } else { format!("{}x", own.chars().rev().collect::<String>()) };
                let status = if !right {
                    401
                } else if body == cut {
                    202
                } else {
                    200
                };
                let signed = Signer::Hub { secret: secret(self.secret("SHOP")) }.headers("1", body.as_bytes()).remove(0).1;
                assert_eq!(self.send("POST", "/hooks/shop", &[("x-hub-signature-256", &signed)], body), status);
                let bearer = format!("Bearer {}", secret(self.secret("GATE")));
                assert_eq!(self.send("POST", "/hooks/gate", &[("authorization", &bearer), ("cookie", &bearer)], body), status);
                let basic =
                    base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("door:{}", secret(self.secret("DOOR"))));
                assert_eq!(self.send("POST", "/hooks/door", &[("authorization", &format!("Basic {basic}"))], body), status);
            }
        }
        let check: String = self.secret("CHECK").bytes().map(|byte| format!("%{byte:02X}")).collect();
        let asked = |token: &str| format!("/hooks/gate?hub.mode=subscribe&hub.challenge=17&hub.verify_token={token}");
        assert_eq!(self.send("GET", &asked(&check), &[], ""), 200);
        assert_eq!(self.send("GET", &asked("wrong"), &[], ""), 401);
        assert_eq!(self.send("GET", "/hooks/shop?crc_token=17", &[], ""), 200);
        for (algorithm, key) in [("hmac-sha256", "signing"), ("ed25519", "signing"), ("aes256-gcm", "signing"), ("hmac-sha1", "sealing")] {
            let headers = [("x-probe-algorithm", algorithm), ("x-probe-key", key), ("x-probe-signature", "00"), ("x-probe-iv", "00")];
            self.send("POST", "/hooks/probe", &headers, "to be signed");
        }
    }

    /// Interactions whose author leads the probe to every kind of answer.
    fn ask_around(&mut self) {
        let authors = ["normal", "redirect", "status", "odd", "large", "reset", "slow"];
        for (number, author) in authors.iter().enumerate() {
            let text = ["please trap", "please host", "hello"][number % 3];
            let body =
                json!({"id": format!("a{number}"), "thread": author, "text": text, "author": {"id": author, "name": author}}).to_string();
            assert_eq!(self.send("POST", "/hooks/hook", &[], &body), 200);
        }
        self.echo.await_slow();
        let memory = guests::memory(self.desk.host.pid());
        let marked = memory.windows(MARKER.len()).filter(|window| *window == MARKER.as_bytes()).count();
        assert!(marked > 0, "no guest was seen in {} bytes", memory.len());
        self.seen.push(("the memory of the guests".to_owned(), memory));
        self.echo.release();
        self.settle();
    }

    /// The API with and without its token, in places where it does not belong.
    fn knock(&mut self) {
        let token = self.token.clone();
        let escaped: String = token.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for headers in [
            vec![],
            vec![("authorization", format!("Basic {token}"))],
            vec![("authorization", format!("Bearer {token}x"))],
            vec![("x-api-key", token.clone()), ("cookie", format!("token={token}"))],
        ] {
            let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(self.send("GET", &format!("/api/v1/totals?token={escaped}"), &headers, ""), 401);
        }
        self.send("GET", &format!("/api/v1/decisions/{token}"), &[], "");
        self.send("GET", &format!("/{token}"), &[], "");
        self.send("POST", "/hooks/hook", &[("content-encoding", &token)], "{}");
        let large = token.repeat(800);
        assert_eq!(self.send("GET", "/api/v1/totals", &[("authorization", &large)], ""), 431);
    }

    /// Everything that can be asked for.
    fn ask_everything(&mut self) {
        let document = self.api("/openapi.json");
        let paths: Vec<String> = document["paths"].as_object().expect("paths").keys().cloned().collect();
        let ids = |rows: &Value, pointer: &str| -> Vec<String> {
            let rows = rows["items"].as_array().cloned().unwrap_or_default();
            rows.iter().filter_map(|row| row.pointer(pointer)?.as_str().map(str::to_owned)).collect()
        };
        let decisions = ids(&self.api("/decisions?limit=499"), "/decision/id");
        let interactions = ids(&self.api("/interactions?limit=499"), "/interaction/id");
        let quarantined = ids(&self.api("/quarantine?limit=100"), "/id");
        assert!(decisions.len() >= 8 && quarantined.len() >= 3, "{} {}", decisions.len(), quarantined.len());
        for path in paths.iter().filter(|path| path.starts_with("/api/v1/") && !path.ends_with("/live")) {
            let path = path.trim_start_matches("/api/v1");
            let known = [("/decisions/", &decisions), ("/interactions/", &interactions), ("/quarantine/", &quarantined)];
            let known = known.into_iter().find(|(place, _)| path.starts_with(place)).map(|(_, ids)| ids.clone());
            if path.contains('{') {
                for id in known.unwrap_or_else(|| vec!["normal".to_owned()]) {
                    let (head, tail) = path.split_once('{').expect("a place");
                    let tail = tail.split_once('}').expect("its end").1;
                    self.api(&format!("{head}{id}{tail}"));
                    self.api(&format!("{head}{id}{tail}?lang=fr"));
                }
            } else {
                self.api(path);
            }
        }
        let metrics = harness::get(&format!("{}/metrics", self.desk.host.url())).expect("figures");
        self.note("the metrics", &metrics);
        for args in [vec!["decisions"], vec!["quarantine", "list"], vec!["explain", &decisions[0]], vec!["check"]] {
            let told = self.desk.call(&args);
            self.seen.push((format!("the command {args:?}"), [told.out, told.err].concat().into_bytes()));
        }
    }

    /// A configuration that has secrets where none belong.
    fn configure_wrongly(&mut self) {
        let text = std::fs::read_to_string(self.desk.config()).expect("the configuration");
        let secret = self.secret("SHOP");
        for (from, to) in [
            ("shop = { env = \"SHOP\" }", format!("shop = \"{secret}\"")),
            ("shop = { env = \"SHOP\" }", format!("shop = {{ value = \"{secret}\" }}")),
            ("shop = { env = \"SHOP\" }", format!("shop = {{ env = \"SHOP\", was = \"{secret}\" }}")),
            ("shop = { env = \"SHOP\" }", format!("shop = \"{secret}")),
            ("sha256 = \"", format!("sha256 = \"{secret}")),
        ] {
            let path = self.desk.place.path("wrong.toml");
            std::fs::write(&path, text.replacen(from, &to, 1)).expect("writing");
            let told = call(&["check", "--config", &path.display().to_string()]);
            std::fs::remove_file(&path).expect("removing");
            assert_ne!(told.code, 0, "{to}");
            self.seen.push((format!("the findings about {}", to.replace(&secret, "…")), [told.out, told.err].concat().into_bytes()));
        }
    }

    /// Ends the host, and adds what it leaves behind.
    fn end(&mut self) -> Vec<String> {
        self.seen.push(("the log".to_owned(), self.desk.host.log().into_bytes()));
        for entry in std::fs::read_dir(self.desk.place.dir.path()).expect("the folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".pseudonym-key") && entry.path().is_file() {
                self.seen.push((format!("the file {name}"), std::fs::read(entry.path()).expect("a file")));
            }
        }
        let found = self.needles.iter().flat_map(|needle| {
            self.seen.iter().filter_map(|(place, hay)| Some(format!("{} lies in {place}, {}", needle.name, needle.found_in(hay)?)))
        });
        found.collect()
    }
}

#[test]
fn what_is_secret_is_used_and_lies_nowhere() {
    let mut trial = Trial::begin();
    trial.deliver();
    trial.ask_around();
    trial.settle();
    trial.knock();
    trial.ask_everything();
    trial.configure_wrongly();
    // It was used: it went out to where it belongs, and only there is it found.
    let service = trial.secret("SERVICE");
    assert!(trial.echo.heard().matches(&format!("Bearer {service}")).count() >= 5, "{}", trial.echo.heard());
    let files: Vec<String> = std::fs::read_dir(trial.desk.place.dir.path())
        .expect("the folder")
        .flatten()
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(files.contains(&"pointsman.db-wal".to_owned()), "the log of the database is looked at too: {files:?}");
    let found = trial.end();
    let bytes: usize = trial.seen.iter().map(|(_, hay)| hay.len()).sum();
    eprintln!("{} places with {bytes} bytes were searched for {} secrets", trial.seen.len(), trial.needles.len());
    assert!(found.is_empty(), "{}", found.join("\n"));
    // The search finds what is there.
    let planted = [b"\0\0".as_slice(), &trial.needles[0].secret, b"\0"].concat();
    assert_eq!(trial.needles[0].found_in(&planted), Some("as it is"));
    let wrapped = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("door:{service}"));
    assert!(trial.needles.iter().any(|needle| needle.found_in(wrapped.as_bytes()).is_some()));
}
