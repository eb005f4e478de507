//! From judgements to measurements: records are judged through the API of the real binary, exported
//! by API and command line, and measured by `parallax eval`.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use crate::binary::{parallax, succeeds};
use crate::running::Running;
use serde_json::{Value, json};

fn ok(arguments: &[&str], folder: &Path) -> String {
    succeeds(parallax(arguments, folder)).0
}

struct Service(Running);

impl Service {
    fn start(folder: &Path) -> Self {
        let arguments = [
            "serve",
            "--addr",
            "127.0.0.1:0",
            "--data-dir",
            "d",
            "--judgements",
        ];
        Self(Running::start(parallax(&arguments, folder)))
    }

    fn bytes(&self, path: &str) -> Vec<u8> {
        let mut response = self.0.agent.get(self.at(path)).call().unwrap();
        assert_eq!(response.status(), 200, "{path}");
        response.body_mut().read_to_vec().unwrap()
    }

    fn get(&self, path: &str) -> Value {
        serde_json::from_slice(&self.bytes(path)).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let mut response = self.0.agent.post(self.at(path)).send_json(body).unwrap();
        let text = response.body_mut().read_to_string().unwrap();
        assert_eq!(response.status(), 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    fn at(&self, path: &str) -> String {
        format!("{}/api/v1/collections/notes{path}", self.0.base)
    }
}

const RECORDS: &str = r#"{"id":"milk","title":"Goats","text":"Goats give milk twice a day."}
{"id":"sun","title":"Panels","text":"Solar panels on the roof."}
{"id":"pet","title":"Kennel","text":"A hotel for dogs and their owners."}
"#;

#[test]
fn what_was_judged_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("notes.jsonl"), RECORDS).unwrap();
    ok(
        &[
            "index",
            "notes.jsonl",
            "--collection",
            "notes",
            "--data-dir",
            "d",
        ],
        folder,
    );

    let service = Service::start(folder);
    for (q, relevant) in [("milk of goats", "milk"), ("photovoltaics", "sun")] {
        let pool = service.get(&format!("/judgements/pool?q={}", q.replace(' ', "+")));
        let records = pool["records"].as_array().unwrap();
        assert_eq!(records.len(), 3, "{pool}");
        for record in records {
            let id = record["record"]["id"].as_str().unwrap();
            let grade = if id == relevant { 2 } else { 0 };
            service.post("/judgements", &json!({"q": q, "id": id, "grade": grade}));
        }
    }
    let listed = service.get("/judgements");
    assert_eq!(
        (&listed["queries"], &listed["judgements"]),
        (&json!(2), &json!(6))
    );
    let archive = service.bytes("/judgements/export");
    drop(service);

    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    archive.extract(folder.join("unpacked")).unwrap();
    let said = ok(
        &[
            "judgements",
            "export",
            "notes",
            "-o",
            "exported",
            "--data-dir",
            "d",
        ],
        folder,
    );
    assert!(
        said.contains("queries: 2, judgements: 6, records: 3"),
        "{said}"
    );
    for file in ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"] {
        let read = |at: &str| fs::read_to_string(folder.join(at).join(file)).unwrap();
        assert_eq!(read("unpacked/notes"), read("exported"), "{file}");
    }

    let printed = ok(&["eval", "exported"], folder);
    assert!(printed.contains("nDCG@10"), "{printed}");
    let measured = ok(&["eval", "exported", "--json"], folder);
    let measured: Value = serde_json::from_str(&measured).unwrap();
    let of = |mode: &str| {
        let found = measured.as_array().unwrap().iter();
        let mut found = found.filter(|result| result["mode"] == mode);
        found.next().unwrap()["ndcg@10"].as_f64().unwrap()
    };
    assert_eq!(of("neural"), 1.0, "{measured}");
    // No record contains the word of the second query.
    assert_eq!(of("text"), 0.5, "{measured}");
    assert!(of("hybrid") > 0.5, "{measured}");
}
