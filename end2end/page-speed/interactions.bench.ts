// From a key or a click to the next paint, and how much moves, with a slow processor.

import { expect, type Page, test } from "@playwright/test";
import { box, cards, facetButton, openFacet } from "../support/search-page";
import { tell } from "./figure";
import { hydrated, interaction, quiet, record, recorded, settled } from "./probe";
import { slowProcessor } from "./slow";

const results = "/?q=wooden+furniture";
const how = "processor 4 times slower";

async function opened(page: Page, path: string): Promise<void> {
  await record(page);
  await slowProcessor(page, 4);
  await page.goto(path);
  await hydrated(page);
  await quiet(page);
}

/** Performs each action and tells how long the next paint took. */
async function told(page: Page, what: string, actions: (() => Promise<void>)[]): Promise<void> {
  const values: number[] = [];
  for (const action of actions) {
    values.push(await interaction(page, action));
  }
  tell({ what: `interaction to next paint: ${what}, ${how}`, unit: "ms", values, below: 200 });
}

test("typing", async ({ page }) => {
  await opened(page, "/");
  await box(page).focus();
  const keys = [..."goat cheese"].filter((letter) => letter !== " ");
  await told(page, "a key in the field", keys.map((key) => () => page.keyboard.press(key)));
});

test("switching modes", async ({ page }) => {
  await opened(page, results);
  const labels = ["By meaning", "By words", "Compare", "By both"];
  const switches = [...labels, ...labels, ...labels].map((label) => async () => {
    await page.locator("label.mode").filter({ hasText: label }).click();
  });
  await told(page, "switching the mode", switches);
});

test("opening explanations", async ({ page }) => {
  await opened(page, results);
  await expect(cards(page)).toHaveCount(10);
  const links = page.getByRole("link", { name: /^Why this rank/ });
  const clicks = Array.from({ length: 10 }, (_, at) => () => links.nth(at).click());
  await told(page, "opening why", clicks);
});

test("choosing values", async ({ page }) => {
  await opened(page, results);
  await told(page, "opening a facet", [() => facetButton(page, "City").click()]);
  const panel = await openFacet(page, "City");
  const boxes = panel.getByRole("checkbox");
  const clicks = Array.from({ length: 10 }, (_, at) => () => boxes.nth(at >> 1).click());
  await told(page, "choosing a value of a facet, and taking it back", clicks);
});

test("what moves", async ({ browser }) => {
  const shifts: number[] = [];
  const every: number[] = [];
  for (let time = 0; time < 5; time += 1) {
    const page = await browser.newPage({ baseURL: process.env.PARALLAX_URL });
    await opened(page, "/");
    await box(page).pressSequentially("milk company", { delay: 120 });
    await settled(page);
    await box(page).press("Escape");
    await page.getByRole("link", { name: /^Why this rank/ }).first().click();
    await expect(page.getByRole("region", { name: "Why it has this rank" })).toBeVisible();
    await quiet(page);
    await facetButton(page, "City").click();
    await quiet(page);
    await page.keyboard.press("Escape");
    await quiet(page);
    const { shift, everyShift } = await recorded(page);
    shifts.push(shift);
    every.push(everyShift);
    await page.close();
  }
  const what = "loading, typing, and opening why and a facet";
  tell({ what: `layout shift of ${what}, ${how}`, unit: "", values: shifts, below: 0.02 });
  tell({ what: `the same with what moves within half a second after a key or click`, unit: "", values: every });
});
