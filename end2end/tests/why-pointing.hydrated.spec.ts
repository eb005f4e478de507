// Pointing at a word, or moving to it with the keyboard, says what it adds and lights its partners.

import { hitsOf } from "../support/api";
import { expect, test } from "../support/test";
import { number, panel, text, whyOf } from "../support/why";

const asked = { q: "goat milk delivered", mode: "hybrid" };

test("each word says what it adds and with whom", async ({ page, open }) => {
  const [hit] = await hitsOf(page.request, asked);
  const { meaning } = await whyOf(page.request, hit?.id ?? "", asked);
  const { partners } = meaning?.split ?? { partners: { query: [], record: [], shares: [] } };
  await open(`/why/${hit?.id}?${new URLSearchParams(asked)}`);
  const said = panel(page).locator(".why-said");
  await expect(said).toContainText("Point at a word");

  for (const [at, word] of partners.query.entries()) {
    const shares = partners.shares[at] ?? [];
    const sum = shares.reduce((sum, share) => sum + share, 0);
    const best = shares.indexOf(Math.max(...shares));
    const own = text(panel(page), "Your query").locator(`[data-word="0-${at}"]`).first();
    await own.hover();
    await expect(own).toHaveClass(/is-pointed/);
    await expect(said).toContainText(`\u201c${word}\u201d adds`);
    await expect(said).toContainText(`most with ${partners.record[best]}`);
    const told = (await said.innerText()).match(/[\u2212]?\d\.\d{3}/g)?.map(number) ?? [];
    expect(Math.abs((told[0] ?? NaN) - sum)).toBeLessThan(0.501e-3);
    expect(Math.abs((told[1] ?? NaN) - (shares[best] ?? NaN))).toBeLessThan(0.501e-3);
    const partner = text(panel(page), "The record").locator(`[data-word="1-${best}"]`).first();
    await expect(partner).toHaveClass(/share-9/);
  }
  await page.getByRole("heading", { level: 1 }).hover();
  await expect(said).toContainText("Point at a word");
  await expect(panel(page).locator(".is-pointed")).toHaveCount(0);
});

test("a text is one stop for the keyboard, and arrows move in it", async ({ page, open }) => {
  const [hit] = await hitsOf(page.request, asked);
  await open(`/why/${hit?.id}?${new URLSearchParams(asked)}`);
  const query = text(panel(page), "Your query");
  const said = panel(page).locator(".why-said");
  await page.getByRole("link", { name: "Back to the list" }).focus();
  for (let stop = 0; stop < 12; stop += 1) {
    await page.keyboard.press("Tab");
    if (await query.evaluate((of) => of === document.activeElement)) {
      break;
    }
  }
  await expect(query).toBeFocused();
  await page.keyboard.press("Home");
  await expect(said).toContainText("\u201cgoat\u201d adds");
  await page.keyboard.press("ArrowRight");
  await expect(said).toContainText("\u201cmilk\u201d adds");
  await page.keyboard.press("End");
  await expect(said).toContainText("\u201cdelivered\u201d adds");
  await page.keyboard.press("Tab");
  await expect(text(panel(page), "The record")).toBeFocused();
  await expect(panel(page).locator(".is-pointed")).not.toHaveCount(0);
});

test("a click holds a word, and a second one lets it go", async ({ page, open }) => {
  const [hit] = await hitsOf(page.request, asked);
  await open(`/why/${hit?.id}?${new URLSearchParams(asked)}`);
  const milk = text(panel(page), "Your query").getByText("milk", { exact: true });
  const said = panel(page).locator(".why-said");
  await milk.click();
  await page.getByRole("heading", { level: 1 }).hover();
  await expect(said).toContainText("\u201cmilk\u201d adds");
  await milk.click();
  await page.getByRole("heading", { level: 1 }).hover();
  await expect(said).toContainText("Point at a word");
});
