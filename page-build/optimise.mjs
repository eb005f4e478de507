// Makes WebAssembly smaller, in place: `node optimise.mjs FILE...`. It does what `wasm-opt -Oz` does,
// for all files in one process, because npm's wasm-opt takes two seconds to start.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(resolve("style/package.json"));
const { default: binaryen } = await import(pathToFileURL(require.resolve("binaryen")));

binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
const { BulkMemory, NontrappingFPToInt } = binaryen.Features;

for (const file of process.argv.slice(2)) {
  const module = binaryen.readBinary(readFileSync(file));
  module.setFeatures(module.getFeatures() | BulkMemory | NontrappingFPToInt);
  module.runPasses(["strip-producers"]);
  module.optimize();
  writeFileSync(file, module.emitBinary());
  module.dispose();
}
