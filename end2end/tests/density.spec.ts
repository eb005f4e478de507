// A screen shows enough of a list to choose from it, and no card spreads.

import type { Page } from "@playwright/test";
import { cards, facetButton } from "../support/search-page";
import { expect, test } from "../support/test";

const modes = ["neural", "text", "hybrid"];

test.describe("on a laptop", () => {
  test.use({ viewport: { width: 1440, height: 900 } });

  for (const mode of modes) {
    test(`eight whole cards are seen at once, mode ${mode}`, async ({ page, open }) => {
      await open(`/?q=wooden+furniture&mode=${mode}`);
      await expect(cards(page).first()).toBeVisible();
      const ends = await cards(page).evaluateAll((cards) =>
        cards.map((card) => card.getBoundingClientRect().bottom),
      );
      const whole = ends.filter((end) => end <= 900).length;
      expect(whole).toBeGreaterThanOrEqual(Math.min(8, ends.length));
    });
  }

  test("a card's actions stand on one line", async ({ page, open }) => {
    await open("/?q=wooden+furniture&mode=hybrid");
    for (const card of await cards(page).all()) {
      const middles = await card
        .locator(".card-link")
        .evaluateAll((links) =>
          links.map((link) => {
            const { top, bottom } = link.getBoundingClientRect();
            return Math.round((top + bottom) / 2);
          }),
        );
      expect(middles.length).toBeGreaterThan(1);
      expect(Math.max(...middles) - Math.min(...middles)).toBeLessThanOrEqual(2);
    }
  });
});

for (const [where, width, height] of [["on a laptop", 1440, 900], ["on a phone", 390, 780]] as const) {
  test.describe(where, () => {
    test.use({ viewport: { width, height } });

    test("a facet and the collection stand on one line, above a result", async ({ page, open }) => {
      await open("/?q=wooden+furniture");
      const facet = await facetButton(page, "City").boundingBox();
      const collection = await page.locator(".switch").boundingBox();
      const first = await cards(page).first().boundingBox();
      expect(facet).not.toBeNull();
      expect(collection?.y).toBeCloseTo(facet?.y ?? 0, 0);
      expect((first?.y ?? height) + (first?.height ?? 0)).toBeLessThanOrEqual(height);
    });
  });
}

/** How many lines of text each card shows. */
function lines(page: Page): Promise<number[]> {
  return page.locator(".card-body").evaluateAll((bodies) =>
    bodies.map((body) => {
      const texts = [...body.querySelectorAll(".card-tagline, .card-text, .card-elsewhere")];
      const counts = texts.map((text) => {
        const line = Number.parseFloat(getComputedStyle(text).lineHeight);
        return Math.round(text.getBoundingClientRect().height / line);
      });
      return counts.reduce((sum, count) => sum + count, 0);
    }),
  );
}

for (const [where, width] of [["on a laptop", 1440], ["on a phone", 360]] as const) {
  test.describe(where, () => {
    test.use({ viewport: { width, height: 800 } });
    for (const mode of modes) {
      test(`a card shows at most three lines, mode ${mode}`, async ({ page, open }) => {
        await open(`/?q=wooden+furniture&mode=${mode}`);
        await expect(cards(page).first()).toBeVisible();
        const counts = await lines(page);
        expect(counts.length).toBeGreaterThan(0);
        expect(Math.max(...counts)).toBeLessThanOrEqual(3);
        expect(Math.min(...counts)).toBeGreaterThan(0);
      });
    }
  });
}
