// An app of somebody else: a typed client that GraphQL Code Generator makes from the printed schema, run against a server with
// demo data: node dist/app.js http://127.0.0.1:8080/graphql
import { graphql } from "./gql/index.js";
import type { TypedDocumentString } from "./gql/graphql.js";

const inbox = graphql(`
  query Inbox($first: Int!, $after: String) {
    tasks(first: $first, after: $after, filter: { view: INBOX }, orderBy: DATE_ASC) {
      nodes { id type text dueDate lead { id displayName } assignee { id name } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const leadPage = graphql(`
  query LeadPage($id: ID!) {
    lead(id: $id) {
      displayName
      status { label }
      contacts { name emails { email } }
      opportunities { valueFormatted status { label type } }
      customFields { field { name } values { __typename ... on CustomText { text } ... on CustomChoice { choice } } }
      activities(first: 10) {
        nodes { __typename id activityAt ... on Note { note } ... on Call { direction duration } ... on Email { subject } }
      }
    }
  }
`);

const addTask = graphql(`
  mutation AddTask($input: TaskCreateInput!) {
    taskCreate(input: $input) { task { id text } userErrors { field message code } }
  }
`);

const anything = graphql(`
  query Anything($ids: [ID!]!) {
    nodes(ids: $ids) { __typename id ... on Role { name permissions } ... on User { name } ... on Activity { typeName } }
  }
`);

declare const process: { argv: string[] };
const [url] = process.argv.slice(2);

// ask sends an operation; the answer has the operation's own type.
async function ask<Result, Variables>(document: TypedDocumentString<Result, Variables>, variables: Variables): Promise<Result> {
  const response = await fetch(url!, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Result; errors?: unknown[] };
  if (!data || errors) throw new Error(`${response.status}: ${JSON.stringify(errors)}`);
  return data;
}

function want(what: string, holds: boolean | undefined): asserts holds {
  if (!holds) throw new Error(`not as it should be: ${what}`);
}

const ids = new Set<string>();
let lead: string | undefined;
for (let after: string | null | undefined; ; ) {
  const { tasks } = await ask(inbox, { first: 50, after });
  for (const task of tasks?.nodes ?? []) {
    want("a task comes once", !ids.has(task.id));
    ids.add(task.id);
    lead ??= task.lead?.id;
  }
  if (!tasks?.pageInfo.hasNextPage) break;
  after = tasks.pageInfo.endCursor;
}
want("there are several pages, and a lead", ids.size > 50 && lead !== undefined);

const page = (await ask(leadPage, { id: lead })).lead;
const subjects: string[] = [];
for (const activity of page?.activities?.nodes ?? []) {
  if (activity.__typename === "Email" && activity.subject) subjects.push(activity.subject);
  if (activity.__typename === "Call") want("a call has a length", typeof activity.duration === "number");
}
want("the page of a lead", Boolean(page?.displayName) && (page?.contacts?.length ?? 0) > 0 && (page?.customFields?.length ?? 0) > 0);

const { taskCreate: refused } = await ask(addTask, { input: { leadId: lead, type: "LEAD" } });
const [problem] = refused?.userErrors ?? [];
want("a task without a text is refused at its text", problem?.code === "INVALID" && problem.field?.join(".") === "input.text");
const { taskCreate: made } = await ask(addTask, { input: { leadId: lead, type: "LEAD", text: "Call back" } });
want("a task is made", made?.userErrors.length === 0 && made.task?.text === "Call back");

const { nodes } = await ask(anything, { ids: ["admin", made.task.id] });
const [role, task] = nodes ?? [];
want("objects have their types", role?.__typename === "Role" && role.permissions?.includes("EXPORT") && task?.__typename === "Task");

console.log(`GraphQL Code Generator: ${ids.size} tasks, ${subjects.length} e-mails at ${page?.displayName}, a task refused and one made`);
