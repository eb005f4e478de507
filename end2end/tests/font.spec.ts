// The page's font comes from this server, and so does everything else.

import { baseURL } from "../support/server";
import { cards } from "../support/search-page";
import { expect, test } from "../support/test";

test("nothing is loaded from another host", async ({ page, open }) => {
  const hosts = new Set<string>();
  page.on("request", (request) => hosts.add(new URL(request.url()).origin));
  await open("/?q=solar+panels");
  await expect(cards(page).first()).toBeVisible();
  expect([...hosts]).toEqual([baseURL]);
});

test("the font is there, and may be kept", async ({ page, open, request }) => {
  await open("/");
  const family = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
  expect(family).toMatch(/^"?Inter Variable/);
  const preload = page.locator('link[rel="preload"][as="font"]');
  const font = await request.get((await preload.getAttribute("href")) ?? "");
  expect(font.ok()).toBe(true);
  expect(font.headers()["content-type"]).toBe("font/woff2");
  expect(font.headers()["cache-control"]).toContain("max-age=2592000");
});
