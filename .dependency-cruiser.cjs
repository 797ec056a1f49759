// Who may import whom. `npm run boundaries` holds it; test/boundaries proves that each rule bites.

const CORE_PACKAGES = 'ajv|json-logic-js|re2js|ipaddr\\.js|yaml|@types/json-logic-js';

/** A rule is an error, or it is none. */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

module.exports = {
  forbidden: [
    forbid(
      'core-imports-nobody',
      'src/policies is a pure function: it knows no other folder of ours',
      { path: '^src/policies/' },
      { path: '^(src|certs-scripts|scripts|test|bench)/', pathNot: '^src/policies/' },
    ),
    forbid(
      'core-imports-few-packages',
      'the core may use ajv, json-logic-js, re2js, ipaddr.js and yaml, and nothing of Node',
      { path: '^src/policies/' },
      { pathNot: `^(src|certs-scripts|scripts|test|bench)/|^node_modules/(${CORE_PACKAGES})/` },
    ),
    forbid(
      'core-has-one-door',
      'everybody else enters the core through src/policies/index.ts',
      { path: '^(src|certs-scripts)/', pathNot: '^src/policies/' },
      { path: '^src/policies/', pathNot: '^src/policies/index\\.ts$' },
    ),
    forbid(
      'relations-are-pure',
      'src/relations knows the core alone: no package, nothing of Node',
      { path: '^src/relations/' },
      { pathNot: '^src/(relations|policies)/' },
    ),
    forbid(
      'schemas-are-pure',
      'src/schemas knows the core and the packages that parse patterns and addresses',
      { path: '^src/schemas/' },
      { pathNot: '^src/(schemas|policies)/|^node_modules/(re2js|ipaddr\\.js)/' },
    ),
    forbid(
      'reader-touches-no-file',
      'src/reader turns text into objects; who has the text is not its business',
      { path: '^src/reader/' },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'one-importer-of-the-client',
      'the Kubernetes client costs half a second and 100 MB at import: src/kube alone may load it',
      { path: '^(src|certs-scripts)/', pathNot: '^src/kube/' },
      { path: '^node_modules/@kubernetes/' },
    ),
    forbid(
      'one-importer-of-fastify',
      'HTTP has one home',
      { path: '^(src|certs-scripts)/', pathNot: '^src/webhook/' },
      { path: '^node_modules/fastify/' },
    ),
    forbid(
      'audit-imports-no-package',
      'the audit declares the ports it needs',
      { path: '^src/audit/' },
      { path: '^node_modules/' },
    ),
    forbid(
      'audit-knows-no-edge',
      'whoever composes the audit hands it its ports',
      { path: '^src/audit/' },
      { path: '^src/(kube|sources|inventory|webhook|cli)/' },
    ),
    forbid(
      'webhook-stays-apart',
      'edges meet in the composition roots only',
      { path: '^src/webhook/' },
      { path: '^src/(kube|sources|inventory|audit|cli)/' },
    ),
    forbid(
      'edges-know-no-use-case',
      'the client and the sources of policies know neither the door, nor the audit, nor the command line',
      { path: '^src/(kube|sources|inventory)/' },
      { path: '^src/(webhook|audit|cli)/' },
    ),
    forbid(
      'offline-verbs-load-no-client',
      'verbs that need no cluster start fast: what they reach holds no Kubernetes client',
      { path: '^src/(policies|relations|reader|schemas|cli/(check|test|explain|demo|output|version|help))' },
      { reachable: true, path: '^node_modules/@kubernetes/' },
    ),
    forbid(
      'src-needs-no-tools',
      'what ships does not stand on what only the repository has',
      { path: '^(src|certs-scripts)/' },
      { path: '^(scripts|test|bench)/' },
    ),
    forbid(
      'src-needs-no-development-package',
      'what ships finds its packages under `dependencies`; only types may come from elsewhere',
      { path: '^(src|certs-scripts)/' },
      {
        dependencyTypes: ['npm-dev', 'npm-no-pkg'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/@types/',
      },
    ),
    forbid('imports-are-found', 'an import leads to a file or a package', {}, { couldNotResolve: true }),
    forbid(
      'no-cycles',
      'modules that run in a circle see each other half loaded; types are gone by then and may',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    ),
    forbid(
      'no-orphans',
      'a module that imports nothing and that nobody imports is left behind',
      { orphan: true, path: '^src/' },
      {},
    ),
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
