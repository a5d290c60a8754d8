// Adds what the playground embeds to the bill of materials of a binary: node sbom.mjs FILE. The packages of npm and their
// versions are those that internal/gateway/playground/fetch.sh takes; what a module of Go is, the binary says by itself.
import { readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";

const script = readFileSync(new URL("../internal/gateway/playground/fetch.sh", import.meta.url), "utf8");
const packages = [...script.matchAll(/^take (\S+)@(\S+)/gm)];
if (packages.length === 0) throw new Error("fetch.sh takes no packages");

const bill = JSON.parse(readFileSync(argv[2], "utf8"));
for (const [, name, version] of packages) {
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
  bill.components.push({ "bom-ref": purl, type: "library", name, version, scope: "required", purl });
}
writeFileSync(argv[2], JSON.stringify(bill, null, 2) + "\n");
console.log(`${bill.components.length} components, ${packages.length} of them from npm`);
