import assert from "node:assert/strict";
import { test } from "node:test";
import { breakingChanges } from "./breaking.mjs";

const schema = (query, rest = "") => `type Query { keep: String ${query} } ${rest}`;

for (const [name, oldText, newText, broken] of [
  ["a field that is added", schema(""), schema("more: Int"), 0],
  ["a field that is gone", schema("lead: Int"), schema(""), 1],
  ["a field that was deprecated", schema('lead: Int @deprecated(reason: "x")'), schema(""), 0],
  ["another type of a field", schema("lead: Int"), schema("lead: String"), 1],
  ["an argument that is gone", schema("lead(id: ID): Int"), schema("lead: Int"), 1],
  ["an argument that was deprecated", schema('lead(id: ID @deprecated(reason: "x")): Int'), schema("lead: Int"), 0],
  ["a required argument", schema("lead: Int"), schema("lead(id: ID!): Int"), 1],
  ["a value that is gone", schema("a: A", "enum A { X Y }"), schema("a: A", "enum A { X }"), 1],
  ["a value that was deprecated", schema("a: A", 'enum A { X Y @deprecated(reason: "x") }'), schema("a: A", "enum A { X }"), 0],
  ["a type that is gone", schema("a: A", "type A { x: Int }"), schema(""), 2],
  ["a type that only deprecated fields led to", schema('a: A @deprecated(reason: "x")', "type A { x: Int }"), schema(""), 0],
  ["a directive of ours", schema("", "directive @rest(a: Int) on FIELD_DEFINITION"), schema(""), 0],
]) {
  test(name, () => assert.equal(breakingChanges(oldText, newText).length, broken));
}
