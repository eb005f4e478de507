//! `parallax mcp` as assistants start it: the real binary, with the real model.

use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::binary::parallax;
use rmcp::ServiceExt;
use rmcp::model::CallToolRequestParams;
use serde_json::{Value, json};
use tokio::net::unix::pipe;

/// A data folder with the collection `shop`.
fn shop(folder: &Path) {
    let records =
        "{\"id\":\"m\",\"text\":\"fresh goat milk\"}\n{\"id\":\"s\",\"text\":\"stars\"}\n";
    std::fs::write(folder.join("shop.jsonl"), records).unwrap();
    let index = [
        "index",
        "shop.jsonl",
        "--collection",
        "shop",
        "--id",
        "id",
        "--text",
        "text",
        "--data-dir",
        "d",
    ];
    let output = parallax(&index, folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn start(folder: &Path) -> Child {
    let mut command: Command = parallax(&["mcp", "--data-dir", "d"], folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped()).spawn().unwrap()
}

#[tokio::test]
async fn an_assistant_starts_the_command_and_searches() {
    let folder = tempfile::tempdir().unwrap();
    shop(folder.path());
    let mut child = start(folder.path());
    let input = OwnedFd::from(child.stdin.take().unwrap());
    let output = OwnedFd::from(child.stdout.take().unwrap());
    let transport = (
        pipe::Receiver::from_owned_fd(output).unwrap(),
        pipe::Sender::from_owned_fd(input).unwrap(),
    );
    let assistant = ().serve(transport).await.unwrap();
    let arguments = json!({"q": "dairy", "limit": 1});
    let call =
        CallToolRequestParams::new("search").with_arguments(arguments.as_object().unwrap().clone());
    let found = assistant.call_tool(call).await.unwrap();
    assert_eq!(found.structured_content.unwrap()["hits"][0]["id"], "m");
    // It ends when the assistant leaves.
    assistant.cancel().await.unwrap();
    let status = tokio::task::spawn_blocking(move || child.wait());
    assert!(status.await.unwrap().unwrap().success());
}

#[test]
fn standard_output_contains_only_messages_of_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    shop(folder.path());
    let mut child = start(folder.path());
    let mut input = child.stdin.take();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut said = |message: &Value| {
        let input = input.as_mut().unwrap();
        writeln!(input, "{message}").unwrap();
        if message.get("id").is_none() {
            return Value::Null;
        }
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).expect(&line)
    };
    let hello = said(
        &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        }}),
    );
    assert_eq!(hello["result"]["serverInfo"]["name"], "parallax");
    said(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    let listed = said(
        &json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
            "name": "list_collections", "arguments": {},
        }}),
    );
    let collections = &listed["result"]["structuredContent"]["collections"];
    assert_eq!(collections[0]["name"], "shop");
    // It ends when the assistant leaves.
    drop(input.take());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut output, &mut rest).unwrap();
    assert_eq!(rest, "");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_folder_in_use_is_said_with_the_way_around_it() {
    let folder = tempfile::tempdir().unwrap();
    shop(folder.path());
    let mut holder = start(folder.path());
    // It says on standard error that it is ready.
    let mut ready = String::new();
    let mut said = BufReader::new(holder.stderr.take().unwrap());
    while !ready.contains("ready") {
        assert_ne!(said.read_line(&mut ready).unwrap(), 0, "{ready}");
    }
    let second = start(folder.path()).wait_with_output().unwrap();
    assert!(!second.status.success());
    let told = String::from_utf8_lossy(&second.stderr);
    assert!(told.contains("in use") && told.contains("/mcp"), "{told}");
    holder.kill().unwrap();
    holder.wait().unwrap();
}
