import t from 'tap';
import { findClosest } from '../../src/cli/closest.ts';

t.test('the nearest word within two edits is found, or the only one that begins so', async (t) => {
  const verbs = ['serve', 'demo', 'version', 'help'];
  t.equal(findClosest('sevre', verbs), 'serve');
  t.equal(findClosest('ver', verbs), 'version');
  t.equal(findClosest('hlp', verbs), 'help');
  t.equal(findClosest('frobnicate', verbs), null);
  t.equal(findClosest('', verbs), null);
  t.equal(findClosest('x', ['y']), null, 'a word of one letter is near everything');
});
