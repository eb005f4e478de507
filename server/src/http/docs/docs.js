// Lets a reader try the requests of the API's description. Nothing is kept, the key least of all.
"use strict";

const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

// The request that a form asks for.
function requestOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  const headers = new Headers();
  for (const field of form.querySelectorAll("[data-in]")) {
    const value = field.value;
    if (field.dataset.in === "path") {
      path = path.replace("{" + field.name + "}", encodeURIComponent(value));
    } else if (field.dataset.in === "header") {
      if (value) headers.set(field.name, value);
    } else if (field.tagName === "TEXTAREA") {
      for (const line of value.split("\n")) if (line.trim()) query.append(field.name, line.trim());
    } else if (value) {
      query.append(field.name, value);
    }
  }
  const key = document.getElementById("key").value.trim();
  if (key) headers.set("Authorization", "Bearer " + key);
  const body = form.querySelector("[data-type]");
  let content;
  if (body) {
    headers.set("Content-Type", body.dataset.type);
    content = body.type === "file" ? body.files[0] : body.value;
  }
  const search = query.toString();
  return { method: form.dataset.method, url: path + (search && "?" + search), headers, content };
}

function curlOf({ method, url, headers, content }) {
  const parts = ["curl -s" + (method === "GET" ? "" : " -X " + method), quoted(location.origin + url)];
  for (const [name, value] of headers) {
    const shown = name === "authorization" ? "Bearer $KEY" : value;
    parts.push("-H " + (name === "authorization" ? `"${name}: ${shown}"` : quoted(`${name}: ${shown}`)));
  }
  if (typeof content === "string") parts.push("-d " + quoted(content));
  else if (content) parts.push("--data-binary " + quoted("@" + content.name));
  return parts.join(" \\\n  ");
}

// The answer as text; files are only counted.
async function textOf(response) {
  const type = response.headers.get("Content-Type") || "";
  if (/octet-stream|zip/.test(type)) return (await response.blob()).size + " bytes";
  const text = await response.text();
  if (!type.includes("json") || type.includes("ndjson")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(form) {
  const request = requestOf(form);
  const status = form.querySelector("[role=status]");
  const curl = form.querySelector(".curl");
  const answer = form.querySelector(".answer");
  curl.textContent = curlOf(request);
  curl.hidden = false;
  answer.hidden = true;
  status.textContent = "Waiting for the answer.";
  try {
    const { method, url, headers, content } = request;
    const response = await fetch(url, { method, headers, body: content });
    const text = await textOf(response);
    status.textContent = `${response.status} ${response.statusText}`;
    answer.textContent = text;
    answer.hidden = !text;
  } catch (error) {
    status.textContent = "The server did not answer: " + error.message;
  }
}

for (const hidden of document.querySelectorAll("form[hidden], .key[hidden]")) hidden.hidden = false;
document.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target);
});
// A link to a route or a schema opens what it leads to.
function open() {
  const target = document.getElementById(location.hash.slice(1));
  const details = target && target.querySelector("details");
  if (details) details.open = true;
}
addEventListener("hashchange", open);
open();
