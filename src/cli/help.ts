/** What `--help` prints. */

const OVERVIEW = `lintel: policies for Kubernetes objects, declared as data and enforced at admission

usage: lintel <verb> [flags]

  serve     answer a cluster's API server (validating and mutating webhook)
  check     judge manifests as the webhook would, without a cluster
  demo      see policies refuse, complete and explain, without a cluster
  version   print the version
  help      print this, or the help of a verb

examples:
  lintel demo
  lintel check manifests/
  lintel serve --kubeconfig ~/.kube/config --policies ./policies
  lintel help serve

exit codes: 0 done, 1 failed, 2 could not begin (a flag, a file, a port)
`;

const SERVE = `lintel serve: answer a cluster's API server over HTTPS

usage: lintel serve [flags]

Each flag has a variable: --log-level is LINTEL_LOG_LEVEL; lists take commas there. Flags win.

where it listens
  --port N                   default 8443; 0 takes a free one
  --address ADDRESS          default 0.0.0.0
  --tls-cert FILE            serving certificate and its key (PEM), read again when they change;
  --tls-key FILE             without them one is issued in memory and its authority logged
  --metrics-port N           probes and metrics over plain HTTP here instead of on the main port

where policies come from
  --pack NAME                a pack that ships with lintel, repeatable; default vitistack
  --no-packs                 none of them
  --policies DIR             every *.yaml, *.yml and *.json below DIR, repeatable; watched
  --kubeconfig FILE          the cluster whose Policy objects and ConfigMaps labelled
                             lintel.dev/policies=true are watched; default: KUBECONFIG,
                             the pod's service account, ~/.kube/config
  --no-cluster               none: only packs and folders
  --config-map-namespace NS  namespace whose labelled ConfigMaps are policy (default lintel-system;
                             * is all: then whoever may write a ConfigMap anywhere writes policy)

what they are told
  --environment NAME         environment of everything whose namespace names none
  --cluster-name NAME        what expressions see as cluster.name

how it runs
  --log-level LEVEL          debug info warn error silent; default info
  --max-in-flight N          reviews in work at once; beyond it the API server is asked to repeat
  --shutdown-delay SECONDS   how long it goes on accepting after SIGTERM; default 10

examples:
  lintel serve --kubeconfig ~/.kube/config --tls-cert tls.crt --tls-key tls.key
  lintel serve --no-cluster --no-packs --policies ./policies --port 0
  LINTEL_ENVIRONMENT=production lintel serve --config-map-namespace lintel-system

paths: POST /validate /mutate, GET /livez /readyz[?verbose] /metrics
`;

const VERSION = `lintel version: print the versions of lintel and node

examples:
  lintel version
  lintel --version
`;

const HELP = `lintel help: print the help of lintel or of one verb

examples:
  lintel help
  lintel help serve
`;

const TOPICS: { readonly [topic: string]: string } = { serve: SERVE, version: VERSION, help: HELP };

/** The help of one verb; the overview for any other word. `demo` and `check` print their own. */
export function describeVerb(verb: string | undefined): string {
  return (verb !== undefined && Object.hasOwn(TOPICS, verb) ? TOPICS[verb] : undefined) ?? OVERVIEW;
}
