/** One compilation of everything that was delivered, with the last good documents standing in for broken ones. */
import {
  type ClusterInfo,
  compilePolicies,
  type PolicySet,
  type PolicySource,
  type Problem,
  type ResourceSchema,
} from '../policies/index.ts';
import { findSubstitutes, type HeldDocument, holdDocuments } from './last-good.ts';
import { createProblem, type OriginSnapshot, unitOfDocument } from './unit.ts';

/** What one compilation came to. */
export interface LoadReport {
  set: PolicySet;
  /** Everything wrong, with the unit as `source`: of the texts, of the documents, and names claimed twice. */
  problems: Problem[];
  /** Names of the units all of whose documents are in force as they are written now. */
  accepted: string[];
  /** Names of the units that are broken: unreadable, or with a document that was refused. */
  rejected: string[];
  /** Those of the rejected for which an earlier version is in force, whole or in part. */
  usingLastGood: string[];
  /** What was passed over, and why. */
  notes: string[];
  /** By unit, the generation that was judged; only of units that are objects with one. */
  generations: ReadonlyMap<string, number>;
}

export interface LoadContext {
  cluster: ClusterInfo | undefined;
  schemas: readonly ResourceSchema[];
}

/** Compiles what the origins delivered. Remembers from call to call what was last good. */
export function createLoader(): (snapshots: readonly OriginSnapshot[], context: LoadContext) => LoadReport {
  const lastGood = new Map<string, HeldDocument>();
  let inForce: PolicySet | null = null;

  return (snapshots, context) => {
    const units = snapshots.flatMap((snapshot) => snapshot.units);
    const documents = units.flatMap(holdDocuments);
    const { kept, twice } = splitDuplicates(documents);
    const first = compile(kept, context);
    const refused = new Set(kept.filter((held) => first.rejected.has(held.source.name)).map((held) => held.key));
    const good = kept.filter((held) => !refused.has(held.key));

    const taken = new Set(good.map((held) => held.identity));
    const repeated = new Set(twice.map(({ held }) => held.key));
    const substitutes = findSubstitutes(units, documents, refused, lastGood).filter(
      (held) => !repeated.has(held.key) && !(held.identity !== '' && taken.has(held.identity)),
    );
    const final = substitutes.length === 0 ? first : compile([...good, ...substitutes.map(renameSubstitute)], context);
    const lost = substitutes.filter((_, index) =>
      final.rejected.has(renameSubstitute(substitutes[index] as HeldDocument, index).source.name),
    );
    // What was good before does not go with what is there now: a conflict, a schema or a setting that changed. Then
    // the whole set of before stays, because one that is smaller would let through what was refused until now.
    const held = lost.length > 0 && inForce !== null;
    if (!held) remember(lastGood, good, substitutes);
    const set: PolicySet = held && inForce ? inForce : final.set;
    inForce = set;
    return createReport(snapshots, {
      set,
      problems: [
        ...first.problems,
        ...newProblems(final.problems, first.problems),
        ...(held ? lost.map(explainHold) : []),
      ],
      refused: [...refused].map(unitOfKey),
      twice,
      substitutes,
    });
  };
}

function explainHold(lost: HeldDocument): Problem {
  return createProblem({
    code: 'set-held',
    source: lost.unit,
    message: `neither this version nor the last good one goes with the other documents: the whole set of before stays in force`,
    hint: 'mend this document, or take back what was changed beside it',
  });
}

interface Compiled {
  set: PolicySet;
  problems: Problem[];
  rejected: ReadonlySet<string>;
}

function compile(documents: readonly HeldDocument[], context: LoadContext): Compiled {
  const sources: PolicySource[] = documents.map((held) => held.source);
  const { cluster, schemas } = context;
  const result = compilePolicies(sources, { ...(cluster && { cluster }), schemas });
  return { set: result.set, problems: result.problems, rejected: new Set(result.rejected) };
}

/** Of two documents with one kind and name the first stays: the same one on every replica and after every restart. */
function splitDuplicates(documents: readonly HeldDocument[]): {
  kept: HeldDocument[];
  twice: { held: HeldDocument; first: HeldDocument }[];
} {
  const seen = new Map<string, HeldDocument>();
  const kept: HeldDocument[] = [];
  const twice: { held: HeldDocument; first: HeldDocument }[] = [];
  for (const held of documents) {
    const first = held.identity === '' ? undefined : seen.get(held.identity);
    if (first === undefined) {
      seen.set(held.identity, held);
      kept.push(held);
    } else {
      twice.push({ held, first });
    }
  }
  return { kept, twice };
}

function remember(
  lastGood: Map<string, HeldDocument>,
  good: readonly HeldDocument[],
  substitutes: readonly HeldDocument[],
): void {
  lastGood.clear();
  for (const held of [...substitutes, ...good]) {
    lastGood.set(held.key, held);
  }
}

const SUBSTITUTE_MARK = ' (last good version)';

function renameSubstitute(held: HeldDocument, index: number): HeldDocument {
  return { ...held, source: { ...held.source, name: `${held.unit}${SUBSTITUTE_MARK}#${index + 1}` } };
}

function newProblems(problems: readonly Problem[], known: readonly Problem[]): Problem[] {
  const seen = new Set(known.map((problem) => JSON.stringify(problem)));
  return problems.filter((problem) => problem.severity === 'error' && !seen.has(JSON.stringify(problem)));
}

function unitOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf('|'));
}

interface Outcome {
  set: PolicySet;
  problems: Problem[];
  refused: string[];
  twice: { held: HeldDocument; first: HeldDocument }[];
  substitutes: HeldDocument[];
}

function createReport(snapshots: readonly OriginSnapshot[], outcome: Outcome): LoadReport {
  const units = snapshots.flatMap((snapshot) => snapshot.units);
  const broken = new Set([
    ...units.filter((unit) => !unit.readable).map((unit) => unit.name),
    ...outcome.refused,
    ...outcome.twice.map(({ held }) => held.unit),
  ]);
  const names = units.map((unit) => unit.name);
  return {
    set: outcome.set,
    problems: [
      ...snapshots.flatMap((snapshot) => snapshot.problems),
      ...units.flatMap((unit) => unit.problems),
      ...outcome.twice.map(({ held, first }) => explainDuplicate(held, first)),
      ...outcome.problems.map((problem) => ({ ...problem, source: unitOfDocument(problem.source) })),
    ],
    accepted: units.filter((unit) => unit.documents.length > 0 && !broken.has(unit.name)).map((unit) => unit.name),
    rejected: names.filter((name) => broken.has(name)),
    usingLastGood: [...new Set(outcome.substitutes.map((held) => held.unit))],
    generations: new Map(
      units.flatMap(({ name, generation }) => (generation === undefined ? [] : [[name, generation]])),
    ),
    notes: [...snapshots.flatMap((snapshot) => snapshot.notes), ...units.flatMap((unit) => unit.notes)],
  };
}

function explainDuplicate(held: HeldDocument, first: HeldDocument): Problem {
  const [kind = '', ...name] = held.identity.split('/');
  const at = first.source.locate?.('/metadata/name');
  const place = `${first.unit}${at ? `:${at.line}` : ''}`;
  return createProblem({
    code: 'duplicate-policy',
    source: held.unit,
    ...held.source.locate?.('/metadata/name'),
    pointer: '/metadata/name',
    policy: name.join('/'),
    message: `the ${kind} \`${name.join('/')}\` is declared in ${place} already, which stays in force`,
    hint: 'give one of the two another name, or remove it',
  });
}
