// What holds for every view: everybody can use it, and it is no wider than the window.

import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

type Impact = "minor" | "moderate" | "serious" | "critical";

/** Expects axe to find nothing but what is tolerated, in the page or in a part of it. */
export async function expectUsable(
  page: Page,
  { within, tolerated = ["minor"] }: { within?: string; tolerated?: Impact[] } = {},
): Promise<void> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (within ? axe.include(within) : axe).analyze();
  const grave = violations
    .filter(({ impact }) => !impact || !tolerated.includes(impact))
    .map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
  expect(grave).toEqual([]);
}

/** Expects that nothing has to be scrolled sideways. */
export async function expectFits(page: Page): Promise<void> {
  const widths = await page.evaluate(() => {
    const root = document.documentElement;
    return { content: root.scrollWidth, window: root.clientWidth };
  });
  expect(widths.content).toBeLessThanOrEqual(widths.window);
}
