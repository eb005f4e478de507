// What other sites show of a link: a title, a description and a card drawn by this server.

import type { Page } from "@playwright/test";
import { expect, test } from "../support/test";

const property = (page: Page, name: string) =>
  page.locator(`head meta[property="${name}"]`).getAttribute("content");

test("a search has a title and a card of its own", async ({ page, open, request, baseURL }) => {
  const q = `a "milk" & <b>goat</b> company`;
  await open(`/c/sample?${new URLSearchParams({ q, mode: "text" })}`);
  expect(await property(page, "og:title")).toBe(`${q} \u00b7 Parallax`);
  const image = (await property(page, "og:image")) ?? "";
  expect(new URL(image).origin).toBe(new URL(baseURL ?? "").origin);
  expect(new URL(image).searchParams.get("q")).toBe(q);
  const card = await request.get(image);
  expect(card.ok()).toBe(true);
  expect(card.headers()["content-type"]).toBe("image/png");
  // Width and height, in the file's first chunk.
  const png = await card.body();
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1200, 630]);
  await expect(page.locator('head meta[name="twitter:card"]')).toHaveAttribute(
    "content",
    "summary_large_image",
  );
});

test("other pages have the plain card", async ({ page, open }) => {
  for (const path of ["/", "/about", "/record/1"]) {
    await open(path);
    expect(new URL((await property(page, "og:image")) ?? "").pathname).toBe("/card.png");
  }
});
