// Where figures go: one JSON object a line, for benches/page_speed.py.

import { appendFileSync } from "node:fs";

/** A figure. */
export interface Figure {
  /** What was measured, and how often. */
  what: string;
  unit: "ms" | "";
  /** Each time it was. */
  values: number[];
  /** The median must be below this. Without it, the figure is only told. */
  below?: number;
}

/** Hands a figure over. */
export function tell(figure: Figure): void {
  const file = process.env.PAGE_SPEED;
  if (!file) {
    throw new Error("PAGE_SPEED does not name a file; use `make bench-page`");
  }
  appendFileSync(file, `${JSON.stringify(figure)}\n`);
}
