// From a key to the list of what was typed.

import { type Page, test } from "@playwright/test";
import { box } from "../support/search-page";
import { tell } from "./figure";
import { hydrated, type Key, quiet, record, recorded, settled } from "./probe";
import { slowProcessor } from "./slow";

/** Milliseconds between two keys of somebody who types. */
const PACE = 120;

// At least 50 letters each. None is typed twice, because the vectors of queries are kept.
const phrases = {
  "this processor": {
    factor: 1,
    flowing: ["milk company", "wooden furniture", "coffee roasters", "solar panels"],
    resting: ["online tutoring", "pet hotel", "bike rental", "language courses", "fresh food"],
  },
  "processor 4 times slower": {
    factor: 4,
    flowing: ["music lessons", "travel planning", "job interviews", "house cleaning"],
    resting: ["video editing", "car sharing", "event tickets", "home design", "legal advice"],
  },
};

for (const [how, { factor, flowing, resting }] of Object.entries(phrases)) {
  test(`typing, ${how}`, async ({ page }) => {
    await record(page);
    await page.goto("/");
    await hydrated(page);
    await slowProcessor(page, factor);

    const whole = (phrase: string) => box(page).pressSequentially(phrase, { delay: PACE });
    const on = await typed(page, flowing, whole);
    tell(figure("words are painted, while typing on", how, on.map((key) => key.words), 100));

    const letters = async (phrase: string) => {
      for (const letter of phrase) {
        await page.keyboard.press(letter === " " ? "Space" : letter);
        await settled(page);
      }
    };
    const off = await typed(page, resting, letters);
    tell(figure("words are painted, pausing after it", how, off.map((key) => key.words), 100));
    tell(figure("meaning is painted, pausing after it", how, off.map((key) => key.meaning), 250));
  });
}

/** Types phrases one after the other into the empty field, and returns what was noted of each key. */
async function typed(
  page: Page,
  phrases: string[],
  type: (phrase: string) => Promise<void>,
): Promise<Key[]> {
  const before = (await recorded(page)).keys.length;
  for (const phrase of phrases) {
    await box(page).focus();
    await type(phrase);
    await settled(page);
    await box(page).fill("");
    await quiet(page);
  }
  return (await recorded(page)).keys.slice(before);
}

function figure(until: string, how: string, times: (number | undefined)[], below: number) {
  const values = times.filter((time) => time !== undefined);
  if (values.length < 50) {
    throw new Error(`only ${values.length} keys were timed until ${until}, ${how}`);
  }
  return { what: `from a key until its ${until}, ${how}`, unit: "ms" as const, values, below };
}
