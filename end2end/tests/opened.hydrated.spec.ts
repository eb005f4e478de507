// What is opened on a page can be used by everybody too, and fits.

import { everythingOpened } from "../support/opened";
import { reached } from "../support/pages";
import { test } from "../support/test";
import { expectUsableEverywhere } from "../support/usable";

for (const opened of everythingOpened) {
  test.describe(() => {
    test.use({ expectedError: opened.logs ?? /\/logos\/missing-on-purpose\.svg/ });

    test(opened.name, async ({ page, open, request }) => {
      const { path, leave } = await reached(opened, request);
      await open(path);
      await opened.open(page);
      await expectUsableEverywhere(page);
      await leave();
    });
  });
}
