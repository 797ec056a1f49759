import t from 'tap';
import type { Admission } from '../../../src/cli/demo/admit.ts';
import { summarise, tellAdmission } from '../../../src/cli/demo/tell.ts';

const object = { apiVersion: 'vitistack.io/v1alpha1', kind: 'Vitistack', metadata: { name: 'oslo' }, spec: {} };
const plain = (_meaning: string, text: string): string => text;
const admitted: Admission = { object, stored: object, writtenBy: [], warnings: [], denial: null };

t.test('an object that got in is told as kubectl tells it', async (t) => {
  t.equal(tellAdmission('a.yaml', admitted, plain), 'vitistack.vitistack.io/oslo created\n');
  const core = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' } };
  t.equal(tellAdmission('a.yaml', { ...admitted, object: core, stored: core }, plain), 'configmap/settings created\n');
});

t.test('a denial has the reason, the file, the webhook and the whole message behind the warnings', async (t) => {
  const denial = { webhook: 'validate.lintel.dev', reason: 'Forbidden', message: '1 rule refuses\n- A: b' };
  t.equal(
    tellAdmission('a.yaml', { ...admitted, warnings: ['C: d'], denial }, plain),
    'Warning: C: d\n' +
      'Error from server (Forbidden): error when creating "a.yaml": ' +
      'admission webhook "validate.lintel.dev" denied the request: 1 rule refuses\n- A: b\n',
  );
  const silent = { webhook: 'validate.lintel.dev', reason: '', message: '' };
  t.match(
    tellAdmission('a.yaml', { ...admitted, denial: silent }, plain),
    /^Error from server: .* denied the request without explanation\n$/,
  );
  t.match(
    tellAdmission('a.yaml', { ...admitted, denial: { ...silent, reason: 'Forbidden' } }, plain),
    /^Error from server \(Forbidden\): .* denied the request: Forbidden\n$/,
  );
});

t.test('what was written is shown with the rules that wrote it', async (t) => {
  const stored = { ...object, spec: { backup: true } };
  t.equal(
    tellAdmission('a.yaml', { ...admitted, stored, writtenBy: ['A', 'B'] }, plain),
    'vitistack.vitistack.io/oslo created\n  completed by A, B:\n  - spec: {}\n  + spec:\n  +   backup: true\n',
  );
});

t.test('a denied object is not told as completed, for nothing of it is stored', async (t) => {
  const denial = { webhook: 'validate.lintel.dev', reason: 'Forbidden', message: 'no' };
  const refused = { ...admitted, stored: { ...object, spec: { backup: true } }, writtenBy: ['A'], denial };
  t.notMatch(tellAdmission('a.yaml', refused, plain), 'completed');
  t.equal(
    summarise([admitted, refused, { ...admitted, warnings: ['one'] }]),
    '3 objects, 2 created (0 of them completed), 1 denied, 1 warning',
  );
});
