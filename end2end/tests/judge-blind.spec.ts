// A blind comparison: nothing tells where a record came from until the picks are made, then the page
// shows what the API reveals.

import { hits, judging, names, pick, revealed, tally } from "../support/judge-page";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

const asked = { q: "fresh milk company", a: "neural", b: "text" };

test("the list hides where its records came from", async ({ page, open }) => {
  await open(judging(asked));
  await expect(hits(page).first()).toBeVisible();
  const list = page.locator(".judge-list");
  await expect(list).not.toContainText(/by meaning|by words|#\d|cosine|BM25/i);
  await expect(list.locator("mark, .by-meaning, .by-words")).toHaveCount(0);
  const { records } = await revealed(page, []);
  await expect(names(page)).toHaveText(records.map(({ title }) => title));
});

test("picks decide who wins, and the tally goes on", async ({ page, open }) => {
  await open(judging(asked));
  const { teams } = await revealed(page, []);
  const mine = teams.flatMap((team, at) => (team === "b" ? [at + 1] : []));
  const expected = await revealed(page, mine);
  await pick(page, mine);
  await expect(page.getByRole("heading", { name: /^By words wins this query/ })).toBeVisible();
  for (const [at, [inA, inB]] of expected.places.entries()) {
    const row = hits(page).nth(at);
    const own = teams[at] === "a" ? `By meaning #${inA}` : `By words #${inB}`;
    await expect(row).toContainText(own);
    await expect(row.getByText("picked", { exact: true })).toHaveCount(mine.includes(at + 1) ? 1 : 0);
  }
  const { a, b, ties } = expected.standing.tally;
  expect([a, b, ties]).toEqual([0, 1, 0]);
  await expect(tally(page).getByRole("definition")).toHaveText(["0", "1", "0"]);
  await expect(tally(page)).toContainText("By words is ahead in 1 of 1 decided query");
  await expect(tally(page)).toContainText(`${(expected.standing.needed ?? 0) - 1} more decided`);

  // The next query, with nothing picked: a tie.
  await page.getByRole("searchbox", { name: "Next query" }).fill("wooden furniture");
  await page.getByRole("button", { name: "Show one mixed list" }).click();
  await expect(page.getByRole("heading", { name: /wooden furniture/ })).toBeVisible();
  await pick(page, []);
  await expect(page.getByRole("heading", { name: "A tie: nothing was picked" })).toBeVisible();
  await expect(tally(page).getByRole("definition")).toHaveText(["0", "1", "1"]);

  await tally(page).getByRole("link", { name: "Delete this tally" }).click();
  await expect(tally(page)).toHaveCount(0);
});

test("a seed in the link gives the same list again", async ({ page, open }) => {
  await open(judging({ ...asked, seed: "7" }));
  const first = await names(page).allInnerTexts();
  const { teams } = await revealed(page, []);
  await open(judging({ ...asked, seed: "7" }));
  await expect(names(page)).toHaveText(first);
  expect((await revealed(page, [])).teams).toEqual(teams);
});

test("other rankings have a tally of their own", async ({ page, open }) => {
  await open(judging({ ...asked, of: "neural text", won_a: "3", won_b: "1", ties: "0" }));
  await page.getByRole("combobox", { name: "against" }).selectOption("hybrid:0.25");
  await page.getByRole("button", { name: "Show one mixed list" }).click();
  await expect(page).toHaveURL(/b=hybrid%3A0\.25/);
  await expect(page.getByRole("combobox", { name: "against" })).toHaveValue("hybrid:0.25");
  await expect(hits(page).first()).toBeVisible();
  await expect(tally(page)).toHaveCount(0);
});

test.describe(() => {
  test.use({ expectedError: /status of 400/ });

  test("what cannot be compared is said", async ({ page, open }) => {
    await open(judging({ ...asked, b: "neural" }));
    await expect(page.getByRole("alert")).toContainText("rank alike");
    await open(judging({ ...asked, seed: "1", list: "x" }));
    await expect(page.getByRole("alert")).toContainText("no longer the one that was judged");
  });
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  test("the list and what is revealed fit", async ({ page, open }) => {
    await open(judging(asked));
    await expect(hits(page).first()).toBeVisible();
    await expectFits(page);
    await pick(page, [1]);
    await expect(page.getByRole("heading", { name: /wins this query, 1 to 0$/ })).toBeVisible();
    await expectFits(page);
  });
});
