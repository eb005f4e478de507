// Whether a page is light or dark to the eye.

import { expect, type Page } from "@playwright/test";

/** Expects a dark page, or a light one. */
export async function expectTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  await expect.poll(() => paper(page)).toBe(theme);
}

async function paper(page: Page): Promise<string> {
  const colour = await page.evaluate(
    () => getComputedStyle(document.documentElement).backgroundColor,
  );
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue > (3 * 255) / 2 ? "light" : "dark";
}
