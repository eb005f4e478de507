// Speaking instead of typing: off until it is allowed, with what the browser hears in the field. The
// browser's recognition is a stand-in that the test speaks through.

import type { Page } from "@playwright/test";
import { answered, box, cards } from "../support/search-page";
import { expect, test } from "../support/test";
import { expectFits, expectUsable } from "../support/usable";

// Glossfinch, whose logo is missing on purpose, may be among the results.
test.use({ expectedError: /\/logos\/missing-on-purpose\.svg/ });

const microphone = (page: Page) => page.getByRole("button", { name: "Speak instead of typing" });
const asking = (page: Page) => page.getByRole("dialog", { name: "Speak instead of typing?" });
const said = (page: Page, text: string | RegExp) => page.getByRole("status").filter({ hasText: text });

/** Gives the browser a recognition, or takes it away. */
async function withRecognition(page: Page, offered: boolean): Promise<void> {
  await page.addInitScript((offered) => {
    for (const name of ["SpeechRecognition", "webkitSpeechRecognition"]) {
      Object.defineProperty(window, name, { value: undefined, configurable: true });
    }
    if (!offered) {
      return;
    }
    class Recognition {
      lang = "";
      interimResults = false;
      onresult: ((event: object) => void) | null = null;
      onerror: ((event: object) => void) | null = null;
      onend: ((event: object) => void) | null = null;
      start() {
        Object.assign(window, { recognition: this, started: true });
      }
      stop() {
        this.onend?.({ type: "end" });
      }
      abort() {}
    }
    Object.defineProperty(window, "webkitSpeechRecognition", { value: Recognition });
  }, offered);
}

/** What the browser hears. */
const hears = (page: Page, ...parts: string[]) =>
  page.evaluate((parts) => {
    const { recognition } = window as unknown as { recognition: { onresult(event: object): void } };
    const results = parts.map((transcript) => [{ transcript }]);
    recognition.onresult({ type: "result", results });
  }, parts);

/** Why the browser hears nothing. */
const fails = (page: Page, error: string) =>
  page.evaluate((error) => {
    const { recognition } = window as unknown as {
      recognition: { onerror(event: object): void; onend(event: object): void };
    };
    recognition.onerror({ type: "error", error });
    recognition.onend({ type: "end" });
  }, error);

test("without recognition, there is no microphone", async ({ page, open }) => {
  await withRecognition(page, false);
  await open("/");
  await expect(box(page)).toHaveRole("combobox");
  await expect(microphone(page)).toHaveCount(0);
});

test("it is off until allowed, then fills the field, and can be taken back", async ({
  page,
  open,
}) => {
  await withRecognition(page, true);
  await open("/");
  await microphone(page).click();
  await expect(asking(page)).toContainText("send the recording to");
  await expectUsable(page);
  await asking(page).getByRole("button", { name: "Cancel" }).click();
  await expect(asking(page)).toBeHidden();
  expect(await page.evaluate(() => "started" in window)).toBe(false);

  await microphone(page).click();
  await asking(page).getByRole("button", { name: "Allow" }).click();
  await expect(microphone(page)).toHaveAttribute("aria-pressed", "true");
  await expect(said(page, "Listening")).toHaveCount(1);
  const settings = await page.evaluate(() => {
    const { recognition } = window as unknown as {
      recognition: { lang: string; interimResults: boolean };
    };
    return [recognition.lang === navigator.language, recognition.interimResults];
  });
  expect(settings).toEqual([true, true]);
  await hears(page, "wooden");
  await expect(box(page)).toHaveValue("wooden");
  await hears(page, "wooden", " furniture");
  await expect(box(page)).toHaveValue("wooden furniture");
  await page.keyboard.press("Escape");
  await expect(microphone(page)).toHaveAttribute("aria-pressed", "false");
  await expect(cards(page).first()).toBeVisible();
  await expect(page).toHaveURL(/q=wooden\+furniture/);

  // The choice is kept, until it is taken back.
  await open("/");
  await microphone(page).click();
  await expect(microphone(page)).toHaveAttribute("aria-pressed", "true");
  await microphone(page).click();
  await expect(microphone(page)).toHaveAttribute("aria-pressed", "false");
  await page.getByRole("button", { name: "Keys" }).click();
  await page.getByRole("button", { name: "Turn it off" }).click();
  await page.getByRole("button", { name: "Close" }).click();
  await microphone(page).click();
  await expect(asking(page)).toBeVisible();
});

test("what goes wrong is said in plain words", async ({ page, open }) => {
  await withRecognition(page, true);
  await open("/");
  await microphone(page).click();
  await asking(page).getByRole("button", { name: "Allow" }).click();
  for (const [error, told] of [
    ["not-allowed", "does not allow this page to use the microphone"],
    ["no-speech", "Nothing was heard"],
    ["network", "could not reach the service"],
  ] as const) {
    await expect(microphone(page)).toHaveAttribute("aria-pressed", "true");
    await fails(page, error);
    await expect(said(page, told)).toHaveCount(1);
    await expect(microphone(page)).toHaveAttribute("aria-pressed", "false");
    await microphone(page).click();
  }
});

test("nothing beside the field moves when the microphone comes", async ({ page, open }) => {
  await withRecognition(page, true);
  await open("/?q=milk");
  await answered(page, { q: "milk" });
  await expect(microphone(page)).toBeVisible();
  const shift = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            sum += (entry as unknown as { value: number }).value;
          }
        }).observe({ type: "layout-shift", buffered: true });
        requestAnimationFrame(() => requestAnimationFrame(() => resolve(sum)));
      }),
  );
  expect(shift).toBeLessThan(0.02);
});

for (const width of [1440, 390]) {
  test(`the field fits with it, ${width} px`, async ({ page, open }) => {
    await page.setViewportSize({ width, height: 844 });
    await withRecognition(page, true);
    for (const path of ["/?q=milk", "/ask"]) {
      await open(path);
      await expectFits(page);
    }
  });
}
