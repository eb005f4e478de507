// With JavaScript, two sliders on one track set a range; they can be used by keyboard.

import type { Locator, Page } from "@playwright/test";
import { openFacet, summary } from "../support/search-page";
import { shelf, shelved } from "../support/shelf";
import { expect, test } from "../support/test";

const slider = (page: Page, name: string): Locator => page.getByRole("slider", { name });

test("the sliders fill in the boxes and narrow the list", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?q=*`);
  const panel = await openFacet(page, "Year");
  const from = slider(page, "Year, from");
  await from.focus();
  await page.keyboard.press("ArrowRight");
  await expect(page).toHaveURL(/filter=year/);
  const typed = Number(await panel.getByLabel("From", { exact: true }).inputValue());
  expect(shelf.map(({ year }) => year)).toContain(typed);
  const later = shelf.filter(({ year }) => year !== undefined && year >= typed);
  await expect(summary(page)).toContainText(`${later.length} records`);
  // The slider keeps the focus while the list changes.
  await expect(from).toBeFocused();
  await expect(from).toHaveAttribute("aria-valuetext", String(typed));

  await page.keyboard.press("Home");
  await expect(page).not.toHaveURL(/filter=/);
  await expect(panel.getByLabel("From", { exact: true })).toHaveValue("");
  await request.delete(api);
});

test("the sliders do not pass each other", async ({ page, open, request }) => {
  const { name, api } = await shelved(request);
  await open(`/c/${name}?q=*`);
  await openFacet(page, "Year");
  const [from, to] = [slider(page, "Year, from"), slider(page, "Year, to")];
  await to.focus();
  await page.keyboard.press("Home");
  await expect(to).toHaveValue("0");
  await from.focus();
  await page.keyboard.press("End");
  await expect(from).toHaveValue("0");
  await request.delete(api);
});
