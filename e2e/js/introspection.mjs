// Asks a running server for its schema as tools do, and holds the printed one to it:
// node introspection.mjs http://127.0.0.1:8080/graphql schema.graphql
import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { assertValidSchema, buildClientSchema, buildSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from "graphql";

const [url, file] = argv.slice(2);
const printed = buildSchema(readFileSync(file, "utf8"));
assertValidSchema(printed);
const inOrder = (schema) => printSchema(lexicographicSortSchema(schema));

// The questions of graphql-js, and of GraphiQL and code generators, which want to know more.
const all = { descriptions: true, inputValueDeprecation: true, oneOf: true, schemaDescription: true, specifiedByUrl: true };
for (const options of [{}, all]) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: getIntrospectionQuery(options) }),
  });
  const { data, errors } = await response.json();
  if (errors) {
    console.error("introspection is refused:", JSON.stringify(errors));
    exit(1);
  }
  const served = buildClientSchema(data);
  assertValidSchema(served);
  // Without options graphql-js does not ask which inputs are @oneOf.
  if (options.oneOf && inOrder(served) !== inOrder(printed)) {
    console.error("the printed schema is not the one that introspection tells of");
    exit(1);
  }
}
console.log(`introspection: ${Object.keys(printed.getTypeMap()).length} types, as printed`);
