// Without JavaScript, what is to be graded can be read, and the page says what grading needs.

import { hits, judging, names, poolOf } from "../support/judge-page";
import { expect, test } from "../support/test";

test("the pool is shown without controls that do nothing", async ({ page, open }) => {
  const q = "learn a language";
  await open(judging({ task: "grade", q }));
  const { records } = await poolOf(page.request, q);
  await expect(names(page)).toHaveText(records.map(({ record }) => record.title));
  await expect(page.getByText("Judging needs JavaScript.")).toBeVisible();
  await expect(hits(page).getByRole("radio")).toHaveCount(0);
});
