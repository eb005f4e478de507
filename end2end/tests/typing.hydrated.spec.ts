// Search as you type: words at once, meaning when the typing rests, in one list that does not move
// under the reader's hand.

import type { APIRequestContext, Page, Request } from "@playwright/test";
import { titlesOf } from "../support/api";
import { answered, box, button, cards, names, searched } from "../support/search-page";
import { expect, test } from "../support/test";

// Glossfinch, whose logo is missing on purpose, may be among the results.
test.use({ expectedError: /\/logos\/missing-on-purpose\.svg/ });

/** The titles that the API finds for a query whose last word is unfinished. */
const found = (request: APIRequestContext, q: string, mode: string): Promise<string[]> =>
  titlesOf(request, { q, mode, prefix: "true" });

/** The searches that the page asks for from now on. */
function asked(page: Page): Request[] {
  const requests: Request[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/fn/search?")) {
      requests.push(request);
    }
  });
  return requests;
}

test("words are asked at each key, and both once the typing rests", async ({ page, open }) => {
  await open("/");
  const requests = asked(page);
  await box(page).pressSequentially("milk del", { delay: 30 });
  const both = await found(page.request, "milk del", "hybrid");
  await expect(names(page)).toHaveText(both);
  await expect(page).toHaveURL(/\?q=milk\+del&prefix=true$/);

  const modes = requests.map((request) => searched(request.url()).mode);
  expect(modes.filter((mode) => mode === "text").length).toBeGreaterThan(2);
  expect(modes.at(-1)).toBe("hybrid");
  await expect(page.getByRole("list", { name: "Why it is here" }).first()).toContainText("by meaning");
});

test("every card says what ranks it by both, also where only words do", async ({ page, open }) => {
  await open("/");
  const evidence = page.getByRole("list", { name: "Why it is here" });
  for (const letter of "aeost") {
    await box(page).fill("");
    await box(page).pressSequentially(letter);
    const both = await found(page.request, letter, "hybrid");
    await expect(evidence.filter({ hasText: "by meaning" })).toHaveCount(both.length);
    await expect(evidence.filter({ hasText: "BM25" })).toHaveCount(0);
  }
});

test("the answer by words is there before the one by both", async ({ page, open }) => {
  const words = await found(page.request, "goat", "text");
  expect(words.length).toBeGreaterThan(1);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/fn/search?**", async (route, request) => {
    if (searched(request.url()).mode === "hybrid") {
      await released;
    }
    await route.continue();
  });
  await open("/");
  await box(page).pressSequentially("goat");
  await expect(names(page)).toHaveText(words);
  release();
  await expect(names(page)).toHaveText(await found(page.request, "goat", "hybrid"));
});

test("an unfinished name finds its record", async ({ page, open }) => {
  await open("/");
  await box(page).pressSequentially("Hushw");
  await expect(names(page).first()).toHaveText("Hushwarren");
});

test("a space at the end stays where it is, and nothing typed is lost", async ({ page, open }) => {
  await open("/");
  await box(page).pressSequentially("goat ");
  await expect(page).toHaveURL(/\?q=goat$/);
  await expect(cards(page).first()).toBeVisible();
  await expect(box(page)).toHaveValue("goat ");
  await box(page).pressSequentially("cheese");
  await expect(page).toHaveURL(/\?q=goat\+cheese&prefix=true$/);
  await expect(box(page)).toHaveValue("goat cheese");
});

test("typing adds no entry to the history, a submitted question one", async ({ page, open }) => {
  const entries = () => page.evaluate(() => history.length);
  await open("/");
  const before = await entries();
  await box(page).pressSequentially("goat");
  await expect(page).toHaveURL(/prefix=true/);
  expect(await entries()).toBe(before);

  await box(page).press("Enter");
  await answered(page, { q: "goat" });
  expect(await entries()).toBe(before + 1);
  await box(page).fill("wooden furniture");
  await expect(page).toHaveURL(/prefix=true/);
  expect(await entries()).toBe(before + 1);
  await box(page).press("Enter");
  await answered(page, { q: "wooden furniture" });
  expect(await entries()).toBe(before + 2);

  // Back leads to the questions, not to what was typed on the way.
  await page.goBack();
  await expect(page).toHaveURL(/\?q=goat$/);
  await expect(box(page)).toHaveValue("goat");
  await page.goBack();
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("heading", { name: "Try one of these" })).toBeVisible();
});

test("choosing a mode replaces the entry", async ({ page, open }) => {
  await open("/?q=goat");
  const before = await page.evaluate(() => history.length);
  await page.locator("label").filter({ hasText: "By words" }).click();
  await answered(page, { q: "goat", mode: "By words" });
  expect(await page.evaluate(() => history.length)).toBe(before);
});

test("what was typed can be reloaded", async ({ page, open }) => {
  await open("/");
  await box(page).pressSequentially("Hushw");
  await expect(page).toHaveURL(/\?q=Hushw&prefix=true$/);
  await page.reload();
  await expect(names(page).first()).toHaveText("Hushwarren");
});

test.describe(() => {
  // The browser itself logs the status of an answer to half a query.
  test.use({ expectedError: /status of 400|missing-on-purpose/ });

  test("what is half typed is no mistake yet", async ({ page, open }) => {
    await open("/?q=goat");
    await expect(cards(page).first()).toBeVisible();
    const requests = asked(page);
    // A query of exclusions alone is refused, but a word may follow.
    await box(page).fill("");
    await box(page).pressSequentially("-cheese");
    await box(page).press("Home");
    await box(page).pressSequentially("goat ");
    await expect(page).toHaveURL(/\?q=goat\+-cheese/);
    expect(requests.length).toBeGreaterThan(0);
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
});

test("Search asks the same question again", async ({ page, open }) => {
  await open("/?q=goat");
  const again = page.waitForRequest((request) => request.url().includes("/fn/search?"));
  await button(page).click();
  expect(searched((await again).url())).toEqual({ q: "goat", mode: "hybrid", unfinished: false });
  await answered(page, { q: "goat" });
  await expect(cards(page).first()).toBeVisible();
});

test.describe("a list that the reader points at", () => {
  /** Types a query whose answer by both waits for `release`. */
  async function typed(page: Page): Promise<() => void> {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/fn/search?**", async (route, request) => {
      if (searched(request.url()).mode === "hybrid") {
        await released;
      }
      await route.continue();
    });
    await box(page).pressSequentially("goat");
    const words = await found(page.request, "goat", "text");
    await expect(names(page)).toHaveText(words);
    return release;
  }

  const offer = (page: Page) => page.getByRole("button", { name: "Show the ranking by both" });

  test("does not move until the pointer leaves", async ({ page, open }) => {
    await open("/");
    const release = await typed(page);
    const words = await names(page).allInnerTexts();
    const both = await found(page.request, "goat", "hybrid");
    expect(both).not.toEqual(words);
    // Closes the list of suggestions, if there is one.
    await box(page).press("Escape");
    await cards(page).first().hover();
    release();
    await expect(offer(page)).toBeVisible();
    await expect(names(page)).toHaveText(words);

    await page.mouse.move(1, 1);
    await expect(names(page)).toHaveText(both);
    await expect(offer(page)).toHaveCount(0);
  });

  test("can be updated by hand, and by the keyboard", async ({ page, open }) => {
    await open("/");
    const release = await typed(page);
    const words = await names(page).allInnerTexts();
    await cards(page).first().getByRole("link").first().focus();
    release();
    await expect(offer(page)).toBeVisible();
    await expect(names(page)).toHaveText(words);
    await offer(page).press("Enter");
    await expect(names(page)).toHaveText(await found(page.request, "goat", "hybrid"));
  });
});
