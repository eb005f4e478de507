// What the field offers while a query is typed: recent queries, titles and facet values that begin
// so. It follows the combobox pattern: the focus stays in the field.

import type { Page } from "@playwright/test";
import { ask } from "../support/api";
import { inCity } from "../support/sample";
import { answered, box, cards, names, offers } from "../support/search-page";
import { expect, test } from "../support/test";

// Glossfinch, whose logo is missing on purpose, may be among the results.
test.use({ expectedError: /\/logos\/missing-on-purpose\.svg/ });

interface Suggestions {
  titles: { title: string }[];
  values: { field: string; value: string }[];
}

/** What the API suggests. */
const suggested = (page: Page, q: string): Promise<Suggestions> =>
  ask(page.request, "suggest", { q });

const listbox = (page: Page) => page.getByRole("listbox", { name: "Suggestions" });

test("titles that begin so are offered, and taken by the arrow keys and Enter", async ({
  page,
  open,
}) => {
  await open("/");
  await expect(box(page)).toHaveRole("combobox");
  await expect(box(page)).toHaveAttribute("aria-expanded", "false");
  await box(page).pressSequentially("hush");
  const { titles } = await suggested(page, "hush");
  const place = titles.findIndex(({ title }) => title === "Hushwarren");
  expect(place).toBeGreaterThanOrEqual(0);
  await expect(offers(page).nth(place)).toContainText("Hushwarren");
  await expect(box(page)).toHaveAttribute("aria-expanded", "true");

  for (let at = 0; at <= place; at += 1) {
    await page.keyboard.press("ArrowDown");
  }
  const marked = offers(page).and(page.locator("[aria-selected=true]"));
  await expect(marked).toHaveCount(1);
  await expect(box(page)).toBeFocused();
  const id = await marked.getAttribute("id");
  await expect(box(page)).toHaveAttribute("aria-activedescendant", id ?? "");
  await expect(marked).toContainText("Hushwarren");

  await page.keyboard.press("Enter");
  await answered(page, { q: "Hushwarren" });
  await expect(box(page)).toHaveValue("Hushwarren");
  await expect(listbox(page)).toHaveCount(0);
  await expect(names(page).first()).toHaveText("Hushwarren");
});

test("a facet value takes the place of what was typed of it", async ({ page, open }) => {
  await open("/");
  await box(page).pressSequentially("bakery berl");
  const { values } = await suggested(page, "bakery berl");
  expect(values).toContainEqual({ field: "city", value: "Berlin", typed: [7, 11] });
  await offers(page).filter({ hasText: "Berlin" }).filter({ hasText: "City" }).click();
  await answered(page, { q: "bakery", city: "Berlin" });
  await expect(box(page)).toHaveValue("bakery");
  await expect(cards(page).first()).toBeVisible();
  const berlin = inCity("Berlin").map(({ name }) => name);
  for (const name of await names(page).allInnerTexts()) {
    expect(berlin).toContain(name);
  }
});

test("the arrow keys go round through what was typed", async ({ page, open }) => {
  await open("/");
  await box(page).pressSequentially("s");
  await expect(offers(page).first()).toBeVisible();
  await expect(page).toHaveURL(/q=s&prefix=true/);
  const marked = page.locator("[role=option][aria-selected=true]");
  await page.keyboard.press("ArrowUp");
  await expect(offers(page).last()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await expect(marked).toHaveCount(0);
  await page.keyboard.press("ArrowDown");
  await expect(offers(page).first()).toHaveAttribute("aria-selected", "true");
  await expect(box(page)).toHaveValue("s");
});

test("Escape closes the list and then leaves, Tab leaves at once", async ({ page, open }) => {
  await open("/");
  await box(page).pressSequentially("hush");
  await expect(listbox(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(listbox(page)).toHaveCount(0);
  await expect(box(page)).toBeFocused();
  await expect(box(page)).toHaveValue("hush");
  await page.keyboard.press("ArrowDown");
  await expect(listbox(page)).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(box(page)).not.toBeFocused();
  await expect(listbox(page)).toHaveCount(0);
});

test("the query can be cleared by the pointer", async ({ page, open }) => {
  const clear = page.getByRole("button", { name: "Clear the query" });
  await open("/");
  await expect(clear).toBeHidden();
  await box(page).fill("goat");
  await expect(cards(page).first()).toBeVisible();
  await clear.click();
  await expect(box(page)).toHaveValue("");
  await expect(box(page)).toBeFocused();
  await expect(page.getByRole("heading", { name: "Try one of these" })).toBeVisible();
  await expect(page).toHaveURL("/");
});

test("Enter without a mark searches for what was typed", async ({ page, open }) => {
  await open("/");
  await box(page).pressSequentially("hush");
  await expect(listbox(page)).toBeVisible();
  await page.keyboard.press("Enter");
  await answered(page, { q: "hush" });
  await expect(listbox(page)).toHaveCount(0);
});

test("recent queries are offered in the empty field, and can be cleared", async ({ page, open }) => {
  await open("/");
  await box(page).focus();
  await expect(listbox(page)).toHaveCount(0);
  for (const query of ["goat cheese", "wooden furniture"]) {
    await box(page).fill(query);
    await box(page).press("Enter");
    await answered(page, { q: query });
  }
  await open("/");
  await box(page).focus();
  await expect(offers(page)).toHaveText([
    /^wooden furniture/,
    /^goat cheese/,
    "Clear recent queries",
  ]);
  await offers(page).nth(1).click();
  await answered(page, { q: "goat cheese" });

  await open("/");
  await box(page).focus();
  await expect(offers(page).first()).toHaveText(/^goat cheese/);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(listbox(page)).toHaveCount(0);
  await page.reload();
  await open("/");
  await box(page).focus();
  await expect(listbox(page)).toHaveCount(0);
});

test("recent queries stay in the browser", async ({ page, open }) => {
  await open("/");
  await box(page).fill("a very private question");
  await box(page).press("Enter");
  await answered(page, { q: "a very private question" });
  await open("/");
  const requests: string[] = [];
  page.on("request", (request) => requests.push(decodeURIComponent(request.url())));
  await box(page).focus();
  await expect(offers(page).first()).toHaveText(/^a very private question/);
  await box(page).pressSequentially("a v");
  await expect(page).toHaveURL(/q=a\+v&prefix=true/);
  expect(requests.filter((url) => url.includes("private"))).toEqual([]);
});

test.describe("by touch", () => {
  test.use({ hasTouch: true, viewport: { width: 390, height: 844 } });

  test("a suggestion can be tapped", async ({ page, open }) => {
    await open("/");
    await box(page).tap();
    await box(page).pressSequentially("hush");
    await offers(page).filter({ hasText: "Hushwarren" }).tap();
    await answered(page, { q: "Hushwarren" });
  });
});
