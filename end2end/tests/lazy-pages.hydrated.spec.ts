// The code of the other pages is loaded when they are about to be visited, and that of a comparison
// when one is asked for. Meanwhile the page that is open stays as it is.

import type { Locator, Page, Route } from "@playwright/test";
import { hitsOf } from "../support/api";
import { list } from "../support/compare-page";
import { box, names, results, slider } from "../support/search-page";
import { alive, expect, test } from "../support/test";

const PARTS = "**/pkg/{split,chunk}_*.wasm";
const pages = [
  { path: "/about", heading: "How it works" },
  { path: "/collections", heading: "Collections" },
  { path: "/values?field=city", heading: "City" },
];

const navigation = (page: Page): Locator => page.getByRole("navigation", { name: "Main" });

/** The code of single pages that is requested from now on. */
function parts(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    const part = /\/pkg\/((?:split|chunk)_\w+)[^/]*\.wasm$/.exec(request.url());
    if (part) {
      asked.push(part[1]);
    }
  });
  return asked;
}

test("a search loads no code of other pages, and a visit loads it once", async ({ page, open }) => {
  const asked = parts(page);
  await open("/?q=milk");
  await expect(names(page).first()).toBeVisible();
  expect(asked).toEqual([]);

  await page.evaluate(() => Object.assign(window, { sameDocument: true }));
  const link = navigation(page).getByRole("link", { name: "How it works" });
  await link.click();
  await expect(page.getByRole("heading", { level: 1, name: "How it works" })).toBeVisible();
  await page.goBack();
  await expect(names(page).first()).toBeVisible();
  await link.click();
  await expect(page.getByRole("heading", { level: 1, name: "How it works" })).toBeVisible();
  expect(asked.filter((part) => part.startsWith("split_about"))).toHaveLength(1);
  expect(await page.evaluate(() => "sameDocument" in window)).toBe(true);
});

test("the code of a page is loaded when its link is pointed at", async ({ page, open }) => {
  await open("/?q=milk");
  const asked = parts(page);
  await navigation(page).getByRole("link", { name: "Collections" }).hover();
  await expect.poll(() => asked).toContain("split_collections");
});

test("while the code is loaded, the results stay and keep the focus", async ({ page, open }) => {
  await open("/?q=milk");
  const before = await names(page).allTextContents();
  expect(before.length).toBeGreaterThan(0);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const held: Route[] = [];
  await page.route(PARTS, async (route) => {
    held.push(route);
    await released;
    await route.continue();
  });
  const link = navigation(page).getByRole("link", { name: "How it works" });
  await link.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => held.length).toBeGreaterThan(0);
  expect(await names(page).allTextContents()).toEqual(before);
  await expect(link).toBeFocused();

  release();
  await expect(page.getByRole("heading", { level: 1, name: "How it works" })).toBeVisible();
  await expect(results(page)).toHaveCount(0);
  await expect(link).toBeFocused();
});

test.describe("without its code", () => {
  test.use({ expectedError: /./ });

  test("a page is loaded whole", async ({ page, open }) => {
    await open("/?q=milk");
    await page.route(PARTS, (route) => route.abort());
    await navigation(page).getByRole("link", { name: "Collections" }).click();
    await expect(page).toHaveURL(/\/collections$/);
    await expect(page.getByRole("heading", { level: 1, name: "Collections" })).toBeVisible();
    // It came from the server, so its links work.
    await page.getByRole("link", { name: "Parallax, home" }).click();
    await alive(page);
    await expect(box(page)).toBeVisible();
  });

  test("an explanation says that it could not be loaded, until it can", async ({ page, open }) => {
    await open("/?q=milk");
    await page.route(PARTS, (route) => route.abort());
    await page.getByRole("link", { name: /^Why this rank: / }).first().click();
    const told = page.getByRole("alert").filter({ hasText: "could not be loaded" });
    await expect(told).toBeVisible();
    await page.unroute(PARTS);
    await told.getByRole("button", { name: "Try again" }).click();
    await expect(page.locator(".why-own-page")).toBeVisible();
    await expect(told).toHaveCount(0);
  });
});

/** Expects the open page to react, and its code to have been loaded once. */
async function hydrated(page: Page, asked: string[]) {
  const toggle = page.getByRole("button", { name: /^Theme/ });
  const before = await toggle.getAttribute("aria-label");
  await toggle.click();
  await expect(toggle).not.toHaveAccessibleName(before ?? "");
  // The head names the files, so they are loaded together with the rest.
  expect(await page.locator('head link[rel="preload"][href*="/split_"]').count()).toBe(1);
  expect(asked.filter((part) => part.startsWith("split_"))).toHaveLength(1);
}

for (const { path, heading } of pages) {
  test(`${path} is hydrated when it is opened directly`, async ({ page, open }) => {
    const asked = parts(page);
    await open(path);
    await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
    await hydrated(page, asked);
  });
}

for (const { path, heading } of [
  { path: "record", heading: "" },
  { path: "why", heading: "Why this rank: " },
]) {
  test(`the ${path} page of a record is hydrated when it is opened directly`, async ({
    page,
    open,
  }) => {
    const [{ id, title }] = await hitsOf(page.request, { q: "milk", mode: "text" });
    const asked = parts(page);
    await open(`/c/sample/${path}/${encodeURIComponent(id)}?q=milk&mode=text`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading + title);
    await hydrated(page, asked);
  });
}

test("a comparison is hydrated when it is opened directly", async ({ page, open }) => {
  const asked = parts(page);
  await open("/?q=milk&mode=compare");
  await expect(list(page, "By both")).toBeVisible();
  await slider(page).fill("1");
  await expect(page).toHaveURL(/balance=1/);
  await hydrated(page, asked);
});

test("the list stays until the code of a comparison is there", async ({ page, open }) => {
  await open("/?q=milk&mode=text");
  const before = await names(page).allTextContents();
  expect(before.length).toBeGreaterThan(0);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(PARTS, async (route) => {
    await released;
    await route.continue();
  });
  const answered = page.waitForResponse((response) => response.url().includes("/fn/compare"));
  await page.locator("label").filter({ hasText: "Compare" }).click();
  await (await answered).finished();
  expect(await names(page).allTextContents()).toEqual(before);

  release();
  await expect(list(page, "By both")).toBeVisible();
});
