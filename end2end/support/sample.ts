// The bundled sample as its file has it: the tests' truth about what there is to find.

import { readFileSync } from "node:fs";

export interface Startup {
  name: string;
  images: string;
  alt: string;
  description: string;
  link: string;
  city: string;
}

const file = new URL("../../server/sample/startups.jsonl", import.meta.url);

export const startups: Startup[] = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line.trim() !== "")
  .map((line) => JSON.parse(line));

/** The start-up of that name. */
export function startup(name: string): Startup {
  const found = startups.find((startup) => startup.name === name);
  if (!found) {
    throw new Error(`the sample has no ${name}`);
  }
  return found;
}

/** Those in a city. */
export const inCity = (city: string): Startup[] =>
  startups.filter((startup) => startup.city === city);

/** Those that hold a word, in whatever they say of themselves. */
export const withWord = (word: RegExp): Startup[] =>
  startups.filter(({ name, alt, description }) => word.test(`${name} ${alt} ${description}`));

/** The cities there are. */
export const cities = [...new Set(startups.map((startup) => startup.city))];
