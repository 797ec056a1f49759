import t from 'tap';
import { judgeProof, readProofs } from './proof-set/proofs.ts';

t.test('the fifteen policies of the proof set compile, and come out as they say', async (t) => {
  const proofs = await readProofs();
  t.equal(proofs.length, 15);
  for (const proof of proofs) t.same(judgeProof(proof), [], proof.name);
});
