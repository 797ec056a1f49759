import t from 'tap';
import { createMetrics } from '../src/metrics.ts';

t.test('every metric is there before anything happened, or after it did', async (t) => {
  const metrics = createMetrics();
  metrics.setPolicies(3);
  metrics.setLoadErrors(1);
  metrics.setCertificateNotAfter(1_800_000_000_500);
  metrics.recordExempted('e', 'r');
  const { text, contentType } = await metrics.render();
  t.match(contentType, /^text\/plain/);
  t.match(text, /^lintel_policies 3$/m);
  t.match(text, /^lintel_policy_load_errors 1$/m);
  t.match(text, /^lintel_certificate_not_after_seconds 1800000000$/m);
  t.match(text, /^lintel_exempted_findings_total\{exemption="e",rule="r"\} 1$/m);
  for (const name of [
    'admission_requests_total',
    'admission_duration_seconds',
    'findings_total',
    'evaluation_errors_total',
    'failed_open_total',
    'admission_in_flight',
    'admission_refused_total',
  ]) {
    t.match(text, new RegExp(`# TYPE lintel_${name} `));
  }
});

t.test('a sender that makes up resources does not make up series', async (t) => {
  const metrics = createMetrics({ processMetrics: false });
  for (let i = 0; i < 1000; i++) {
    metrics.recordRequest({
      phase: 'validate',
      operation: 'CREATE',
      resource: `r${i}`,
      decision: 'allowed',
      seconds: 0,
    });
  }
  const { text } = await metrics.render();
  t.equal(text.match(/^lintel_admission_requests_total\{/gm)?.length, 201);
  t.match(text, /resource="other",decision="allowed"\} 800/);
});

t.test('two instances share nothing', async (t) => {
  const one = createMetrics({ processMetrics: false });
  const two = createMetrics({ processMetrics: false });
  one.setPolicies(5);
  t.match((await two.render()).text, /^lintel_policies 0$/m);
});
