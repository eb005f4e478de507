// The map itself: what is drawn, pointed at, chosen and surrounded. It is drawn by the processor, so
// that the tests need no graphics card.

import type { Locator, Page } from "@playwright/test";
import { ask } from "../support/api";
import {
  canvas,
  card,
  hitList,
  hitsOnMap,
  inside,
  mapOf,
  pointsOf,
  rings,
  titleAt,
  tool,
  viewIn,
  type Inside,
} from "../support/map-page";
import { drawingOptions } from "../support/server";
import { expect, test } from "../support/test";
import { expectFits, expectUsable } from "../support/usable";

test.use({ launchOptions: drawingOptions });

/** A picture of the points alone. */
async function picture(page: Page): Promise<string> {
  await page.evaluate(() => {
    const over = document.querySelector<SVGElement>(".map-overlay");
    over?.style.setProperty("visibility", "hidden");
  });
  return (await canvas(page).screenshot()).toString("base64");
}

/** The point whose nearest other point is furthest away, and so the easiest to hit. */
function lonely(points: { x: number; y: number }[]): number {
  const away = (a: { x: number; y: number }, b: { x: number; y: number }) =>
    Math.hypot(a.x - b.x, a.y - b.y);
  const gaps = points.map((point) =>
    Math.min(...points.filter((other) => other !== point).map((other) => away(point, other))),
  );
  return gaps.indexOf(Math.max(...gaps));
}

/** Opens the map with a point in its middle, seen from nearby. */
async function centred(page: Page, open: (path: string) => Promise<void>): Promise<string> {
  await mapOf(page.request);
  const points = await pointsOf(page.request);
  const index = lonely(points);
  const { x, y } = points[index] ?? { x: 0, y: 0 };
  await open(`/map?view=${x},${y},6`);
  await drawn(page);
  return titleAt(page.request, index);
}

/** Waits until the points are there: the legend is drawn after them. */
async function drawn(page: Page): Promise<void> {
  await expect(legend(page).first()).toBeVisible();
}

const legend = (page: Page): Locator =>
  page.getByRole("list", { name: /^Legend/ }).getByRole("listitem");

async function middle(page: Page): Promise<{ x: number; y: number }> {
  const box = await canvas(page).boundingBox();
  if (!box) {
    throw new Error("there is no canvas");
  }
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test("the points are drawn, and drawn anew when a colour is lit, and when the map moves", async ({
  page,
  open,
}) => {
  await mapOf(page.request);
  await open("/map");
  await drawn(page);
  await expect(page.getByText("This browser cannot draw the map")).toHaveCount(0);
  const before = await picture(page);
  await legend(page).first().getByRole("button").click();
  await expect(legend(page).first().getByRole("button")).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => picture(page)).not.toBe(before);
  await legend(page).first().getByRole("button").click();
  await page.mouse.move(0, 0);
  await expect.poll(() => picture(page)).toBe(before);
  await tool(page, "Zoom in").click();
  await expect(page).toHaveURL(/view=/);
  await expect.poll(() => picture(page)).not.toBe(before);
});

test("the legend is the API's, and another colour or none can be chosen", async ({ page, open }) => {
  const { facets } = await mapOf(page.request);
  const [facet = ""] = facets;
  const { classes, other, none } = await ask<{
    classes: { value: string; records: number }[];
    other: number;
    none: number;
  }>(page.request, "map/legend", { facet });
  await open("/map");
  const rest = [
    ...(other ? [`other values${other}`] : []),
    ...(none ? [`no value${none}`] : []),
  ];
  await expect(legend(page)).toHaveText([
    ...classes.map(({ value, records }) => `${value}${records}`),
    ...rest,
  ]);
  const coloured = await picture(page);
  await page.getByRole("combobox", { name: "Colour by" }).selectOption("Nothing");
  await expect(legend(page)).toHaveCount(0);
  await expect(page).toHaveURL(/colour=none/);
  await expect.poll(() => picture(page)).not.toBe(coloured);
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Colour by" })).toHaveValue("none");
});

for (const q of ["goat milk delivered", "solar panels"]) {
  test(`the hits of “${q}” are lit`, async ({ page, open }) => {
    await mapOf(page.request);
    const hits = await hitsOnMap(page.request, q);
    const [meaning, words] = [hits.meaning, hits.words].map(
      (list) => new Set(list.map(({ index }) => index)),
    ) as [Set<number>, Set<number>];
    const both = [...meaning].filter((index) => words.has(index)).length;
    await open(`/map?${new URLSearchParams({ q })}`);
    await expect(rings(page, "both")).toHaveCount(both);
    await expect(rings(page, "meaning")).toHaveCount(meaning.size - both);
    await expect(rings(page, "words")).toHaveCount(words.size - both);
    await expect(page.locator(".map-query")).toHaveCount(hits.query ? 1 : 0);

    // Pointing at a hit in the list shows where it is, with its title.
    const [best] = hits.meaning;
    await hitList(page, "By meaning").getByRole("link").first().hover();
    await expect(page.locator(".map-pointed")).toHaveCount(1);
    await expect(page.locator(".map-told")).toContainText("#1 by meaning");
    expect(best?.rank).toBe(1);
  });
}

test("a query is asked without leaving the view, and Back brings back the one before", async ({
  page,
  open,
}) => {
  await mapOf(page.request);
  await open("/map?q=goat+milk&view=20000,20000,3");
  await expect(hitList(page, "By meaning")).toBeVisible();
  await page.getByLabel("Search on the map").fill("solar panels");
  await page.getByLabel("Search on the map").press("Enter");
  await expect(page).toHaveURL(/q=solar\+panels/);
  expect(viewIn(page)).toBe("20000,20000,3.00");
  const { meaning } = await hitsOnMap(page.request, "solar panels");
  const first = hitList(page, "By meaning").getByRole("link").first();
  await expect(first).toHaveText(meaning[0]?.title ?? "");
  await page.goBack();
  await expect(page.getByLabel("Search on the map")).toHaveValue("goat milk");
  const before = await hitsOnMap(page.request, "goat milk");
  await expect(first).toHaveText(before.meaning[0]?.title ?? "");
});

test("the mouse points at a record and opens its card", async ({ page, open }) => {
  const title = await centred(page, open);
  const { x, y } = await middle(page);
  await page.mouse.move(x + 2, y + 2);
  await expect(page.locator(".map-told")).toContainText(title.slice(0, 40));
  await page.mouse.click(x + 2, y + 2);
  await expect(card(page)).toContainText(title);
  await expect(page.locator(".map-chosen")).toHaveCount(1);
  await card(page).getByRole("link", { name: "Open the record" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
});

test("dragging, the wheel and the buttons change the view, and a link keeps it", async ({ page, open }) => {
  await mapOf(page.request);
  await open("/map");
  await drawn(page);
  expect(viewIn(page)).toBe("");
  const whole = await picture(page);
  const { x, y } = await middle(page);
  await page.mouse.move(x, y);
  await page.mouse.wheel(0, -400);
  await expect(page).toHaveURL(/view=/);
  const closer = viewIn(page);
  await page.mouse.down();
  await page.mouse.move(x - 90, y - 50, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => viewIn(page)).not.toBe(closer);
  await expect(card(page)).toHaveCount(0);
  const [oldX = 0] = closer.split(",").map(Number);
  const [newX = 0] = viewIn(page).split(",").map(Number);
  expect(newX).toBeGreaterThan(oldX);

  const kept = viewIn(page);
  await page.reload();
  await drawn(page);
  expect(viewIn(page)).toBe(kept);
  // The address has the place rounded, so the picture is not the same to the pixel.
  await expect.poll(() => picture(page)).not.toBe(whole);
  await tool(page, "The whole map").click();
  await expect(page).not.toHaveURL(/view=/);
});

test("the keyboard moves the map and opens the record in the middle", async ({ page, open }) => {
  const title = await centred(page, open);
  const start = viewIn(page);
  await canvas(page).focus();
  await page.keyboard.press("Enter");
  await expect(card(page)).toContainText(title);
  await page.keyboard.press("Escape");
  await expect(card(page)).toHaveCount(0);
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => viewIn(page)).not.toBe(start);
  await page.keyboard.press("+");
  await expect.poll(() => Number(viewIn(page).split(",")[2])).toBeGreaterThan(6);
  await page.keyboard.press("0");
  await expect(page).not.toHaveURL(/view=/);
  // Where Enter looks is shown while the keyboard is in use.
  await expect(page.locator(".map-middle")).toBeVisible();
});

/** What the page asked about an area, answered again by the API. */
async function expectListed(page: Page, act: () => Promise<void>): Promise<Inside> {
  const asked = page.waitForRequest((request) => request.url().endsWith("/map/inside"));
  await act();
  const data = (await asked).postDataJSON();
  const answer = await page.request.post("/api/v1/collections/sample/map/inside", { data });
  const expected: Inside = await answer.json();
  const plural = expected.total === 1 ? "" : "s";
  const heading = inside(page).getByRole("heading");
  await expect(heading).toContainText(`${expected.total} record${plural}`);
  await expect(inside(page).getByRole("listitem")).toHaveText(
    expected.records.map(({ title }) => title),
  );
  return expected;
}

test("the records inside a line that is drawn are listed", async ({ page, open }) => {
  const { points } = await mapOf(page.request);
  await open("/map");
  await drawn(page);
  await tool(page, "Draw around records").click();
  const { x, y } = await middle(page);
  const found = await expectListed(page, async () => {
    await page.mouse.move(x - 120, y - 120);
    await page.mouse.down();
    for (const [right, down] of [
      [120, -120],
      [120, 120],
      [-120, 120],
      [-120, -110],
    ] as const) {
      await page.mouse.move(x + right, y + down, { steps: 8 });
    }
    await page.mouse.up();
  });
  expect(found.total).toBeGreaterThan(0);
  expect(found.total).toBeLessThan(points);
  await expect(page.locator(".map-shape")).toHaveCount(1);
  await expect(tool(page, "Draw around records")).toHaveAttribute("aria-pressed", "false");
  await inside(page).getByRole("button", { name: "Clear the area" }).click();
  await expect(inside(page)).toHaveCount(0);
  await expect(page.locator(".map-shape")).toHaveCount(0);
});

test("by keyboard, what is in view is listed, page by page, and searched", async ({ page, open }) => {
  const { points } = await mapOf(page.request);
  await open("/map");
  await drawn(page);
  const found = await expectListed(page, async () => {
    await tool(page, "List the records in view").focus();
    await page.keyboard.press("Enter");
  });
  expect(found.total).toBe(points);
  await expect(inside(page).getByRole("heading")).toBeFocused();
  const next = await expectListed(page, () =>
    inside(page).getByRole("button", { name: "Next" }).click(),
  );
  expect(next.records[0]?.id).not.toBe(found.records[0]?.id);
  await expectListed(page, async () => {
    await inside(page).getByLabel("Search among them").fill("milk");
    await inside(page).getByLabel("Search among them").press("Enter");
  });
  await expect(inside(page)).toContainText("The best hits for “milk” come first.");
});

test("a region is shown from nearby", async ({ page, open }) => {
  await mapOf(page.request);
  await open("/map");
  await drawn(page);
  await page.getByRole("button", { name: /^Show .* on the map$/ }).first().click();
  await expect.poll(() => viewIn(page).split(",")[2]).toBe("6.00");
});

test("without WebGL the page says so, and has the lists", async ({ page, open }) => {
  await mapOf(page.request);
  await page.addInitScript(() => {
    const get = HTMLCanvasElement.prototype.getContext;
    Object.assign(HTMLCanvasElement.prototype, {
      getContext(this: HTMLCanvasElement, kind: string, ...more: []) {
        return kind === "webgl2" ? null : get.call(this, kind, ...more);
      },
    });
  });
  await open("/map?q=goat+milk");
  await expect(page.getByRole("alert")).toContainText("cannot draw the map");
  await expect(canvas(page)).toBeHidden();
  await expect(hitList(page, "By meaning").getByRole("link").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "Regions" })).toBeVisible();
});

test("a canvas that the system takes away is drawn again", async ({ page, open }) => {
  await mapOf(page.request);
  await open("/map");
  await drawn(page);
  const before = await picture(page);
  await canvas(page).evaluate(async (canvas) => {
    const gl = (canvas as HTMLCanvasElement).getContext("webgl2");
    const loses = gl?.getExtension("WEBGL_lose_context");
    const heard = (what: string) =>
      new Promise((resolve) => canvas.addEventListener(what, resolve, { once: true }));
    const lost = heard("webglcontextlost");
    loses?.loseContext();
    await lost;
    // It may be given back only after the event is over.
    await new Promise((over) => setTimeout(over));
    const restored = heard("webglcontextrestored");
    loses?.restoreContext();
    await restored;
  });
  await expect.poll(() => picture(page)).toBe(before);
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries({
    wide: { width: 1440, height: 900 },
    phone: { width: 390, height: 844 },
  })) {
    test.describe(`${size}, in the ${colorScheme}`, () => {
      test.use({ colorScheme, viewport });

      test("everybody can use the map, its card and its lists", async ({ page, open }) => {
        const title = await centred(page, open);
        await expectUsable(page);
        await page.getByLabel("Search on the map").fill("wooden furniture");
        await page.getByLabel("Search on the map").press("Enter");
        await expect(hitList(page, "By words")).toBeVisible();
        await canvas(page).focus();
        await page.keyboard.press("Enter");
        await expect(card(page)).toContainText(title);
        await tool(page, "List the records in view").click();
        await expect(inside(page).getByRole("listitem").first()).toBeVisible();
        await expectFits(page);
        await expectUsable(page);
      });
    });
  }
}
