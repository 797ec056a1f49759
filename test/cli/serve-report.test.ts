import t from 'tap';
import { createReportWriter, formatProblem } from '../../src/cli/serve-report.ts';
import type { Log } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { EMPTY_SET, type Problem } from '../../src/policies/index.ts';
import type { LoadReport } from '../../src/sources/load.ts';

const problem: Problem = {
  severity: 'error',
  code: 'bad-expression',
  source: 'policies/a.yaml',
  line: 3,
  column: 7,
  pointer: '/spec',
  policy: 'a',
  message: 'it is wrong',
  hint: 'make it right',
};
const report = (problems: Problem[], notes: string[] = []): LoadReport => ({
  set: EMPTY_SET,
  problems,
  accepted: [],
  rejected: problems.map(({ source }) => source),
  usingLastGood: [],
  notes,
  generations: new Map(),
});

t.test('a problem is one line that begins with a place an editor can open', async (t) => {
  t.equal(formatProblem(problem), 'policies/a.yaml:3:7: /spec: it is wrong; make it right');
  t.equal(formatProblem({ ...problem, line: 0, pointer: '', hint: '' }), 'policies/a.yaml: it is wrong');
});

t.test('each problem is logged when it is new, and the numbers follow every report', async (t) => {
  const lines: [string, string, object][] = [];
  const write = (level: string) => (fields: object, message: string) => void lines.push([level, message, fields]);
  const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const metrics = createMetrics({ processMetrics: false });
  const tell = createReportWriter(log, metrics);
  tell(report([problem, { ...problem, severity: 'warning', message: 'odd' }], ['passed over']));
  tell(report([problem]));
  t.same(
    lines.map(([level, message]) => `${level} ${message}`),
    ['error policy problem', 'warn policy warning', 'info passed over', 'info policies loaded', 'info policies loaded'],
  );
  t.match((await metrics.render()).text, /^lintel_policy_load_errors 1$/m);
  tell(report([]));
  tell(report([problem]));
  t.equal(lines.filter(([, message]) => message === 'policy problem').length, 2, 'again after it was gone');
});
