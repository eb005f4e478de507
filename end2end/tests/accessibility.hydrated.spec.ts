// No serious or critical axe violations, in any view of the page, in either theme.

import { expect, test } from "../support/test";
import { expectUsable } from "../support/usable";

// The browser itself logs the status of the page with an error.
test.use({ expectedError: /status of 40[04]/ });

const faces = {
  start: "/",
  "results by meaning": "/?q=wooden+furniture&mode=neural",
  "results by words": "/?q=wooden+furniture&mode=text",
  "results by both": "/?q=wooden+furniture",
  "filtered results": "/?q=wooden+furniture&filter=city:Berlin",
  "nothing found": "/?q=qzxqzx&mode=text",
  "an error": "/?q=x&filter=town:Berlin",
  "a record": "/record/1",
  "no such record": "/record/none",
  "no such collection": "/c/none",
  "no such page": "/no/such/page",
  "how it works": "/about",
  "a query that is followed": "/about?q=wooden+furniture+%F0%9F%AA%B1",
  "a query that cannot be followed": "/about?q=x&filter=town:Berlin",
};

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(`in the ${colorScheme}`, () => {
    test.use({ colorScheme });
    for (const [face, path] of Object.entries(faces)) {
      test(`${face} can be used by everybody`, async ({ page, open }) => {
        await open(path);
        await expect(page.getByRole("main")).toBeVisible();
        await expectUsable(page, { tolerated: ["minor", "moderate"] });
      });
    }
  });
}
