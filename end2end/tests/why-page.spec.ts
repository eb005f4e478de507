// The page of one explanation: reached from the panel, with a way back.

import { hitsOf } from "../support/api";
import { cards } from "../support/search-page";
import { expect, test } from "../support/test";
import { panel, parts, titles, whyOf } from "../support/why";

const asked = { q: "goat milk delivered", mode: "hybrid" };
const list = `/?${new URLSearchParams(asked)}`;

test("the panel leads to a page of its own, and that back to the list", async ({ page, open }) => {
  const [hit] = await hitsOf(page.request, asked);
  await open(`${list}&explain=${hit?.id}`);
  await panel(page).getByRole("link", { name: "on a page of its own" }).click();
  await expect(page).toHaveURL(new RegExp(`/why/${hit?.id}\\?`));
  await expect(page).toHaveTitle(`Why this rank: ${hit?.title} · Parallax`);
  await expect(page.getByRole("heading", { level: 2 })).toContainText(asked.q);
  await expect(parts(panel(page), "Fused score").first()).toContainText("by meaning");
  await page.getByRole("link", { name: "Back to the list" }).click();
  await expect(cards(page).first()).toBeVisible();
  await expect(panel(page)).toHaveCount(1);
});

test("words that are missing are struck out, and the marks explain themselves", async ({ page, open }) => {
  const words = { q: "milk qzxqzx", mode: "text", correct: "false" };
  const [hit] = await hitsOf(page.request, words);
  await open(`/why/${hit?.id}?${new URLSearchParams(words)}`);
  const missing = parts(panel(page), "BM25").filter({ hasText: "qzxqzx" });
  await expect(missing.locator("s")).toHaveText("qzxqzx");
  await expect(missing).toContainText("in no record");
  const marks = parts(panel(page), "Similarity").filter({ hasText: "[CLS] and [SEP]" });
  await expect(marks).toHaveCount(1);
  await expect(marks).toContainText("belong to no word");
});

test("the balance of the link turns the order of the two", async ({ page, open }) => {
  const hits = await hitsOf(page.request, asked);
  for (const hit of hits.slice(0, 6)) {
    const { fusion } = await whyOf(page.request, hit.id, asked);
    const turns = fusion?.next?.turns_at;
    if (!fusion?.next || turns === undefined || turns < 0.02 || turns > 0.98) {
      continue;
    }
    await open(`${list}&limit=30&explain=${hit.id}`);
    await expect(panel(page)).toContainText(turns > 0.5 ? "more than" : "less than");
    await panel(page).getByRole("link", { name: /^Rank with balance/ }).click();
    await expect(page).toHaveURL(/balance=0\.\d+/);
    await expect(cards(page).first()).toBeVisible();
    await expect
      .poll(async () => {
        const shown = await titles(page).allInnerTexts();
        const next = shown.indexOf(fusion.next?.title ?? "");
        return next >= 0 && next < shown.indexOf(hit.title);
      })
      .toBe(true);
    return;
  }
  throw new Error("no two of the hits change places at any balance");
});

test.describe(() => {
  test.use({ expectedError: /status of 40[04]/ });

  test("an unknown record or an empty query is said to be one", async ({ page, open }) => {
    await open("/why/none?q=milk&mode=text");
    await expect(panel(page)).toContainText("none");
    await open("/why/1");
    await expect(panel(page)).toContainText("the query is empty");
  });
});

test("markup in a query or an id is drawn as text", async ({ page, open }) => {
  const q = '"><script>alert(1)</script> milk';
  const [hit] = await hitsOf(page.request, { q, mode: "hybrid" });
  await open(`/why/${hit?.id}?${new URLSearchParams({ q, mode: "hybrid" })}`);
  await expect(page.getByRole("heading", { level: 2 })).toContainText("<script>alert(1)</script>");
  await expect(page.locator("main script")).toHaveCount(0);
});

for (const [size, viewport] of Object.entries({
  wide: { width: 1280, height: 900 },
  phone: { width: 360, height: 740 },
})) {
  test.describe(size, () => {
    test.use({ viewport });

    for (const mode of ["neural", "text", "hybrid"]) {
      test(`nothing is cut, mode ${mode}`, async ({ page, open }) => {
        const search = { q: "goat milk delivered", mode };
        const [hit] = await hitsOf(page.request, search);
        for (const path of [
          `/why/${hit?.id}?${new URLSearchParams(search)}`,
          `/?${new URLSearchParams(search)}&explain=${hit?.id}`,
        ]) {
          await open(path);
          await expect(panel(page)).toBeVisible();
          await panel(page).getByText("Every word with its share").click();
          // What sticks out of the panel, or is wider than its own box.
          const cut = await panel(page).evaluate((panel) => {
            const right = panel.getBoundingClientRect().right;
            const sticksOut = (of: Element) =>
              of.getBoundingClientRect().right > right + 1 ||
              (of instanceof HTMLElement &&
                getComputedStyle(of).display !== "inline" &&
                of.scrollWidth > of.clientWidth + 1);
            return [...panel.querySelectorAll("*")]
              .filter((of) => !of.closest("svg, select, input") && sticksOut(of))
              .map((of) => of.outerHTML.slice(0, 120));
          });
          expect(cut).toEqual([]);
        }
      });
    }
  });
}
