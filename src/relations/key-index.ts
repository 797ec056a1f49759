import { canonicalText, type Json } from '../policies/index.ts';
import { EntryPool } from './entry-pool.ts';

/**
 * Who holds which key. A key is any JSON value, a list is a tuple; equality is strict and deep (`1` is not `"1"`, and
 * `["ab", "c"]` is not `["a", "bc"]`). Holders are whole numbers from 1 that the caller gives, best dense; each may
 * hold many keys.
 */
export interface KeyIndex {
  /** Lets the holder hold a key as well, under a scope; equal keys of different scopes never meet. */
  add(holder: number, scope: Json, key: Json): void;
  /** Takes everything of the holder away; nothing happens when it holds nothing. */
  remove(holder: number): void;
  /** Holders of the key, each once and the latest first, at most `limit` that are accepted. */
  holders(scope: Json, key: Json, limit: number, accept?: (holder: number) => boolean): number[];
  /** Number of different keys that are held. */
  readonly keys: number;
}

/** Separates scope and key: a canonical text has no line break outside of strings, and escapes those within. */
const SEPARATOR = '\n';

/** An empty index. */
export function createKeyIndex(): KeyIndex {
  const lists = new Map<string, number>();
  const texts: string[] = [''];
  const heads: number[] = [0];
  const spare: number[] = [];
  const entries = new EntryPool({
    head: (list) => heads[list] as number,
    setHead(list, entry) {
      heads[list] = entry;
      if (entry !== 0) return;
      lists.delete(texts[list] as string);
      texts[list] = '';
      spare.push(list);
    },
  });
  const open = (text: string): number => {
    const list = spare.pop() ?? texts.length;
    lists.set(text, list);
    texts[list] = text;
    heads[list] = 0;
    return list;
  };
  return {
    get keys() {
      return lists.size;
    },
    add(holder, scope, key) {
      const text = textOf(scope, key);
      entries.add(lists.get(text) ?? open(text), holder);
    },
    remove: (holder) => entries.remove(holder),
    holders(scope, key, limit, accept) {
      const found: number[] = [];
      const list = lists.get(textOf(scope, key));
      if (list === undefined || limit < 1) return found;
      const twice = new Set<number>();
      for (let entry = heads[list] as number; entry !== 0; entry = entries.next(entry)) {
        const holder = entries.holder(entry);
        if (entries.standsTwice(holder)) {
          if (twice.has(holder)) continue;
          twice.add(holder);
        }
        if (accept?.(holder) === false) continue;
        if (found.push(holder) >= limit) break;
      }
      return found;
    },
  };
}

function textOf(scope: Json, key: Json): string {
  return `${canonicalText(scope)}${SEPARATOR}${canonicalText(key)}`;
}
