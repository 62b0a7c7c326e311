// Who may import whom. test/import-rules.test.ts shows that every rule here catches its own bad example.

const rule = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });
const apps = ["addin", "agent", "browser", "console", "service", "viewer"];
const folders = (...names) => `^(${names.join("|")})/`;

/** `folder` may import itself, what is `allowed`, and packages; none of the other folders of this project. */
const onlyImports = (folder, allowed, comment) => {
  const others = ["shared", ...apps, "test", "bench", "scripts", "bin"].filter(
    (name) => ![folder, ...allowed].includes(name),
  );
  return rule(`${folder}-imports`, comment, { path: folders(folder) }, { path: folders(...others) });
};

/** Inside of `shared`, what is at `from` may import only what is at `allowed`. */
const sharedLayer = (name, comment, from, ...allowed) =>
  rule(`shared-${name}`, comment, { path: from }, { path: "^shared/", pathNot: allowed });

const plain = "^shared/(errors|bytes|bounded-cache|ids|time|json|address)\\.ts$";
const policy = "^shared/(policy|rights|grants|amendment|template|label|policy-document)\\.ts$";
const crypto = "^shared/crypto/";
const license = "^shared/license/";
const format = "^shared/format/";
const protocol = "^shared/protocol/";

const shared = [
  onlyImports("shared", [], "the core imports nothing of ours"),
  rule(
    "shared-runs-anywhere",
    "no built-in module of Node, but in what only service and agent import",
    { path: "^shared/", pathNot: "^shared/node/" },
    { dependencyTypes: ["core"] },
  ),
  rule(
    "shared-node",
    "what needs Node is for the programs of Node",
    { path: folders("shared", "addin", "browser", "console", "viewer"), pathNot: "^shared/node/" },
    { path: "^shared/node/" },
  ),
  sharedLayer("plain", "bytes, errors, ids and times know nothing else", plain, plain),
  sharedLayer("policy", "policy, template and label know no keys, licenses and files", policy, plain, policy),
  sharedLayer("crypto", "crypto knows no licenses, files and people", crypto, plain, crypto),
  sharedLayer("license", "license knows no files", license, plain, policy, crypto, license),
  sharedLayer("format", "format knows neither keys nor licenses nor policy", format, plain, format),
  sharedLayer("protocol", "protocol knows no files", protocol, plain, policy, crypto, license, protocol),
  rule(
    "shared-protect",
    "only apps speak the protocol: the verbs need no service",
    { path: "^shared/[^/]+\\.ts$" },
    { path: protocol },
  ),
];

const implementations = "^service/(custody/(?!custody\\.)|directory/(?!directory\\.)|store/sqlite)";
const service = [
  onlyImports("service", ["shared"], "the service imports the core only"),
  rule(
    "service-licensing",
    "licensing does not know who calls it",
    { path: "^service/licensing/" },
    { path: "^service/(routes/|app\\.ts|start\\.ts|main\\.ts)" },
  ),
  rule(
    "service-parts",
    "custody, directory, store, identity and audit decide nothing and answer nobody",
    { path: "^service/(custody/|directory/|store/|identity/|audit)" },
    { path: "^service/(routes/|licensing/|app\\.ts|start\\.ts|main\\.ts)" },
  ),
  rule(
    "service-interfaces",
    "routes and licensing see interfaces; which implementation stands behind them is picked in start.ts",
    { path: "^service/(routes/|licensing/|app\\.ts)" },
    { path: implementations },
  ),
];

const agent = [
  onlyImports("agent", ["shared"], "the agent imports the core only"),
  rule(
    "agent-hands",
    "work and session do not know who asks for them",
    { path: "^agent/(work|session)/" },
    { path: "^agent/(watch|link|cli)/|^agent/main\\.ts" },
  ),
  rule("agent-bulk", "the bulk cipher knows the core only", { path: "^agent/bulk/" }, { path: "^agent/(?!bulk/)" }),
  rule(
    "agent-eyes",
    "watch and link do not know each other, nor the command line",
    { path: "^agent/(watch|link)/" },
    { path: "^agent/(watch|link|cli)/", pathNot: "^agent/$1/" },
  ),
];

const pages = [
  onlyImports("browser", ["shared"], "what pages share imports the core only"),
  ...["addin", "viewer", "console"].map((page) =>
    onlyImports(page, ["shared", "browser"], "a page imports the core and what pages share"),
  ),
];

module.exports = {
  forbidden: [
    ...shared,
    ...service,
    ...agent,
    ...pages,
    rule(
      "no-circle",
      "no modules that import each other in a circle",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    rule("no-missing", "everything imported exists", {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
