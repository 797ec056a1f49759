/**
 * Writes a member so that every key is data: `__proto__` becomes an own property too, where plain assignment would
 * change the prototype.
 */
export function setOwn<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}
