// What holds for every view: everybody can use it, and it is no wider than the window.

import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** A common laptop and a common phone. */
const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const NARROW = { width: 360, height: 740 };

/** Expects everybody to be able to use what is open, and it to fit, at both widths and in both
 * themes. Only colours depend on the theme, so everything else is looked at once for each width. */
export async function expectUsableEverywhere(page: Page): Promise<void> {
  for (const [viewport, colorScheme, colours] of [
    [WIDE, "light", false],
    [WIDE, "dark", true],
    [PHONE, "dark", false],
    [PHONE, "light", true],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    await settled(page);
    await expectFits(page);
    await expectUsable(page, { colours });
  }
}

/** Expects that nothing has to be scrolled sideways at any width. */
export async function expectFitsEverywhere(page: Page): Promise<void> {
  for (const viewport of [WIDE, PHONE, NARROW]) {
    await page.setViewportSize(viewport);
    await expectFits(page);
  }
}

/** Expects that nothing has to be scrolled sideways. */
export async function expectFits(page: Page): Promise<void> {
  const widths = await page.evaluate(() => {
    const root = document.documentElement;
    return { content: root.scrollWidth, window: root.clientWidth };
  });
  expect(widths.content).toBeLessThanOrEqual(widths.window);
}

/** Expects axe to find nothing moderate or worse, in the page or in a part of it; with `colours`, only
 * contrasts are looked at. */
export async function expectUsable(
  page: Page,
  { within, colours = false }: { within?: string; colours?: boolean } = {},
): Promise<void> {
  // The page has no frames, so axe needs no second page to gather what it found.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  axe.options({ resultTypes: ["violations"], preload: false });
  if (colours) {
    axe.withRules("color-contrast");
  }
  if (within) {
    axe.include(within);
  }
  const { violations } = await axe.analyze();
  const grave = violations
    .filter(({ impact }) => impact !== "minor")
    .map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html.slice(0, 300)) }));
  const { width } = page.viewportSize() ?? WIDE;
  expect(grave, `${width} pixels wide`).toEqual([]);
}

/** Waits until colours have changed with the theme. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => {
    const changes = document.getAnimations().filter((of) => of instanceof CSSTransition);
    return Promise.allSettled(changes.map((of) => of.finished));
  });
}
