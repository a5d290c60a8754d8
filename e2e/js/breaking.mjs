// Tells what of a new schema would break clients of an old one: node breaking.mjs OLD NEW, each a file in the schema
// language. What was deprecated in the old schema may go. Directives are not looked at: clients do not see ours.
import { readFileSync } from "node:fs";
import { argv, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { buildSchema, findBreakingChanges, isEnumType, isInputObjectType } from "graphql";

// What breaks, each as a line.
export function breakingChanges(oldText, newText) {
  const oldSchema = buildSchema(oldText);
  return findBreakingChanges(oldSchema, buildSchema(newText))
    .filter((change) => !change.type.includes("DIRECTIVE") && !change.description.startsWith("Standard scalar"))
    .filter((change) => !announced(oldSchema, change.description))
    .map((change) => `${change.type}: ${change.description}`);
}

// Whether what a change names was deprecated: a field, an argument, an enum value, or all that leads to a type.
function announced(schema, description) {
  const [, typeName, fieldName] = description.match(/^(\w+)\.(\w+) /) ?? [];
  const field = schema.getType(typeName)?.getFields?.()[fieldName];
  const [, argName] = description.match(/ arg (\w+) /) ?? [];
  const [, valueName, enumName] = description.match(/^(\w+) was removed from enum type (\w+)\.$/) ?? [];
  const [, removedType] = description.match(/^(\w+) was removed\.$/) ?? [];
  return Boolean(
    field?.deprecationReason ||
      field?.args?.find((arg) => arg.name === argName)?.deprecationReason ||
      schema.getType(enumName)?.getValue(valueName)?.deprecationReason ||
      (removedType && onlyDeprecatedUse(schema, removedType)),
  );
}

// Whether everything that leads to a type is deprecated.
function onlyDeprecatedUse(schema, name) {
  return Object.values(schema.getTypeMap()).every(
    (type) =>
      isEnumType(type) ||
      Object.values(type.getFields?.() ?? {}).every((field) => {
        const used = [field.type, ...(isInputObjectType(type) ? [] : field.args.map((arg) => arg.type))];
        return field.deprecationReason || !used.some((t) => String(t).replace(/[[\]!]/g, "") === name);
      }),
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const broken = breakingChanges(...argv.slice(2, 4).map((file) => readFileSync(file, "utf8")));
  if (broken.length > 0) {
    console.error(broken.join("\n"));
    console.error("Clients would break. Deprecate first, with a replacement and a date, or keep what they use.");
    exit(1);
  }
  console.log("nothing that clients use is gone or changed");
}
