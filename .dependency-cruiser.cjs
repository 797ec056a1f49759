// Who may import whom. `npm run boundaries` holds it; test/boundaries proves that each rule bites.

/** Edges that may touch the network, files or the process, from the outside in. */
module.exports = {
  forbidden: [
    {
      name: 'core-imports-nobody',
      comment: 'src/policies is a pure function: it knows no other folder of ours',
      severity: 'error',
      from: { path: '^src/policies/' },
      to: { path: '^(src|certs-scripts|scripts|test|bench)/', pathNot: '^src/policies/' },
    },
    {
      name: 'core-imports-few-packages',
      comment: 'the core may use ajv, json-logic-js, re2js, ipaddr.js and yaml, and nothing of Node',
      severity: 'error',
      from: { path: '^src/policies/' },
      to: { pathNot: '^(src/policies/|node_modules/(ajv|json-logic-js|re2js|ipaddr\\.js|yaml|@types/json-logic-js)/)' },
    },
    {
      name: 'core-has-one-door',
      comment: 'everybody else enters the core through src/policies/index.ts',
      severity: 'error',
      from: { path: '^(src|certs-scripts)/', pathNot: '^src/policies/' },
      to: { path: '^src/policies/', pathNot: '^src/policies/index\\.ts$' },
    },
    {
      name: 'relations-are-pure',
      comment: 'src/relations knows the core alone, and no package',
      severity: 'error',
      from: { path: '^src/relations/' },
      to: { pathNot: '^src/(relations|policies)/' },
    },
    {
      name: 'one-importer-of-the-client',
      comment: 'the Kubernetes client costs half a second and 100 MB at import: src/kube alone may load it',
      severity: 'error',
      from: { path: '^(src|certs-scripts)/', pathNot: '^src/kube/' },
      to: { path: '^node_modules/@kubernetes/' },
    },
    {
      name: 'one-importer-of-fastify',
      comment: 'HTTP has one home',
      severity: 'error',
      from: { path: '^(src|certs-scripts)/', pathNot: '^src/webhook/' },
      to: { path: '^node_modules/fastify/' },
    },
    {
      name: 'kube-and-webhook-stay-apart',
      comment: 'edges meet in the composition roots only',
      severity: 'error',
      from: { path: '^src/webhook/' },
      to: { path: '^src/(kube|sources|cli|inventory|audit)/' },
    },
    {
      name: 'kube-knows-no-use-case',
      severity: 'error',
      comment: 'src/kube is a client: it knows neither the door nor the command line',
      from: { path: '^src/kube/' },
      to: { path: '^src/(webhook|cli|audit)/' },
    },
    {
      name: 'audit-imports-no-package',
      comment: 'the audit declares the ports it needs',
      severity: 'error',
      from: { path: '^src/audit/' },
      to: { path: '^node_modules/' },
    },
    {
      name: 'offline-verbs-load-no-client',
      comment: 'check, demo and version start fast: what they reach holds no Kubernetes client',
      severity: 'error',
      from: { path: '^src/(reader|schemas|cli/(check|demo|output|version|help))' },
      to: { reachable: true, path: '^node_modules/@kubernetes/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.d\\.ts$|^src/cli/main\\.ts$' },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
