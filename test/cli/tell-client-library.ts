// Loaded before the program with `--import`: says on stderr when the client library is loaded.

import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@kubernetes/client-node') process.stderr.write('loads the client library\n');
    return next(specifier, context);
  },
});
