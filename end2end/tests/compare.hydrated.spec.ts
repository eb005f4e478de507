// A comparison that follows the slider.

import {
  compare,
  comparing,
  hits,
  list,
  titles,
  told,
} from "../support/compare-page";
import { box, button, slider } from "../support/search-page";
import { expect, openedEarly, test } from "../support/test";

const query = "Hushwarren keeps animals";

test("the ranking by both follows the slider, in the same history entry", async ({
  page,
  open,
}) => {
  await open("/");
  await box(page).fill(query);
  await page.locator("label").filter({ hasText: "Compare" }).click();
  await button(page).click();
  await expect(titles(page, "By both")).toHaveText(await hits(page.request, query, "hybrid"));
  const entries = await page.evaluate(() => history.length);
  const meaning = await titles(page, "By meaning").allInnerTexts();
  for (const balance of ["0", "0.25", "1"]) {
    await slider(page).fill(balance);
    const expected = await hits(page.request, query, "hybrid", { balance });
    await expect(titles(page, "By both")).toHaveText(expected);
    await expect(page).toHaveURL(new RegExp(`balance=${balance}`));
    const { records } = await compare(page.request, query, { balance });
    const first = records.find(({ by_both }) => by_both === 1);
    await expect(titles(page, "By both").first()).toHaveText(first?.hit.title ?? "");
  }
  await expect(titles(page, "By meaning")).toHaveText(meaning);
  expect(await page.evaluate(() => history.length)).toBe(entries);
});

test("the arrow keys move the slider", async ({ page, open }) => {
  await open(comparing(query));
  await slider(page).focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/balance=0\.6/);
  const expected = await hits(page.request, query, "hybrid", { balance: "0.6" });
  await expect(titles(page, "By both")).toHaveText(expected);
  await expect(slider(page)).toBeFocused();
});

for (const reducedMotion of ["no-preference", "reduce"] as const) {
  test(`rows move to their new places, motion: ${reducedMotion}`, async ({ page, open }) => {
    await page.emulateMedia({ reducedMotion });
    await open(comparing(query));
    const before = await hits(page.request, query, "hybrid");
    const after = await hits(page.request, query, "hybrid", { balance: "0" });
    expect(after).not.toEqual(before);
    // Whether an animation begins; it may be over before it can be looked for.
    await page.evaluate(() => {
      addEventListener("animationstart", ({ animationName }) => {
        if (animationName.startsWith("compare-")) {
          document.documentElement.dataset["moved"] = "";
        }
      });
    });
    await slider(page).fill("0");
    await expect(titles(page, "By both")).toHaveText(after);
    const moved = page.locator("html[data-moved]");
    await expect(moved).toHaveCount(reducedMotion === "reduce" ? 0 : 1);
  });
}

test("a slider moved before the page came to life counts", async ({ page }) => {
  const live = await openedEarly(page, comparing(query));
  await slider(page).fill("0");
  await live();
  const expected = await hits(page.request, query, "hybrid", { balance: "0" });
  await expect(titles(page, "By both")).toHaveText(expected);
  await expect(slider(page)).toHaveValue("0");
});

test("the balance is kept for the next query", async ({ page, open }) => {
  await open(comparing(query, { balance: "0.2" }));
  await box(page).fill("goat cheese");
  await box(page).press("Enter");
  const expected = await hits(page.request, "goat cheese", "hybrid", { balance: "0.2" });
  await expect(titles(page, "By both")).toHaveText(expected);
  await expect(page).toHaveURL(/balance=0\.2/);
});

test("what differs is announced", async ({ page, open }) => {
  await open("/?q=milk");
  await page.locator("label").filter({ hasText: "Compare" }).click();
  await expect(told(page)).toBeVisible();
  const said = (await told(page).textContent()) ?? "";
  await expect(page.getByRole("status").filter({ hasText: said })).toHaveCount(1);
});

test("the explanation that a row leads to is scrolled to", async ({ page, open }) => {
  await open(comparing("wooden furniture"));
  await list(page, "By words").getByRole("link").last().click();
  const explanation = page.getByRole("region", { name: "Why it has this rank" });
  await expect(explanation).toBeVisible();
  await expect(explanation).toBeInViewport();
});

test("leaving the comparison shows the same query in another mode", async ({ page, open }) => {
  await open(comparing("wooden furniture"));
  await page.locator("label").filter({ has: page.locator("[value=text]") }).click();
  await expect(page).toHaveURL(/mode=text/);
  await expect(page.getByRole("article").first()).toBeVisible();
  await expect(list(page, "By meaning")).toHaveCount(0);
});
