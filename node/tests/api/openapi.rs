use crate::client::get;
use crate::serve;
use serde_json::Value;
use std::path::Path;

/// A line for each path and each shape, so that a change shows what it changes.
fn lines(value: &Value, depth: u8) -> String {
    let Some(map) = value.as_object().filter(|_| depth > 0) else {
        return value.to_string();
    };
    let entries: Vec<String> = map
        .iter()
        .map(|(key, inner)| format!("{}: {}", Value::from(key.as_str()), lines(inner, depth - 1)))
        .collect();
    format!("{{\n{}\n}}", entries.join(",\n"))
}

#[tokio::test]
async fn the_description_that_is_served_is_the_one_in_the_docs() {
    let (_world, address, _server) = serve(false).await;
    let answer = get(address, "/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let served = answer.json();
    assert_eq!(served["openapi"], "3.1.0");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    if std::env::var_os("ALLONGE_WRITE_OPENAPI").is_some() {
        std::fs::write(&file, lines(&served, 3) + "\n").unwrap();
    }
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let kept: Value = serde_json::from_str(&text).unwrap_or_default();
    assert!(
        kept == served,
        "docs/openapi.json is not what the node serves: write it anew with \
         `ALLONGE_WRITE_OPENAPI=1 cargo test --workspace --test api openapi`"
    );
}

#[tokio::test]
async fn what_is_described_is_served() {
    let (_world, address, _server) = serve(false).await;
    let document = get(address, "/openapi.json").await.json();
    let filled = |path: &str| {
        let path = path.replace("{number}", "510210009999620270105000000011");
        let path = path.replace("{piece}", "head").replace("{height}", "1");
        let path = path.replace("{commitment}", &"0".repeat(64));
        let path = path
            .replace("{member}", "bank")
            .replace("{ask}", &"0".repeat(32));
        path.replace("{id}", "bank")
    };
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if method != "get" || path == "/v1/events" {
                continue;
            }
            let answer = get(address, &filled(path)).await;
            let status = answer.status.to_string();
            assert!(
                operation["responses"].get(&status).is_some(),
                "{path} answers {status}, which is not described"
            );
            let form = answer.header("content-type").unwrap_or_default();
            let form = form.split(';').next().unwrap_or_default();
            assert!(
                operation["responses"][&status]["content"]
                    .get(form)
                    .is_some(),
                "{path} answers {status} as {form}, which is not described"
            );
        }
    }
}
