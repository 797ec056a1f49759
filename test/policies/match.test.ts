import t from 'tap';
import { type Match, type Review, validateReview } from '../../src/policies/index.ts';
import { podPathOf, readResource } from '../../src/policies/match.ts';
import { type Asked, policyOf, reviewOf, setOf, widget } from './asking.ts';

/** Whether a rule that everything breaks is asked about this object. */
function matches(match: Match, asked: Asked & { metadata?: object } = {}, exclude?: Match): boolean {
  return asks({ match: { resources: ['widgets.example.com'], ...match }, exclude }, asked);
}

function asks(spec: { match: Match; exclude?: Match }, asked: Asked & { metadata?: object } = {}): boolean {
  const set = setOf([policyOf([{ id: 'R-1', check: false, ratchet: false }], spec)]);
  const object = widget({}, { name: 'web-1', namespace: 'shop', ...asked.metadata });
  const decision = validateReview(set, reviewOf(object, asked));
  if (decision.errors.length > 0) throw new Error(decision.errors[0]?.message);
  return decision.findings.length > 0;
}

t.test('resources are written as plural.group or as a map, and the core group has no name', async (t) => {
  t.strictSame(readResource('widgets.example.com'), { group: 'example.com', resource: 'widgets' });
  t.strictSame(readResource('pods'), { group: '', resource: 'pods' });
  t.strictSame(readResource({ resource: 'pods' }), { group: '', resource: 'pods' });
});

t.test('a policy is asked about its own resources and no others', async (t) => {
  t.ok(matches({}));
  t.notOk(matches({}, { resource: 'gadgets' }));
  t.ok(asks({ match: { resources: ['gadgets.example.com', '*'] } }), 'a star is any group and resource');
  t.ok(asks({ match: { resources: [{ group: 'example.com', resource: '*' }] } }));
  t.notOk(asks({ match: { resources: [{ group: 'other.example.com', resource: '*' }] } }));
  t.ok(asks({ match: { resources: [{ group: '*', resource: 'widgets' }] } }));
});

t.test('a version that is named is the only one a policy is asked about', async (t) => {
  const named = (version: string): Match => ({ resources: [{ group: 'example.com', resource: 'widgets', version }] });
  t.ok(asks({ match: named('v1') }));
  t.notOk(asks({ match: named('v1beta1') }), 'its paths are not those of the object');
  t.ok(asks({ match: named('*') }));
  t.ok(
    asks({
      match: { resources: [{ group: 'example.com', resource: 'widgets', version: 'v2' }, 'widgets.example.com'] },
    }),
  );
});

t.test('operations are CREATE and UPDATE unless said otherwise', async (t) => {
  const object = widget({}, { name: 'web-1', namespace: 'shop' });
  t.ok(matches({}, { oldObject: object }));
  const set = setOf([policyOf([{ id: 'R-1', check: false }])]);
  t.strictSame(validateReview(set, reviewOf(null, { oldObject: object })).findings, []);
  const deletes = setOf([policyOf([{ id: 'R-1', operations: ['DELETE'], check: false }])]);
  t.equal(validateReview(deletes, reviewOf(null, { oldObject: object })).findings.length, 1);
  t.equal(validateReview(deletes, reviewOf(object)).findings.length, 0);
});

t.test('names and namespaces are words or globs', async (t) => {
  t.ok(matches({ names: ['web-1'] }));
  t.ok(matches({ names: ['db', 'web-*'] }));
  t.ok(matches({ names: ['web-?'] }));
  t.notOk(matches({ names: ['web'] }));
  t.notOk(matches({ names: ['web-?'] }, { metadata: { name: 'web-10' } }));
  t.notOk(matches({ names: ['web-1'] }, { metadata: { name: 'web-*' } }), 'the object is no pattern');
  t.ok(matches({ namespaces: ['sh*'] }));
  t.notOk(matches({ namespaces: ['kube-*'] }));
  t.notOk(matches({ namespaces: ['*'] }, { metadata: { namespace: undefined } }), 'cluster-scoped objects are in none');
});

t.test('a Namespace lies in itself', async (t) => {
  const set = setOf([
    policyOf([{ id: 'R-1', check: false }], { match: { resources: ['namespaces'], namespaces: ['team-*'] } }),
  ]);
  const namespace = (name: string) => reviewOf({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  t.equal(validateReview(set, namespace('team-a')).findings.length, 1);
  t.equal(validateReview(set, namespace('kube-system')).findings.length, 0);
});

t.test('users and groups are globs, and nobody matches where there is no request', async (t) => {
  t.ok(matches({ users: ['kari'] }));
  t.ok(matches({ users: ['system:serviceaccount:argocd:*'] }, { user: 'system:serviceaccount:argocd:sync' }));
  t.notOk(matches({ users: ['system:serviceaccount:argocd:*'] }));
  t.ok(matches({ groups: ['system:auth*'] }));
  t.notOk(matches({ groups: ['admins'] }));
  t.notOk(matches({ users: ['*'] }, { surface: 'audit' }));
  t.notOk(matches({}, { surface: 'audit' }, { users: ['*'] }), 'whom an exclude leaves out is not known either');
});

t.test('files are globs over the file the object was read from', async (t) => {
  t.ok(matches({ files: ['deploy/*'] }, { surface: 'check', file: 'deploy/a/web.yaml' }));
  t.notOk(matches({ files: ['deploy/*'] }, { surface: 'check', file: 'charts/web.yaml' }));
});

t.test('objectSelector matches when the new or the stored labels do', async (t) => {
  const match: Match = { objectSelector: { matchLabels: { tier: 'front' } } };
  const labelled = (tier?: string) => widget({}, { name: 'w', ...(tier && { labels: { tier } }) });
  const set = setOf([
    policyOf([{ id: 'R-1', check: false, ratchet: false }], {
      match: { resources: ['widgets.example.com'], ...match },
    }),
  ]);
  const found = (review: Review) => validateReview(set, review).findings.length;
  t.equal(found(reviewOf(labelled('front'))), 1);
  t.equal(found(reviewOf(labelled('back'))), 0);
  t.equal(found(reviewOf(labelled())), 0);
  t.equal(
    found(reviewOf(labelled(), { oldObject: labelled('front') })),
    1,
    'taking the label off is still its business',
  );
});

t.test('namespaceSelector reads the labels of the namespace, and cluster-scoped objects always match', async (t) => {
  const match: Match = { namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['net'] }] } };
  const labelled = (team: string) => ({ metadata: { name: 'shop', labels: { team } } });
  t.ok(matches(match, { namespaceObject: labelled('net') }));
  t.notOk(matches(match, { namespaceObject: labelled('web') }));
  t.ok(matches(match, { metadata: { namespace: undefined } }));
});

t.test('a namespace that is not known is an error, and failurePolicy decides', async (t) => {
  const match: Match = { resources: ['widgets.example.com'], namespaceSelector: { matchLabels: { team: 'net' } } };
  const object = widget({}, { namespace: 'shop' });
  for (const failurePolicy of ['Fail', 'Ignore'] as const) {
    const set = setOf([policyOf([{ id: 'R-1', check: true }], { match, failurePolicy })]);
    const decision = validateReview(set, reviewOf(object, { namespaceObject: undefined }));
    t.match(decision.errors, [{ code: 'namespace-unknown', policy: 'widgets', failurePolicy }]);
    t.equal(decision.allowed, failurePolicy === 'Ignore');
  }
});

t.test('exclude leaves out what fits all of its clauses', async (t) => {
  t.notOk(matches({}, {}, { namespaces: ['shop'] }));
  t.ok(matches({}, {}, { namespaces: ['shop'], names: ['db'] }));
  t.notOk(matches({}, { user: 'system:apiserver' }, { users: ['system:*'] }));
  t.notOk(matches({}, {}, { resources: ['widgets.example.com'] }));
  t.ok(matches({}, {}, { resources: ['gadgets.example.com'] }));
  t.ok(matches({}, {}, { operations: ['UPDATE'] }));
  t.notOk(matches({}, {}, { operations: ['CREATE'] }));
  t.ok(matches({}, {}, {}), 'an exclude without a clause leaves out nothing');
});

t.test('sub-resources are looked at beside the main resource', async (t) => {
  t.notOk(matches({}, { subresource: 'status' }));
  t.ok(matches({ subresources: ['scale'] }, { subresource: 'scale' }));
  t.ok(matches({ subresources: ['scale'] }), 'the main resource as well');
  t.notOk(matches({ subresources: ['scale'] }, { subresource: 'status' }));
  t.ok(matches({ subresources: ['*'] }, { subresource: 'status' }));
  t.notOk(matches({ subresources: ['*'] }, { subresource: 'status' }, { subresources: ['status'] }));
  t.ok(matches({ subresources: ['*'] }, {}, { subresources: ['*'] }), 'and an exclude of sub-resources leaves it in');
});

t.test('a rule narrows what its policy matches', async (t) => {
  const set = setOf([
    policyOf(
      [
        { id: 'R-1', match: { resources: ['gadgets.example.com'] }, check: false },
        { id: 'R-2', match: { names: ['web-*'] }, check: false },
        { id: 'R-3', exclude: { names: ['web-*'] }, check: false },
      ],
      { match: { resources: ['widgets.example.com', 'gadgets.example.com'] } },
    ),
  ]);
  const rules = (object: ReturnType<typeof widget>) =>
    validateReview(set, reviewOf(object)).findings.map(({ rule }) => rule);
  t.strictSame(rules(widget({}, { name: 'web-1' })), ['R-2']);
  t.strictSame(rules(widget({}, { name: 'db' })), ['R-3']);
  t.strictSame(rules({ ...widget({}, { name: 'db' }), kind: 'Gadget' }), ['R-1', 'R-3']);
});

t.test('workloads are pods and every built-in kind with a pod template', async (t) => {
  t.strictSame(podPathOf('', 'pods'), []);
  t.strictSame(podPathOf('apps', 'deployments'), ['spec', 'template']);
  t.strictSame(podPathOf('batch', 'cronjobs'), ['spec', 'jobTemplate', 'spec', 'template']);
  t.equal(podPathOf('extensions', 'deployments'), null);
  const set = setOf([policyOf([{ id: 'R-1', check: false }], { match: { preset: 'workloads' } })]);
  const kinds = [
    'Pod',
    'ReplicationController',
    'PodTemplate',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'Job',
    'CronJob',
  ];
  const group = (kind: string) =>
    kind.includes('Job') ? 'batch/v1' : kind.endsWith('Set') || kind === 'Deployment' ? 'apps/v1' : 'v1';
  for (const kind of kinds) {
    const object = { apiVersion: group(kind), kind, metadata: { name: 'x' } };
    t.equal(validateReview(set, reviewOf(object)).findings.length, 1, kind);
  }
});
