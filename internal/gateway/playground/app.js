"use strict";

// The page around GraphiQL: whose data it shows, examples, and the credential that requests carry.
(async () => {
  const base = document.body.dataset.base;
  const byId = (id) => document.getElementById(id);
  const [config, examples] = await Promise.all([
    fetch("/playground/config.json").then((answer) => answer.json()),
    fetch(`${base}/examples.json`).then((answer) => answer.json()),
  ]);

  // ---- Requests

  const takesCredential = !["sandbox", "session"].includes(config.mode);
  const needsCredential = ["passthrough", "service"].includes(config.mode);
  const secrets = {
    get value() { return sessionStorage.getItem("closegraph:authorization") ?? ""; },
    set value(text) {
      if (text) sessionStorage.setItem("closegraph:authorization", text);
      else sessionStorage.removeItem("closegraph:authorization");
    },
  };

  // Close counts days by the caller's offset from UTC in hours; JavaScript has it in minutes, the other way round.
  const offsetHours = () => String(-new Date().getTimezoneOffset() / 60);

  function headers() {
    const all = {
      "Content-Type": "application/json",
      Accept: "application/graphql-response+json",
      "x-tz-offset": offsetHours(),
    };
    if (takesCredential && secrets.value) all.Authorization = secrets.value;
    if (byId("explain").checked) all["X-Closegraph-Explain"] = "1";
    return all;
  }

  const send = (params, more) => fetch(config.endpoint, {
    method: "POST",
    credentials: config.login ? "same-origin" : "omit", // nor may the browser ask for a password on 401
    headers: { ...headers(), ...more },
    body: JSON.stringify(params),
  });

  // Who is logged in, where people log in; null when nobody is.
  const user = config.login && send({ query: "{ viewer { name } }" })
    .then((answer) => answer.json())
    .then(({ data }) => data?.viewer ?? null, () => null);

  async function fetcher(params, options) {
    if (needsCredential && !secrets.value && !options?.headers?.Authorization) {
      return { errors: [{ message: "Give a credential first: Credentials, above." }] };
    }
    if (config.login && !(await user)) {
      return { errors: [{ message: "Log in first: Log in with Close, above." }] };
    }
    const quiet = params.operationName === "IntrospectionQuery";
    const start = performance.now();
    const answer = await send(params, options?.headers);
    const text = await answer.text();
    if (!quiet) showResult(answer.status, performance.now() - start, text.length);
    try {
      return JSON.parse(text);
    } catch {
      return { errors: [{ message: `The server answered ${answer.status} without JSON.` }] };
    }
  }

  function showResult(status, ms, size) {
    const line = byId("result");
    if (line) line.textContent = `${status} · ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms · ${(size / 1024).toFixed(1)} KiB`;
  }

  // ---- GraphiQL

  const h = React.createElement;
  const inside = {}; // what GraphiQL keeps in React contexts, for the code outside of React

  function Bridge() {
    inside.editor = GraphiQL.React.useEditorContext({ nonNull: true });
    inside.schema = GraphiQL.React.useSchemaStore();
    return null;
  }

  const welcome = `# Welcome to Closegraph: Close as GraphQL.
#
# Examples, above, has queries to begin with.
# On the left: the documentation, your history,
# and an explorer to tick fields in.
# Ctrl-Enter runs the query.

${examples[1].query}`;

  const explorer = GraphiQLPluginExplorer.explorerPlugin({ showAttribution: false });
  ReactDOM.createRoot(byId("app")).render(
    h(GraphiQL, {
      fetcher,
      plugins: [explorer],
      defaultQuery: welcome,
      shouldPersistHeaders: false,
      inputValueDeprecation: true,
    },
    h(GraphiQL.Logo, null, h(Bridge)),
    h(GraphiQL.Footer, null, h("div", { id: "result", className: "result", role: "status" }))),
  );

  // ---- Popovers: under their buttons, closed by Escape or a click elsewhere (the browser sees to that).

  function wire(button, popover, opened) {
    button.popoverTargetElement = popover;
    popover.addEventListener("toggle", (event) => {
      const open = event.newState === "open";
      button.setAttribute("aria-expanded", String(open));
      if (open) opened();
    });
    popover.addEventListener("beforetoggle", () => {
      const at = button.getBoundingClientRect();
      popover.style.top = `${document.querySelector(".bar").getBoundingClientRect().bottom + 6}px`;
      popover.style.right = `${Math.max(12, document.documentElement.clientWidth - at.right)}px`;
    });
  }

  // ---- Examples

  let loaded = ""; // the example in the editor, as it came

  // Examples name objects by what they are (TASK_1, LEAD_1, ME): the account at hand has the ids.
  async function withIds(query) {
    if (!/"(TASK_\d+|LEAD_\d+|ME)"/.test(query)) return query;
    const lookup = "{ viewer { id } tasks(first: 10, filter: { types: [LEAD], isComplete: false }) { nodes { id lead { id } } } }";
    const { data } = await (await send({ query: lookup })).json();
    const tasks = (data?.tasks?.nodes ?? []).filter(Boolean);
    const leads = [...new Set(tasks.map((task) => task.lead?.id).filter(Boolean))];
    return query.replace(/"(?:(TASK|LEAD)_(\d+)|ME)"/g, (word, kind, n) => {
      const id = kind ? (kind === "TASK" ? tasks.map((task) => task.id) : leads)[n - 1] : data?.viewer?.id;
      return id ? `"${id}"` : word;
    });
  }

  async function load(example) {
    const query = await withIds(example.query).catch(() => example.query);
    const current = inside.editor.queryEditor.getValue().trim();
    if (current && current !== loaded.trim() && current !== welcome.trim()) {
      ReactDOM.flushSync(() => inside.editor.addTab()); // what was written stays in its own tab
    }
    const { queryEditor, variableEditor } = inside.editor;
    queryEditor.setValue(query);
    variableEditor.setValue(example.variables ?? "");
    inside.editor.setOperationName(/^(?:query|mutation) (\w+)/m.exec(query)?.[1]); // GraphiQL finds it out a moment later
    loaded = query;
    queryEditor.focus();
  }

  const menu = byId("examples");
  for (const example of examples) {
    const item = document.createElement("button");
    item.type = "button";
    item.className = "item";
    item.setAttribute("role", "menuitem");
    const title = document.createElement("strong");
    title.textContent = example.title;
    const description = document.createElement("span");
    description.textContent = example.description;
    item.append(title, description);
    item.addEventListener("click", () => {
      menu.hidePopover();
      load(example);
    });
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => {
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items.at(to % items.length).focus();
  });
  wire(byId("examples-button"), menu, () => menu.firstElementChild.focus());

  // ---- Whose data

  const demo = config.mode === "sandbox";
  byId("mode").textContent = demo ? "Demo data (sandbox)" : "Live account";
  byId("mode").classList.add(demo ? "demo" : "live");
  byId("explain-label").hidden = !config.explain;

  // ---- Logging in and out

  if (config.login) {
    byId("credentials-button").hidden = true;
    byId("login").href = config.login;
    byId("logout").addEventListener("click", async () => {
      await fetch(config.logout, { method: "POST", redirect: "manual" });
      location.reload();
    });
    user.then((viewer) => {
      byId("login").hidden = viewer !== null;
      byId("user").hidden = byId("logout").hidden = viewer === null;
      byId("user").textContent = viewer?.name ?? "";
    });
  }

  // ---- Credentials

  const form = byId("credentials");
  const secret = byId("secret");
  byId("credentials-note").textContent = {
    sandbox: "None is needed: this server runs on demo data in its own memory. Change what you like; it starts afresh with the server.",
    key: "None is needed: this server has a Close key of its own. Give yours to use that instead.",
    passthrough: "Requests go to Close with the credential that you give here.",
    service: "This server has a Close key of its own, and a token of yours shows it who you are.",
  }[config.mode];

  function showCredential() {
    byId("credentials-button").classList.toggle("set", takesCredential && secrets.value !== "");
    byId("credentials-button").title = takesCredential && secrets.value ? "A credential is set" : "";
  }

  function use(authorization) {
    secrets.value = authorization;
    secret.value = "";
    byId("secret-error").textContent = "";
    showCredential();
    form.hidePopover();
    inside.schema?.introspect();
  }

  if (takesCredential) {
    byId("credentials-fields").hidden = false;
    if (config.mode === "service") {
      form.kind.value = "bearer";
      byId("choices").hidden = true;
      byId("secret-label").textContent = "Access token or JWT";
    }
    form.addEventListener("change", () => {
      byId("secret-label").textContent = form.kind.value === "basic" ? "Close API key" : "Bearer token";
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = secret.value.trim();
      if (!/^[\x21-\x7e]+$/.test(text)) {
        byId("secret-error").textContent = text ? "That has characters which no credential has." : "Enter a credential first.";
        secret.focus();
        return;
      }
      use(form.kind.value === "basic" ? `Basic ${btoa(`${text}:`)}` : `Bearer ${text}`);
    });
    byId("secret-clear").addEventListener("click", () => use(""));
  } else {
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  wire(byId("credentials-button"), form, () => {
    if (takesCredential) secret.focus();
  });
  showCredential();
  if (needsCredential && !secrets.value) form.showPopover(); // nothing works without one
})().catch((error) => {
  document.querySelector("#app .loading")?.replaceChildren(`The playground could not start: ${error.message}`);
  throw error;
});
