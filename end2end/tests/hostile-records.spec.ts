// Whatever records contain is drawn as text, fits, and makes no requests to this server's API.

import type { Page } from "@playwright/test";
import { collectionOf } from "../support/records";
import { baseURL } from "../support/server";
import { cards, names } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

// A broken picture, which the browser logs.
test.use({ expectedError: /status of 404.*\/logos\/none\.svg/ });

const script = "<script>window.hacked = true</script><img src=x onerror='window.hacked = true'>";
// A tag alone does not make a text HTML.
const mention = "A tag <script>window.hacked = true</script>";
const rows = [
  { title: `Markup ${script}`, body: `milk ${script}`, picture: "/logos/none.svg" },
  { title: mention, body: `milk ${mention}` },
  { title: "Links", body: "milk", link: "javascript:window.hacked=true", more: "javascript:alert(1)" },
  { title: "A long word", body: `milk ${"x".repeat(100_000)}` },
  { title: "\u202egnirts desrever", body: "milk \u202e\u2066\u2067 evil", picture: "data:image/png;base64,AA" },
  { title: "👩🏽‍🚒 👨‍👩‍👧 🏳️‍🌈", body: "milk 🫠\u200b\u0000 \u0301\u0301\u0301" },
  { title: "حليب", body: "milk ".concat("كل صباح ".repeat(30)) },
  { title: "The API's picture", body: "milk", picture: "/api/v1/collections", link: `${baseURL}/api/v1/collections` },
  { title: "The API's address", body: "milk", picture: `${baseURL}/api/search?q=a.png`, more: `${baseURL}/fn/collections` },
  { title: "A way round", body: "milk", picture: "/logos/../api/v1/collections/a.png" },
];
const records = rows.map((row, at) => ({ key: `k${at}`, ...row }));
const roles = { id: "key", title: "title", text: "body", url: "link", image: "picture" };

async function isHarmless(page: Page): Promise<void> {
  await expectFits(page);
  await expect(page.locator('a[href^="javascript" i]')).toHaveCount(0);
  await expect(page.locator('main a[target][href*="/api/"], main a[target][href*="/fn/"]')).toHaveCount(0);
  await expect(page.locator("article script, article b")).toHaveCount(0);
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
}

for (const width of [1280, 360]) {
  test(`on the search page and on their own, ${width} px`, async ({ page, open, request }) => {
    const name = await collectionOf(request, "hostile", roles, records);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.setViewportSize({ width, height: 800 });

    for (const mode of ["neural", "text", "hybrid"]) {
      await open(`/c/${name}?q=milk&mode=${mode}`);
      await expect(cards(page)).toHaveCount(records.length);
      await isHarmless(page);
    }
    // HTML is shown as plain text, and a text that only mentions a tag keeps it.
    const titles = (await names(page).allTextContents()).map((title) => title.trim());
    expect(titles).toContain("Markup");
    expect(titles).toContain(mention);
    const arabic = cards(page).filter({ hasText: "حليب" }).getByRole("heading");
    expect(await arabic.evaluate((title) => getComputedStyle(title).direction)).toBe("rtl");

    for (const { key } of records) {
      await open(`/c/${name}/record/${key}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await isHarmless(page);
    }
    expect(asked.filter((path) => path.startsWith("/api/"))).toEqual([]);
    await request.delete(`/api/v1/collections/${name}`);
  });
}
