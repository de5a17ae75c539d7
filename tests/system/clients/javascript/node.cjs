// node node.cjs EXERCISE PACKAGE GIVEN: an exercise with the package as node finds it.

const [exercise, name, given] = process.argv.slice(2);
globalThis.crypto ??= require("node:crypto").webcrypto;
require("./kit.js");
require(`./${exercise}.js`);
globalThis.exercise(require(name), JSON.parse(given)).then(
  () => process.exit(0),
  (error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
