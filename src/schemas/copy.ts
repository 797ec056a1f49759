/** Changing a value without touching it: what stays the same is shared. */
import type { Json, JsonObject } from '../policies/index.ts';

/** Gives each value of a map to `change`; undefined drops the key. The very map when nothing changed. */
export function mapObject(object: JsonObject, change: (value: Json, key: string) => Json | undefined): JsonObject {
  let copy: JsonObject | null = null;
  for (const key of Object.keys(object)) {
    const value = object[key] as Json;
    const changed = change(value, key);
    if (changed === value) continue;
    copy ??= { ...object };
    if (changed === undefined) delete copy[key];
    else if (key === '__proto__') Object.defineProperty(copy, key, { value: changed });
    else copy[key] = changed;
  }
  return copy ?? object;
}

/** Gives each element of a list to `change`. The very list when nothing changed. */
export function mapList(list: Json[], change: (value: Json, index: number) => Json): Json[] {
  let copy: Json[] | null = null;
  for (let index = 0; index < list.length; index++) {
    const value = list[index] as Json;
    const changed = change(value, index);
    if (changed === value) continue;
    copy ??= [...list];
    copy[index] = changed;
  }
  return copy ?? list;
}
