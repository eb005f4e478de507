// Grading hits: each grade is kept at once, can be changed and taken back, and is in the export.

import { judging, hits, names, poolOf } from "../support/judge-page";
import { expect, test } from "../support/test";
import { expectUsable } from "../support/usable";

// The judgements of the sample are shared by all tests, so each has a query of its own.
const grading = (q: string) => judging({ task: "grade", q });

test("grades are kept, changed and taken back", async ({ page, open }) => {
  const q = "a hotel for my dog";
  await open(grading(q));
  const { records } = await poolOf(page.request, q);
  await expect(names(page)).toHaveText(records.map(({ record }) => record.title));
  const first = hits(page).first();
  const grade = async () => (await poolOf(page.request, q)).records[0]?.grade;
  await first.getByRole("radio", { name: "Yes" }).check();
  await expect(first.getByText("Saved", { exact: true })).toBeVisible();
  expect(await grade()).toBe(2);
  await first.getByRole("radio", { name: "Partly" }).check();
  await expect.poll(grade).toBe(1);

  await page.reload();
  await expect(first.getByRole("radio", { name: "Partly" })).toBeChecked();
  const exported = await page.request.get("/api/v1/collections/sample/judgements/export");
  expect(exported.headers()["content-type"]).toBe("application/zip");

  await first.getByRole("button", { name: "Take back" }).click();
  await expect(first.getByText("Taken back")).toBeVisible();
  expect(await grade()).toBeNull();
  await expect(first.getByRole("radio", { name: "Partly" })).not.toBeChecked();
});

test("a query that was judged is listed, with what to do next", async ({ page, open }) => {
  const q = "somebody to repair a roof";
  await open(grading(q));
  await hits(page).nth(1).getByRole("radio", { name: "Yes" }).check();
  await expect(hits(page).nth(1).getByText("Saved", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Download as a benchmark" })).toBeVisible();
  await open(judging({ task: "grade" }));
  await expect(page.getByRole("link", { name: q })).toBeVisible();
  await expect(page.getByText("parallax eval sample")).toBeVisible();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test.describe(`${colorScheme}, ${width} wide`, () => {
      test.use({ colorScheme, viewport: { width, height: 900 } });

      test("everybody can judge", async ({ page, open }) => {
        await open(grading("milk"));
        await expect(hits(page).first()).toBeVisible();
        await expectUsable(page);
        await open(judging({ q: "milk", a: "neural", b: "hybrid" }));
        await expectUsable(page);
        await page.getByRole("button", { name: "Show which ranking wins" }).click();
        await expect(page.getByRole("heading", { name: /A tie/ })).toBeVisible();
        await expectUsable(page);
      });
    });
  }
}
