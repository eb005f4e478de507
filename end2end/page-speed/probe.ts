// What a page records about itself while it is measured. The functions run in the page.

import type { Page } from "@playwright/test";

/** What is recorded, in milliseconds since the page was requested. */
export interface Recorded {
  largestPaint: number;
  firstResult: number;
  hydrated: number;
  /** The sum of the shifts that no key, click or tap of the last half second explains. */
  shift: number;
  /** The sum of all shifts. */
  everyShift: number;
  /** When something was loaded last. */
  lastLoaded: number;
  /** Keys, with the times until their words and their meaning were painted. */
  keys: Key[];
}

export interface Key {
  query: string;
  at: number;
  words?: number;
  meaning?: number;
}

/** Records from the beginning of every page that is opened. */
export async function record(page: Page): Promise<void> {
  await page.addInitScript(observe);
  await page.addInitScript(watchTyping);
}

/** What has been recorded on the open page. */
export function recorded(page: Page): Promise<Recorded> {
  return page.evaluate(() => {
    const [mark] = performance.getEntriesByName("hydrated");
    const { recorded } = window as unknown as { recorded: Recorded };
    return { ...recorded, hydrated: mark?.startTime ?? NaN };
  });
}

/** Waits until the page reacts. */
export async function hydrated(page: Page): Promise<void> {
  const is = () => performance.getEntriesByName("hydrated").length > 0;
  await page.waitForFunction(is, undefined, { timeout: 30_000 });
}

/** Waits until the list for the last key has been painted, by meaning too. */
export async function settled(page: Page): Promise<void> {
  const painted = () => {
    const { recorded } = window as unknown as { recorded: Recorded };
    return recorded.keys.at(-1)?.meaning !== undefined;
  };
  await page.waitForFunction(painted, undefined, { timeout: 10_000 });
}

/** Waits until nothing has been loaded for a while. */
export async function quiet(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((over) => {
        const { recorded } = window as unknown as { recorded: Recorded };
        const from = performance.now();
        const look = () => {
          const still = performance.now() - Math.max(from, recorded.lastLoaded);
          still > 400 ? over() : setTimeout(look, 50);
        };
        look();
      }),
  );
}

/** The time from an action until what it changed is painted, as the Event Timing API has it: the
 * longest of its events. Times up to 16 ms are not told apart. */
export async function interaction(page: Page, action: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    Object.assign(window, { slowest: 16 });
  });
  await action();
  await quiet(page);
  return page.evaluate(() => (window as unknown as { slowest: number }).slowest);
}

function observe(): void {
  const recorded = {
    largestPaint: NaN,
    firstResult: NaN,
    hydrated: NaN,
    shift: 0,
    everyShift: 0,
    lastLoaded: 0,
    keys: [],
  };
  Object.assign(window, { recorded, slowest: 16 });
  const on = (type: string, then: (entry: PerformanceEntry) => void, more: object = {}) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(then));
    observer.observe({ type, buffered: true, ...more });
  };
  on("largest-contentful-paint", (entry) => (recorded.largestPaint = entry.startTime));
  on("resource", (entry) => {
    recorded.lastLoaded = Math.max(recorded.lastLoaded, entry.startTime + entry.duration);
  });
  on("layout-shift", (entry) => {
    const { value, hadRecentInput } = entry as PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    };
    recorded.everyShift += value;
    recorded.shift += hadRecentInput ? 0 : value;
  });
  on(
    "event",
    (entry) => {
      const { interactionId } = entry as PerformanceEntry & { interactionId: number };
      const here = window as unknown as { slowest: number };
      if (interactionId > 0) {
        here.slowest = Math.max(here.slowest, entry.duration);
      }
    },
    { durationThreshold: 16 },
  );
  on("element", (entry) => {
    const { renderTime } = entry as PerformanceEntry & { renderTime: number };
    recorded.firstResult = Number.isNaN(recorded.firstResult) ? renderTime : recorded.firstResult;
  });
  // The first result's title is marked as soon as it is parsed, so that its paint is timed. The paint
  // of a text is that of the block that contains it.
  const parsed = new MutationObserver(() => {
    const title = document.querySelector("article h2");
    if (title) {
      title.setAttribute("elementtiming", "first-result");
      parsed.disconnect();
    }
  });
  parsed.observe(document, { childList: true, subtree: true });
}

/** Notes for each key when a list for what is in the field was painted, by words and by meaning. */
function watchTyping(): void {
  const { keys } = (window as unknown as { recorded: Recorded }).recorded;
  let pressed = 0;
  addEventListener("keydown", (event) => (pressed = event.timeStamp), { capture: true });
  addEventListener(
    "input",
    ({ target }) => {
      const query = target instanceof HTMLInputElement && target.name === "q" ? target.value : "";
      // A space asks for the same list.
      if (query.trim() && query.trim() !== keys.at(-1)?.query) {
        keys.push({ query: query.trim(), at: pressed });
      }
    },
    { capture: true },
  );
  const look = () => {
    const first = document.querySelector("article");
    const href = first?.querySelector("h2 a")?.getAttribute("href");
    const last = keys.at(-1);
    if (href && last && last.meaning === undefined) {
      const query = new URL(href, location.href).searchParams.get("q");
      const byMeaning = first?.querySelector(".evidence-neural") != null;
      // After the paint of this frame.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => note(query ?? "", byMeaning);
      port2.postMessage(null);
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);

  // A list for what was typed later answers earlier keys too.
  function note(query: string, byMeaning: boolean): void {
    const now = performance.now();
    const last = keys.findLastIndex((key) => key.query === query);
    for (const key of keys.slice(0, last + 1)) {
      key.words ??= now - key.at;
      if (byMeaning && key.query === query) {
        key.meaning ??= now - key.at;
      }
    }
  }
}
