// Three rankings of one query side by side. That all numbers are the API's is checked in
// `fifty-queries.hydrated.spec.ts`.

import {
  compare,
  comparing,
  hits,
  list,
  merged,
  rankings,
  titles,
  told,
  type Ranking,
} from "../support/compare-page";
import { inCity } from "../support/sample";
import { box, slider } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits } from "../support/usable";

const places = (number: number): string => number.toLocaleString("en-US");

test("a place far down is where the other engine has the record", async ({ page, open }) => {
  const query = "a place to work from";
  await open(comparing(query));
  const rows = list(page, "By words").getByRole("listitem");
  await expect(rows).toHaveCount(10);
  for (let at = 0; at < 10; at += 1) {
    const row = rows.nth(at);
    const [, place = ""] = (await row.innerText()).match(/#([\d,]+) by meaning/) ?? [];
    const offset = String(Number(place.replaceAll(",", "")) - 1);
    const [title = ""] = await hits(page.request, query, "neural", { limit: "1", offset });
    await expect(row.getByRole("heading")).toHaveText(title);
  }
});

test("a link holds the query, the balance and the filter, for all lists", async ({
  page,
  open,
}) => {
  const query = "wooden furniture";
  const more = { balance: "0.9", filter: "city:Berlin" };
  await open(comparing(query, more));
  await expect(box(page)).toHaveValue(query);
  await expect(page.getByRole("radio", { name: /^Compare/ })).toBeChecked();
  await expect(slider(page)).toHaveValue("0.9");
  const berlin = inCity("Berlin").map(({ name }) => name);
  for (const [ranking, mode] of Object.entries(rankings)) {
    const filter = { filter: more.filter };
    const asked = mode === "hybrid" ? more : filter;
    const expected = await hits(page.request, query, mode, asked);
    await expect(titles(page, ranking as Ranking)).toHaveText(expected);
    expect(berlin).toEqual(expect.arrayContaining(expected));
  }
});

test("one sentence says how far the two agree, and which records hold no word", async ({
  page,
  open,
}) => {
  const query = "find a babysitter tonight";
  await open(comparing(query));
  const { overlap, records } = await compare(page.request, query);
  const wordless = records.filter(
    ({ by_meaning, contains }) => (by_meaning ?? 99) <= 10 && contains.length === 0,
  );
  if (overlap > 0) {
    await expect(told(page)).toContainText(new RegExp(`\\b${overlap}\\b`));
  }
  expect(wordless.length).toBeGreaterThan(1);
  const many = wordless.length === 10 ? "All" : String(wordless.length);
  await expect(told(page)).toContainText(
    `${many} of the first 10 by meaning contain none of the words`,
  );
});

test("a query whose words no record contains is ranked by meaning alone", async ({ page, open }) => {
  await open(comparing("qzxqzx"));
  const { searched } = await compare(page.request, "qzxqzx");
  await expect(told(page)).toContainText(
    `None of these words occurs in the records (${places(searched)})`,
  );
  await expect(list(page, "By words")).toContainText("No records in this ranking.");
  await expect(titles(page, "By meaning")).toHaveCount(10);
  await expect(page.locator(".compare-line-both")).toHaveCount(0);
});

test("pointing at a record lights up what belongs to it", async ({ page, open }) => {
  const query = "wooden furniture";
  const { records } = await compare(page.request, query);
  const shared = records.find(
    ({ by_meaning, by_words }) => (by_meaning ?? 99) <= 10 && (by_words ?? 99) <= 10,
  );
  expect(shared).toBeDefined();
  await open(comparing(query));
  const rows = list(page, "By meaning").getByRole("listitem");
  await rows.nth((shared?.by_meaning ?? 1) - 1).hover();
  const line = page.locator(`.compare-line.twin-${shared?.by_meaning}`);
  await expect(line).toHaveCSS("stroke-width", "2.5px");
});

test("a row is a link to the explanation of its rank in that list", async ({ page, open }) => {
  await open(comparing("wooden furniture"));
  const first = list(page, "By words").getByRole("link").first();
  await expect(first).toHaveAccessibleName(/^Why this rank by words: /);
  await first.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(({ searchParams }) => {
    return searchParams.get("mode") === "text" && searchParams.has("explain");
  });
});

test("records in a fixed order are listed, not compared", async ({ page, open }) => {
  await open("/?mode=compare&filter=city:Berlin");
  await expect(page.getByRole("article").first()).toBeVisible();
  await expect(told(page)).toHaveCount(0);
});

test("a filter that nothing passes is named", async ({ page, open }) => {
  await open(comparing("milk", { filter: "city:Nowhere" }));
  await expect(page.locator(".notice")).toContainText("No record passes this filter");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test("the lists are one, with the places of each record in all of them", async ({
    page,
    open,
  }) => {
    const query = "wooden furniture";
    const { records } = await compare(page.request, query);
    await open(comparing(query));
    await expect(list(page, "By meaning")).toBeHidden();
    const rows = merged(page).getByRole("listitem");
    await expect(rows).toHaveCount(records.length);
    for (const [at, { hit, by_meaning, by_words, by_both }] of records.entries()) {
      await expect(rows.nth(at).getByRole("heading")).toHaveText(hit.title);
      await expect(rows.nth(at)).toContainText(`#${places(by_meaning ?? 0)} by meaning`);
      await expect(rows.nth(at)).toContainText(
        by_words === null ? "contains none of the words" : `#${places(by_words)} by words`,
      );
      if (by_both !== null) {
        await expect(rows.nth(at)).toContainText(`#${places(by_both)} by both`);
      }
    }
    await expectFits(page);
  });
});
