// What holds on every page: its main content is there, with and without JavaScript; it fits wide
// windows and phones; everybody can use it, in both themes; and nothing is logged as an error.

import { faces, reached } from "../support/pages";
import { expect, test } from "../support/test";
import { expectFitsEverywhere, expectUsableEverywhere } from "../support/usable";

// A logo of the sample is missing on purpose.
const logo = /\/logos\/missing-on-purpose\.svg/;

for (const face of faces) {
  test.describe(() => {
    test.use({ expectedError: face.logs ?? logo });

    test(`${face.name}: can be used by everybody, and fits`, async ({
      page,
      open,
      request,
      javaScriptEnabled,
    }) => {
      const { path, leave } = await reached(face, request);
      await open(path);
      await expect(face.shows(page)).toBeVisible();
      await expectFitsEverywhere(page);
      // axe needs JavaScript.
      if (javaScriptEnabled !== false) {
        await expectUsableEverywhere(page);
      }
      await leave();
    });
  });
}
