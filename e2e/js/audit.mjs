// Holds a running server to the audits of GraphQL over HTTP: node audit.mjs http://127.0.0.1:8080/graphql
import { argv, exit } from "node:process";
import { serverAudits } from "graphql-http";

let failed = 0;
const audits = serverAudits({ url: argv[2], fetchFn: fetch });
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status !== "ok") {
    failed++;
    console.error(`${result.status}: ${audit.id} ${audit.name}: ${result.reason}`);
  }
}
console.log(`GraphQL over HTTP: ${audits.length - failed} of ${audits.length} audits passed`);
exit(failed > 0 ? 1 : 0);
