// Records that try to do harm: by markup, addresses, long words, marks of direction, and emoji, in
// every place where a page shows something of a record.

import { expect, type APIRequestContext, type Page } from "@playwright/test";
import { file, imported, unique } from "./collections-page";
import { collectionOf } from "./records";
import { baseURL } from "./server";
import { expectFitsEverywhere } from "./usable";

const image = "<img src=x onerror=window.hacked=true>";
const script = `<script>window.hacked = true</script>${image}`;
/** A tag alone does not make a text HTML. */
export const mention = "A tag <script>window.hacked = true</script>";
const long = "x".repeat(100_000);
const reversed = "\u202egnirts desrever";
const emoji = "👩🏽‍🚒 👨‍👩‍👧 🏳️‍🌈";

/** The name of a field. A dot would be a step into an object. */
export const FACET = "kind <img src=x onerror=hacked=true>\u202e";

const rows: Record<string, string>[] = [
  { key: `"><${script}`, title: `Markup ${script}`, body: `milk ${script}`, picture: "/logos/none.svg", [FACET]: script },
  { key: "mention", title: mention, body: `milk ${mention}`, [FACET]: mention },
  { key: "javascript:window.hacked=true", title: "Links", body: "milk", link: "javascript:window.hacked=true", more: "javascript:alert(1)", [FACET]: "javascript:window.hacked=true" },
  { key: "k".repeat(1_000), title: "A long word", body: `milk ${long}`, [FACET]: long },
  { key: "long title", title: `${long} milk`, body: "milk", more: long },
  { key: reversed, title: reversed, body: "milk \u202e\u2066\u2067 evil", picture: "data:image/png;base64,AA", [FACET]: `\u2067${reversed}` },
  { key: emoji, title: emoji, body: "milk 🫠\u200b\u0000 \u0301\u0301\u0301", [FACET]: emoji },
  { key: "حليب", title: "حليب", body: "milk ".concat("كل صباح ".repeat(30)), [FACET]: "كل صباح" },
  { key: "a/b?c=d#e f+g%41&h", title: "The API's picture", body: "milk", picture: "/api/v1/collections", link: `${baseURL}/api/v1/collections` },
  { key: "../x", title: "The API's address", body: "milk", picture: `${baseURL}/api/search?q=a.png`, more: `${baseURL}/fn/collections` },
  { key: "way", title: "A way round", body: "milk", picture: "/logos/../api/v1/collections/a.png" },
];
const pairs = rows.map(({ key = "", title = "", body = "" }) => ({ key, question: `${title} milk?`, answer: body }));

export const keys = rows.map(({ key = "" }) => key);

/** Imports the records, from a file with a hostile name, and returns the collection's name. */
export async function hostile(request: APIRequestContext): Promise<string> {
  const name = unique("hostile");
  const roles = { id: "key", title: "title", text: "body", url: "link", image: "picture", facet: FACET };
  // A name with markup, and too long for one line. The API refuses names that turn the direction of text.
  const upload = file(`${image}${"long".repeat(40)}.jsonl`, rows.map((row) => JSON.stringify(row)).join("\n"));
  await imported(request, name, upload, roles);
  return name;
}

/** Makes the same as questions and answers. */
export function hostilePairs(request: APIRequestContext): Promise<string> {
  const roles = { id: "key", question: "question", answer: "answer" };
  return collectionOf(request, "hostile-pairs", roles, pairs);
}

/** What pages do that they must not. */
export interface Misdeeds {
  dialogs: string[];
  /** Requests that records made the page send to the API. */
  requests: string[];
}

/** Notes dialogs and requests of the page from now on. */
export function watched(page: Page): Misdeeds {
  const seen: Misdeeds = { dialogs: [], requests: [] };
  page.on("dialog", async (dialog) => {
    seen.dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (request.resourceType() === "image" && /^\/(api|fn)\//.test(pathname)) {
      seen.requests.push(pathname);
    }
  });
  return seen;
}

/** Expects the open page to have drawn all of it as text, and to fit. */
export async function expectHarmless(page: Page): Promise<void> {
  await expect(page.locator('a[href^="javascript" i]')).toHaveCount(0);
  await expect(page.locator('main a[target][href*="/api/"], main a[target][href*="/fn/"]')).toHaveCount(0);
  await expect(page.locator('main script, main img[src="x"], main [onerror], main iframe')).toHaveCount(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  await expectFitsEverywhere(page);
}
